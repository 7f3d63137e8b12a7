"""`python -m tests.fuzz [--expressions N] [--processes N] [--seconds N] [--seed N] [FOLDER …]`

Expressions at random must be answered, processes at random run like the token game, and spoiled diagrams be refused or run.
What breaks something is printed or kept in var/fuzz.
"""

import argparse
import hashlib
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from casework.launch.places import ROOT, VAR
from tests.fuzz.damage import damaged
from tests.fuzz.expressions import answers, answers_as_script, at_random, script
from tests.fuzz.life import live
from tests.fuzz.processes import search

LONGEST = 10.0
SHIPPED = ROOT / "workflows" / "library"

parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
parser.add_argument("folders", nargs="*", type=Path, default=[SHIPPED], help="of diagrams to begin with")
parser.add_argument("--seconds", type=float, default=60, help="how long to spoil diagrams (60)")
parser.add_argument("--expressions", type=int, default=1_000_000, help="how many (1,000,000)")
parser.add_argument("--processes", type=int, default=5_000, help="how many (5,000)")
parser.add_argument("--seed", type=int, default=None, help="to have the same run again")


@dataclass(frozen=True, kw_only=True)
class Source:
    """A sound diagram and the decision tables that lie beside it."""

    bpmn: bytes
    tables: dict[str, bytes]


def main() -> None:
    asked = parser.parse_args()
    seed = asked.seed if asked.seed is not None else int(time.time())
    sources = [source_at(path) for folder in asked.folders for path in sorted(folder.rglob("*.bpmn"))]
    if not sources:
        parser.error("no .bpmn files there")
    print(f"seed {seed}", flush=True)
    wrong = [*_expressions(asked.expressions, Random(seed)), *_processes(asked.processes, seed)]  # noqa: S311
    for found in wrong:
        print(found)
    print(f"{len(sources)} diagrams", flush=True)
    ends, broken = run(sources, seconds=asked.seconds, chance=Random(seed))  # noqa: S311 -- it should repeat itself
    print(", ".join(f"{count} {end}" for end, count in ends.most_common()))
    for fault, path in broken.items():
        print(f"{path}: {fault}")
    sys.exit(1 if broken or wrong else 0)


def _expressions(count: int, chance: Random) -> Iterator[str]:
    for n in range(count):
        text = at_random(chance) if n % 20 else script(chance)
        try:
            (answers if n % 20 else answers_as_script)(text)
        except Exception as error:  # noqa: BLE001 -- the very thing that is looked for
            yield f"{text!r}: {type(error).__name__}: {error}"
    print(f"{count} expressions answered", flush=True)


def _processes(count: int, seed: int) -> Iterator[str]:
    for name, example in search(count, seed).items() if count else ():
        yield f"{name}: {example}"
    print(f"{count} processes walked", flush=True)


def source_at(path: Path) -> Source:
    tables = {table.stem: table.read_bytes() for table in sorted(path.parent.glob("tables/*.dmn"))}
    return Source(bpmn=path.read_bytes(), tables=tables)


def run(sources: list[Source], *, seconds: float, chance: Random) -> tuple[Counter[str], dict[str, Path]]:
    """How they ended, and one example of each fault."""
    ends: Counter[str] = Counter()
    broken: dict[str, Path] = {}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        source = chance.choice(sources)
        data = damaged(source.bpmn, chance)
        end, fault = judged(data, chance, tables=source.tables)
        ends[end] += 1
        if fault and fault not in broken:
            broken[fault] = keep(data, fault)
    return ends, broken


def judged(data: bytes, chance: Random, *, tables: dict[str, bytes]) -> tuple[str, str]:
    """How it ended and the fault it laid open, if any."""
    began = time.monotonic()
    try:
        end = live(data, chance, tables=tables)
    except Exception as error:  # noqa: BLE001 -- the very thing that is looked for
        place = traceback.extract_tb(error.__traceback__)[-1]
        return "BROKE", f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"
    if time.monotonic() - began > LONGEST:
        return "SLOW", f"slower than {LONGEST:.0f} s ({end})"
    return end, ""


def keep(data: bytes, fault: str) -> Path:
    folder = VAR / "fuzz"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(data).hexdigest()[:12]}.bpmn"
    path.write_bytes(data)
    path.with_suffix(".txt").write_text(fault + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    main()
