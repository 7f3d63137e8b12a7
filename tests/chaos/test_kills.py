"""Web server, pump and cluster are killed (-9) again and again under a hundred cases: nothing is lost or doubled."""

import json
import random
import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPException
from uuid import uuid4

import psycopg
import pytest

from casework.launch import children, demo
from grid.services.demo import PASSWORD
from tests.diagrams import chain, diagram, task
from tests.site import Site, free_port, own_database

pytestmark = pytest.mark.chaos

CASES = 100
CLIENTS = 6
KILL_EVERY = 0.8
STORM = 25
PATIENCE = 120
NOT_NOW = (423, 429, 502, 503)
AREA = "500101026"
BODY = (
    '<startEvent id="s"/>'
    + task("a", name="受理")
    + '<serviceTask id="count" cw:operation="count_breaches"/>'
    + '<intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>PT1S</timeDuration>'
    + "</timerEventDefinition></intermediateCatchEvent>"
    + '<parallelGateway id="fork"/><parallelGateway id="join"/>'
    + task("b", name="处置")
    + task("c", name="核查")
    + '<endEvent id="e"/>'
    + chain("s", "a", "count", "wait", "fork", "b", "join", "e")
    + chain("fork", "c", "join")
)
STORY = Counter(
    {"reported": 1, "opened": 2, "completed": 3, "machine": 1, "timer": 1, "closed": 1}
)  # the lines of every case's journal, however often somebody was killed


@dataclass(kw_only=True)
class Runners:
    """The three programs, each started anew after its death."""

    programs: list
    processes: dict = field(default_factory=dict)
    kills: int = 0

    def start(self):
        for program in self.programs:
            self.processes[program.name] = children.spawn(program)

    def kill_one(self, chance):
        program = chance.choice(self.programs)
        children.kill_group(self.processes[program.name])
        self.kills += 1
        self.processes[program.name] = children.spawn(program)

    def stop(self):
        for process in self.processes.values():
            children.kill_group(process)


@dataclass(kw_only=True)
class Client:
    """Somebody who asks again, with the same key, until there is an answer."""

    url: str
    token: str = ""

    def ask(self, method, path, body=None, *, key=""):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                status, said = self._once(method, path, body, key)
            except (OSError, ValueError, HTTPException):
                pass  # killed before or after the commit, or in the middle of its answer: ask again
            else:
                if status not in NOT_NOW:
                    return status, said
            time.sleep(0.1)
        raise AssertionError(f"no answer to {method} {path} in {PATIENCE} s")

    def _once(self, method, path, body, key):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        kind = "application/xml" if isinstance(body, bytes) else "application/json"
        headers = {"Content-Type": kind} | ({"Idempotency-Key": key} if key else {})
        if self.token:
            headers["Authorization"] = f"Token {self.token}"
        request = urllib.request.Request(
            f"{self.url}/api/v1/{path}", data=raw, method=method, headers=headers
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())


def walk_cases(client, matter, count):
    """Open cases and complete every step that comes, in no particular order."""
    numbers = []
    for n in range(count):
        new = {"matter": matter, "area": AREA, "title": f"第 {n} 件", "data": {}}
        status, case = client.ask("POST", "cases/", new, key=str(uuid4()))
        assert status == 201, case
        numbers.append(case["number"])
        complete_open_steps(client, case["number"])
    waiting = set(numbers)
    until = time.monotonic() + PATIENCE
    while waiting and time.monotonic() < until:
        for number in sorted(waiting):
            if complete_open_steps(client, number) == "closed":
                waiting.discard(number)
        time.sleep(0.1)
    return waiting


def complete_open_steps(client, number):
    _status, case = client.ask("GET", f"cases/{number}/")
    for step in case["steps"]:
        if step["kind"] == "human":
            status, answer = client.ask("POST", f"steps/{step['id']}/complete/", {}, key=f"step-{step['id']}")
            assert status == 200, answer
    return case["status"]


@pytest.mark.timeout(600)
def test_nothing_is_lost_or_doubled_when_programs_are_killed(database_server, tmp_path):
    with own_database(database_server) as database_url:
        environment = {"DATABASE_URL": database_url, "MEDIA_ROOT": str(tmp_path / "media")}
        port = free_port()
        site = Site(url=f"http://{demo.HOST}:{port}", environment=environment)
        for command in ("migrate", "load_library", "demo_data"):
            site.manage(command)
        programs = [
            program.logging_to(tmp_path / program.log.name).with_environment(environment)
            for program in (
                demo.web_server(port),
                demo.django_command("pump"),
                demo.django_command("qcluster"),
            )
        ]
        runners = Runners(programs=programs)
        runners.start()
        try:
            left = _storm(site, runners)
            waiting = _until_nothing_waits(database_url)
        finally:
            runners.stop()

        assert left == set()
        assert waiting == 0
        assert runners.kills >= 10
        assert "every chain holds" in site.manage("verify_audit")
        assert "a rebuild changes nothing" in site.manage("rebuild", "--check")
        _ensure_stories_whole(database_url)


def _storm(site, runners):
    client = Client(url=site.url)
    _status, said = client.ask("POST", "auth/token/", {"username": "hejing", "password": PASSWORD})
    client.token = said["token"]
    client.ask("POST", "matters/", {"key": "storm", "title": "演练"})
    client.ask("PUT", "matters/storm/draft/", diagram(BODY))
    status, answer = client.ask("POST", "matters/storm/publish/", {"note": "演练"})
    assert status == 200, answer
    with ThreadPoolExecutor(CLIENTS) as pool:
        counts = [CASES // CLIENTS + (n < CASES % CLIENTS) for n in range(CLIENTS)]
        walks = [pool.submit(walk_cases, client, "storm", count) for count in counts]
        # In this thread, as a child is told to stop when the thread that started it ends.
        chance, until = random.Random(20261123), time.monotonic() + STORM
        while time.monotonic() < until:
            time.sleep(KILL_EVERY)
            runners.kill_one(chance)
        return set().union(*(walk.result() for walk in walks))


def _until_nothing_waits(database_url):
    """How many parcels are still on their way when patience ends.

    A case may be closed while what it sent is still leased to somebody who was killed: the lease has to run out.
    """
    until = time.monotonic() + PATIENCE
    with closing(psycopg.connect(database_url, autocommit=True)) as connection:
        while True:
            (left,) = connection.execute(
                "SELECT count(*) FROM casework_outbox WHERE state <> 'done'"
            ).fetchone()
            if not left or time.monotonic() > until:
                return left
            time.sleep(0.2)


def _ensure_stories_whole(database_url):
    with closing(psycopg.connect(database_url)) as connection:
        rows = connection.execute("SELECT case_id, kind FROM casework_caseevent").fetchall()
        stories: dict[int, Counter] = {}
        for case_id, kind in rows:
            stories.setdefault(case_id, Counter())[kind] += 1
        assert len(stories) == CASES
        assert [story for story in stories.values() if story != STORY] == []
        decided = connection.execute("SELECT count(*) FROM casework_decision").fetchone()
        assert decided == (3 * CASES,)
