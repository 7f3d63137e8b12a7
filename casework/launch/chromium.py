"""The Chromium that the browser tests drive: `python -m casework.launch.chromium` finds or installs it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from casework.launch import console, debian
from casework.launch.console import Trouble
from casework.launch.places import LOGS, ROOT

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHINESE_FONT = "fonts-noto-cjk"
NONE_FOUND = (
    "The browser tests need Chromium and there is none. Install one (Debian: apt-get install chromium "
    "fonts-noto-cjk) or name one in CHROMIUM."
)


def find() -> str | None:
    """$CHROMIUM, else one on the path, else the one that playwright installed."""
    named = os.environ.get("CHROMIUM")
    if named:
        if not shutil.which(named):
            raise Trouble(f"CHROMIUM names {named}, which is no program.")
        return named
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    return found or _playwrights_own()


def ensure() -> str:
    """Find it, or install it where we may; never do without."""
    found = find()
    if not found:
        _install()
        found = find()
    if not found:
        raise Trouble(NONE_FOUND)
    if debian.may_install() and not _has_chinese_font():
        _add_chinese_font()
    return found


def _playwrights_own() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _install() -> None:
    try:
        if debian.may_install():
            debian.install("chromium", CHINESE_FONT)
        else:
            _fetch_playwrights_own()
    except console.CommandFailed as error:
        raise Trouble(f"{NONE_FOUND}\nInstalling it failed:\n{error.words}") from error


def _fetch_playwrights_own() -> None:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    with console.step("Fetching Chromium for the browser tests (about 150 MB, once)"):
        console.run(command, log=LOGS / "setup-chromium.log", cwd=ROOT)


def _add_chinese_font() -> None:
    try:
        debian.install(CHINESE_FONT)
    except console.CommandFailed as error:
        console.say(f"  No Chinese font could be installed; screenshots will show boxes: {error.words}")


def _has_chinese_font() -> bool:
    """Without one every screenshot is full of boxes."""
    if not shutil.which("fc-list"):
        return True
    answer = subprocess.run(["fc-list", ":lang=zh", "file"], capture_output=True, text=True, check=False)
    return bool(answer.stdout.strip())


def main() -> None:
    try:
        console.say(f"· Browser tests use {ensure()}")
    except Trouble as trouble:
        raise SystemExit(f"\n{trouble}") from trouble


if __name__ == "__main__":
    main()
