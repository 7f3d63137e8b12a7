"""The register of units and their posts: one line a post, read from CSV, stored as a whole."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grid import codes
from grid.models import Area, Post, Unit
from grid.models.posts import POWERS
from grid.services.registers import BadLine, Changes, RegisterRefused, bring_in_step, remove_unused
from grid.services.tables import Line, read_table

COLUMNS = {
    "unit_code": "单位编码",
    "unit_key": "单位类别",
    "unit_name": "单位名称",
    "unit_kind": "单位性质",
    "area_code": "所属区域",
    "parent_unit": "上级单位",
    "role": "岗位标识",
    "post_name": "岗位名称",
    "sees": "可见范围",
    "powers": "权限",
}
REQUIRED = ("unit_code", "unit_key", "unit_name", "unit_kind", "area_code")
UNIT_FIELDS = ("key", "name", "kind", "area_id")
POST_FIELDS = ("unit_id", "role", "name", "sees", "powers")

_UNIT_CODE = re.compile(r"[0-9A-Za-z_-]{1,60}")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, kw_only=True)
class UnitEntry:
    code: str
    key: str
    name: str
    kind: str
    area_code: str
    parent: str = ""


@dataclass(frozen=True, kw_only=True)
class PostEntry:
    unit_code: str
    role: str
    name: str
    sees: str = Post.Sees.ASSIGNED
    powers: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        return f"{self.unit_code}/{self.role}"


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """Units, and the posts in them."""

    units: tuple[UnitEntry, ...]
    posts: tuple[PostEntry, ...]


@dataclass(frozen=True, kw_only=True)
class OrganisationChanges:
    units: Changes
    posts: Changes


def read_organisation(path: Path) -> Organisation:
    """Raises RegisterRefused with every bad line. A unit may have several lines, one for each post; a line
    without a role is a unit without posts."""
    reading = _Reading()
    for line in read_table(path, columns=COLUMNS, required=REQUIRED):
        reading.take(line)
    bad = reading.bad or [*reading.unknown_areas(), *reading.unknown_parents(), *reading.circles()]
    if bad:
        raise RegisterRefused(bad)
    return Organisation(units=tuple(reading.units.values()), posts=tuple(reading.posts.values()))


@transaction.atomic
def store_organisation(organisation: Organisation, *, remove_missing: bool = False) -> OrganisationChanges:
    """Add and change units and posts; units in the file's areas that aren't in the file are missing."""
    areas = dict(
        Area.objects.filter(code__in={unit.area_code for unit in organisation.units}).values_list(
            "code", "id"
        )
    )
    units = {entry.code: _unit(entry, areas[entry.area_code]) for entry in organisation.units}
    unit_changes = bring_in_step(Unit, units, fields=UNIT_FIELDS)
    unit_changes = _with_parents(organisation.units, unit_changes)
    moved_here = _moved_here(units)
    posts = {
        post.code: post
        for post in (_post(entry, units[entry.unit_code].pk, moved_here) for entry in organisation.posts)
    }
    post_changes = bring_in_step(Post, posts, fields=POST_FIELDS)
    missing_posts, missing_units = _missing_posts(units, posts), _missing_units(units, areas.values())
    if remove_missing:
        remove_unused(Post.objects.filter(Q(code__in=missing_posts) | Q(unit__code__in=missing_units)))
        remove_unused(Unit.objects.filter(code__in=missing_units))
        return OrganisationChanges(
            units=unit_changes.with_removed(missing_units), posts=post_changes.with_removed(missing_posts)
        )
    return OrganisationChanges(
        units=unit_changes.with_missing(missing_units), posts=post_changes.with_missing(missing_posts)
    )


class _Reading:
    """The lines of a file so far, by code, and what is wrong with them."""

    def __init__(self) -> None:
        self.units: dict[str, UnitEntry] = {}
        self.posts: dict[str, PostEntry] = {}
        self.bad: list[BadLine] = []
        self.first_lines: dict[str, Line] = {}

    def take(self, line: Line) -> None:
        unit = _unit_entry(line)
        if isinstance(unit, BadLine):
            self.bad.append(unit)
            return
        if self.units.setdefault(unit.code, unit) != unit:
            text = _("Another line says something else about the unit %s.") % unit.code
            self.bad.append(line.bad("contradiction", text))
        self.first_lines.setdefault(unit.code, line)
        if line.values.get("role"):
            self._take_post(line, unit)

    def _take_post(self, line: Line, unit: UnitEntry) -> None:
        post = _post_entry(line, unit)
        if isinstance(post, BadLine):
            self.bad.append(post)
        elif post.code in self.posts:
            self.bad.append(line.bad("twice", _("The post %s is in the file already.") % post.code))
        else:
            self.posts[post.code] = post

    def unknown_areas(self) -> Iterable[BadLine]:
        wanted = {unit.area_code for unit in self.units.values()}
        known = set(Area.objects.filter(code__in=wanted).values_list("code", flat=True))
        for unit in self.units.values():
            if unit.area_code not in known:
                text = _("There is no area %s; import the areas first.") % unit.area_code
                yield self.first_lines[unit.code].bad("area", text)

    def unknown_parents(self) -> Iterable[BadLine]:
        elsewhere = {unit.parent for unit in self.units.values() if unit.parent} - set(self.units)
        known = set(Unit.objects.filter(code__in=elsewhere).values_list("code", flat=True))
        for unit in self.units.values():
            if unit.parent in elsewhere - known or unit.parent == unit.code:
                text = _("The unit above, %s, is neither in the file nor known.") % unit.parent
                yield self.first_lines[unit.code].bad("parent", text)

    def circles(self) -> Iterable[BadLine]:
        """Units that stand above themselves, with those that the file doesn't name; each circle is told once."""
        above = dict(Unit.objects.exclude(parent=None).values_list("code", "parent__code"))
        above |= {unit.code: unit.parent for unit in self.units.values()}
        looked_at = {""}
        for unit in self.units.values():
            way: set[str] = set()
            code = unit.code
            while code not in looked_at and code not in way:
                way.add(code)
                code = above.get(code, "")
            if code in way and unit.parent != unit.code:
                text = _("A unit can't be moved below itself.")
                yield self.first_lines[unit.code].bad("parent", text)
            looked_at |= way


