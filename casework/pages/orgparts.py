"""What the pages of the settings have in common: the list of sections, days and numbers out of forms, refusals in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.errors import CaseworkError
from casework.pages.door import ViewerRequest, status_of
from casework.queries.setting_history import changes

SHORT = 8  # changes shown beside a setting


@dataclass(frozen=True, kw_only=True)
class Section:
    """One entry of the list of settings. `history` are the sections of the history that belong to it."""

    view: str
    title: str | Promise
    about: str | Promise
    icon: str
    history: tuple[str, ...] = ()


SECTIONS = (
    Section(
        view="organisation",
        title=_("Organisation"),
        about=_("Areas, units, posts, and who holds them; empty posts; Excel."),
        icon="users",
        history=("organisation",),
    ),
)


def screen(
    request: ViewerRequest,
    name: str,
    context: Mapping[str, Any],
    *,
    section: str,
    error: CaseworkError | None = None,
) -> HttpResponse:
    """A page of the settings, with what was refused in its place."""
    here = next((one for one in SECTIONS if one.view == section), None)
    told = {
        "sections": SECTIONS,
        "here": here,
        "error": error,
        "fields": getattr(error, "fields", {}),
        "posted": request.POST if error else {},
        **context,
    }
    if here is not None and here.history and "changes" not in told:
        told["changes"] = changes(request.viewer, sections=here.history, limit=SHORT)
    status = status_of(error) if error is not None else 200
    return TemplateResponse(request, f"org/{name}.html", told, status=status)


def day_or_none(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
