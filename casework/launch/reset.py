"""Throw away the data of the demonstration: `python3 -m casework.launch.reset`. Standard library only."""

import fcntl
import shutil

from casework.launch import console
from casework.launch.console import Trouble
from casework.launch.places import VAR


def reset() -> None:
    if not VAR.exists():
        return
    with (VAR / "pg.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Trouble(
                "The demo runs from this folder: stop it first, with Ctrl-C where it was started."
            ) from error
        for folder in (VAR / "pg", VAR / "media"):
            if folder.exists():
                shutil.rmtree(folder)


def main() -> None:
    try:
        reset()
    except Trouble as trouble:
        raise SystemExit(str(trouble)) from trouble
    except OSError as error:
        raise SystemExit(f"Not all could be removed: {error.strerror}: {error.filename}") from error
    console.say("The data of the demonstration are gone.")


if __name__ == "__main__":
    main()
