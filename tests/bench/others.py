"""Other engines beside ours: each is installed under .cache/bench, given an empty database, and run as a program."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psycopg

from tests.bench import matter

HERE = Path(__file__).parent / "peers"
CACHE = Path(__file__).parents[2] / ".cache" / "bench"
INSTALL_WITHIN, RUN_WITHIN = 240, 180
SPIFF_SAYS = {"duration": '"P3D"', "condition": "结论 == '退回'"}
NODE_SAYS = {"duration": "P3D", "condition": "${environment.output.back}"}


@dataclass(frozen=True, kw_only=True)
class Peer:
    """One other engine: how to get it, and the command that runs it on a database for a number of cases."""

    name: str
    install: Callable[[Path], None]
    command: Callable[[Path], list[str]]
    diagram: dict[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Score:
    """What a peer did, or in `skipped` why it did not."""

    name: str
    starts: float = 0.0
    completions: float = 0.0
    bytes_a_case: int = 0
    skipped: str = ""


def measured(peer: Peer, url: str, *, cases: int) -> Score:
    """Install a peer if it is not there, and let it walk its cases in an empty database."""
    folder = CACHE / peer.name
    try:
        _ensure_installed(peer, folder)
        database = _empty_database(url, peer.name)
        done = _run(peer, folder, [database, str(cases)])
    except (subprocess.SubprocessError, OSError, LookupError, json.JSONDecodeError) as error:
        return Score(name=peer.name, skipped=_why(error))
    return Score(
        name=peer.name,
        starts=median(done["starts"]),
        completions=median(done["completions"]),
        bytes_a_case=_bytes(database) // cases,
    )


def _run(peer: Peer, folder: Path, arguments: list[str]) -> dict[str, list[float]]:
    given = list(arguments)
    if peer.diagram is not None:
        drawn = folder / "matter.bpmn"
        drawn.write_bytes(matter.plain(**peer.diagram))
        given += [str(drawn), str(folder)]
    run = subprocess.run(
        [*peer.command(folder), *given],
        capture_output=True,
        text=True,
        timeout=RUN_WITHIN,
        check=True,
        env=_quiet(),
    )
    done: dict[str, list[float]] = json.loads(run.stdout.splitlines()[-1])
    return done


def _quiet() -> dict[str, str]:
    """The environment without this project's settings, which other programs might take for theirs."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "DATABASE_"))
    }


def _why(error: Exception) -> str:
    said = getattr(error, "stderr", None) or str(error)
    if isinstance(said, bytes):
        said = said.decode(errors="replace")
    return said.strip().splitlines()[-1][:160] if said.strip() else type(error).__name__


def _ensure_installed(peer: Peer, folder: Path) -> None:
    ready = folder / "ready"
    if ready.exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"  installing {peer.name} into {folder}", file=sys.stderr)
    peer.install(folder)
    ready.touch()


def _call(*command: str, folder: Path) -> None:
    subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_WITHIN, check=True)


def _python(*packages: str) -> Callable[[Path], None]:
    def install(folder: Path) -> None:
        _call(sys.executable, "-m", "venv", "venv", folder=folder)
        _call("venv/bin/python", "-m", "pip", "install", "--quiet", *packages, folder=folder)

    return install


def _node(*packages: str) -> Callable[[Path], None]:
    def install(folder: Path) -> None:
        version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
        if int(version.strip().removeprefix("v").split(".")[0]) < 20:
            raise LookupError(f"Node 20 or newer is needed, here is {version.strip()}")
        (folder / "package.json").write_text('{"private": true}')
        _call("npm", "install", "--silent", "--no-audit", "--no-fund", *packages, folder=folder)

    return install


def _empty_database(url: str, name: str) -> str:
    name = f"bench_{name.replace('-', '_')}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}"')
    return url.replace("/postgres?", f"/{name}?")


def _bytes(url: str) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM FULL")
        held = _held(connection)
        names = [
            row[0] for row in connection.execute("SELECT relid::regclass::text FROM pg_stat_user_tables")
        ]
        connection.execute(f"TRUNCATE {', '.join(names)} CASCADE")
        return held - _held(connection)


def _held(connection: "psycopg.Connection[tuple[int]]") -> int:
    row = connection.execute(
        "SELECT sum(pg_total_relation_size(relid))::bigint FROM pg_stat_user_tables"
    ).fetchone()
    return row[0] if row else 0


PEERS = (
    Peer(
        name="spiffworkflow",
        install=lambda folder: None,
        command=lambda folder: [sys.executable, str(HERE / "spiff_peer.py")],
        diagram=SPIFF_SAYS,
    ),
    Peer(
        name="viewflow",
        install=_python("django-viewflow==2.4.0", "psycopg[binary]"),
        command=lambda folder: [str(folder / "venv/bin/python"), str(HERE / "viewflow_peer.py")],
    ),
    Peer(
        name="bpmn-engine",
        install=_node("bpmn-engine@25", "pg@8"),
        command=lambda folder: ["node", str(HERE / "node_peer.mjs")],
        diagram=NODE_SAYS,
    ),
)
