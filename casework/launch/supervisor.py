"""Keeps a group of programs running: one that ends is started again, all end together."""

import subprocess
import time
from dataclasses import dataclass

from casework.launch import children, console
from casework.launch.children import Program

LOOK_EVERY = 0.3
LONGEST_PAUSE = 30.0
STEADY_AFTER = 60.0


@dataclass(kw_only=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    started_at: float
    failures: int = 0
    restart_at: float | None = None


class Supervisor:
    """What is started first is stopped last, after everything that may need it."""

    def __init__(self) -> None:
        self.children: list[_Child] = []

    def start(self, program: Program) -> subprocess.Popen[bytes]:
        process = children.spawn(program)
        self.children.append(_Child(program=program, process=process, started_at=time.monotonic()))
        return process

    def watch(self) -> None:
        """Until interrupted."""
        while True:
            time.sleep(LOOK_EVERY)
            for child in self.children:
                _look_after(child, now=time.monotonic())

    def stop(self) -> None:
        """Ask everything but the first; then the first; kill what has not gone in its time, or all when hurried."""
        try:
            _stop_together(self.children[1:])
            _stop_together(self.children[:1])
        except KeyboardInterrupt:
            console.say("Stopping at once.")
        finally:
            for child in reversed(self.children):
                children.kill_group(child.process)


def _look_after(child: _Child, *, now: float) -> None:
    if child.restart_at is None:
        if child.process.poll() is not None:
            _plan_restart(child, now=now)
    elif now >= child.restart_at:
        child.process = children.spawn(child.program)
        child.started_at, child.restart_at = now, None


def _plan_restart(child: _Child, *, now: float) -> None:
    # What it started may have outlived it, and would work on without anyone's guard.
    children.kill_group(child.process)
    child.failures = 1 if now - child.started_at > STEADY_AFTER else child.failures + 1
    pause = min(LONGEST_PAUSE, 2.0 ** (child.failures - 1))
    child.restart_at = now + pause
    console.say(
        f"The {child.program.name} ended (exit code {child.process.returncode}); starting it again in "
        f"{pause:.0f} s. Its last words are in {child.program.log}"
    )


def _stop_together(group: list[_Child]) -> None:
    for child in group:
        children.ask(child.program, child.process)
    until = {child.program.name: time.monotonic() + child.program.stops_within for child in group}
    while waiting := [child for child in group if child.process.poll() is None]:
        if all(time.monotonic() > until[child.program.name] for child in waiting):
            return
        time.sleep(0.05)
