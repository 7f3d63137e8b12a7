"""The demo district: Wanzhou with its 52 sub-districts and towns, one of them complete down to its grids.

Names are public; five town codes are the published statistical ones, all others are made up for the demo
and marked as such (`synthetic`), as are the communities, grids and outlines of 陈家坝街道.
"""

from collections.abc import Iterator

import shapely

from grid.models import Area
from grid.services.area_register import AreaEntry
from grid.services.demo.outlines import as_geojson, cut, matched

DISTRICT, DISTRICT_NAME = "500101", "万州区"
TOWN, TOWN_NAME = "500101026", "陈家坝街道"
COMMUNITY = f"{TOWN}001"

PUBLISHED = {
    "500101024": "百安坝街道",
    "500101025": "五桥街道",
    "500101026": "陈家坝街道",
    "500101109": "小周镇",
    "500101110": "大周镇",
}
SUBDISTRICTS = [
    "高笋塘",
    "太白",
    "牌楼",
    "双河口",
    "龙都",
    "周家坝",
    "沙河",
    "钟鼓楼",
    "九池",
    "天城",
    "高峰",
]
TOWNS = [
    "新乡",
    "孙家",
    "龙沙",
    "响水",
    "武陵",
    "瀼渡",
    "甘宁",
    "熊家",
    "高梁",
    "李河",
    "分水",
    "余家",
    "后山",
    "弹子",
    "长岭",
    "新田",
    "白羊",
    "长滩",
    "走马",
    "龙驹",
    "白土",
    "罗田",
    "太安",
    "太龙",
    "郭村",
]
TOWNSHIPS = ["柱山", "铁峰", "黄柏", "溪口", "长坪", "燕山", "梨树", "普子", "地宝", "恒合", "茨竹"]

# name → number of grids; 沱口 comes first and has the number 001
COMMUNITIES = {
    "沱口社区": 8,
    "陈家坝社区": 6,
    "南滨社区": 5,
    "石峰社区": 5,
    "联合社区": 4,
    "玉龙社区": 4,
    "桥头社区": 4,
}
NUMERALS = "一二三四五六七八九十"
# A convex stretch of some four by five kilometres about 108.4° E, 30.75° N.
TOWN_SHAPE = (
    (108.379, 30.741),
    (108.391, 30.729),
    (108.409, 30.727),
    (108.422, 30.738),
    (108.425, 30.755),
    (108.414, 30.770),
    (108.397, 30.774),
    (108.382, 30.762),
)


def demo_areas() -> list[AreaEntry]:
    entries = [_entry(DISTRICT, DISTRICT_NAME)]
    entries += [
        _entry(code, name, kind=kind, synthetic=code not in PUBLISHED) for code, name, kind in _towns()
    ]
    entries = [entry for entry in entries if entry.code != TOWN]
    return [*entries, *_complete_town()]


def _towns() -> Iterator[tuple[str, str, str]]:
    kinds = Area.Kind
    for code, name in PUBLISHED.items():
        yield code, name, kinds.SUBDISTRICT if name.endswith("街道") else kinds.TOWN
    for number, name in enumerate(SUBDISTRICTS, 1):
        yield f"{DISTRICT}{number:03}", f"{name}街道", kinds.SUBDISTRICT
    # 109 and 110 are published codes.
    numbers = [number for number in range(101, 200) if number not in (109, 110)]
    for number, name in zip(numbers, TOWNS, strict=False):
        yield f"{DISTRICT}{number}", f"{name}镇", kinds.TOWN
    for number, name in enumerate(TOWNSHIPS, 201):
        # Two townships carry the name of a people in full.
        suffix = "土家族乡" if name in ("地宝", "恒合") else "乡"
        yield f"{DISTRICT}{number}", f"{name}{suffix}", kinds.TOWNSHIP


def _complete_town() -> list[AreaEntry]:
    """陈家坝: the town's shape cut into communities, these into grids; the larger are made of the smaller."""
    shapes = cut(shapely.Polygon(TOWN_SHAPE), into=len(COMMUNITIES))
    cells = [
        cell
        for shape, grids in zip(shapes, COMMUNITIES.values(), strict=True)
        for cell in cut(shape, into=grids)
    ]
    grids = iter(matched(cells))
    entries, town = [], []
    for number, (name, count) in enumerate(COMMUNITIES.items(), 1):
        code = f"{TOWN}{number:03}"
        own = [next(grids) for _grid in range(count)]
        town += own
        entries.append(
            _entry(code, name, kind=Area.Kind.COMMUNITY, shape=shapely.unary_union(own), synthetic=True)
        )
        entries += [
            _entry(f"{code}{index:03}", f"{name}第{NUMERALS[index - 1]}网格", shape=shape, synthetic=True)
            for index, shape in enumerate(own, 1)
        ]
    whole = shapely.unary_union(town)
    return [_entry(TOWN, TOWN_NAME, kind=Area.Kind.SUBDISTRICT, shape=whole, synthetic=True), *entries]


def _entry(
    code: str, name: str, *, kind: str = Area.Kind.ORDINARY, shape: object = None, synthetic: bool = False
) -> AreaEntry:
    outline = as_geojson(shape) if shape else None
    return AreaEntry(number=0, code=code, name=name, kind=kind, outline=outline, synthetic=synthetic)
