"""The standing cast: a tiny district that all tests share, with one person on each post.

District 500101 has the sub-districts 陈家坝 (500101026, whose people have the plain names) and 五桥 (500101025,
whose people begin with `sibling_`). Each has two communities with two square grids.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import ClassVar

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password

from grid.models import Appointment, Area, Post, Unit, User
from grid.services.locate import stamp_outlines

PASSWORD = "standing-cast-2026"
SINCE = date(2020, 1, 1)
DISTRICT, TOWN, SIBLING = "500101", "500101026", "500101025"
COMMUNITY, OTHER_COMMUNITY = "500101026001", "500101026002"
GRID, OTHER_GRID = "500101026001001", "500101026001002"
SIBLING_COMMUNITY, SIBLING_GRID = "500101025001", "500101025001001"

# unit code → key, kind, name
UNITS = {
    "500101000000-leadership": ("leadership", Unit.Kind.DISTRICT_LEADERSHIP, "区领导"),
    "500101000000-centre": ("district_centre", Unit.Kind.DISTRICT_CENTRE, "区治理中心"),
    "500101000000-housing": ("housing", Unit.Kind.DEPARTMENT, "区住房城乡建委"),
    "500101000000-urban": ("urban_management", Unit.Kind.DEPARTMENT, "区城市管理局"),
    "500101000000-finance": ("finance", Unit.Kind.DEPARTMENT, "区财政局"),
    "500101000000-planning": ("planning_bureau", Unit.Kind.DEPARTMENT, "区规划自然资源局"),
    "500101000000-police": ("police", Unit.Kind.DEPARTMENT, "区公安分局"),
    "500101000000-culture": ("culture", Unit.Kind.DEPARTMENT, "区文化旅游委"),
}
TOWN_UNITS = {
    "centre": ("command_centre", Unit.Kind.COMMAND_CENTRE, "基层治理指挥中心"),
    "party": ("sector_party", Unit.Kind.SECTOR, "党的建设板块"),
    "economy": ("sector_economy", Unit.Kind.SECTOR, "经济发展板块"),
    "livelihood": ("sector_livelihood", Unit.Kind.SECTOR, "民生服务板块"),
    "safety": ("sector_safety", Unit.Kind.SECTOR, "平安法治板块"),
}
ROLES = {
    "leader": ("区领导", Post.Sees.AREA, ["supervise"]),
    "application_building": ("应用建设岗", Post.Sees.AREA, ["studio"]),
    "event_routing": ("事件流转岗", Post.Sees.AREA, ["dispatch", "supervise", "register"]),
    "reviewer": ("审核岗", Post.Sees.ASSIGNED, []),
    "handler": ("经办岗", Post.Sees.ASSIGNED, []),
    "commander": ("指挥长", Post.Sees.AREA, ["dispatch", "supervise"]),
    "duty_chief": ("值班长", Post.Sees.AREA, ["dispatch", "supervise", "register"]),
    "duty_officer": ("值班员", Post.Sees.AREA, ["dispatch", "register"]),
    "planning": ("规划建设岗", Post.Sees.ASSIGNED, []),
    "civil_affairs": ("民政救助岗", Post.Sees.ASSIGNED, []),
    "enforcement": ("综合执法岗", Post.Sees.ASSIGNED, []),
    "mediation": ("矛盾调解岗", Post.Sees.ASSIGNED, []),
    "safety": ("平安建设岗", Post.Sees.ASSIGNED, []),
    "police": ("公安(派出所)岗", Post.Sees.ASSIGNED, []),
    "community_secretary": ("社区党组织书记", Post.Sees.AREA, ["register"]),
    "community_worker": ("社区工作者", Post.Sees.ASSIGNED, ["register"]),
    "grid_head": ("网格长", Post.Sees.AREA, ["register"]),
    "grid_worker": ("专职网格员", Post.Sees.ASSIGNED, ["register"]),
}
# attribute of World → the person's name, the unit's code, the role
CAST = {
    "leader": ("周建明", "500101000000-leadership", "leader"),
    "administrator": ("何静", "500101000000-centre", "application_building"),
    "district_dispatcher": ("吴凯", "500101000000-centre", "event_routing"),
    "housing_reviewer": ("孙立", "500101000000-housing", "reviewer"),
    "housing_handler": ("郑洁", "500101000000-housing", "handler"),
    "urban_reviewer": ("冯涛", "500101000000-urban", "reviewer"),
    "urban_handler": ("蒋斌", "500101000000-urban", "handler"),
    "finance_reviewer": ("许文", "500101000000-finance", "reviewer"),
    "planning_bureau_reviewer": ("沈岚", "500101000000-planning", "reviewer"),
    "police_reviewer": ("韩勇", "500101000000-police", "reviewer"),
    "police_handler": ("杨帆", "500101000000-police", "handler"),
    "culture_reviewer": ("朱琳", "500101000000-culture", "reviewer"),
    "commander": ("罗毅", "500101026000-centre", "commander"),
    "duty_chief": ("王敏", "500101026000-centre", "duty_chief"),
    "duty_officer": ("李敏", "500101026000-centre", "duty_officer"),
    "planning": ("张志强", "500101026000-economy", "planning"),
    "civil_affairs": ("周玉梅", "500101026000-livelihood", "civil_affairs"),
    "enforcement": ("赵海涛", "500101026000-safety", "enforcement"),
    "mediation": ("唐慧", "500101026000-safety", "mediation"),
    "safety": ("曹刚", "500101026000-safety", "safety"),
    "police": ("彭飞", "500101026000-safety", "police"),
    "community_secretary": ("刘建国", "500101026001-committee", "community_secretary"),
    "community_worker": ("邓丽", "500101026001-committee", "community_worker"),
    "other_community_secretary": ("谢军", "500101026002-committee", "community_secretary"),
    "grid_worker": ("陈秀兰", "500101026001001-team", "grid_worker"),
    "grid_head": ("田大勇", "500101026001001-team", "grid_head"),
    "other_grid_worker": ("潘红", "500101026001002-team", "grid_worker"),
    "far_grid_worker": ("董芳", "500101026002001-team", "grid_worker"),
    "sibling_duty_chief": ("袁军", "500101025000-centre", "duty_chief"),
    "sibling_duty_officer": ("余敏", "500101025000-centre", "duty_officer"),
    "sibling_planning": ("苏强", "500101025000-economy", "planning"),
    "sibling_enforcement": ("叶波", "500101025000-safety", "enforcement"),
    "sibling_community_secretary": ("吕国庆", "500101025001-committee", "community_secretary"),
    "sibling_grid_worker": ("魏秀英", "500101025001001-team", "grid_worker"),
}


@dataclass(kw_only=True)
class World:
    leader: User
    administrator: User
    district_dispatcher: User
    housing_reviewer: User
    housing_handler: User
    urban_reviewer: User
    urban_handler: User
    finance_reviewer: User
    planning_bureau_reviewer: User
    police_reviewer: User
    police_handler: User
    culture_reviewer: User
    commander: User
    duty_chief: User
    duty_officer: User
    planning: User
    civil_affairs: User
    enforcement: User
    mediation: User
    safety: User
    police: User
    community_secretary: User
    community_worker: User
    other_community_secretary: User
    grid_worker: User
    grid_head: User
    other_grid_worker: User
    far_grid_worker: User
    sibling_duty_chief: User
    sibling_duty_officer: User
    sibling_planning: User
    sibling_enforcement: User
    sibling_community_secretary: User
    sibling_grid_worker: User
    # somebody who can log in and holds no post
    stranger: User
    areas: dict[str, Area]
    posts: dict[str, Post]

    password: ClassVar[str] = PASSWORD

    def post_of(self, user: User) -> Post:
        """The one post that a member of the cast holds."""
        return self.posts[post_code(user.username)]

    def area(self, code: str) -> Area:
        return self.areas[code]

    def point_in(self, grid_code: str) -> tuple[float, float]:
        """Latitude and longitude of the middle of a grid."""
        west, south = _corner(grid_code)
        return south + SIDE / 2, west + SIDE / 2


SIDE = 0.01


class QuickArgon2(Argon2PasswordHasher):
    """Guards nothing: a real one takes a fifth of a second and 100 MB for each log-in of a test."""

    time_cost = 1
    memory_cost = 64
    parallelism = 1


def post_code(name: str) -> str:
    """The code of the post that the cast's member of this attribute name holds."""
    _person, unit, role = CAST[name]
    return f"{unit}/{role}"


