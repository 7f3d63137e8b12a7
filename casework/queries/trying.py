"""What the trial run's page shows: where the sample case stands, who would have it, what has happened, what may be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from casework import forms
from casework.access import Viewer
from casework.facts import CaseFacts
from casework.models import TrialRun
from casework.queries.areachoices import area_choices
from casework.queries.posts import post_choices
from casework.queries.studio import diagram_of, element_names
from casework.services.approvals import SIGNED
from casework.services.assignment import VACANT, Assigner
from casework.services.calendars import work_calendar
from casework.services.trials import Replay
from casework.verbs import STEP_VERBS, words_at
from grid.models import Area
from workflows.engine import OpenStep, Wait
from workflows.models import Version

MOST_PLACES = 40  # of each level
ENDING = ("complete", "approve", "return", "reject")
OF_THE_TRIAL = frozenset({"csrfmiddlewaretoken", "t.do", "t.at", "t.token", "t.verb", "t.version"})


@dataclass(frozen=True, kw_only=True)
class TrialStep:
    """A step that stands open in a trial. `who` are the posts it goes to, `vacant` says that nobody holds them."""

    token: int
    element: str
    name: str
    is_machine: bool
    lane: str
    who: tuple[str, ...]
    vacant: bool
    due_at: datetime | None
    limit: str
    stage: str
    verbs: tuple[tuple[str, str | Promise], ...]
    form_key: str
    earlier: tuple[tuple[str, str], ...]
    operation: str
    part: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class TrialWait:
    """An event that the trial waits for; `event` is the name of the message or signal."""

    token: int
    element: str
    name: str
    kind: str
    event: str
    due_at: datetime | None
    correlation: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """One thing that was done: `sign` is an icon, `said` what it was, `note` what came along."""

    number: int
    element: str
    sign: str
    said: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A trial as the page shows it."""

    trial: TrialRun
    replay: Replay
    steps: tuple[TrialStep, ...]
    waits: tuple[TrialWait, ...]
    stopped: tuple[tuple[str, str, str], ...]
    told: tuple[Told, ...]
    data: tuple[tuple[str, str], ...]
    marks: dict[str, Any]
    ended: bool

    @property
    def at(self) -> int:
        return len(self.trial.steps)

    def step(self, token: int | None) -> TrialStep | None:
        """The step with this token, else the first that a person has, else the first."""
        people = [each for each in self.steps if not each.is_machine]
        chosen = [each for each in self.steps if each.token == token]
        return next(iter([*chosen, *people, *self.steps]), None)


def standing(trial: TrialRun, replay: Replay) -> Standing:
    diagram = diagram_of(trial.version)
    names = element_names(diagram) if diagram else {}
    told = tuple(_told(n, step, names) for n, step in enumerate(trial.steps, 1))
    if not replay.walk.text:  # it does not even begin any more, as the drawing was changed
        return Standing(
            trial=trial,
            replay=replay,
            steps=(),
            waits=(),
            stopped=(),
            told=told,
            data=(),
            marks={"done": [], "now": []},
            ended=False,
        )
    run = replay.run
    assign = _assigner(trial, replay)
    steps = tuple(_step(each, replay, assign, names) for each in run.steps())
    waits = tuple(_wait(each, names) for each in run.waits())
    stopped = tuple(
        (each.element, names.get(each.element, each.element), each.message or each.error)
        for each in run.stopped()
    )
    now = [*(each.element for each in steps), *(each[0] for each in stopped)]
    now += [each.element for each in run.waits() if not each.boundary]
    return Standing(
        trial=trial,
        replay=replay,
        steps=steps,
        waits=waits,
        stopped=stopped,
        told=told,
        data=tuple((name, _shown(value)) for name, value in sorted(replay.walk.data.items())),
        marks={"done": sorted(replay.walk.passed), "now": now},
        ended=run.ended,
    )


