"""Completions over HTTP against sites that only write: gunicorn with two processes of four threads, eight clients.

All sites stand at once and are asked by turns, so that they have the same weather.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from statistics import median

from rest_framework.authtoken.models import Token

from casework.access import Viewer
from grid.models import User
from tests.bench.measures import open_case
from workflows.models import Step

CLIENTS = 8
READY_WITHIN = 120
Round = Callable[[HTTPConnection, int], None]


SITES = {
    "ours": "casework.wsgi:application",
    "orm": "tests.bench.floor_site:application",
    "bare": "tests.bench.floor_site:bare",
}


def requests_a_second(*, spell: float, turns: int, opener: Viewer, clerk: User) -> dict[str, float]:
    """Completions of ours and writes of the floors, each for so many seconds with all clients at once, by turns."""
    token = Token.objects.get_or_create(user=clerk)[0].key
    rates: dict[str, list[float]] = {name: [] for name in SITES}
    with ExitStack() as stack:
        asked = {
            name: (stack.enter_context(_served(site)), _rounds(name, token=token, opener=opener))
            for name, site in SITES.items()
        }
        for port, rounds in asked.values():
            _warm(port, rounds)
        for turn in range(1, turns + 1):
            for name, (port, rounds) in asked.items():
                rates[name].append(_rate(port, rounds, spell=spell, first=turn * 100_000))
    return {name: median(taken) for name, taken in rates.items()}


def _rounds(name: str, *, token: str, opener: Viewer) -> list[Round]:
    if name != "ours":
        base = 10_000_000 * list(SITES).index(name)
        return [_floor_round(number, base=base) for number in range(1, CLIENTS + 1)]
    return [
        _our_round(token, Step.objects.open().get(run=open_case("loop", by=opener).run_id).pk)
        for _ in range(CLIENTS)
    ]


def _floor_round(case: int, *, base: int) -> Round:
    def go(connection: HTTPConnection, turn: int) -> None:
        connection.request("POST", f"/?case={case}&seq={base + turn}")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200

    return go


def _our_round(token: str, step: int) -> Round:
    """Send the step back; the answer tells the step that comes of it."""
    headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
    at = [step]

    def go(connection: HTTPConnection, turn: int) -> None:
        body = json.dumps({"comment": "请补充照片"}).encode()
        connection.request("POST", f"/api/v1/steps/{at[0]}/return/", body=body, headers=headers)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        assert answer.status == 200, told
        at[0] = told["steps"][0]["id"]

    return go


def _warm(port: int, rounds: list[Round]) -> None:
    """Every process loads what it keeps before the clock runs."""
    for place, round_ in enumerate(rounds):
        _client(port, round_, until=time.monotonic() + 0.1, first=place * 1000)


def _rate(port: int, rounds: list[Round], *, spell: float, first: int) -> float:
    until = time.monotonic() + spell
    with ThreadPoolExecutor(len(rounds)) as pool:
        done = pool.map(lambda round_: _client(port, round_, until=until, first=first), rounds)
        return sum(done) / spell


def _client(port: int, round_: Round, *, until: float, first: int) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    turn = 0
    while time.monotonic() < until:
        round_(connection, first + turn)
        turn += 1
    connection.close()
    return turn


@contextmanager
def _served(application: str) -> Iterator[int]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", application, "--workers=2", "--threads=4", "--keep-alive=30",
        f"--bind=127.0.0.1:{port}", "--log-level=error",
    ]  # fmt: skip
    server = subprocess.Popen(command, env=os.environ | {"LOG_LEVEL": "ERROR"})
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(port: int) -> None:
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except (OSError, HTTPException):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the site did not start")