def build_world() -> World:
    areas = _areas()
    units = _units(areas)
    posts = _posts(units)
    people = _people()
    Appointment.objects.bulk_create(
        Appointment(post=posts[post_code(name)], user=people[name], starts_on=SINCE) for name in CAST
    )
    stamp_outlines()
    return World(**people, areas=areas, posts=posts)


@pytest.fixture
def world(db) -> World:
    return build_world()


def _areas() -> dict[str, Area]:
    names = {DISTRICT: "万州区", TOWN: "陈家坝街道", SIBLING: "五桥街道"}
    for town, communities in ((TOWN, ("沱口社区", "红光社区")), (SIBLING, ("五间桥社区", "上海大道社区"))):
        for number, name in enumerate(communities, 1):
            names[f"{town}{number:03}"] = name
            names[f"{town}{number:03}001"] = f"{name}第一网格"
            names[f"{town}{number:03}002"] = f"{name}第二网格"
    rows = Area.objects.bulk_create(_area(code, name) for code, name in sorted(names.items()))
    return {area.code: area for area in rows}


def _area(code: str, name: str) -> Area:
    level = {6: "district", 9: "town", 12: "community", 15: "grid"}[len(code)]
    kind = {"town": Area.Kind.SUBDISTRICT, "community": Area.Kind.COMMUNITY}.get(level, Area.Kind.ORDINARY)
    parent = None if level == "district" else code[:-3]
    outline = _square(code) if level == "grid" else None
    return Area(
        code=code, name=name, level=level, kind=kind, parent_id=parent, outline=outline, synthetic=True
    )


