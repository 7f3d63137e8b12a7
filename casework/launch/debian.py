"""What Debian and its children keep in packages of their own, installed where we may: as root. Standard library only."""

import os
import shutil

from casework.launch import console
from casework.launch.places import LOGS, ROOT


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str) -> None:
    """Raises CommandFailed with apt's last words."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    log = LOGS / "setup-apt.log"
    with console.step(f"Installing Debian's {' and '.join(packages)} (once)"):
        console.run(["apt-get", "update"], log=log, cwd=ROOT, environment=environment)
        command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
        console.run(command, log=log, cwd=ROOT, environment=environment)
