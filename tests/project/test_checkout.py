"""The checkout runs anywhere: commands are listed and true, and nothing names the machine that it was made on."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from django.core.management import get_commands

from casework.launch.places import ASSETS, ROOT

HOST = re.compile(r"https?://|\bgit\+|--(extra-)?index-url|--find-links|@ file:")
LOCKS = [ROOT / "requirements.lock", ROOT / "casework" / "launch" / "node.lock"]


def make(*arguments):
    result = subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return result.stdout


def targets():
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def tracked_files():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name.decode() for name in listed.split(b"\0") if name]


def test_help_lists_every_target():
    listed = set(re.findall(r"^  make ([a-z]+)", make("help"), re.MULTILINE))

    assert listed == targets()


def test_help_is_what_make_says_without_a_target():
    assert make() == make("help")


def test_every_command_in_the_readme_exists():
    readme = (ROOT / "README.md").read_text()
    made = set(re.findall(r"\bmake ([a-z]+)\b(?!\w)", readme))
    managed = set(re.findall(r"manage\.py ([a-z_]+)", readme))

    assert made >= {"demo", "test"}
    assert made - targets() == set()
    assert managed - set(get_commands()) == set()


def test_every_setting_from_the_environment_is_in_the_readme():
    read = set(re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', (ROOT / "casework" / "settings.py").read_text()))
    explained = set(re.findall(r"`([A-Z][A-Z_]+)`", (ROOT / "README.md").read_text()))

    assert read
    assert read - explained == set()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_locked_python_packages_have_hashes_and_no_host(lock):
    lines = lock.read_text().splitlines()
    packages = [number for number, line in enumerate(lines) if "==" in line]

    assert packages
    assert [line for line in lines if HOST.search(line)] == []
    assert [lines[number] for number in packages if "--hash=sha256:" not in lines[number + 1]] == []


def test_locked_javascript_packages_have_hashes_and_no_host():
    packages = json.loads((ASSETS / "package-lock.json").read_text())["packages"]
    locked = {name: entry for name, entry in packages.items() if name}

    assert locked
    assert [name for name, entry in locked.items() if "resolved" in entry] == []
    assert [name for name, entry in locked.items() if "integrity" not in entry] == []


def test_python_is_locked_to_what_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wishes = project["dependencies"] + project["optional-dependencies"]["dev"]
    asked = [re.split(r"[^A-Za-z0-9_.-]", wish)[0] for wish in wishes]
    locked = re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)

    assert {name.lower() for name in asked} - set(locked) == set()


def test_no_file_names_the_folder_it_was_written_in():
    here = (str(ROOT).encode() + b"/", str(Path.home()).encode() + b"/")

    named = [
        path
        for path in tracked_files()
        if path.is_file() and any(place in path.read_bytes() for place in here)
    ]

    assert named == []


def test_what_is_built_is_not_kept():
    kept = [path.relative_to(ROOT).as_posix() for path in tracked_files()]

    assert [
        name for name in kept if name.endswith(".mo") or "/built/" in name or "node_modules/" in name
    ] == []
