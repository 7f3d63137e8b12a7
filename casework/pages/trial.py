"""The trial run (试运行) of a draft or version: one page, one form, nothing that outlives it but what is recorded."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.errors import CaseworkError, NotFound, NotNow, NotValid
from casework.facts import FIXED
from casework.forms import StepForm
from casework.models import TrialRun
from casework.pages.door import ViewerRequest, page
from casework.queries import studio, trying
from casework.services import diagrams, trials
from casework.services.locks import database_now
from grid.models import Area
from workflows.bpmn import DiagramRefused
from workflows.models import Version

MOST_VALUES = 200


@page
@require_http_methods(["GET", "POST"])
def trial(request: ViewerRequest, key: str) -> HttpResponse:
    """Where the sample case stands and what may be done; a POST does one thing and comes back here."""
    diagrams.ensure_may_draw(request.viewer)
    version = version_asked(request, key)
    if request.method == "GET":
        return _shown(request, version)
    held = trials.trial_of(version, by=request.viewer)
    do = request.POST.get("t.do", "")
    try:
        if do == "begin":
            refused = _begin(request, version)
        elif held is None:
            raise NotNow(_("The trial has gone on in another window. This is how it stands now."))
        else:
            refused = _DOING.get(do, _unknown)(request, held)
    except (CaseworkError, DiagramRefused) as error:
        messages.error(request, str(getattr(error, "message", "")) or _("This diagram can't be run yet."))
        return redirect(_address(version))
    return refused or redirect(_address(version))


def version_asked(request: ViewerRequest, key: str) -> Version:
    """The one that `version` names, else the draft, else what is in force. Raises NotFound."""
    matter = studio.matter_for(key)
    number = request.POST.get("t.version") or request.GET.get("version") or ""
    if number.isdecimal() and len(number) < 9:
        return studio.version_for(matter, int(number))
    version = studio.draft_or_none(matter) or studio.published_or_none(matter)
    if version is None:
        raise NotFound
    return version


def _address(version: Version, name: str = "studio:trial") -> str:
    where = reverse(name, args=[version.definition.key])
    return f"{where}?version={version.number}" if version.number else where


def _shown(
    request: ViewerRequest, version: Version, *, form: StepForm | None = None, token: int | None = None
) -> HttpResponse:
    held = trials.trial_of(version, by=request.viewer)
    context: dict[str, Any] = {
        "section": "studio",
        "matter": version.definition,
        "title": studio.matter_title(version.definition),
        "shown": version,
        "held": held,
        "scenarios": len(version.scenarios),
    }
    try:
        context |= _first(request, version, form) if held is None else _standing(request, held, form, token)
    except DiagramRefused as refused:
        context["refused"] = refused.problems[0].text(get_language() or "zh-hans")
    return TemplateResponse(request, "studio/trial.html", context, status=422 if form else 200)


def _first(request: ViewerRequest, version: Version, form: StepForm | None) -> dict[str, Any]:
    shown = trying.sample_places(request.viewer)
    area = request.POST.get("t.area") or (shown[0][0] if shown else "")
    asked = form or trying.report_form(
        version, area_code=area, now=database_now(), language=get_language() or "zh-hans"
    )
    trials.ensure_runs(version)
    return {"places": shown, "area": area, "form": asked}


def _standing(
    request: ViewerRequest, held: TrialRun, form: StepForm | None, token: int | None
) -> dict[str, Any]:
    standing = trying.standing(held, trials.replayed(held))
    asked = request.GET.get("step", "")
    step = standing.step(token or (int(asked) if asked.isdecimal() and len(asked) < 12 else None))
    if step is not None and form is None:
        form = trying.form_at(standing, step, language=get_language() or "zh-hans")
    return {"standing": standing, "step": step, "form": form}


# --- what may be done; each gives a page where something was refused, else None


def _begin(request: ViewerRequest, version: Version) -> HttpResponse | None:
    area = Area.objects.filter(code=request.POST.get("t.area", "")).first()
    now = database_now()
    form = trying.report_form(
        version,
        area_code=area.code if area else "",
        now=now,
        language=get_language() or "zh-hans",
        submitted=request.POST,
        files=request.FILES,
    )
    if form is not None and not form.is_valid():
        return _shown(request, version, form=form)
    data = trials.sample_facts(
        title=request.POST.get("t.title", ""),
        category=request.POST.get("t.category", ""),
        urgent=bool(request.POST.get("t.urgent")),
        area=area,
        by=request.viewer,
    )
    data |= _values(form) if form else _plain(request)
    trials.begin(version, data=data, area_code=area.code if area else "", by=request.viewer, now=now)
    return None


def _end_step(request: ViewerRequest, held: TrialRun) -> HttpResponse | None:
    standing = trying.standing(held, trials.replayed(held))
    step = _step_asked(request, standing)
    verb = request.POST.get("t.verb", "")
    if step is None or verb not in [name for name, _label in step.verbs]:
        raise NotValid(_("Choose what to do with the step."))
    to = request.POST.get("t.to", "")
    if verb == "return" and to:
        _go_on(request, held, {"send_back": step.element, "to": to, **trying.nth_of(standing, step)})
        return None
    values: dict[str, Any] = {}
    if verb not in ("return", "reject", "claim"):
        form = trying.form_at(
            standing, step, language=get_language() or "zh-hans", submitted=request.POST, files=request.FILES
        )
        if form is not None and not form.is_valid():
            return _shown(request, held.version, form=form, token=step.token)
        values = _values(form) if form else _plain(request)
    values[step.outcome or "结论"] = trying.outcome_of(verb)
    _go_on(request, held, {"complete": step.element, "data": values, **trying.nth_of(standing, step)})
    return None


def _answer(request: ViewerRequest, held: TrialRun) -> None:
    """A machine step gets the answer that was written down."""
    standing = trying.standing(held, trials.replayed(held))
    if step := _step_asked(request, standing):
        nth = trying.nth_of(standing, step)
        _go_on(request, held, {"complete": step.element, "data": _plain(request), **nth})


def _fail(request: ViewerRequest, held: TrialRun) -> None:
    standing = trying.standing(held, trials.replayed(held))
    if step := _step_asked(request, standing):
        code = request.POST.get("t.code", "").strip()[:64]
        _go_on(request, held, {"fail": step.element, "code": code, **trying.nth_of(standing, step)})


def _advance(request: ViewerRequest, held: TrialRun) -> None:
    _go_on(request, held, trials.until(trials.replayed(held), request.POST.get("t.how", "")))


def _deliver(request: ViewerRequest, held: TrialRun) -> None:
    """The message or signal that something waits for arrives."""
    standing = trying.standing(held, trials.replayed(held))
    wait = next((one for one in standing.waits if str(one.token) == request.POST.get("t.token")), None)
    if wait is None or wait.kind not in ("message", "signal"):
        raise NotValid(_("Nothing waits for this any more."))
    step: dict[str, Any] = {wait.kind: wait.event, "payload": _plain(request)}
    if wait.correlation:
        step["correlation"] = wait.correlation
    _go_on(request, held, step)


def _set(request: ViewerRequest, held: TrialRun) -> None:
    values = _plain(request)
    if not values:
        raise NotValid(_("Write what changes, one a line: name = value"))
    _go_on(request, held, {"set": values})


def _undo(request: ViewerRequest, held: TrialRun) -> None:
    trials.step_back(held, at=_at(request), by=request.viewer)


def _again(request: ViewerRequest, held: TrialRun) -> None:
    trials.drop(held, by=request.viewer)


def _record(request: ViewerRequest, held: TrialRun) -> HttpResponse:
    trials.record(held, title=request.POST.get("t.title", ""), at=_at(request), by=request.viewer)
    messages.success(request, _("Recorded. It is tried at every check from now on."))
    return redirect("studio:scenarios", key=held.version.definition.key)


def _unknown(request: ViewerRequest, held: TrialRun) -> None:
    raise NotValid(_("That is not something one can do here."))


_DOING: dict[str, Callable[[ViewerRequest, TrialRun], HttpResponse | None]] = {
    "step": _end_step,
    "answer": _answer,
    "fail": _fail,
    "advance": _advance,
    "deliver": _deliver,
    "set": _set,
    "undo": _undo,
    "again": _again,
    "record": _record,
}


def _go_on(request: ViewerRequest, held: TrialRun, step: Mapping[str, Any]) -> None:
    trials.go_on(held, step, at=_at(request), by=request.viewer)


def _at(request: ViewerRequest) -> int:
    written = request.POST.get("t.at", "")
    return int(written) if written.isdecimal() and len(written) < 6 else -1


def _step_asked(request: ViewerRequest, standing: trying.Standing) -> trying.TrialStep | None:
    token = request.POST.get("t.token")
    found = next((step for step in standing.steps if str(step.token) == token), None)
    if found is None:
        raise NotValid(_("This step is no longer open in the trial."))
    return found


def _values(form: StepForm) -> dict[str, Any]:
    """The form's answers. A photo counts by what it is: nothing of it is stored."""
    photos = {name: [_digest(file) for file in files] for name, files in form.uploads.items()}
    found: dict[str, Any] = json.loads(json.dumps(form.values(stored=photos), default=_as_text))
    return found


def _digest(file: Any) -> str:
    return sha256(file.read()).hexdigest()


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _plain(request: ViewerRequest) -> dict[str, Any]:
    """Lines of `name = value`; a value is JSON where it reads as JSON, else text. Raises NotValid."""
    found: dict[str, Any] = {}
    for line in request.POST.get("t.values", "").splitlines():
        name, sign, value = line.replace("＝", "=", 1).partition("=")
        name = name.strip()
        if not name and not value:
            continue
        if not sign or not name or len(name) > 64 or len(line) > 2000 or len(found) >= MOST_VALUES:
            raise NotValid(_("Write what changes, one a line: name = value"))
        if name in FIXED:
            raise NotValid(_("“%(name)s” can't be changed here.") % {"name": name})
        found[name] = _read(value.strip())
    return found


def _read(text: str) -> Any:
    """JSON where it reads as JSON that can be kept, else the text itself."""
    try:
        value = json.loads(text)
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        return text
    return value


urlpatterns = [path("<slug:key>/trial/", trial, name="trial")]
