"""Child processes end with us, and together with what they started."""

import os
import signal
import subprocess
import sys
import time

import pytest

from casework.launch import children
from casework.launch.children import Program
from casework.launch.places import ROOT

pytestmark = pytest.mark.chaos
LONG = "import time; time.sleep(60)"
# Starts a child of its own, says both numbers, and hears no request to stop.
DEAF_FAMILY = f"""
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "{LONG}"])
print(os.getpid(), child.pid, flush=True)
time.sleep(60)
"""
PARENT = """
import sys, time
from pathlib import Path
from casework.launch import children
from casework.launch.children import Program
command = (sys.executable, "-c", "import time; time.sleep(60)")
process = children.spawn(Program(name="child", command=command, log=Path(sys.argv[1]), folder=Path.cwd()))
print(process.pid, flush=True)
time.sleep(60)
"""


def program(tmp_path, code, **settings):
    return Program(
        name="child", command=(sys.executable, "-c", code), log=tmp_path / "log", folder=ROOT, **settings
    )


def runs(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] != "Z"


def wait_for(condition):
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_child_that_listens_is_ended_by_its_signal(tmp_path):
    process = children.spawn(program(tmp_path, LONG))

    children.end(program(tmp_path, LONG), process)

    assert process.returncode == -signal.SIGTERM


def test_a_child_that_does_not_listen_is_killed_with_all_it_started(tmp_path):
    deaf = program(tmp_path, DEAF_FAMILY, stops_within=0.2)
    process = children.spawn(deaf)
    wait_for(lambda: len(deaf.log.read_text().split()) == 2)
    numbers = [int(word) for word in deaf.log.read_text().split()]

    children.end(deaf, process)

    assert process.returncode == -signal.SIGKILL
    wait_for(lambda: not any(runs(number) for number in numbers))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has ended")
def test_a_child_ends_when_its_parent_is_killed(tmp_path):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "log")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert runs(child)

        parent.kill()

    wait_for(lambda: not runs(child))


def test_a_full_log_is_put_aside(tmp_path):
    quiet = program(tmp_path, "print('new')")
    quiet.log.write_bytes(b"x" * (children.LOG_BYTES + 1))

    children.spawn(quiet).wait()

    assert quiet.log.read_text() == "new\n"
    assert (tmp_path / "log.old.log").stat().st_size == children.LOG_BYTES + 1
