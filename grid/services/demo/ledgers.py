"""Made-up people, houses, places and facilities for the complete town of the demo; each row is marked synthetic.

Telephone numbers begin with 100 and identity numbers end in a series that no office gave out: they are nobody's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import shapely

from grid.models import Area, LedgerChange, LedgerKind, LedgerRecord, User
from grid.services.demo.people import family_names, given_names
from grid.services.demo.places import TOWN
from grid.services.ledgers.keeping import Keeper, tags_of
from grid.services.ledgers.tags import ensure_tags
from grid.services.ledgers.values import Known
from grid.services.ledgers.writing import change, cycles_of, differences, new_record
from grid.services.registers import Changes

HOUSES, PLACES, FACILITIES = 12, 5, 4  # in each grid
BATCH = 500
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_LANES = "一二三四五六"
_SHOPS = (
    ("便民超市", "小商店", "零售"), ("豆花饭馆", "小餐饮场所", "餐饮"), ("小面馆", "小餐饮场所", "餐饮"),
    ("理发店", "小美容洗浴场所", "美容美发"), ("家庭旅馆", "小旅馆", "住宿"), ("五金加工坊", "小生产加工企业", "五金加工"),
    ("社区诊所", "小医院", "医疗"), ("幼儿园", "小学校幼儿园", "教育"),
)  # fmt: skip
_THINGS = (
    ("消防栓", "消防器材", "消防设施"), ("监控摄像头", "摄像头", "感知设备"), ("健身器材", "健身器材", "公共设施"),
    ("应急物资柜", "应急物资", "应急物资"), ("路灯", "路灯", "公共设施"),
)  # fmt: skip


def load_ledgers() -> Changes:
    """Fill the ledgers of the town's grids, once: records that are there stay as people left them."""
    by = User.objects.filter(username="dengli").first() or User.objects.order_by("pk").first()
    known = set(LedgerRecord.objects.filter(code__startswith="DEMO").values_list("code", flat=True))
    if by is None or known:
        return Changes()
    keeper = Keeper(user_id=by.pk, sees=(TOWN,), keeps=(TOWN,))
    ensure_tags()
    added: list[str] = []
    grids = list(Area.objects.inside(TOWN).at("grid").order_by("code"))
    houses = _store(LedgerKind.HOUSE, _houses(grids), grids, {}, by=keeper)
    added += houses
    for kind, rows in (
        (LedgerKind.PERSON, _people(grids)),
        (LedgerKind.PLACE, _places(grids)),
        (LedgerKind.FACILITY, _facilities(grids)),
    ):
        added += _store(kind, rows, grids, houses, by=keeper)
    return Changes(added=tuple(added))


def _store(
    kind: str, rows: Iterator[dict[str, Any]], grids: list[Area], houses: dict[str, int], *, by: Keeper
) -> dict[str, int]:
    known = Known(
        areas={grid.code: grid.pk for grid in grids}, houses=houses, tags={tag.name for tag in tags_of(kind)}
    )
    cycles = cycles_of(kind)
    # Entered at different days of the last month, so that some visits are due today and most are not.
    start = datetime.now(UTC)
    filled, records = [], []
    for number, values in enumerate(rows):
        now = start - timedelta(hours=number * 7 % 720)
        records.append(new_record(kind, values, known, by=by, now=now, cycles=cycles, synthetic=True))
        filled.append(values)
    LedgerRecord.objects.bulk_create(records, batch_size=BATCH)
    LedgerChange.objects.bulk_create(
        (
            change(record, differences(kind, {}, values), how=LedgerChange.How.CREATED, by=by)
            for record, values in zip(records, filled, strict=True)
        ),
        batch_size=BATCH,
    )
    return {record.code: record.pk for record in records}


def _houses(grids: list[Area]) -> Iterator[dict[str, Any]]:
    for grid in grids:
        chance = _chance(grid, "house")
        for number in range(1, HOUSES + 1):
            lane, yard, unit = _LANES[chance.randrange(6)], chance.randrange(1, 30), chance.randrange(1, 4)
            room = f"{chance.randrange(1, 8)}0{chance.randrange(1, 5)}"
            use = chance.choice(("自住", "自住", "自住", "出租", "空置", "经营"))
            yield {
                "title": f"{lane}巷{yard}号院{unit}单元{room}",
                "code": f"DEMO-F-{grid.code[-6:]}-{number:02}",
                "area": grid.code,
                "address": f"{_community(grid)}{lane}巷{yard}号院",
                "building": f"{yard}号院",
                "unit": f"{unit}单元",
                "room": room,
                "structure": chance.choice(("砖混", "框架", "钢混", "砖木")),
                "built_in": chance.randrange(1978, 2019),
                "floor_area": float(chance.randrange(38, 130)),
                "use": use,
                "owner": _name(chance),
                "owner_phone": _phone(chance),
                "danger": chance.choice(("A", "A", "A", "B", "B", "C")),
                "gas": chance.choice(("天然气", "天然气", "液化气罐", "无")),
                "tags": {"出租": ["出租房"], "空置": ["空置房"]}.get(use, []),
                **_point(grid, chance),
            }


