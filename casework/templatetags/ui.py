"""Tags and filters of the pages: signs, times, clocks, badges, masks, the way to built files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.forms import BoundField
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.models import Case, CaseStatus
from casework.pages import wording
from casework.pages.sketch import sketch
from casework.queries.recordings import recordings_of
from casework.services.calendars import work_calendar
from grid import masking
from grid.models import Area
from workflows.models import Step

register = template.Library()
Context = Mapping[str, Any]  # what an inclusion tag hands to its template

ENTRY_ICONS = {
    "reported": "camera",
    "opened": "right",
    "claimed": "stamp",
    "released": "undo",
    "completed": "check",
    "approved": "check",
    "rejected": "x",
    "returned": "return",
    "transferred": "pass",
    "timer": "clock",
    "overdue": "clock",
    "incident": "warn",
    "comment": "say",
    "evidence": "camera",
    "closed": "flag",
    "voided": "x",
    "withdrawn": "undo",
    "delegated": "pass",
    "reassigned": "pass",
    "signers_added": "plus",
    "signers_removed": "x",
    "urged": "bell",
    "copied": "send",
    "escalated": "upload",
    "pushed_down": "down",
    "begun": "plus",
    "whistled": "bell",
    "whistle_answered": "check",
    "suspended": "pause",
    "resumed": "right",
    "extension_asked": "clock",
    "force_close_asked": "flag",
    "void_asked": "x",
    "request_granted": "check",
    "request_refused": "x",
    "force_closed": "flag",
    "supervised": "flag",
    "supervision_replied": "check",
    "supervision_raised": "warn",
    "merged": "link",
    "split": "branch",
    "related": "link",
    "reopened": "undo",
    "rated": "star",
    "classified": "layers",
    "warned": "clock",
    "merged_in": "link",
    "instrument_issued": "stamp",
    "instrument_revoked": "x",
}
VERB_ICONS = {
    "claim": "stamp",
    "complete": "check",
    "approve": "check",
    "return": "return",
    "reject": "x",
    "transfer": "pass",
    "release": "undo",
    "withdraw": "undo",
    "delegate": "pass",
    "reassign": "pass",
    "add-sign": "plus",
    "remove-sign": "x",
    "urge": "bell",
    "cc": "send",
    "escalate": "upload",
    "push-down": "down",
    "begin": "plus",
    "whistle": "bell",
    "answer": "check",
    "suspend": "pause",
    "extend": "clock",
    "supervise": "flag",
    "reply": "say",
    "merge": "link",
    "split": "branch",
    "force-close": "flag",
    "void": "x",
    "reopen": "undo",
    "relate": "link",
    "rate": "star",
    "grant": "check",
    "refuse": "x",
    "classify": "layers",
}
BADGE_SHAPES = {"urgent": "urgent", "flag": "flag", "idle": "idle", "plain": ""}


# --- signs and files


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """A stroke sign of the icon sheet; `size` is s or l."""
    kind = f"icon icon--{size}" if size else "icon"
    return format_html('<svg class="{}" aria-hidden="true"><use href="#i-{}"/></svg>', kind, name)


@register.simple_tag
def shape(name: str) -> SafeString:
    """A filled sign of a state."""
    return format_html('<svg class="shape" aria-hidden="true"><use href="#s-{}"/></svg>', name)


@register.simple_tag
def sprite() -> SafeString:
    """The icon sheet, once a page."""
    return mark_safe(_sheet())  # noqa: S308 a file of our own


@lru_cache(maxsize=1)
def _sheet() -> str:
    text = (settings.BASE_DIR / "casework" / "assets" / "icons" / "icons.svg").read_text(encoding="utf-8")
    return text.replace("<svg ", '<svg class="sprite" aria-hidden="true" ', 1).replace("\n", "")


@register.simple_tag
def asset(name: str) -> str:
    """Where a built style sheet or script is served."""
    return static(f"built/{name}")


@register.simple_tag
def entry_icon(kind: str) -> SafeString:
    return icon(ENTRY_ICONS.get(kind, "info"))


@register.simple_tag
def verb_icon(verb: str) -> SafeString:
    return icon(VERB_ICONS.get(verb, "right"))


# --- where one is, what one may


@register.simple_tag(takes_context=True)
def current(context: template.Context, *views: str) -> str:
    """`aria-current` for the entry of the navigation that one of these views belongs to."""
    match = getattr(context.get("request"), "resolver_match", None)
    return mark_safe(' aria-current="page"') if match and match.view_name in views else ""


@register.filter
def can(viewer: Viewer | None, power: str) -> bool:
    return viewer is not None and viewer.has_power(power)


@register.filter
def watches(viewer: Viewer | None) -> bool:
    """Whether there is a place of which this person sees everything."""
    return viewer is not None and bool(viewer.area_prefixes)


# --- times


@register.filter
def moment(value: datetime | None) -> str:
    return wording.moment(value, now=timezone.now()) if value else ""


@register.filter
def due(value: datetime | None) -> str:
    return wording.due(value, now=timezone.now()) if value else ""


@register.filter
def long_day(value: datetime) -> str:
    return wording.long_day(value)


@register.filter
def limit(rule: str) -> str:
    return wording.limit_text(rule)


@register.inclusion_tag("parts/_clock.html")
def clock(due_at: datetime | None, rule: str = "", chip: bool = False, name: str = "") -> Context:
    """A clock; `rule` is the limit as written, so that working time is told in working hours."""
    if due_at is None:
        return {"text": None}
    text = wording.clock_text(due_at, now=timezone.now(), rule=rule, calendar=work_calendar())
    return {"text": text, "chip": chip, "name": name, "due_at": due_at}


@register.inclusion_tag("parts/_clock.html")
def step_clock(step: Step, chip: bool = False, name: str = "") -> Context:
    """The clock of a step, in the unit its diagram set."""
    rule = str(step.settings.get("limit", ""))
    return clock(step.due_at, "" if rule.startswith("=") else rule, chip, name)


# --- states


@register.inclusion_tag("parts/_badge.html")
def badge(kind: str, label: str | Promise) -> Context:
    """A state in shape, word and colour; `kind` is a variant of the style sheet's badge."""
    return {"kind": kind, "label": label, "shape": BADGE_SHAPES.get(kind, kind)}


