"""How often the same place has been the subject of the same matter within thirty days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from casework.handlers.work import Handler, StepWork
from casework.models import Case

WINDOW = timedelta(days=30)


def _count(work: StepWork) -> Mapping[str, Any]:
    """Cases of the matter in the same grid, this one included, opened in the thirty days up to this one."""
    this = Case.objects.only("opened_at").get(pk=work.case_id)
    same = Case.objects.filter(
        matter_id=work.matter,
        area_code=work.area_code,
        opened_at__gt=this.opened_at - WINDOW,
        opened_at__lte=this.opened_at,
    ).exclude(status="void")
    return {"三十日内次数": same.count()}


COUNT_BREACHES = Handler(
    key="count_breaches", title=_("Count the breaches of the last thirty days"), run=_count
)