def _assigner(trial: TrialRun, replay: Replay) -> Assigner:
    data = replay.walk.data
    facts = CaseFacts(
        number=str(data.get("案件编号", "")),
        matter=trial.version.definition.key,
        area_code=trial.area_code,
        urgent=data.get("紧急") is True,
        category=str(data.get("类别", "")),
        reporter_post="",
        data=data,
    )
    return Assigner(facts=facts, now=replay.walk.now, calendar=work_calendar(trial.area_code))


def _step(step: OpenStep, replay: Replay, assign: Assigner, names: Mapping[str, str]) -> TrialStep:
    is_machine = step.kind == "machine"
    assign.now = replay.opened.get(step.token, replay.walk.now)
    given = None if is_machine or not assign.facts.area_code else assign(step, replay.walk.data)
    who = [code for code in given.candidates if not code.startswith(VACANT)] if given else []
    settings = step.settings
    return TrialStep(
        token=step.token,
        element=step.element,
        name=step.name or names.get(step.element, step.element),
        is_machine=is_machine,
        lane=step.lane or "",
        who=tuple(assign.names.get(code, code) for code in who[:6]),
        vacant=given is not None and bool(given.candidates) and not who,
        due_at=given.due_at if given else None,
        limit=given.limit if given else "",
        stage=settings.get("stage", ""),
        verbs=() if is_machine else _verbs(settings),
        form_key="" if is_machine else settings.get("form", ""),
        earlier=() if is_machine else _earlier(step, replay, names),
        operation=step.operation or "",
        outcome=settings.get("outcome", ""),
        part="、".join(_shown(value) for name, value in step.instance.items() if name != "loopCounter")[:120],
    )


def _verbs(settings: Mapping[str, str]) -> tuple[tuple[str, str | Promise], ...]:
    if settings.get("signFor") == "only":
        return (("claim", STEP_VERBS["claim"].label),)
    allowed = (settings.get("verbs") or "complete").split()
    return tuple((key, words_at(STEP_VERBS[key], settings)) for key in ENDING if key in allowed)


