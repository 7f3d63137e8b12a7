"""Whom the shipped rule tables name sits in the districts that are set up: no rule leads nowhere."""

import csv
from pathlib import Path

import grid
from casework.rules.nearby import LEVEL_WORDS, Seat, shipped_tables
from casework.rules.nearby.places import USUAL, seats_in
from casework.rules.sheets import sheet_of

POSTS = Path(grid.__file__).parent / "seed" / "posts.csv"


def seated():
    with POSTS.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return {(row["at"], row["unit_key"], row["role"]) for row in rows}


def named():
    """Every seat that a shipped table can answer with."""
    levels = {word: level for level, word in LEVEL_WORDS.items()}
    for key, table in shipped_tables().items():
        sheet = sheet_of(table.tables)
        for row in sheet.rows:
            said = dict(zip(sheet.outputs, (text.strip('"') for text in row.results), strict=True))
            if key == "nearby_power":
                for word, level in levels.items():
                    yield from seats_in(said[word], level=level)
            if key in ("nearby_start", "nearby_climb") and said["岗位"]:
                yield Seat(level=levels[said["层级"]], unit=said["单位"], role=said["岗位"])
            if key == "dispatch_units":
                for seat in (*seats_in(said["牵头"], level="town"), *seats_in(said["配合"], level="town")):
                    yield Seat(level="district", unit=seat.unit, role=seat.role) if seat.unit else seat


def test_every_seat_that_a_shipped_rule_names_exists():
    there = seated()

    missing = {
        seat
        for seat in (*named(), *USUAL)
        if not any(
            at == seat.level and role == seat.role and seat.unit in ("", unit) for at, unit, role in there
        )
    }

    assert missing == set()