@register.inclusion_tag("parts/_badge.html")
def case_badge(case: Case) -> Context:
    match case.status:
        case CaseStatus.CLOSED:
            return badge("done", _("Closed"))
        case CaseStatus.SUSPENDED:
            return badge("hold", _("Suspended"))
        case CaseStatus.VOID:
            return badge("plain", _("Voided"))
    return badge("doing", _("Under way"))


@register.inclusion_tag("parts/_memos.html")
def case_memos(case: Case) -> Context:
    """The voice memos of a case, to be heard where its photos are seen."""
    return {"memos": recordings_of(case)}


# --- people


@register.filter
def mask_phone(phone: str) -> str:
    return masking.mask_phone(phone)


@register.filter
def initial(name: str) -> str:
    """The sign in somebody's round picture."""
    return str(name).strip()[:1].upper()


# --- data in templates


@register.filter
def known(value: Any) -> str:  # Any: JSON of a case
    """A value of the case's data as people read it."""
    match value:
        case None | "" | [] | {}:
            return "—"
        case bool():
            return _("Yes") if value else _("No")
        case float() if value == int(value):
            return str(int(value))
        case list():
            return _(", ").join(known(each) for each in value)
        case {"address": str(address), **_rest} if address:
            return address
        case {"name": str(name), **_rest}:
            return name
        case dict():
            return _("; ").join(f"{key} {known(each)}" for key, each in value.items())
    return str(value)


@register.filter
def pinned(field: BoundField, pins: Any) -> bool:
    """Whether a return is pinned to this field."""
    return field.name in (pins or ())


@register.filter
def thumb(sha256: str) -> str:
    return f"/photos/{sha256}/?size=thumb"


@register.filter
def safe_back(target: str, request: HttpRequest) -> str:
    """The page somebody came from, if it is one of ours and not this one; else the first page."""
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if is_ours and urlsplit(target).path != request.path else "/"


@register.filter
def of(table: Any, key: Any) -> Any:  # Any: whatever the view keyed it by, or nothing at all
    """The entry of a table that a view has made."""
    return table.get(key) if isinstance(table, Mapping) else None


@register.filter
def metres(value: Any) -> str:  # Any: as measured, or as posted
    """A distance without decimals; what is no number stays away."""
    try:
        return str(round(float(value)))
    except (TypeError, ValueError):
        return "?"


@register.inclusion_tag("parts/_area_sketch.html")
def area_sketch(area: Area | None, lat: Any = None, lon: Any = None) -> Context:  # Any: as posted
    """The outline of an area as a small picture, with the point where somebody stands."""
    return {"sketch": sketch(area.outline if area else None, lat=lat, lon=lon)}
