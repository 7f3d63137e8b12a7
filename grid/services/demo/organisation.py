"""The demo district's units and posts, from the editable list in `grid/seed/posts.csv`."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from grid import codes
from grid.services.area_register import AreaEntry
from grid.services.demo.places import DISTRICT, TOWN
from grid.services.unit_register import Organisation, PostEntry, UnitEntry

SEED = Path(__file__).resolve().parents[2] / "seed" / "posts.csv"


def demo_organisation(areas: Iterable[AreaEntry]) -> Organisation:
    """Units and posts for the district and for everything in the complete town."""
    with SEED.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    units: dict[str, UnitEntry] = {}
    posts: list[PostEntry] = []
    for area in areas:
        if area.code != DISTRICT and not codes.contains(TOWN, area.code):
            continue
        for line in lines:
            if line["at"] == codes.level(area.code):
                unit = _unit(area, line)
                units[unit.code] = unit
                posts.append(_post(unit, line))
    return Organisation(units=tuple(units.values()), posts=tuple(posts))


def unit_code(area_code: str, unit: str) -> str:
    """Districts and towns are written with twelve digits, as in the statistical register."""
    return f"{area_code:0<12}-{unit}"


def _unit(area: AreaEntry, line: Mapping[str, str]) -> UnitEntry:
    return UnitEntry(
        code=unit_code(area.code, line["unit"]),
        key=line["unit_key"],
        name=line["unit_name"].replace("{}", area.name),
        kind=line["unit_kind"],
        area_code=area.code,
        parent=unit_code(area.code, line["parent"]) if line["parent"] else "",
    )


def _post(unit: UnitEntry, line: Mapping[str, str]) -> PostEntry:
    return PostEntry(
        unit_code=unit.code,
        role=line["role"],
        name=line["post_name"],
        sees=line["sees"],
        powers=tuple(line["powers"].split()),
    )
