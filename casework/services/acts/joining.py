"""合并, 拆分 and relating: what cases have to do with each other."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer, may_see
from casework.case_access import commands
from casework.errors import AlreadyThere, NotFound, NotNow, NotValid, NotYours
from casework.models import (
    Attachment,
    Case,
    CaseRelation,
    CaseStatus,
    Party,
    PartyRole,
    RelationKind,
)
from casework.services import following, journal
from casework.services.acts.doing import CaseDoing, begin, begin_locked, end, reason_of
from casework.services.acts.ending import cancel
from casework.services.intake import NewCase, open_case
from casework.services.locks import lock_case
from casework.services.progress import Closing
from casework.services.said import Said
from casework.services.taking_back import UNDO, hold_back

MERGED = "并案"
MOST_RELATED = 20
MAIN_NUMBER = "主案编号"  # a variable of the sub-case, for its diagram


@transaction.atomic
def merge(number: str, *, by: Viewer, said: Said) -> Case:
    """合并: this case says what another says already. It closes with a link; photos and reporters join the main one.

    Whoever reported it keeps his own case, where he follows how the main one goes on.
    """
    duplicate, main = _both(number, said.case.strip())
    doing = begin_locked(duplicate, "merge", by=by, said=said)
    if main is None:
        raise NotValid(_("Choose the case to merge into."), fields={"case": [_("Choose another case.")]})
    if not may_see(by, main):
        raise NotFound
    if not commands(by, main.area_code):
        raise NotYours
    if not main.is_open:
        raise NotNow(_("The case to merge into is over already."))
    relation = CaseRelation(
        main=main,
        other=duplicate,
        kind=RelationKind.MERGED,
        note=doing.comment[:200],
        by_id=by.user_id,
        at=doing.now,
    )
    doing.before.remember(main, "touched_by")
    photos = _join_photos(doing, main)
    followed = following.begin(main.pk, duplicate.reporter_id, now=doing.now)
    doing.made += [*photos, *_join_reporters(doing, main), *([followed] if followed else [])]
    told = {"case": duplicate.number, "photos": len(photos)}
    journal.record(main, "merged_in", now=doing.now, by=by, post=doing.post_code, data=told)
    main.touch(duplicate.touched_by)
    main.version += 1
    main.save(update_fields=["version", "touched_by"])
    relation.save(force_insert=True)
    doing.made.append(relation)
    doing.others.append(main)
    closing = Closing(status=CaseStatus.CLOSED, outcome=MERGED, event="closed")
    return cancel(doing, closing, told={"into": main.number})


def _both(number: str, into: str) -> tuple[Case, Case | None]:
    """The duplicate and the main case, locked in the order of their keys, so that two merges never wait for each other."""
    keys = dict(Case.objects.filter(number__in=[number, into]).values_list("number", "pk"))
    if number not in keys:
        raise NotFound
    locked = {key: lock_case(key) for key in sorted(keys.values())}
    main = locked[keys[into]] if into in keys and into != number else None
    return locked[keys[number]], main


def _join_photos(doing: CaseDoing, main: Case) -> list[Attachment]:
    kept = set(main.attachments.values_list("photo_id", flat=True))
    label = f"{MERGED} {doing.case.number}"
    photos = {row.photo_id for row in doing.case.attachments.all()} - kept
    about = {"case": main, "label": label, "added_at": doing.now, "added_by_id": doing.viewer.user_id}
    return Attachment.objects.bulk_create(Attachment(photo_id=photo, **about) for photo in sorted(photos))


def _join_reporters(doing: CaseDoing, main: Case) -> list[Party]:
    """The other's reporter is one of the main case's, unless he is that already."""
    other, person = doing.case, doing.case.reporter
    if person.pk == main.reporter_id:
        return []
    about = {
        "name": str(person),
        "phone": person.phone,
        "note": f"{MERGED} {other.number}",
        "added_by_id": doing.viewer.user_id,
        "added_at": doing.now,
    }
    row, is_new = Party.objects.get_or_create(
        case=main, role=PartyRole.REPORTER, user=person, removed_at=None, defaults=about
    )
    return [row] if is_new else []


@transaction.atomic
def split(number: str, *, by: Viewer, said: Said) -> Case:
    """拆分: part of this case is a matter of its own: it becomes a case that says where it comes from."""
    doing = begin(number, "split", by=by, said=said)
    reason_of(doing)
    case, title = doing.case, said.title.strip()[:200]
    if not title:
        raise NotValid(fields={"title": [_("Give the case a title.")]})
    if CaseRelation.objects.filter(main=case, kind=RelationKind.PART, other__title=title).exists():
        raise AlreadyThere(_("This has been split off already."))
    part = open_part(doing, matter=said.matter.strip() or case.run.version.definition.key, title=title)
    doing.others.append(part)
    doing.parcels += hold_back(part, until=doing.now + UNDO if said.held else None)
    return end(doing, {"case": part.number, "title": title})


def open_part(doing: CaseDoing, *, matter: str, title: str) -> Case:
    """The sub-case, in the same place unless another was named. Raises NotYours, NotValid, NothingPublished."""
    case = doing.case
    new = NewCase(
        matter=matter,
        area=doing.said.area.strip() or case.area_code,
        title=title,
        urgent=case.is_urgent,
        data={MAIN_NUMBER: case.number},
    )
    part = open_case(new, by=doing.viewer)
    relation = CaseRelation.objects.create(
        main=case,
        other=part,
        kind=RelationKind.PART,
        note=doing.comment[:200],
        by_id=doing.viewer.user_id,
        at=doing.now,
    )
    doing.made.append(relation)
    return part


def _among(number: str, wanted: Sequence[str], *, by: Viewer) -> Case:
    """The case, locked with those named in the order of their keys: a relation holds on to the rows of both."""
    place = Case.objects.filter(number=number).values_list("pk", flat=True).first()
    if place is None:
        raise NotFound
    others = Case.objects.visible_to(by).filter(number__in=wanted).values_list("pk", flat=True)
    return {key: lock_case(key) for key in sorted({place, *others})}[place]


@transaction.atomic
def relate(number: str, *, by: Viewer, said: Said) -> Case:
    """Say that cases have to do with each other; seen from both of them."""
    wanted = list(dict.fromkeys(one.strip() for one in said.cases))[:MOST_RELATED]
    doing = begin_locked(_among(number, wanted, by=by), "relate", by=by, said=said)
    found = {case.number: case for case in Case.objects.visible_to(by).filter(number__in=wanted)}
    if not wanted or set(wanted) - set(found) or number in found:
        raise NotValid(
            _("Choose other cases that you may see."), fields={"cases": [_("Choose other cases.")]}
        )
    pairs = [sorted((doing.case.pk, other.pk)) for other in found.values()]
    known = set(
        CaseRelation.objects.filter(
            kind=RelationKind.RELATED,
            main__in=[pair[0] for pair in pairs],
            other__in=[pair[1] for pair in pairs],
        ).values_list("main_id", "other_id")
    )
    rows = [
        CaseRelation(
            main_id=first,
            other_id=second,
            kind=RelationKind.RELATED,
            note=doing.comment[:200],
            by_id=by.user_id,
            at=doing.now,
        )
        for first, second in pairs
        if (first, second) not in known
    ]
    if not rows:
        raise AlreadyThere(_("These cases are related already."))
    CaseRelation.objects.bulk_create(rows)
    doing.made += rows
    return end(doing, {"cases": wanted})
