"""How the launch scripts talk: a line while something is under way, one sentence when it cannot be done."""

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

LAST_LINES = 12


class Trouble(Exception):
    """What is wrong and what to do about it, in words for the person at the terminal."""


class CommandFailed(Exception):
    """A program that we called ended badly; `words` are its last lines."""

    def __init__(self, program: str, *, words: str) -> None:
        super().__init__(f"{program} failed:\n{words}")
        self.words = words


def say(text: str) -> None:
    print(text, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announce what is under way; for anything slow also say how long it took."""
    say(f"· {text}")
    began = time.monotonic()
    yield
    seconds = time.monotonic() - began
    if seconds >= 2:
        say(f"  done in {seconds:.0f} s")


def run(
    command: Sequence[str | Path], *, log: Path, cwd: Path, environment: Mapping[str, str] | None = None
) -> None:
    """Run a program without input, its words kept in `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as words:
        result = subprocess.run(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
        )
    if result.returncode:
        raise CommandFailed(Path(command[0]).name, words=last_lines(log))


def last_lines(log: Path) -> str:
    if not log.exists():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:])
