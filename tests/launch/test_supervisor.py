"""What ends is started again, with growing pauses; all end together."""

import signal
import sys

import pytest

from casework.launch import supervisor
from casework.launch.children import Program
from casework.launch.places import ROOT
from casework.launch.supervisor import Supervisor

pytestmark = pytest.mark.chaos
LONG = "import time; time.sleep(60)"


@pytest.fixture
def group():
    started = Supervisor()
    yield started
    started.stop()


@pytest.fixture
def clock(monkeypatch):
    """A second passes with each look, and after so many looks it is interrupted."""

    class Clock:
        now = 1000.0
        looks = 0

        def sleep(self, _seconds):
            self.now += 1.0
            self.looks -= 1
            if self.looks < 0:
                raise KeyboardInterrupt

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(supervisor, "time", clock)
    return clock


def program(tmp_path, name, code):
    return Program(name=name, command=(sys.executable, "-c", code), log=tmp_path / name, folder=ROOT)


def watch(group, clock, *, looks):
    clock.looks = looks
    with pytest.raises(KeyboardInterrupt):
        group.watch()


def test_a_killed_program_is_started_again(group, clock, tmp_path, capsys):
    process = group.start(program(tmp_path, "pump", LONG))
    process.kill()
    process.wait()

    watch(group, clock, looks=3)

    assert "The pump ended (exit code -9); starting it again in 1 s." in capsys.readouterr().out
    assert [child.process.poll() for child in group.children] == [None]
    assert [child.process.pid for child in group.children] != [process.pid]


def test_one_that_cannot_start_is_tried_again_ever_more_rarely(group, clock, tmp_path, capsys):
    broken = program(tmp_path, "pump", "raise SystemExit('no such table')")
    group.start(broken)

    for _ in range(200):
        group.children[0].process.wait()
        watch(group, clock, looks=1)

    pauses = [line.split(" in ")[1].split(" s.")[0] for line in capsys.readouterr().out.splitlines()]
    assert pauses[:7] == ["1", "2", "4", "8", "16", "30", "30"]
    assert set(broken.log.read_text().splitlines()) == {"no such table"}


def test_the_first_started_is_stopped_last(group, tmp_path):
    order = tmp_path / "order"
    tell = "import signal, sys, time\n"
    tell += "def stop(*_): open(sys.argv[0] or {path!r}, 'a').write({name!r} + ' '); sys.exit()\n"
    tell += "signal.signal(signal.SIGTERM, stop); print('up', flush=True); time.sleep(60)"
    names = ("database", "web", "pump")
    started = []
    for name in names:
        code = tell.replace("sys.argv[0] or {path!r}", repr(str(order))).replace("{name!r}", repr(name))
        started.append(program(tmp_path, name, code))
        group.start(started[-1])
    while not all(one.log.read_text() for one in started):
        pass

    group.stop()

    assert order.read_text().split()[-1] == "database"
    assert sorted(order.read_text().split()) == sorted(names)
    assert [child.process.returncode for child in group.children] == [0, 0, 0]


def test_a_second_interruption_stops_at_once(group, clock, tmp_path):
    clock.looks = 0
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    process = group.start(program(tmp_path, "web", deaf))
    while not (tmp_path / "web").read_text():
        pass

    group.stop()

    assert process.returncode == -signal.SIGKILL
