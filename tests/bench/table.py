"""The measures, run one after the other and set against what was promised."""

from statistics import median, quantiles

from django.core.management import call_command
from django.db import connection

from casework.queries.viewers import viewer_for
from tests.bench import measures
from tests.world import build_world


def print_table(*, cases: int, turns: int) -> None:
    call_command("migrate", verbosity=0, interactive=False)
    world = build_world()
    opener, clerk = viewer_for(world.grid_worker), viewer_for(world.planning)
    by_hand = measures.floor_completions(cases=cases)
    walked = measures.ordinary_cases(cases=cases, opener=opener, clerk=clerk)
    looped = measures.loop_turns(turns=turns, opener=opener, clerk=clerk)
    alone = measures.engine_steps(turns=turns)
    forked = measures.forks_start()
    connection.close()
    floor, step = median(by_hand), median(walked.completions)
    early, late = _tenth(looped, first=True), _tenth(looped, first=False)
    rows = [
        ("five statements by hand, one step", f"{floor * 1000:.2f} ms", "the floor"),
        ("a whole step: rules, engine, projection, clocks, journal", f"{step * 1000:.2f} ms", ""),
        ("… slowest in a hundred", f"{quantiles(walked.completions, n=100)[-1] * 1000:.2f} ms", ""),
        ("… against the floor", f"{step / floor:.1f} ×", "goal 1"),
        ("steps a second, one process", f"{1 / step:.0f}", ""),
        ("cases opened a second, one process", f"{1 / median(walked.openings):.0f}", ""),
        (f"last tenth of {turns} turns of a loop against the first", f"{late / early:.2f} ×", "goal ≤ 1.1"),
        ("engine alone: load, step, save", f"{median(alone) * 1e6:.0f} µs", "20–32 is possible"),
        ("thirty forks and joins in one move", f"{forked * 1000:.1f} ms", "goal < 50"),
    ]
    for what, measured, goal in rows:
        print(f"{what:<58} {measured:>10}   {goal}")


def _tenth(values: list[float], *, first: bool) -> float:
    size = max(1, len(values) // 10)
    return median(values[:size] if first else values[-size:])