def _people(grids: list[Area]) -> Iterator[dict[str, Any]]:
    serial = 0
    for grid in grids:
        chance = _chance(grid, "person")
        for house in _houses([grid]):
            for member in range(chance.randrange(1, 4)):
                serial += 1
                yield _person(grid, house, member, serial, chance)


def _person(grid: Area, house: dict[str, Any], member: int, serial: int, chance: Random) -> dict[str, Any]:
    year = chance.randrange(1936, 2018)
    born = f"{year}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    is_old = year < 1951
    tags = ["独居老人"] if is_old and member == 0 and chance.random() < 0.5 else []
    tags += ["高龄老人"] if year < 1946 else []
    tags += [] if tags or chance.random() > 0.1 else [chance.choice(("低保", "残疾", "退役军人", "流动人口"))]
    adult = year < 2006
    return {
        "title": _name(chance),
        "code": f"DEMO-R-{serial:05}",
        "id_number": _id_number(born, serial, is_woman=serial % 2 == 0),
        "sex": "女" if serial % 2 == 0 else "男",
        "birth_on": born,
        "phone": _phone(chance) if adult else "",
        "area": grid.code,
        "address": f"{house['address']}{house['unit']}{house['room']}",
        "house": house["code"],
        "relation": "户主" if member == 0 else "其他",
        "tags": sorted(tags),
        "job": "退休" if is_old else chance.choice(("务工", "个体经营", "企业职工", "")) if adult else "学生",
        "carer": _name(chance) if tags and is_old else "",
        "carer_phone": _phone(chance) if tags and is_old else "",
        **{name: house[name] for name in ("lat", "lon") if name in house},
    }


def _places(grids: list[Area]) -> Iterator[dict[str, Any]]:
    for grid in grids:
        chance = _chance(grid, "place")
        for number in range(1, PLACES + 1):
            family = chance.choice(family_names())
            name, sort, trade = chance.choice(_SHOPS)
            yield {
                "title": f"{family}记{name}",
                "code": f"DEMO-D-{grid.code[-6:]}-{number:02}",
                "sort": sort,
                "area": grid.code,
                "address": f"{_community(grid)}{_LANES[number % 6]}巷{number * 7}号",
                "tags": ["九小场所"],
                "trade": trade,
                "contact": family + chance.choice(given_names()),
                "contact_phone": _phone(chance),
                "staff": chance.randrange(1, 9),
                "safety": chance.choice(("正常", "正常", "正常", "需关注")),
                "fire": chance.choice(("灭火器 2 具，在有效期内", "灭火器 1 具", "")),
                **_point(grid, chance),
            }


def _facilities(grids: list[Area]) -> Iterator[dict[str, Any]]:
    for grid in grids:
        chance = _chance(grid, "facility")
        for number in range(1, FACILITIES + 1):
            name, sort, tag = _THINGS[(number + int(grid.code[-3:])) % len(_THINGS)]
            yield {
                "title": f"{_LANES[number % 6]}巷口{name}",
                "code": f"DEMO-W-{grid.code[-6:]}-{number:02}",
                "sort": sort,
                "area": grid.code,
                "address": f"{_community(grid)}{_LANES[number % 6]}巷口",
                "tags": [tag],
                "quantity": chance.randrange(1, 4),
                "condition": chance.choice(("完好", "完好", "完好", "破损")),
                **_point(grid, chance),
            }


def _chance(grid: Area, what: str) -> Random:
    """The same rows every time."""
    return Random(f"{grid.code}/{what}")  # noqa: S311 - made-up data, nothing secret


def _community(grid: Area) -> str:
    return grid.name.partition("第")[0]


def _name(chance: Random) -> str:
    return chance.choice(family_names()) + chance.choice(given_names())


def _phone(chance: Random) -> str:
    """Numbers that begin with 100 are given to nobody."""
    return f"100{chance.randrange(10**8):08}"


def _id_number(born: str, serial: int, *, is_woman: bool) -> str:
    """Valid by its check digit, and of a district code (500199) that there isn't."""
    number = (
        f"500199{born.replace('-', '')}{serial // 2 % 100:02}{(serial * 2 + (0 if is_woman else 1)) % 10}"
    )
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=True))
    return number + "10X98765432"[total % 11]


def _point(grid: Area, chance: Random) -> dict[str, float]:
    """Somewhere inside the grid."""
    if not grid.outline:
        return {}
    shape = shapely.geometry.shape(grid.outline)
    west, south, east, north = shape.bounds
    for _try in range(30):
        point = shapely.Point(chance.uniform(west, east), chance.uniform(south, north))
        if shape.contains(point):
            return {"lat": round(point.y, 6), "lon": round(point.x, 6)}
    middle = shape.representative_point()
    return {"lat": round(middle.y, 6), "lon": round(middle.x, 6)}
