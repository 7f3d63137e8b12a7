"""The organisation: the tree of an area, what may be done with a unit or a post, empty posts, finding people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from casework.errors import CaseworkError, NotFound
from casework.pages.deskparts import whole_number
from casework.pages.door import ViewerRequest, page
from casework.pages.orgparts import day_or_none, screen
from casework.queries import organisation as queries
from casework.queries.setting_history import changes
from casework.services import organising
from casework.services.organising import NewAppointment, NewPost, NewUnit
from grid.models import Appointment, Post, Unit, User
from grid.models.posts import POWERS

POWER_WORDS = {
    "dispatch": gettext_lazy("Directs the work of its area"),
    "studio": gettext_lazy("Administers settings and processes"),
    "supervise": gettext_lazy("Supervises"),
    "register": gettext_lazy("Registers reports for others"),
    "audit": gettext_lazy("Audits"),
    "outlines": gettext_lazy("Draws the outlines of its area"),
}
HISTORY = 12


@page
@require_http_methods(["GET", "POST"])
def organisation(request: ViewerRequest) -> HttpResponse:
    """`area`, `unit` or `post` in the address say what is looked at; `act` in the form says what is done."""
    organising.ensure_may_organise(request.viewer)
    if request.method == "POST":
        try:
            return redirect(_acted(request))
        except NotFound:
            raise
        except CaseworkError as refused:
            return screen(request, "organisation", _shown(request), section="organisation", error=refused)
    return screen(request, "organisation", _shown(request), section="organisation")


def _shown(request: ViewerRequest) -> dict[str, Any]:
    """The area's tree, and beside it what was chosen in it."""
    today, viewer = timezone.localdate(), request.viewer
    unit_code, post_code = request.GET.get("unit", ""), request.GET.get("post", "")
    post = queries.post_for(viewer, post_code, on=today) if post_code else None
    unit = queries.unit_for(viewer, unit_code) if unit_code and post is None else None
    chosen = post.post.unit if post else unit
    area_code = chosen.area.code if chosen else request.GET.get("area", "")
    shown = queries.organisation(viewer, area_code, on=today, closed="closed" in request.GET)
    subject = f"post:{post_code}" if post else f"unit:{unit_code}" if unit else ""
    return {
        "organisation": shown,
        "unit": unit,
        "post": post,
        "today": today,
        "closed": "closed" in request.GET,
        "unit_kinds": Unit.Kind.choices,
        "appointment_kinds": Appointment.Kind.choices,
        "sees": Post.Sees.choices,
        "powers": [(key, POWER_WORDS[key]) for key in POWERS],
        "units_above": queries.units_to_move_to(viewer, shown.area, without=unit_code),
        "areas_beside": queries.areas_to_move_to(viewer, shown.area) if unit else [],
        "changes": changes(viewer, sections=("organisation",), subject=subject, limit=HISTORY),
    }


def _acted(request: ViewerRequest) -> str:
    """Do it, say so, and where to go on."""
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise NotFound
    return act(request)


def _to(**where: str) -> str:
    return f"{reverse('org:organisation')}?{urlencode(where)}"


def _said(request: ViewerRequest, text: str) -> None:
    messages.success(request, text)


def _field(request: ViewerRequest, name: str) -> str:
    return request.POST.get(name, "").strip()


def _add_unit(request: ViewerRequest) -> str:
    new = NewUnit(**{name: _field(request, name) for name in ("name", "key", "kind", "area", "parent")})
    unit = organising.add_unit(new, by=request.viewer)
    _said(request, _("“%(name)s” is added.") % {"name": unit.name})
    return _to(unit=unit.code)


def _rename_unit(request: ViewerRequest) -> str:
    unit = organising.rename_unit(_field(request, "code"), name=_field(request, "name"), by=request.viewer)
    _said(request, _("It is called “%(name)s” now.") % {"name": unit.name})
    return _to(unit=unit.code)


def _move_unit(request: ViewerRequest) -> str:
    unit = organising.move_unit(
        _field(request, "code"),
        area=_field(request, "area"),
        parent=_field(request, "parent"),
        by=request.viewer,
    )
    place = unit.parent.name if unit.parent else unit.area.name
    _said(request, _("“%(name)s” is in “%(place)s” now.") % {"name": unit.name, "place": place})
    return _to(unit=unit.code)


def _close_unit(request: ViewerRequest) -> str:
    unit = organising.close_unit(_field(request, "code"), note=_field(request, "note"), by=request.viewer)
    _said(request, _("“%(name)s” is closed; it can be opened again.") % {"name": unit.name})
    return _to(area=unit.area.code, closed="1")


