"""Child processes that never outlive us: each in a group of its own, ended as a group, told when we die."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from casework.launch import tied

LOG_BYTES = 5_000_000


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The user that a child runs as when we are root."""

    user: int
    group: int


@dataclass(frozen=True, kw_only=True)
class Program:
    """How to run one child, and how to ask it to stop."""

    name: str
    command: tuple[str, ...]
    log: Path
    folder: Path
    stop_signal: signal.Signals = signal.SIGTERM
    stops_within: float = 15
    owner: Owner | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    def logging_to(self, log: Path) -> Self:
        return replace(self, log=log)

    def with_environment(self, environment: Mapping[str, str]) -> Self:
        return replace(self, environment=environment)


def spawn(program: Program) -> subprocess.Popen[bytes]:
    program.log.parent.mkdir(parents=True, exist_ok=True)
    if program.log.exists() and program.log.stat().st_size > LOG_BYTES:
        program.log.replace(program.log.with_suffix(".old.log"))
    owner = f"{program.owner.user}:{program.owner.group}" if program.owner else ""
    tie = (sys.executable, "-I", "-S", tied.__file__, str(os.getpid()), str(int(program.stop_signal)), owner)
    with program.log.open("ab") as log:
        return subprocess.Popen(
            (*tie, *program.command),
            cwd=program.folder,
            env={**os.environ, **program.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            process_group=0,
        )


def end(program: Program, process: subprocess.Popen[bytes]) -> None:
    """Ask the child to stop; whatever of its group is left when its time is up is killed."""
    ask(program, process)
    with suppress(subprocess.TimeoutExpired):
        process.wait(program.stops_within)
    kill_group(process)


def ask(program: Program, process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(program.stop_signal)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Also when the child itself is gone: its own children may have outlived it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
