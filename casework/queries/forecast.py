"""Who gets it next (提交以后): the move is made on a copy in memory, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice, product
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from casework.forms import FieldKind, StepForm
from casework.forms.fields import jsonable
from casework.models import Case
from casework.queries.cases import Holder, holders_of_steps
from casework.queries.guesses import Guess, open_questions
from casework.services.approvals import SIGNED
from casework.services.approvals.deciding import said_to_run
from casework.services.assignment import Assigner, assigner
from casework.services.calendars import work_calendar
from casework.verbs import Verb
from workflows import services as workflows
from workflows.engine import EngineError, OpenStep
from workflows.errors import WorkflowsError
from workflows.models import Step

MOVES = 24  # tried at most; each is the engine's work alone, without the database
BRANCHES = 6


@dataclass(frozen=True, kw_only=True)
class Work:
    """One thing that comes next: `kind` is human, machine, wait or end."""

    kind: str
    name: str
    holders: tuple[Holder, ...] = ()
    due_at: datetime | None = None
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class Branch:
    """What comes next, and under which answers (empty: in any case)."""

    when: tuple[str, ...]
    works: tuple[Work, ...]


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What follows from a verb. `depends_on` names open questions that decide and can't be told apart."""

    verb: Verb
    branches: tuple[Branch, ...]
    depends_on: tuple[str, ...] = ()
    has_more: bool = False
    has_questions: bool = False


@dataclass(frozen=True, kw_only=True)
class _Ahead:
    """The run after a move: what is new in it, or that the engine refused."""

    steps: tuple[OpenStep, ...] = ()
    waits: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()
    data: Mapping[str, Any]
    ended: bool = False
    refused: bool = False

    @property
    def shape(self) -> tuple[object, ...]:
        steps = tuple((step.element, step.lane) for step in self.steps)
        return steps, self.waits, self.ended, self.refused


def forecast(case: Case, step: Step, verb: Verb, *, form: StepForm | None, now: datetime) -> Forecast:
    """What happens after this verb, as far as the answers given so far decide it."""
    answers = given_answers(form) if form is not None and verb.takes_form else {}
    asked = form.definition.fields if form is not None and verb.takes_form else ()
    questions = open_questions(case.run.version, asked, answers)
    assign = assigner(case, now=now, calendar=work_calendar(case.area_code))
    tried = [
        (values, _ahead(case, step, verb, {**answers, **values}, assign=assign, now=now))
        for values in _combinations(questions)
    ]
    shapes: dict[tuple[object, ...], list[tuple[dict[str, Any], _Ahead]]] = {}
    for values, ahead in tried:
        shapes.setdefault(ahead.shape, []).append((values, ahead))
    ways = [way for way in shapes.values() if not way[0][1].refused]
    return Forecast(
        verb=verb,
        branches=tuple(_branch(way, questions, len(shapes), assign) for way in ways[:BRANCHES]),
        depends_on=_undecided(questions, list(shapes.values())),
        has_more=len(ways) > BRANCHES,
        has_questions=bool(questions),
    )


def works_after(
    case: Case, step: Step, verb: Verb, answers: Mapping[str, Any], *, now: datetime
) -> tuple[Work, ...] | None:
    """What comes next with exactly these answers; None where the process would refuse them."""
    assign = assigner(case, now=now, calendar=work_calendar(case.area_code))
    ahead = _ahead(case, step, verb, answers, assign=assign, now=now)
    return None if ahead.refused else _works(ahead, assign)


def earlier_steps(case: Case, step: Step, *, now: datetime) -> list[tuple[str, str]]:
    """The steps that this one can be sent back to, by element and name; none when the run can't be read."""
    calendar = work_calendar(case.area_code)
    assign = assigner(case, now=now, calendar=calendar)
    try:
        walk = workflows.resume(case.run, data=case.data, assign=assign, now=now, calendar=calendar)
        elements = workflows.earlier_steps(walk, step)
    except (WorkflowsError, EngineError):
        return []
    names = dict(Step.objects.filter(run=case.run, element__in=elements).values_list("element", "name"))
    return [(element, names[element]) for element in elements if element in names]


def given_answers(form: StepForm) -> dict[str, Any]:
    """What the form says so far: of a filled one what was understood, of an empty one what the case knows."""
    if form.is_bound:
        form.is_valid()
        given = {name: form.cleaned_data.get(name) for name in form.shown}
    else:
        given = {name: form.initial.get(name) for name in form.shown}
    asked = [field.name for field in form.definition.fields if field.is_asked]
    return {name: _plain(given.get(name)) for name in asked}


def _plain(value: Any) -> Any:  # Any: the value of any kind of field
    if isinstance(value, list):
        return [each if isinstance(each, str | Mapping) else each.name for each in value]
    return jsonable(value)


