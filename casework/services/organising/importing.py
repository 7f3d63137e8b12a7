"""Areas, or units with their posts, from an Excel or CSV file: tried first, then stored as a whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.access import Viewer
from casework.models import SettingChange
from casework.services.organising.bounds import POWER, ensure_may_organise, own_posts
from casework.services.organising.outlines import outlines_before, remember_imported
from casework.services.setting_history import Change, lock_setting, remember
from grid.models import Post, Unit
from grid.services.area_register import AreaEntry, read_areas, store_areas
from grid.services.registers import BadLine, Changes, RegisterRefused
from grid.services.unit_register import Organisation, read_organisation, store_organisation

FILE_BYTES = 5 * 1024 * 1024
SUFFIXES = (".xlsx", ".csv", ".json", ".geojson")
TOLD = 200  # codes that the history names one by one
KINDS = ("units", "areas")


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What the file would change, or what it changed: by what it names."""

    changes: tuple[tuple[str | Promise, Changes], ...]

    def __bool__(self) -> bool:
        return any(bool(changes) for _name, changes in self.changes)


def try_file(kind: str, *, name: str, content: bytes, by: Viewer) -> Trial:
    """What would change; nothing is stored. Raises NotYours, RegisterRefused with every bad line."""
    with transaction.atomic():
        trial = _store(kind, name=name, content=content, by=by)
        transaction.set_rollback(True)
    return trial


@transaction.atomic
def import_file(kind: str, *, name: str, content: bytes, by: Viewer) -> Trial:
    """All of it, with one line in the history. Raises NotYours, RegisterRefused."""
    done = _store(kind, name=name, content=content, by=by)
    names = ("units", "posts") if kind == "units" else ("areas",)
    after = {
        f"{what}_{word}": [len(codes), *codes[:TOLD]]
        for what, (_title, changes) in zip(names, done.changes, strict=True)
        for word, codes in (("added", changes.added), ("changed", changes.changed))
        if codes
    }
    if after:
        section = SettingChange.Section.ORGANISATION
        remember(
            Change(section=section, subject=f"file:{kind}", label=name, verb="imported", after=after), by=by
        )
    return done


def _store(kind: str, *, name: str, content: bytes, by: Viewer) -> Trial:
    ensure_may_organise(by)
    lock_setting("organisation")
    with TemporaryDirectory() as folder:
        path = _file(Path(folder), name=name, content=content)
        if kind == "areas":
            entries = read_areas(path)
            _refuse(_areas_out_of_reach(entries, by=by))
            before = outlines_before([entry.code for entry in entries if entry.outline])
            changes = store_areas(entries)
            remember_imported(before, name=name, by=by)
            return Trial(changes=((_("areas"), changes),))
        organisation = read_organisation(path)
    _refuse(_units_out_of_reach(organisation, by=by))
    _refuse(_posts_out_of_reach(organisation, by=by))
    _refuse(_powers_of_ones_own(organisation, by=by))
    stored = store_organisation(organisation)
    return Trial(changes=((_("units"), stored.units), (_("posts"), stored.posts)))


def _file(folder: Path, *, name: str, content: bytes) -> Path:
    """Under a name of ours: of theirs only what kind of file it is."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise RegisterRefused(
            [BadLine(number=0, code="suffix", message=_("Give an Excel (.xlsx) or CSV file."))]
        )
    if len(content) > FILE_BYTES:
        raise RegisterRefused([BadLine(number=0, code="too_large", message=_("The file is too large."))])
    path = folder / f"register{suffix}"
    path.write_bytes(content)
    return path


def _refuse(bad: Iterable[BadLine]) -> None:
    if lines := list(bad):
        raise RegisterRefused(lines)


def _areas_out_of_reach(entries: Iterable[AreaEntry], *, by: Viewer) -> Iterator[BadLine]:
    for entry in entries:
        if not by.has_power_over(POWER, entry.code):
            text = _("%(code)s lies outside what you administer.") % {"code": entry.code}
            yield BadLine(number=entry.number, code="reach", message=text)


def _units_out_of_reach(organisation: Organisation, *, by: Viewer) -> Iterator[BadLine]:
    """Neither where a unit is to be, nor where one of that code is now."""
    codes = [unit.code for unit in organisation.units]
    areas = dict(Unit.objects.filter(code__in=codes).values_list("code", "area__code"))
    for unit in organisation.units:
        places = {unit.area_code, areas.get(unit.code, unit.area_code)}
        if not all(by.has_power_over(POWER, place) for place in places):
            text = _("%(code)s lies outside what you administer.") % {"code": unit.code}
            yield BadLine(number=0, code="reach", message=text)


def _posts_out_of_reach(organisation: Organisation, *, by: Viewer) -> Iterator[BadLine]:
    """A post that was moved to another unit keeps its code, and a file that names its old unit fetches it back."""
    codes = [entry.code for entry in organisation.posts]
    places = Post.objects.filter(code__in=codes).values_list("code", "unit__area__code")
    for code, place in places:
        if not by.has_power_over(POWER, place):
            text = _("%(code)s lies outside what you administer.") % {"code": code}
            yield BadLine(number=0, code="reach", message=text)


def _powers_of_ones_own(organisation: Organisation, *, by: Viewer) -> Iterator[BadLine]:
    """By unit and role, as the file is stored, or by code where it fetches a post back from another unit."""
    mine = own_posts(by).select_related("unit")
    known = {post.code: post for post in mine} | {f"{post.unit.code}/{post.role}": post for post in mine}
    for entry in organisation.posts:
        post = known.get(entry.code)
        widened = post is not None and entry.sees == Post.Sees.AREA and post.sees != Post.Sees.AREA
        if post is not None and (widened or set(entry.powers) - set(post.powers)):
            text = _("Nobody gives powers to a post of his own; ask another administrator.")
            yield BadLine(number=0, code="own_post", message=text)