def _reopen_unit(request: ViewerRequest) -> str:
    unit = organising.reopen_unit(_field(request, "code"), by=request.viewer)
    _said(request, _("“%(name)s” is open again.") % {"name": unit.name})
    return _to(unit=unit.code)


def _new_post(request: ViewerRequest) -> NewPost:
    return NewPost(
        name=_field(request, "name"),
        role=_field(request, "role"),
        sees=_field(request, "sees"),
        powers=request.POST.getlist("powers"),
    )


def _add_post(request: ViewerRequest) -> str:
    post = organising.add_post(_field(request, "code"), _new_post(request), by=request.viewer)
    _said(request, _("“%(name)s” is added.") % {"name": post.name})
    return _to(post=post.code)


def _change_post(request: ViewerRequest) -> str:
    post = organising.change_post(_field(request, "code"), _new_post(request), by=request.viewer)
    _said(request, _("“%(name)s” is changed.") % {"name": post.name})
    return _to(post=post.code)


def _move_post(request: ViewerRequest) -> str:
    post = organising.move_post(_field(request, "code"), unit_code=_field(request, "unit"), by=request.viewer)
    _said(request, _("“%(name)s” is in “%(place)s” now.") % {"name": post.name, "place": post.unit.name})
    return _to(post=post.code)


def _close_post(request: ViewerRequest) -> str:
    post = organising.close_post(_field(request, "code"), note=_field(request, "note"), by=request.viewer)
    _said(request, _("“%(name)s” is closed; it can be opened again.") % {"name": post.name})
    return _to(unit=post.unit.code, closed="1")


def _reopen_post(request: ViewerRequest) -> str:
    post = organising.reopen_post(_field(request, "code"), by=request.viewer)
    _said(request, _("“%(name)s” is open again.") % {"name": post.name})
    return _to(post=post.code)


def _appoint(request: ViewerRequest) -> str:
    person = whole_number(_field(request, "person"))
    new = NewAppointment(
        user=User.objects.filter(pk=person).first() if person is not None else None,
        kind=_field(request, "kind"),
        starts_on=day_or_none(_field(request, "starts_on")),
        ends_on=day_or_none(_field(request, "ends_on")),
    )
    row = organising.appoint(_field(request, "code"), new, by=request.viewer)
    told = {"who": row.user, "post": row.post.name, "day": row.starts_on}
    _said(request, _("%(who)s holds “%(post)s” from %(day)s on.") % told)
    return _to(post=row.post.code)


def _end(request: ViewerRequest) -> str:
    """Whoever holds nothing any more leaves work behind: giving it to somebody is offered at once."""
    chosen = whole_number(_field(request, "appointment"))
    if chosen is None:
        raise NotFound
    day = day_or_none(_field(request, "last_day"))
    row = organising.end_appointment(chosen, last_day=day, by=request.viewer)
    _said(
        request,
        _("%(who)s holds “%(post)s” until %(day)s.") % {"who": row.user, "post": row.post.name, "day": day},
    )
    assert day is not None  # the service has refused it otherwise
    if queries.posts_left(row.user_id, on=day):
        return _to(post=row.post.code)
    return _to(post=row.post.code, leaver=str(row.user_id))


ACTS: Mapping[str, Callable[[ViewerRequest], str]] = {
    "add_unit": _add_unit,
    "rename_unit": _rename_unit,
    "move_unit": _move_unit,
    "close_unit": _close_unit,
    "reopen_unit": _reopen_unit,
    "add_post": _add_post,
    "change_post": _change_post,
    "move_post": _move_post,
    "close_post": _close_post,
    "reopen_post": _reopen_post,
    "appoint": _appoint,
    "end": _end,
}


@page
@require_GET
def vacancies(request: ViewerRequest) -> HttpResponse:
    """Posts that nobody holds, and what waits there."""
    organising.ensure_may_organise(request.viewer)
    area = request.GET.get("area", "")
    found, total = queries.vacancies(request.viewer, on=timezone.localdate(), area_code=area)
    context = {"vacant": found, "total": total, "waiting": sum(one.waiting > 0 for one in found)}
    return screen(request, "vacancies", context, section="organisation")


@page
@require_GET
def people(request: ViewerRequest) -> HttpResponse:
    """A part of the form: those who may be appointed, by what was typed so far."""
    organising.ensure_may_organise(request.viewer)
    asked = request.GET.get("who", "")[:50]
    found = queries.people(request.viewer, asked, on=timezone.localdate())
    return TemplateResponse(request, "org/_people.html", {"people": found, "asked": asked})
