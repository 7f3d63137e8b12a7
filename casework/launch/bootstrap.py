"""From a bare checkout to one that runs: `python3 -m casework.launch.bootstrap`.

Standard library only, for it makes the environment that holds everything else. What is up to
date is left alone, so that it can be run before every command.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from casework.launch import console, debian
from casework.launch.console import Trouble
from casework.launch.places import CACHE, LOGS, REQUIREMENTS, ROOT, VENV

PYTHON = VENV / "bin" / "python"
OLDEST_PYTHON = (3, 11)
DEBIAN_PACKAGE = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
VENV_LOG = LOGS / "setup-venv.log"
NO_REGISTRY = ("connection", "network", "name resolution", "no matching distribution", "timed out", "proxy")


def bootstrap() -> None:
    _ensure_python()
    _ensure_writable()
    with _alone():
        _install()
        _prepare()


def _ensure_python() -> None:
    if sys.version_info[:2] < OLDEST_PYTHON:
        raise Trouble(
            f"Python {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} or newer is needed; this is {sys.version.split()[0]}. "
            "Name another one: make demo PYTHON=/path/to/python3"
        )


def _ensure_writable() -> None:
    for folder in (ROOT, VENV, CACHE, ROOT / "var"):
        if folder.exists() and not os.access(folder, os.W_OK):
            raise Trouble(
                f"The folder {folder} cannot be written to. Copy the project to a folder of your own, "
                "or change the folder's owner, then try again."
            )


@contextmanager
def _alone() -> Iterator[None]:
    """Two set-ups at once would write over each other: the second waits."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.say("· Waiting for another set-up in this folder to finish")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install() -> None:
    stamp = VENV / ".stamp"
    fingerprint = _fingerprint()
    if stamp.is_file() and stamp.read_text() == fingerprint and _works():
        return
    if not _works():
        _make_environment()
    packages = sum(1 for line in REQUIREMENTS.read_text().splitlines() if "==" in line)
    with console.step(f"Installing {packages} Python packages (a minute or two, the first time only)"):
        _install_packages()
    stamp.write_text(fingerprint)


def _fingerprint() -> str:
    """The folder counts: the programs of an environment that was moved name the old one."""
    facts = f"{VENV}\0{sys.version_info[:2]}\0".encode()
    return hashlib.sha256(facts + REQUIREMENTS.read_bytes()).hexdigest()


def _works() -> bool:
    if not PYTHON.exists():
        return False
    try:
        command = [str(PYTHON), "-c", "import pip, sys; print(*sys.version_info[:2])"]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return False
    found = tuple(int(part) for part in answer.stdout.split())
    return answer.returncode == 0 and found >= OLDEST_PYTHON


def _make_environment() -> None:
    with console.step(f"Making the Python environment {VENV.name}"):
        shutil.rmtree(VENV, ignore_errors=True)
        # Debian leaves the pip that goes into an environment to a package of its own.
        if not (
            _made() or (debian.may_install() and _made_with_debians_package()) or _made_with_another_pip()
        ):
            raise Trouble(
                "Python's venv module is incomplete here. On Debian and Ubuntu: apt-get install "
                f"{DEBIAN_PACKAGE}, then try again. Python's own words are in {VENV_LOG}."
            )


def _made() -> bool:
    return _succeeds(sys.executable, "-m", "venv", "--clear", str(VENV))


def _made_with_debians_package() -> bool:
    try:
        debian.install(DEBIAN_PACKAGE)
    except console.CommandFailed:
        return False
    return _made()


def _made_with_another_pip() -> bool:
    pip = (sys.executable, "-m", "pip", "--python", str(PYTHON))
    made = _succeeds(sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV))
    return made and _succeeds(*pip, "install", "--quiet", "pip")


def _succeeds(*command: str) -> bool:
    try:
        console.run(command, log=VENV_LOG, cwd=ROOT)
    except console.CommandFailed:
        return False
    return True


def _install_packages() -> None:
    log = LOGS / "setup-pip.log"
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--retries", "2"]
    try:
        console.run(
            [PYTHON, "-m", "pip", "install", *options, "--require-hashes", "-r", REQUIREMENTS],
            log=log,
            cwd=ROOT,
        )
    except console.CommandFailed as error:
        raise Trouble(_why_not_installed(error.words, log=log)) from error


def _why_not_installed(words: str, *, log: Path) -> str:
    if "do not match the hashes" in words.lower():
        return f"A package differs from the one in {REQUIREMENTS.name}: it was not installed. See {log}."
    if any(sign in words.lower() for sign in NO_REGISTRY):
        return (
            "The Python packages could not be fetched: no package index answered. Check the network, "
            f"or name an index that can be reached in PIP_INDEX_URL. pip's own words are in {log}."
        )
    return f"The Python packages could not be installed; pip's last words ({log}):\n{words}"


def _prepare() -> None:
    """What needs the environment: scripts and styles, translations."""
    result = subprocess.run([PYTHON, "-m", "casework.launch.prepare"], cwd=ROOT, check=False)
    if result.returncode:
        raise SystemExit(result.returncode)


def main() -> None:
    try:
        bootstrap()
    except Trouble as trouble:
        raise SystemExit(f"\n{trouble}") from trouble
    except OSError as error:
        raise SystemExit(f"\nSet-up stopped: {error.strerror}: {error.filename or ROOT}") from error
    except KeyboardInterrupt as interrupt:
        raise SystemExit("\nSet-up stopped half-way; the next start goes on from here.") from interrupt


if __name__ == "__main__":
    main()
