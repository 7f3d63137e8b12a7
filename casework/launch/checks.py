"""Everything but the tests that must hold before a commit: `python -m casework.launch.checks`."""

import os
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from casework.launch import console
from casework.launch.places import ROOT

MANAGE = (sys.executable, "manage.py")
PRODUCTION = {
    "PRODUCTION": "1",
    "DEBUG": "0",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "PERSONAL_DATA_KEYS": secrets.token_urlsafe(40),
    "PERSONAL_DATA_INDEX_KEY": secrets.token_urlsafe(40),
}
# Without a database `makemigrations` only cannot compare with the tables, and says so.
WITHOUT_DATABASE = (sys.executable, "-W", "ignore::RuntimeWarning", "manage.py")

AT_A_TIME = 2

# The slow one comes first; the others run beside it.
CHECKS = {
    "types": (sys.executable, "-m", "mypy"),
    "style": (sys.executable, "-m", "ruff", "check", "."),
    "format": (sys.executable, "-m", "ruff", "format", "--check", "."),
    "layers": (
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
    ),
    "migrations": (*WITHOUT_DATABASE, "makemigrations", "--check", "--dry-run"),
    "translations": (sys.executable, "-m", "casework.launch.translations"),
    "settings": (*MANAGE, "check", "--deploy", "--fail-level", "WARNING"),
}


def main() -> None:
    """Run all of them, also after one failed: whoever is told of three faults need not come three times."""
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        holding = {name: pool.submit(_holds, name, command) for name, command in CHECKS.items()}
    failed = [name for name, answer in holding.items() if not answer.result()]
    if failed:
        raise SystemExit(f"\nNot in order: {', '.join(failed)}")
    console.say("All checks passed.")


def _holds(name: str, command: tuple[str, ...]) -> bool:
    began = time.monotonic()
    environment = {**os.environ, **(PRODUCTION if name == "settings" else {})}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    said = f"{'✓' if result.returncode == 0 else '✗'} {name} ({time.monotonic() - began:.0f} s)"
    if result.returncode:
        said += f"\n{(result.stdout + result.stderr).rstrip()}"
    console.say(said)
    return result.returncode == 0


if __name__ == "__main__":
    main()
