"""“This is the one” (就是这件): what somebody saw belongs to a case that is there already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotFound, NotNow, NotValid
from casework.models import Case, Evidence
from casework.queries.duplicates import comparable, metres_between
from casework.services import following, journal
from casework.services.attachments import attach_photos, attach_recordings, ensure_few
from casework.services.idempotency import once
from casework.services.locks import database_now, lock_case
from grid.errors import SummaryTooLong
from grid.models import Report
from grid.services.locate import ensure_position
from grid.services.reports import SUMMARY_LENGTH
from workflows.rows import Batch

FIELD = "evidence"  # in Attachment.field, as these photos belong to no step


@dataclass(frozen=True, kw_only=True)
class NewEvidence:
    """What is added to the case `number`; `token` was made on the phone, so that a repeat is known."""

    token: UUID
    number: str
    text: str = ""
    lat: float | None = None
    lon: float | None = None
    photos: Sequence[str] = ()
    recordings: Sequence[str] = ()


def add_evidence(new: NewEvidence, *, by: Viewer) -> Case:
    """Add photos and words to somebody's case and follow it from then on; once for each token.

    Raises NotFound, NotNow (closed meanwhile), NotValid, CaseBusy, KeyReused, GridError.
    """
    body: dict[str, Any] = {name: value for name, value in vars(new).items() if name != "token"}
    said = once(
        user_id=by.user_id,
        key=str(new.token),
        call="evidence",
        body=body,
        act=lambda: (201, {"case": _add(new, by=by).number}),
    )
    return Case.objects.select_related("matter", "area", "run").get(number=said.body["case"])


@transaction.atomic
def _add(new: NewEvidence, *, by: Viewer) -> Case:
    _ensure_sound(new)
    found = comparable(by, with_closed=True).filter(number=new.number).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound
    case = lock_case(found)
    if not case.is_open:
        raise NotNow(_("That case was closed in the meantime. Report it as a new one."))
    if not comparable(by).filter(number=case.number).exists():
        raise NotFound
    now = database_now()
    post = by.posts[0].code if by.posts else ""
    metres = _metres(case, new)
    attach_photos(case, new.photos, label=_("Seen again"), field=FIELD, by=by, now=now)
    attach_recordings(case, new.recordings, by=by, now=now)
    case.touch([post] if post else [])
    told = {"comment": new.text.strip(), "photos": list(dict.fromkeys(new.photos)), "metres": metres}
    line = journal.line(case, "evidence", now=now, by=by, post=post, data=told)
    row = Evidence(
        case=case, by_id=by.user_id, post=post, at=now, text=new.text.strip(),
        lat=new.lat, lon=new.lon, metres=metres,
    )  # fmt: skip
    batch = Batch()
    batch.insert([row])
    batch.insert([line])
    batch.update(case, "touched_by", "lines", "last_hash")
    batch.write()
    following.begin(case.pk, by.user_id, now=now)
    return case


def _ensure_sound(new: NewEvidence) -> None:
    ensure_few(new.photos, new.recordings)
    if len(new.text) > SUMMARY_LENGTH:
        raise SummaryTooLong
    if (new.lat is None) != (new.lon is None):
        raise NotValid(_("Say where it is: let the phone find the position, or choose the area."))
    if new.lat is not None and new.lon is not None:
        ensure_position(lat=new.lat, lon=new.lon)
    if not (new.photos or new.recordings or new.text.strip()):
        raise NotValid(_("Add a photo, a recording or a sentence."))


def _metres(case: Case, new: NewEvidence) -> int | None:
    report = Report.objects.filter(id=case.report_id or 0).first()
    if report is None or report.lat is None or report.lon is None or new.lat is None or new.lon is None:
        return None
    return round(metres_between(report.lat, report.lon, new.lat, new.lon))