def _corner(code: str) -> tuple[float, float]:
    """South-west corner: towns one above the other, a town's four grids side by side."""
    column = (int(code[9:12]) - 1) * 2 + int(code[12:15]) - 1
    row = int(code[6:9]) - 25
    return 108.40 + column * SIDE, 30.75 + row * SIDE


def _square(code: str) -> dict[str, object]:
    west, south = _corner(code)
    east, north = west + SIDE, south + SIDE
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _units(areas: dict[str, Area]) -> dict[str, Unit]:
    units = [_unit(code, *what, areas[DISTRICT]) for code, what in UNITS.items()]
    for town in (TOWN, SIBLING):
        units += [_unit(f"{town}000-{part}", *what, areas[town]) for part, what in TOWN_UNITS.items()]
    for area in areas.values():
        if area.level == "community":
            kind = Unit.Kind.COMMUNITY_COMMITTEE
            units.append(_unit(f"{area.code}-committee", "community", kind, area.name, area))
        if area.level == "grid":
            units.append(_unit(f"{area.code}-team", "grid_team", Unit.Kind.GRID_TEAM, area.name, area))
    return {unit.code: unit for unit in Unit.objects.bulk_create(units)}


def _unit(code: str, key: str, kind: str, name: str, area: Area) -> Unit:
    return Unit(code=code, key=key, kind=kind, name=name, area=area)


def _posts(units: dict[str, Unit]) -> dict[str, Post]:
    posts = []
    for _person, unit, role in CAST.values():
        name, sees, powers = ROLES[role]
        posts.append(
            Post(code=f"{unit}/{role}", unit=units[unit], role=role, name=name, sees=sees, powers=powers)
        )
    return {post.code: post for post in Post.objects.bulk_create(posts)}


def _people() -> dict[str, User]:
    names = {name: person for name, (person, _unit, _role) in CAST.items()} | {"stranger": "路人甲"}
    users = User.objects.bulk_create(
        User(username=name, display_name=person, phone="13800005678", password=_hashed_password())
        for name, person in names.items()
    )
    return {user.username: user for user in users}


@lru_cache(maxsize=1)
def _hashed_password() -> str:
    return make_password(PASSWORD)