def _unit_entry(line: Line) -> UnitEntry | BadLine:
    values = line.values
    try:
        area_code = codes.parse(values["area_code"])
    except codes.BadAreaCode as error:
        return line.bad(error.code, _(error.message) % error.params)  # noqa: INT003 (texts of codes.py)
    for wrong, code, message in (
        (
            not _UNIT_CODE.fullmatch(values["unit_code"]),
            "unit_code",
            _("A unit's code has digits, letters, - and _."),
        ),
        (not _KEY.fullmatch(values["unit_key"]), "unit_key", _KEY_TEXT),
        (not _is_name(values["unit_name"]), "unit_name", _NAME_TEXT),
        (values["unit_kind"] not in Unit.Kind.values, "unit_kind", _choices_text(Unit.Kind.values)),
    ):
        if wrong:
            return line.bad(code, message)
    return UnitEntry(
        code=values["unit_code"],
        key=values["unit_key"],
        name=values["unit_name"],
        kind=values["unit_kind"],
        area_code=area_code,
        parent=values.get("parent_unit", ""),
    )


def _post_entry(line: Line, unit: UnitEntry) -> PostEntry | BadLine:
    values = line.values
    sees = values.get("sees") or Post.Sees.ASSIGNED.value
    powers = tuple(values.get("powers", "").split())
    for wrong, code, message in (
        (not _KEY.fullmatch(values["role"]), "role", _KEY_TEXT),
        (not _is_name(values.get("post_name", "")), "post_name", _NAME_TEXT),
        (sees not in Post.Sees.values, "sees", _choices_text(Post.Sees.values)),
        (not set(powers) <= set(POWERS), "powers", _choices_text(POWERS)),
    ):
        if wrong:
            return line.bad(code, message)
    return PostEntry(
        unit_code=unit.code, role=values["role"], name=values["post_name"], sees=sees, powers=powers
    )


_KEY_TEXT = _("A key has small letters, digits and _, and begins with a letter.")
_NAME_TEXT = _("A unit or post needs a name of at most 100 characters.")


def _is_name(text: str) -> bool:
    return 0 < len(text) <= 100 and text.isprintable()


def _choices_text(choices: Collection[str]) -> Promise | str:
    return _("Possible here: %s") % " ".join(choices)


def _unit(entry: UnitEntry, area_id: int) -> Unit:
    return Unit(code=entry.code, key=entry.key, name=entry.name, kind=entry.kind, area_id=area_id)


def _moved_here(units: Mapping[str, Unit]) -> dict[tuple[int, str], str]:
    """Posts that came from another unit keep their code, which work and records name them by."""
    here = Post.objects.filter(unit_id__in=[unit.pk for unit in units.values()])
    return {(unit_id, role): code for unit_id, role, code in here.values_list("unit_id", "role", "code")}


def _post(entry: PostEntry, unit_id: int, known: Mapping[tuple[int, str], str]) -> Post:
    return Post(
        code=known.get((unit_id, entry.role), entry.code),
        unit_id=unit_id,
        role=entry.role,
        name=entry.name,
        sees=entry.sees,
        powers=list(entry.powers),
    )


def _with_parents(entries: Sequence[UnitEntry], changes: Changes) -> Changes:
    """A second pass, as a unit above may have been added in the first."""
    codes_wanted = {entry.code for entry in entries} | {entry.parent for entry in entries if entry.parent}
    stored = Unit.objects.in_bulk(codes_wanted, field_name="code")
    moved = []
    for entry in entries:
        parent_id = stored[entry.parent].pk if entry.parent else None
        if stored[entry.code].parent_id != parent_id:
            stored[entry.code].parent_id = parent_id
            moved.append(stored[entry.code])
    Unit.objects.bulk_update(moved, fields=["parent_id"], batch_size=1000)
    changed = {unit.code for unit in moved} - set(changes.added) | set(changes.changed)
    return Changes(added=changes.added, changed=tuple(sorted(changed)))


def _missing_posts(units: Collection[str], posts: Collection[str]) -> tuple[str, ...]:
    present = Post.objects.filter(unit__code__in=list(units)).values_list("code", flat=True)
    return tuple(code for code in present if code not in posts)


def _missing_units(units: Collection[str], area_ids: Iterable[int]) -> tuple[str, ...]:
    present = Unit.objects.filter(area_id__in=list(area_ids)).values_list("code", flat=True)
    return tuple(code for code in present if code not in units)
