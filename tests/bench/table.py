"""The measures, run one after the other, set against what was promised, printed and kept as JSON."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from django.core.management import call_command
from django.db import connection

from casework.queries.viewers import viewer_for
from tests.bench import city, http, measures, others, pages, rules
from tests.world import World, build_world

KEPT_IN = Path(__file__).parents[2] / "var" / "bench.json"


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much of everything."""

    cases: int
    turns: int
    peer_cases: int
    due: int
    timers: int
    city: int
    visits: int
    spell: float


QUICK = Size(cases=10, turns=60, peer_cases=4, due=20, timers=20_000, city=3_000, visits=10, spell=1)
USUAL = Size(cases=60, turns=1000, peer_cases=20, due=100, timers=100_000, city=50_000, visits=25, spell=3)
LARGE = Size(
    cases=60, turns=1000, peer_cases=20, due=100, timers=1_000_000, city=1_000_000, visits=25, spell=3
)
SPELLS = 3


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the table: what, how much, and what was promised."""

    what: str
    measured: float
    unit: str
    goal: str = ""

    def __str__(self) -> str:
        digits = 0 if self.measured >= 100 or self.unit == "bytes" else 2 if self.measured < 10 else 1
        return f"{self.what:<66} {self.measured:>10,.{digits}f} {self.unit:<6} {self.goal}"


def print_table(size: Size, *, url: str, with_peers: bool) -> None:
    call_command("migrate", verbosity=0, interactive=False)
    world = build_world()
    lines: list[Line] = []
    for part in (_steps, _loop, _alone, _sweep, _rules, _http, _pages):
        if part is _pages and with_peers:  # before the city is there: the others have none around them
            lines += _peers(world, size, url=url)
            print()
        for line in part(world, size):
            print(line, flush=True)
            lines.append(line)
    KEPT_IN.parent.mkdir(exist_ok=True)
    KEPT_IN.write_text(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=1) + "\n")
    print(f"\nKept in {KEPT_IN}. Compare figures of one run only: machines differ, and so do their days.")


COMPLETED, OPENED, CASE_BYTES = "steps completed a second", "cases opened a second", "a case in the database"


def _steps(world: World, size: Size) -> list[Line]:
    opener, clerk = viewer_for(world.grid_worker), viewer_for(world.planning)
    empty = measures.bytes_stored()
    walked = measures.ordinary_cases(cases=size.cases, opener=opener, clerk=clerk)
    step = median(walked.completions)
    hand = {name: median(taken) for name, taken in walked.by_hand.items()}
    lines = [
        Line(what="a whole step: lock, rules, engine, projection, journal", measured=step * 1e3, unit="ms"),
        Line(
            what="… against the five statements by hand, Django's ORM",
            measured=step / hand["orm"],
            unit="×",
            goal="≤ 1.0",
        ),
        Line(what="… against the same through a cursor", measured=step / hand["cursor"], unit="×"),
        Line(what="… against the same as one statement", measured=step / hand["one"], unit="×"),
        Line(
            what="its state, the longest at any step",
            measured=max(walked.states),
            unit="bytes",
            goal="≤ 3,072",
        ),
        Line(what=COMPLETED, measured=1 / step, unit="/s"),
        Line(what=OPENED, measured=1 / median(walked.openings), unit="/s"),
    ]
    return [*lines, Line(what=CASE_BYTES, measured=_own_bytes(empty, size), unit="bytes")]


def _own_bytes(empty: int, size: Size) -> float:
    full = measures.bytes_stored()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(pg_total_relation_size(relid)), 0)::bigint FROM pg_stat_user_tables WHERE relname LIKE 'floor%'"
        )
        return (full - empty - int(cursor.fetchone()[0])) / (size.cases + 1)


def _loop(world: World, size: Size) -> list[Line]:
    looped = measures.loop_turns(
        turns=size.turns, opener=viewer_for(world.grid_worker), clerk=viewer_for(world.planning)
    )
    against = looped.worn / looped.fresh
    return [
        Line(what=f"turn {size.turns} of a loop against turn 1", measured=against, unit="×", goal="≤ 1.1"),
        Line(what="… its state after turn 1", measured=looped.fresh_bytes, unit="bytes"),
        Line(what=f"… its state after turn {size.turns}", measured=looped.worn_bytes, unit="bytes"),
    ]


def _alone(world: World, size: Size) -> list[Line]:
    alone = median(measures.engine_steps(turns=size.turns))
    published, step = measures.large_diagram(
        opener=viewer_for(world.grid_worker), clerk=viewer_for(world.planning)
    )
    return [
        Line(what="a diagram of 2,000 nodes, published", measured=published, unit="s", goal="< 2"),
        Line(what="… a step in it", measured=step * 1e3, unit="ms", goal="< 20"),
        Line(what="the engine alone: load, step, save", measured=alone * 1e6, unit="µs"),
        Line(
            what="thirty forks and joins in one move",
            measured=measures.forks_start() * 1e3,
            unit="ms",
            goal="< 50",
        ),
    ]


def _sweep(world: World, size: Size) -> list[Line]:
    alone, among = measures.sweep(
        due=size.due,
        others=size.timers,
        opener=viewer_for(world.grid_worker),
        clerk=viewer_for(world.planning),
    )
    return [
        Line(what=f"a due timer, swept with {size.due} others", measured=alone * 1e3, unit="ms"),
        Line(what=f"… among {size.timers:,} that are not due", measured=among / alone, unit="×", goal="≈ 1"),
    ]


REPORTS = 10_000


def _rules(world: World, size: Size) -> list[Line]:
    case = measures.open_case("ordinary", by=viewer_for(world.grid_worker))
    idle, busy = rules.sweeping(case, clocks=size.timers)
    return [
        Line(
            what=f"deciding rules for {REPORTS:,} reports", measured=rules.deciding(reports=REPORTS), unit="s"
        ),
        Line(what=f"{size.timers:,} running clocks looked over", measured=idle * 1e3, unit="ms"),
        Line(what=f"{size.timers:,} clocks that ran out, marked", measured=busy, unit="s", goal="< 1"),
    ]


def _http(world: World, size: Size) -> list[Line]:
    rates = http.requests_a_second(
        spell=size.spell, turns=SPELLS, opener=viewer_for(world.grid_worker), clerk=world.planning
    )
    return [
        Line(what="completions over HTTP, 2 × 4 threads, 8 clients", measured=rates["ours"], unit="/s"),
        Line(
            what="… against a Django view that writes the five statements by ORM",
            measured=rates["ours"] / rates["orm"],
            unit="×",
            goal="≥ 0.8",
        ),
        Line(
            what="… against the same through a cursor, without any framework",
            measured=rates["ours"] / rates["bare"],
            unit="×",
        ),
    ]


def _pages(world: World, size: Size) -> list[Line]:
    case = measures.open_case("ordinary", by=viewer_for(world.grid_worker))
    asked = {
        "times": size.visits,
        "clerk": world.planning,
        "leader": world.leader,
        "reporter": world.grid_worker,
        "case": case,
    }
    city.fill(case, cases=1000, reporter_id=world.stranger.pk)
    small = pages.page_times(**asked)  # type: ignore[arg-type]  # a case and two people
    city.fill(case, cases=size.city, reporter_id=world.stranger.pk)
    large = pages.page_times(**asked)  # type: ignore[arg-type]
    return [
        Line(
            what=f"p95 of {name}: {size.city:,} open cases against 1,000",
            measured=large[name] / small[name],
            unit="×",
            goal="≤ 2",
        )
        for name in small
    ]


TWICE = ("viewflow", "bpmn-engine")


def _peers(world: World, size: Size, *, url: str) -> list[Line]:
    lines = []
    print(
        "\nthe same eight steps elsewhere    starts/s  completions/s  bytes a case   ours against it: starts, completions"
    )
    for peer in others.PEERS:
        before = _ours(world, size)
        score = others.measured(peer, url, cases=size.peer_cases)
        if score.skipped:
            print(f"{score.name:<30} skipped: {score.skipped}")
            continue
        after = _ours(world, size)
        opened = score.starts / median([*before.openings, *after.openings])
        times = score.completions / median([*before.completions, *after.completions])
        starts, completions = 1 / score.starts, 1 / score.completions
        print(
            f"{score.name:<30} {starts:>11.0f} {completions:>14.0f} {score.bytes_a_case:>13,} {opened:>27.1f} × {times:>9.1f} ×",
            flush=True,
        )
        goal = "≥ 2" if score.name in TWICE else ""
        lines += [
            Line(what=f"{score.name}: starts a second", measured=starts, unit="/s"),
            Line(what=f"{score.name}: completions a second", measured=completions, unit="/s"),
            Line(what=f"{score.name}: a case in the database", measured=score.bytes_a_case, unit="bytes"),
            Line(what=f"starts, ours against {score.name}", measured=opened, unit="×"),
            Line(what=f"completions, ours against {score.name}", measured=times, unit="×", goal=goal),
        ]
    return lines


def _ours(world: World, size: Size) -> measures.Walked:
    """Ours, as it is just then: before and after each of the others."""
    opener, clerk = viewer_for(world.grid_worker), viewer_for(world.planning)
    return measures.some_cases(cases=max(3, size.peer_cases // 2), opener=opener, clerk=clerk)