def _combinations(questions: Sequence[Guess]) -> Iterable[dict[str, Any]]:
    names = [question.field.name for question in questions]
    for values in islice(product(*(question.values for question in questions)), MOVES):
        yield dict(zip(names, values, strict=True))


def _ahead(
    case: Case, step: Step, verb: Verb, values: Mapping[str, Any], *, assign: Assigner, now: datetime
) -> _Ahead:
    try:
        walk = workflows.resume(case.run, data=case.data, assign=assign, now=now, calendar=assign.calendar)
        live = walk.live
        before = {one.token for one in live.steps()}
        waited = {wait.token for wait in live.waits()}
        live.complete(step.token, {**values, **said_to_run(step, verb.outcome or SIGNED)})
        steps, waits = live.steps(), live.waits()
    except (WorkflowsError, EngineError):
        return _Ahead(data={}, refused=True)
    return _Ahead(
        steps=tuple(one for one in steps if one.token not in before),
        waits=tuple(
            wait.name or wait.event or "" for wait in waits if wait.token not in waited and not wait.boundary
        ),
        standing=tuple(one.name for one in steps if one.token in before),
        data=live.data,
        ended=live.ended,
    )


def _branch(
    way: Sequence[tuple[dict[str, Any], _Ahead]], questions: Sequence[Guess], ways: int, assign: Assigner
) -> Branch:
    said = [_said(question, way) for question in questions] if ways > 1 else []
    return Branch(when=tuple(text for text in said if text), works=_works(way[0][1], assign))


def _said(question: Guess, way: Sequence[tuple[dict[str, Any], _Ahead]]) -> str:
    """“Result: repair” when only some of the answers lead this way."""
    if not question.can_be_said:
        return ""
    name = question.field.name
    here = [value for value in question.values if any(values[name] == value for values, _one in way)]
    if len(here) == len(question.values):
        return ""
    language = _language()
    label = question.field.label.in_language(language)
    return label + _(": ") + _(" or ").join(_answer(question, value, language) for value in here)


def _answer(question: Guess, value: object, language: str) -> str:
    if question.field.kind is FieldKind.YES_NO:
        return _("Yes") if value else _("No")
    labels = {choice.value: choice.label.in_language(language) for choice in question.field.choices}
    if isinstance(value, list):
        return _(", ").join(labels[each] for each in value) or _("none")
    return labels.get(str(value), str(value))


def _undecided(
    questions: Sequence[Guess], ways: Sequence[Sequence[tuple[dict[str, Any], _Ahead]]]
) -> tuple[str, ...]:
    """Labels of the questions whose answer changes the way, where its answers can't be listed."""
    if len(ways) < 2:
        return ()
    language = _language()
    return tuple(
        question.field.label.in_language(language)
        for question in questions
        if not question.can_be_said and any(_is_split(question, way) for way in ways)
    )


def _is_split(question: Guess, way: Sequence[tuple[dict[str, Any], _Ahead]]) -> bool:
    name = question.field.name
    return any(all(values[name] != value for values, _one in way) for value in question.values)


def _works(ahead: _Ahead, assign: Assigner) -> tuple[Work, ...]:
    if ahead.ended:
        return (Work(kind="end", name=_("The case is closed")),)
    works = [*_steps(ahead, assign), *(Work(kind="wait", name=name) for name in ahead.waits)]
    if works:
        return tuple(works)
    return tuple(Work(kind="join", name=name) for name in dict.fromkeys(ahead.standing))


def _steps(ahead: _Ahead, assign: Assigner) -> list[Work]:
    """Steps that wait next; the copies of one step for several items are one line, as far as they are due together."""
    rows = [(one, _row(one, ahead, assign)) for one in ahead.steps]
    holders = holders_of_steps([row for _one, row in rows])
    works: dict[tuple[str, datetime | None], Work] = {}
    for one, row in rows:
        line = one.element, row.due_at
        known = works.get(line)
        found = tuple(holders[code] for code in row.candidates if code in holders)
        if known is None:
            works[line] = Work(kind=one.kind, name=one.name or one.element, holders=found, due_at=row.due_at)
            continue
        new = tuple(holder for holder in found if holder not in known.holders)
        works[line] = replace(known, times=known.times + 1, holders=(*known.holders, *new))
    return list(works.values())


def _row(one: OpenStep, ahead: _Ahead, assign: Assigner) -> Step:
    """The step as it would be written, never saved."""
    if one.kind != "human":
        return Step(name=one.name)
    assignment = assign(one, ahead.data)
    posts = assignment.candidates if one.posts is None else one.posts
    return Step(name=one.name, candidates=list(posts), due_at=assignment.due_at)


def _language() -> str:
    return get_language() or "zh-hans"
