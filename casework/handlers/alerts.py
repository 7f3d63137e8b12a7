"""Alerts that come again: of the same truck within two hours, of the same device within thirty days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from casework.handlers.work import Handler, StepWork
from casework.models import Case, CaseRelation, RelationKind
from grid.codes import DIGITS

SAME_TRUCK: Final = timedelta(hours=2)
SAME_DEVICE: Final = timedelta(days=30)
#: Ends of a truck's case that nothing can be added to.
NOTHING_TO_ADD_TO: Final = ("误报", "并入已有案件")


def _earlier(work: StepWork, *, within: timedelta) -> QuerySet[Case]:
    """Cases of the matter in the district that came before this one, the latest first."""
    this = Case.objects.only("opened_at").get(pk=work.case_id)
    before = Q(opened_at__lt=this.opened_at) | Q(opened_at=this.opened_at, pk__lt=this.pk)
    return (
        Case.objects.filter(before, matter_id=work.matter, opened_at__gte=this.opened_at - within)
        .filter(area_code__startswith=work.area_code[: DIGITS["district"]])
        .exclude(status="void")
        .order_by("-opened_at", "-pk")
    )


def _find_same_plate(work: StepWork) -> Mapping[str, Any]:
    """The case that the same plate has already; this one is tied to it. Who can't be read is nobody's double."""
    plate = str(work.data.get("车辆号牌") or "").strip()
    if not plate:
        return {"重复": False, "原案件编号": ""}
    held = _earlier(work, within=SAME_TRUCK).filter(data__车辆号牌__iexact=plate)
    first = held.exclude(outcome__in=NOTHING_TO_ADD_TO).first()
    if first is None:
        return {"重复": False, "原案件编号": ""}
    this = Case.objects.only("reporter_id", "opened_at").get(pk=work.case_id)
    about = {"note": plate[:200], "by_id": this.reporter_id, "at": this.opened_at}
    CaseRelation.objects.get_or_create(
        other_id=work.case_id, kind=RelationKind.MERGED, defaults={"main": first, **about}
    )
    return {"重复": True, "原案件编号": first.number}


def _count_device_alerts(work: StepWork) -> Mapping[str, Any]:
    """How often the device has raised an alert in thirty days, this time included."""
    device = str(work.data.get("设备编号") or "").strip()
    count = _earlier(work, within=SAME_DEVICE).filter(data__设备编号=device).count() if device else 0
    return {"三十日内预警": count + 1}


FIND_SAME_PLATE = Handler(
    key="find_same_plate", title=_("Find the case of the same plate within two hours"), run=_find_same_plate
)
COUNT_DEVICE_ALERTS = Handler(
    key="count_device_alerts",
    title=_("Count the device's alerts of the last thirty days"),
    run=_count_device_alerts,
)