def _earlier(step: OpenStep, replay: Replay, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    if "return" not in (step.settings.get("verbs") or "").split():
        return ()
    return tuple((each, names.get(each, each)) for each in replay.run.earlier_steps(step.token))


def outcome_of(verb: str) -> str:
    return SIGNED if verb == "claim" else STEP_VERBS[verb].outcome


def _wait(wait: Wait, names: Mapping[str, str]) -> TrialWait:
    return TrialWait(
        token=wait.token,
        element=wait.element,
        name=wait.name or names.get(wait.element, wait.element),
        kind=wait.kind,
        event=wait.event or "",
        due_at=wait.due_at,
        correlation=wait.correlation or "",
    )


# --- what has happened


def _told(number: int, step: Mapping[str, Any], names: Mapping[str, str]) -> Told:
    sign, element, said = _words(step, names)
    given = step.get("data") or step.get("payload") or step.get("set") or {}
    note = "，".join(f"{name}：{_shown(value)}" for name, value in given.items() if value not in (None, ""))
    return Told(number=number, element=element, sign=sign, said=said, note=note[:200])


def _words(step: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, str, str]:
    """Icon, element and what was done."""
    if "start" in step:
        return "play", "", _("The sample case begins")
    if "complete" in step:
        return "check", step["complete"], names.get(step["complete"], step["complete"])
    if "send_back" in step:
        to = names.get(step["to"], step["to"])
        name = names.get(step["send_back"], step["send_back"])
        return "undo", step["send_back"], _("%(name)s: back to %(to)s") % {"name": name, "to": to}
    if "fail" in step:
        name = names.get(step["fail"], step["fail"])
        return "warn", step["fail"], _("%(name)s fails with “%(code)s”") % {
            "name": name, "code": step.get("code", "")
        }  # fmt: skip
    if "advance" in step:
        return "clock", "", _("Time goes by: %(much)s") % {"much": lasting(step["advance"])}
    if "message" in step or "signal" in step:
        return "bell", "", _("“%(name)s” arrives") % {"name": step.get("message") or step.get("signal")}
    if "trigger" in step:
        return "bell", step["trigger"], names.get(step["trigger"], step["trigger"])
    if "set" in step:
        return "list", "", _("Variables change")
    return "list", "", next(iter(step), "")


def lasting(written: str) -> str:
    """`PT93600S` as people say it."""
    text = written.removeprefix("PT").removesuffix("S")
    if not text.isdigit():
        return written
    minutes = -(-int(text) // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [
        _("%(n)d d") % {"n": days} if days else "",
        _("%(n)d h") % {"n": hours} if hours else "",
        _("%(n)d min") % {"n": minutes} if minutes else "",
    ]
    return " ".join(part for part in parts if part) or _("less than a minute")


def _shown(value: Any) -> str:
    """A variable in short: photos are counted, not spelled out."""
    if value is True or value is False:
        return _("yes") if value else _("no")
    if isinstance(value, list):
        if value and all(isinstance(each, str) and len(each) == 64 for each in value):
            return _("photos: %(n)d") % {"n": len(value)}
        return "、".join(_shown(each) for each in value)[:120]
    if isinstance(value, Mapping):
        return "，".join(f"{name} {_shown(each)}" for name, each in value.items())[:120]
    return "" if value is None else str(value)[:120]


# --- the sample case


def sample_places(viewer: Viewer) -> list[tuple[str, str]]:
    """Where a sample case may lie: some grids of the viewer's area, and what lies above them."""
    inside = Area.objects.inside(viewer.home_area or "").select_related("parent")
    found = [
        area
        for level in ("grid", "community", "town", "district")
        for area in inside.filter(level=level).order_by("code")[:MOST_PLACES]
    ]
    return [(area.code, f"{area.parent.name} {area.name}" if area.parent else area.name) for area in found]


# --- the real forms


def form_at(
    standing: Standing,
    step: TrialStep,
    *,
    language: str,
    submitted: QueryDict | None = None,
    files: MultiValueDict[str, Any] | None = None,
) -> forms.StepForm | None:
    """The step's form over the sample case's data; None where it has none that can be shown."""
    raw = standing.trial.version.forms.get(step.form_key)
    if raw is None:
        return None
    try:
        definition = forms.read_form(raw).at(step.element)
    except forms.FormRefused:
        return None
    walk = standing.replay.walk
    instance = next((each.instance for each in walk.loaded().steps() if each.token == step.token), {})
    return _built(
        definition, standing.trial.area_code, {**walk.data, **instance}, walk.now,
        language=language, submitted=submitted, files=files,
    )  # fmt: skip


def report_form(
    version: Version,
    *,
    area_code: str,
    now: datetime,
    language: str,
    submitted: QueryDict | None = None,
    files: MultiValueDict[str, Any] | None = None,
) -> forms.StepForm | None:
    """What a reporter is asked, where the matter asks anything."""
    raw = version.forms.get(version.about.get("report_form", ""))
    if raw is None:
        return None
    try:
        definition = forms.read_form(raw)
    except forms.FormRefused:
        return None
    return _built(definition, area_code, {}, now, language=language, submitted=submitted, files=files)


def _built(
    definition: forms.FormDefinition,
    area_code: str,
    data: Mapping[str, Any],
    now: datetime,
    *,
    language: str,
    submitted: QueryDict | None,
    files: MultiValueDict[str, Any] | None,
) -> forms.StepForm:
    besides = {name for name in submitted or () if name.startswith("t.")} | OF_THE_TRIAL
    return forms.build(
        definition,
        data=data,
        submitted=submitted,
        files=files,
        language=language,
        posts=post_choices(area_code, on=now.date()) if area_code else (),
        areas=area_choices(area_code) if definition.asks(forms.FieldKind.AREA) else (),
        besides=besides,
        now=now,
    )


def nth_of(standing: Standing, step: TrialStep) -> dict[str, int]:
    """Which of several open at one element this step is, as a scenario says it."""
    tokens = [each.token for each in standing.steps if each.element == step.element]
    return {"nth": tokens.index(step.token)} if len(tokens) > 1 else {}
