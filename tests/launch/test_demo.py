"""`make demo`, started for real: it says in words why it cannot, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from casework.launch.places import ROOT
from tests.launch.conftest import opened_folder

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("browser")]
NAMES = ("gunicorn", "qcluster", "pump", "postgres -D")


@pytest.fixture(scope="module")
def kept_folder():
    """One for all starts, as at home: who comes second finds the data of the first, who may have been killed."""
    with opened_folder() as folder:
        yield folder


@pytest.fixture
def environment(kept_folder):
    inherited = {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "MAKELEVEL"}
    }
    return {**inherited, "PG_DATA": str(kept_folder / "pg"), "MEDIA_ROOT": str(kept_folder / "media")}


@pytest.fixture
def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def started(environment, *, port):
    command = [sys.executable, "manage.py", "demo", "--port", str(port)]
    demo = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        yield demo
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=60)


def refusal(environment, *, port):
    command = [sys.executable, "manage.py", "demo", "--port", str(port)]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    return result.stderr


def words_until(demo, words):
    heard = []
    for line in demo.stdout:
        heard.append(line)
        if words in line:
            return "".join(heard)
    pytest.fail("".join(heard))


def family(pid):
    """The command lines of all that this process started, whoever started them in turn."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if fields[0] != "Z":
            parents[int(stat.parent.name)] = int(fields[1])
    return {child: command_line(child) for child in parents if pid in ancestors(child, parents)}


def ancestors(pid, parents):
    while pid in parents:
        pid = parents[pid]
        yield pid


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def is_served(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def wait_for(condition, *, seconds=30):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at the processes in /proc")
def test_everything_runs_is_restarted_and_is_gone_when_stopped(environment, free_port):
    with started(environment, port=free_port) as demo:
        said = words_until(demo, "Ctrl-C")
        assert f"http://127.0.0.1:{free_port}/" in said
        assert "limin" in said
        running = family(demo.pid)
        assert [name for name in NAMES if not any(name in line for line in running.values())] == []
        assert is_served(free_port)
        assert "It already runs" in refusal(environment, port=free_port)

        master = min(pid for pid, line in running.items() if "gunicorn" in line)
        os.kill(master, signal.SIGKILL)
        assert "The web server ended (exit code -9); starting it again in 1 s" in words_until(
            demo, "web server"
        )
        wait_for(lambda: is_served(free_port))

        running = family(demo.pid)
        demo.send_signal(signal.SIGTERM)
        assert "Stopped. The data are kept" in demo.communicate(timeout=60)[0]
        assert demo.returncode == 0
        assert [pid for pid, line in running.items() if line and command_line(pid) == line] == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has ended")
def test_nothing_outlives_a_killed_supervisor(environment, free_port):
    with started(environment, port=free_port) as demo:
        words_until(demo, "Ctrl-C")
        running = family(demo.pid)

        demo.kill()

        wait_for(lambda: not any(line and command_line(pid) == line for pid, line in running.items()))


def test_a_taken_port_is_named(environment):
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        words = refusal(environment, port=port)

    assert f"Port {port} is taken by another program" in words
    assert f"make demo PORT={port + 1}" in words


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1"])
def test_a_port_is_a_number(environment, port):
    command = [sys.executable, "manage.py", "demo", f"--port={port}"]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert result.returncode == 1
    assert result.stderr.strip() == f"A port is a number from 1 to 65535, not “{port}”."


def test_a_database_that_does_not_answer_is_named(environment, free_port):
    environment["DATABASE_URL"] = "postgresql://clerk@127.0.0.1:1/one"

    assert "The database that DATABASE_URL names does not answer" in refusal(environment, port=free_port)
