"""Time limits as a table that can be filtered: confirmed, changed, added, each with a note."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from casework.errors import CaseworkError, NotFound
from casework.pages.door import ViewerRequest, page
from casework.pages.orgparts import screen
from casework.rules.nearby import KINDS, LEVEL_WORDS
from casework.services import limit_rules
from casework.services.limit_rules import Limit, LimitEntry
from casework.services.locks import database_now
from casework.services.rulebook import ensure_may_edit

FILTERS = ("kind", "category", "level", "urgent")
SEPARATORS = "、"


@page
@require_http_methods(["GET", "POST"])
def limits(request: ViewerRequest) -> HttpResponse:
    ensure_may_edit(request.viewer)
    error: CaseworkError | None = None
    if request.method == "POST":
        try:
            _act(request)
            return redirect(request.get_full_path())
        except NotFound:
            raise
        except CaseworkError as refused:
            error = refused
    asked = {name: request.GET.get(name, "").strip()[:64] for name in (*FILTERS, "open")}
    rows = limit_rules.limits_shown(request.viewer, now=database_now())
    fits = [one for one in rows if _fits(one, asked)]
    context = {
        "limits": fits,
        "counts": next((one.number for one in fits), None) if all(asked[name] for name in FILTERS) else None,
        "total": len(rows),
        "unconfirmed": sum(not one.is_confirmed for one in rows),
        "asked": asked,
        "kinds": list(KINDS.values()),
        "levels": list(LEVEL_WORDS.values()),
        "categories": _categories(rows),
    }
    return screen(request, "limits", context, section="limits", error=error)


def _categories(rows: list[Limit]) -> list[str]:
    words = [word for one in rows for word in one.category.split(SEPARATORS)]
    return sorted({word for word in words if word and not word.startswith("=")})


def _fits(one: Limit, asked: dict[str, str]) -> bool:
    """Whether the row could count for what is asked: an empty cell is for whatever."""
    if asked["open"] and one.is_confirmed:
        return False
    cells = {"kind": one.kind, "category": one.category, "level": one.level, "urgent": one.urgent}
    return all(
        not asked[name] or not cell or cell.startswith("=") or asked[name] in cell.split(SEPARATORS)
        for name, cell in cells.items()
    )


def _act(request: ViewerRequest) -> None:
    said, now = request.POST, database_now()
    note = said.get("note", "")
    match said.get("act"):
        case "confirm":
            done = limit_rules.confirm_limits(said.getlist("mark"), note=note, by=request.viewer, now=now)
            told = ngettext("%(n)d limit is confirmed.", "%(n)d limits are confirmed.", done)
            messages.success(request, told % {"n": done})
        case "change":
            mark = said.get("mark", "")
            limit_rules.change_limit(mark, _entry(request), note=note, by=request.viewer, now=now)
            messages.success(request, _("The limit is changed, for what comes from now on."))
        case "add":
            limit_rules.add_limit(_entry(request), note=note, by=request.viewer, now=now)
            messages.success(request, _("The limit is added, for what comes from now on."))
        case _:
            raise NotFound


def _entry(request: ViewerRequest) -> LimitEntry:
    names = ("sign_for", "handle", "why", *FILTERS)
    return LimitEntry(**{name: request.POST.get(name, "").strip()[:200] for name in names})
