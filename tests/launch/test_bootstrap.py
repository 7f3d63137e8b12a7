"""From a bare checkout: what cannot be had is said in a sentence."""

import fcntl
import os
import shutil
import subprocess
import sys

import pytest

from casework.launch.places import ROOT

pytestmark = pytest.mark.chaos
NOBODY_LISTENS = "http://127.0.0.1:1/"


@pytest.fixture
def bare_checkout(tmp_path):
    """As much of one as is needed before there is an environment."""
    launch = tmp_path / "casework" / "launch"
    shutil.copytree(ROOT / "casework" / "launch", launch, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "casework" / "__init__.py", launch.parent)
    shutil.copy(ROOT / "requirements.lock", tmp_path)
    return tmp_path


def bootstrap(checkout, **environment):
    command = [sys.executable, "-m", "casework.launch.bootstrap"]
    unreachable = {"PIP_INDEX_URL": NOBODY_LISTENS, "PIP_CONFIG_FILE": os.devnull, "PIP_RETRIES": "0"}
    return subprocess.Popen(
        command,
        cwd=checkout,
        env={**os.environ, **unreachable, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_no_package_index_is_said_in_words(bare_checkout):
    with bootstrap(bare_checkout) as process:
        said, complained = process.communicate(timeout=120)

    assert process.returncode == 1
    assert "· Installing" in said
    assert "no package index answered" in complained
    assert "Traceback" not in complained
    assert not (bare_checkout / ".venv" / ".stamp").exists()


def test_two_set_ups_in_one_folder_wait_for_each_other(bare_checkout):
    cache = bare_checkout / ".cache"
    cache.mkdir()
    with (cache / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with bootstrap(bare_checkout) as process:
            assert process.stdout
            assert "Waiting for another set-up" in process.stdout.readline()
            process.kill()

    assert not (bare_checkout / ".venv").exists()


def test_an_unwritable_folder_is_named(bare_checkout):
    # A file where the folder belongs refuses everybody, root too.
    (bare_checkout / ".cache").write_text("")

    with bootstrap(bare_checkout) as process:
        _, complained = process.communicate(timeout=120)

    assert process.returncode == 1
    assert str(bare_checkout / ".cache") in complained
    assert "Traceback" not in complained
