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
    Section(
        view="rules",
        title=_("Two-nearby rules"),
        about=_("Where a matter begins, when it climbs and comes down, who gets it: tables in versions."),
        icon="branch",
        history=("rules",),
    ),
    Section(
        view="limits",
        title=_("Time limits"),
        about=_("Until when a matter is signed for and handled, by category, level and urgency."),
        icon="clock",
        history=("limits",),
    ),
    Section(
        view="time",
        title=_("Working time and holidays"),
        about=_("Hours by area and season, days off and swapped working days of the year."),
        icon="today",
        history=("hours", "holidays"),
    ),
    Section(
        view="categories",
        title=_("Categories"),
        about=_("The tree of classes that reports and cases are sorted by."),
        icon="layers",
        history=("categories",),
    ),
    Section(
        view="reference",
        title=_("Reference tables"),
        about=_("Legal bases with their days, how long cases are kept, reasons for climbing."),
        icon="ledger",
        history=("reference",),
    ),
    Section(
        view="powers",
        title=_("Who may do what"),
        about=_("What each post sees and may, and which level handles which category."),
        icon="lock",
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
