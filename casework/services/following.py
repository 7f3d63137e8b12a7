"""关注: who follows a case is told when it comes to another stage, rests, goes on, or is over.

The act that moves a case leaves one parcel in the outbox, and only where somebody follows. Whoever delivers it looks at the
case as it is then: what was taken back meanwhile is told to nobody, and nobody is told the same thing twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from casework.access import Viewer, may_see
from casework.errors import NotFound
from casework.models import Case, CaseStatus, Follow, Notice, NoticeKind
from casework.queries.cases import stages
from casework.queries.viewers import viewer_for
from casework.services import outbox
from casework.services.locks import database_now
from casework.services.outbox import Parcel
from casework.services.taking_back import UNDO
from grid.models import User
from workflows.models import RunStatus
from workflows.projection import Move
from workflows.rows import Batch

KIND = "followers"
TOLD = (NoticeKind.PROGRESS, NoticeKind.ENDED)

_SEND = """
INSERT INTO casework_outbox (key, kind, payload, state, attempts, max_attempts, run_at, lease_by, last_error, created_at)
SELECT %s, 'followers', jsonb_build_object('case', %s::bigint, 'was', %s::text), 'ready', 0, 8, %s, '', '', %s
 WHERE EXISTS (SELECT FROM casework_follow WHERE case_id = %s)
    ON CONFLICT (key) DO NOTHING
"""


@transaction.atomic
def follow_case(number: str, *, by: Viewer, on: bool = True) -> bool:
    """Begin or cease to follow a case that one sees; said twice it is the same. Raises NotFound."""
    case = Case.objects.visible_to(by).filter(number=number).only("pk").first()
    if case is None:
        raise NotFound
    if on:
        begin(case.pk, by.user_id, now=database_now())
    else:
        Follow.objects.filter(case=case, user_id=by.user_id).delete()
    return on


def begin(case_id: int, user_id: int, *, now: datetime) -> Follow | None:
    """Whoever says that a case is his too follows it from then on; nothing new where he does already."""
    row, is_new = Follow.objects.get_or_create(case_id=case_id, user_id=user_id, defaults={"at": now})
    return row if is_new else None


def tell_later(case: Case, move: Move, batch: Batch, *, now: datetime, leave_at: datetime) -> None:
    """Part of the act: a parcel where somebody follows and the case may be seen elsewhere now."""
    was = _stage_of(move.run.version.about, [move.done.element]) if move.done else ""
    opened = _stage_of(move.run.version.about, [step.element for step in move.opened])
    if move.run.status == RunStatus.RUNNING and (not opened or opened == was):
        return
    was = was if move.run.status == RunStatus.RUNNING else ""
    _send(case, batch, version=case.version, was=was, now=now, leave_at=leave_at)


def announce(case: Case, *, was: str, now: datetime) -> str:
    """The same for an act that moves no run: the case rests, or goes on. `was` is how it stood before.

    Returns the parcel's key, by which it is called back.
    """
    batch = Batch()
    key = _send(case, batch, version=case.version + 1, was=was, now=now, leave_at=now + UNDO)
    batch.write()
    return key


def _send(case: Case, batch: Batch, *, version: int, was: str, now: datetime, leave_at: datetime) -> str:
    """`version` is the case's after the act."""
    key = f"follow:{case.pk}:{version}"
    batch.run(_SEND, key, case.pk, was, leave_at, now, case.pk)
    return key


def deliver(parcel: Parcel) -> None:
    """Write the notices; in one transaction with the parcel's end, so that a retry tells nobody again."""
    with transaction.atomic():
        case = (
            Case.objects.select_related("run__version__definition").filter(pk=parcel.payload["case"]).first()
        )
        if case is not None:
            Notice.objects.bulk_create(_notices(case, was=str(parcel.payload.get("was", ""))))
        outbox.done_with(parcel.key)


def _notices(case: Case, *, was: str) -> Iterable[Notice]:
    if was and standing(case) == was:
        return
    kind = NoticeKind.PROGRESS if case.is_open else NoticeKind.ENDED
    known, now = _last_told(case), database_now()
    words: dict[str, str] = {}
    for follow in Follow.objects.filter(case=case, user__is_active=True).select_related("user"):
        language = follow.user.language
        if language not in words:
            words[language] = standing(case, language=language)
        text = words[language]
        if (kind, text) != known.get(follow.user_id) and _still_sees(follow.user, case):
            yield Notice(case=case, kind=kind, to_user_id=follow.user_id, text=text[:500], at=now)


def _last_told(case: Case) -> dict[int, tuple[str, str]]:
    told = Notice.objects.filter(case=case, kind__in=TOLD, to_user__isnull=False).order_by("at", "pk")
    return {user: (kind, text) for user, kind, text in told.values_list("to_user", "kind", "text")}


def _still_sees(user: User, case: Case) -> bool:
    """People change posts: following a case shows it to nobody who may not see it any more."""
    return may_see(viewer_for(user), case)


def standing(case: Case, *, language: str = "zh-hans") -> str:
    """Where the case stands, as anybody may hear it: the stage, or that it rests or is over."""
    with translation.override(language):
        if case.status == CaseStatus.SUSPENDED:
            return _("It rests for now.")
        if not case.is_open:
            return _("It is over.")
        return "、".join(stage.label for stage in stages(case, language=language) if stage.state == "now")


def _stage_of(about: Mapping[str, Any], elements: Iterable[str]) -> str:
    """The labels of the stages that these elements belong to, as the journal's language has them."""
    wanted = set(elements)
    found = (stage for stage in about.get("stages", ()) if wanted & set(stage.get("elements", ())))
    return "、".join(_words(stage.get("label", "")) for stage in found)


def _words(label: Any) -> str:  # Any: a text, or one for each language
    return str(label.get("zh", "")) if isinstance(label, Mapping) else str(label)
