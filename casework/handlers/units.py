"""Whom to dispatch to, as the first filling of a dispatch form: one lead and those who assist, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from casework.handlers.work import Handler, StepWork
from casework.models import Case
from casework.queries.dispatching import suggestion
from casework.services.locks import database_now


def _suggest(work: StepWork) -> Mapping[str, Any]:
    """`分派` has a row for each unit (岗位 角色 时限), which a multi-instance step can walk; `分派理由` says why."""
    found = suggestion(Case.objects.get(pk=work.case_id), now=database_now())
    rows = [{"岗位": unit.post, "角色": unit.role, "时限": "auto"} for unit in found.units]
    return {"分派": rows, "分派理由": found.why}


SUGGEST_UNITS = Handler(key="suggest_units", title=_("Suggest who leads and who assists"), run=_suggest)
