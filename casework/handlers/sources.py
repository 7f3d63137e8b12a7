"""From a truck back to the site it came from: a case of its own that says which case it is part of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from casework.access import Viewer
from casework.handlers.work import Handler, StepWork
from casework.models import Case, CaseRelation, RelationKind
from casework.services.intake import NewCase, open_case
from casework.services.locks import database_now, lock_case

SITE_MATTER: Final = "muck_site"


@transaction.atomic
def _open_source_case(work: StepWork) -> Mapping[str, Any]:
    """Once for each truck's case, however often it is asked: the lock is held while looking and opening."""
    case = lock_case(work.case_id)
    held = CaseRelation.objects.filter(main=case, kind=RelationKind.PART, other__matter__key=SITE_MATTER)
    known = held.select_related("other").first()
    site = known.other if known else _opened(case, work)
    return {"源头子案编号": site.number}


def _opened(case: Case, work: StepWork) -> Case:
    """In the truck's own area, by the truck's reporter: who knows better where the site is passes it on."""
    name = str(work.data.get("来源工地") or "").strip() or case.title
    told = {key: work.data.get(key, "") for key in ("来源工地", "施工单位")}
    new = NewCase(
        matter=SITE_MATTER,
        area=case.area_code,
        title=f"来源工地：{name}"[:200],
        category="来源工地",
        urgent=case.is_urgent,
        data={**told, "主案编号": case.number},
    )
    by = Viewer(user_id=case.reporter_id, name=str(case.data.get("上报人", "")), posts=(), is_operator=True)
    site = open_case(new, by=by)
    CaseRelation.objects.create(
        main=case, other=site, kind=RelationKind.PART, note=name[:200], by_id=by.user_id, at=database_now()
    )
    return site


OPEN_SOURCE_CASE = Handler(
    key="open_source_case", title=_("Open a case for the source site"), run=_open_source_case
)
