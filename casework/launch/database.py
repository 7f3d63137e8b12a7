"""Where the database is: DATABASE_URL, or the embedded PostgreSQL in `var/pg`."""

from pathlib import Path
from typing import Any

import environ


def settings(url: str, *, data_dir: Path, test_suffix: str) -> dict[str, Any]:
    """Django's DATABASES entry; without a URL the socket of the embedded server, which `make demo` starts."""
    if url:
        config: dict[str, Any] = environ.Env.db_url_config(url)
        if "host=" in url and not config.get("HOST"):
            config["HOST"] = url.split("host=", 1)[1].split("&", 1)[0]
            config.get("OPTIONS", {}).pop("host", None)
    else:
        config = {"ENGINE": "django.db.backends.postgresql", "NAME": "postgres", "USER": "postgres"}
        config["HOST"] = str(data_dir)
    config["ENGINE"] = "django.db.backends.postgresql"
    config["CONN_MAX_AGE"] = None
    config["CONN_HEALTH_CHECKS"] = True
    options = config.setdefault("OPTIONS", {})
    options["options"] = "-c lock_timeout=3s -c statement_timeout=15s -c idle_in_transaction_session_timeout=30s"
    config["TEST"] = {"NAME": f"test_casework{'_' + test_suffix if test_suffix else ''}"}
    return config
