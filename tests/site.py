"""The product itself, served by its real web server from a database of its own, for tests that look from outside."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from casework.launch import children, demo
from casework.launch.children import Program
from casework.launch.places import ROOT


@dataclass(frozen=True, kw_only=True)
class Site:
    """A running product with the example district in it."""

    url: str
    environment: dict[str, str] = field(repr=False)

    def manage(self, *command: str) -> str:
        """Run `manage.py …` on the site's own database; its words."""
        result = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout


@pytest.fixture(scope="session")
def furnished(database_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a database with the library and the example district in it, to make others of: see `own_database`."""
    folder = tmp_path_factory.mktemp("furnished")
    with own_database(database_server) as url:
        site = Site(url="", environment={"DATABASE_URL": url, "MEDIA_ROOT": str(folder)})
        for command in ("migrate", "load_library", "demo_data"):
            site.manage(command)
        yield urlsplit(url).path[1:]


@pytest.fixture(scope="session")
def site(database_server: str, furnished: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for all tests of a run, so a test may not count on being alone in it."""
    _only_one_process(tmp_path_factory)
    folder = tmp_path_factory.mktemp("site")
    port = free_port()
    with own_database(database_server, like=furnished) as database_url:
        # The tests sign in more often than people do.
        environment = {
            "DATABASE_URL": database_url,
            "MEDIA_ROOT": str(folder / "media"),
            "LOGIN_FAILURES": "100",
        }
        site = Site(url=f"http://{demo.HOST}:{port}", environment=environment)
        web, pump = (
            program.logging_to(folder / program.log.name).with_environment(environment)
            for program in (demo.web_server(port), demo.django_command("pump"))
        )
        with _running(web) as process, _running(pump):
            demo.wait_until_served(port, process=process, log=web.log)
            yield site


def _only_one_process(folders: pytest.TempPathFactory) -> None:
    """Two browsers and two sites at once are more than two cores can do: the tests' group holds them together."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    try:
        (folders.getbasetemp().parent / "site-is-served").touch(exist_ok=False)
    except FileExistsError:
        pytest.fail("Another process of this run serves a site already: --dist loadgroup did not group.")


_numbers = count()  # one process may hold several sites at once


@contextmanager
def own_database(server: str, *, like: str = "template1") -> Iterator[str]:
    """The URL of a new database, made after another that nobody is connected to."""
    name = f"site_{os.environ.get('TEST_DB_SUFFIX', '')}_{os.getpid()}_{next(_numbers)}"
    with closing(psycopg.connect(server, autocommit=True)) as connection:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(made.format(sql.Identifier(name), sql.Identifier(like)))
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _running(program: Program) -> Iterator[subprocess.Popen[bytes]]:
    process = children.spawn(program)
    try:
        yield process
    finally:
        children.end(program, process)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind((demo.HOST, 0))
        return int(probe.getsockname()[1])
