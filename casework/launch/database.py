"""Where the database is: DATABASE_URL, or the socket of the embedded PostgreSQL in `var/pg`."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import environ

# What every operating system takes as the path of a socket, less PostgreSQL's own file name.
LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.5432")


def settings(url: str, *, data_dir: Path, test_suffix: str) -> dict[str, Any]:
    """Django's DATABASES entry; without a URL the embedded server, which `make demo` starts."""
    url = url or socket_url(socket_dir(data_dir))
    config: dict[str, Any] = environ.Env.db_url_config(url)
    sockets = parse_qs(urlsplit(url).query).get("host")
    if sockets and not config.get("HOST"):
        config["HOST"] = sockets[0]
        config.get("OPTIONS", {}).pop("host", None)
    config["ENGINE"] = "django.db.backends.postgresql"
    config["CONN_MAX_AGE"] = None
    config["CONN_HEALTH_CHECKS"] = True
    options = config.setdefault("OPTIONS", {})
    options["options"] = (
        "-c lock_timeout=3s -c statement_timeout=15s -c idle_in_transaction_session_timeout=30s"
    )
    # What workflows.rows asks again and again is planned once; Django's own statements never are. A pooler in front
    # that can't keep plans is told by ?prepare_threshold= with nothing behind it.
    options.setdefault("prepare_threshold", 1)
    config["TEST"] = {"NAME": f"test_casework{'_' + test_suffix if test_suffix else ''}"}
    return config


def socket_dir(data_dir: Path) -> Path:
    """The folder of the server's socket: with the data, or a short one where that path is too long for a socket."""
    path = os.fsencode(data_dir)
    if len(path) <= LONGEST_SOCKET_FOLDER:
        return data_dir
    return Path(tempfile.gettempdir()) / f"casework-{hashlib.sha256(path).hexdigest()[:16]}"


def socket_url(folder: Path, *, name: str = "postgres") -> str:
    return f"postgresql://postgres:@/{name}?host={quote(str(folder))}"
