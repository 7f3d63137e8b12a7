"""The whole product on one machine, for as long as the terminal lasts: `make demo`."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from casework.launch import console, postgres, tied
from casework.launch.children import Program
from casework.launch.console import Trouble
from casework.launch.places import LOGS, ROOT
from casework.launch.supervisor import Supervisor
from grid.services.demo import LOGINS, PASSWORD

HOST = "127.0.0.1"
READY_WITHIN = 60


def run(*, port: int) -> None:
    """Set up, start everything, keep it running; returns when asked to stop."""
    _take_signals()
    with _only_one_here():
        _ensure_port_free(port)
        supervisor = Supervisor()
        try:
            _start_database(supervisor)
            _fill_database()
            _start_programs(supervisor, port=port)
            _greet(port)
            supervisor.watch()
        except KeyboardInterrupt:
            console.say("\nStopping…")
        finally:
            supervisor.stop()
        console.say("Stopped. The data are kept; start again with: make demo")


def web_server(port: int) -> Program:
    options = ("--bind", f"{HOST}:{port}", "--workers", "2", "--worker-class", "gthread", "--threads", "4")
    limits = ("--timeout", "60", "--graceful-timeout", "10", "--no-control-socket", "--log-level", "warning")
    return Program(
        name="web server",
        command=(sys.executable, "-m", "gunicorn", *options, *limits, "casework.wsgi:application"),
        log=LOGS / "web.log",
        folder=ROOT,
    )


def django_command(name: str) -> Program:
    """One that runs until it is told to stop."""
    return Program(
        name=name, command=(sys.executable, "manage.py", name), log=LOGS / f"{name}.log", folder=ROOT
    )


def wait_until_served(port: int, *, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_WITHIN
    while not _is_served(port):
        if process.poll() is not None or time.monotonic() > until:
            raise Trouble(f"The web server did not start; its last words ({log}):\n{console.last_lines(log)}")
        time.sleep(0.1)


def _take_signals() -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    if "MAKELEVEL" in os.environ:
        # Started by make: when it is killed there is nobody left to stop us.
        tied.tell_when_parent_ends(signal.SIGTERM)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _only_one_here() -> Iterator[None]:
    path = settings.PG_DATA.with_suffix(".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise Trouble(f"It already runs from this folder (process {lock.read().strip()}).") from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _ensure_port_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            raise Trouble(
                f"Port {port} is not for everyone: choose one over 1024, like make demo PORT=8001"
            ) from error
        except OSError as error:
            raise Trouble(
                f"Port {port} is taken by another program. Stop that one, or choose another port: "
                f"make demo PORT={port + 1}"
            ) from error


def _start_database(supervisor: Supervisor) -> None:
    if os.environ.get("DATABASE_URL"):
        _ensure_database_answers()
        return
    cluster = postgres.prepare(settings.PG_DATA)
    console.say("· Starting the database")
    program = postgres.program(cluster)
    process = supervisor.start(program)
    postgres.wait_until_ready(cluster, process=process, log=program.log)


def _ensure_database_answers() -> None:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        raise Trouble(f"The database that DATABASE_URL names does not answer: {error}") from error


def _fill_database() -> None:
    console.say("· Bringing the tables up to date")
    _call("migrate", "--no-input")
    with console.step("Loading the library of matters"):
        _call("load_library")
    with console.step("Loading the district of the demonstration"):
        _call("demo_data")
    with console.step("Opening the cases of the demonstration"):
        _call("demo_cases")
    connection.close()


def _call(command: str, *options: str) -> None:
    words = StringIO()
    try:
        call_command(command, *options, stdout=words, stderr=words)
    except (CommandError, DatabaseError) as error:
        raise Trouble(f"“manage.py {command}” failed: {error}") from error


def _start_programs(supervisor: Supervisor, *, port: int) -> None:
    os.environ.setdefault("RESIDENTS_ENTRY", "1")  # /p/: off unless somebody switches it on
    web = web_server(port)
    process = supervisor.start(web)
    supervisor.start(django_command("qcluster"))
    supervisor.start(django_command("pump"))
    with console.step("Starting the web server"):
        wait_until_served(port, process=process, log=web.log)


def _is_served(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=5) as answer:  # noqa: S310 -- ours
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _greet(port: int) -> None:
    console.say(f"\nReady: http://{HOST}:{port}/\n\nSign in as any of these, password {PASSWORD}:\n")
    for role, username, who in LOGINS:
        console.say(f"  {username:<16} {role} · {who}")
    console.say(f"\nResidents report without signing in: http://{HOST}:{port}/p/")
    console.say(f"\nLogs are in {LOGS.relative_to(ROOT)}/. Stop with Ctrl-C.")
