"""What there is to choose from when a verb asks for a post, a step, a reason, one of several requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.access import Viewer
from casework.case_access import may_answer, may_rule
from casework.models import Case, CaseRequest, CaseStatus, Supervision, WhistleCall
from casework.queries.caseverbs import offers_at, standing_of
from casework.queries.forecast import earlier_steps
from casework.queries.picking import (
    Choice,
    cases_near,
    choosable_posts,
    departments,
    matters_to_open,
    people_of,
    posts_below,
    posts_named,
    steps_of_last_round,
    steps_passed,
)
from casework.services.acts.desks import level_of
from casework.services.acts.ending import outcomes_of
from casework.services.acts.levels import CLIMBS, DESCENDS
from casework.services.approvals.returning import REPORTER
from casework.services.calendars import work_calendar
from casework.verbs import Ask, Verb
from workflows.models import Step

SOON = (1, 3, 5, 10)  # working days that are offered beside a date


@dataclass(frozen=True, kw_only=True)
class About:
    """What the choices of a dialog depend on. `step` is None for what is done to the case as a whole."""

    viewer: Viewer
    case: Case
    step: Step | None
    verb: Verb
    language: str
    now: datetime
    posted: QueryDict = field(default_factory=QueryDict)


def offers(ask: Ask, about: About) -> list[Choice]:
    """The choices of one ask; none where it is no choice, or where there is nothing to choose."""
    of_name = _BY_NAME.get(ask.name)
    if of_name is not None:
        return of_name(about)
    of_kind = _BY_KIND.get(ask.kind)
    return of_kind(ask, about) if of_kind is not None else []


def is_worth_asking(ask: Ask, about: About) -> bool:
    """A choice among one or none is none: the service takes the only step, the only request there is."""
    if ask.name in ("step", "item"):
        return len(offers(ask, about)) > 1
    if ask.name in ("to_element", "outcome"):
        return bool(offers(ask, about))
    if ask.name == "is_solved":
        return about.case.status == CaseStatus.CLOSED
    return True


# --- by what is asked for


def _reasons(about: About) -> list[Choice]:
    shipped: Mapping[str, Mapping[str, str | Promise]] = {"escalate": CLIMBS, "push-down": DESCENDS}
    if about.verb.key in shipped:
        return _choices(shipped[about.verb.key].items())
    asked = next(ask for ask in about.verb.asks if ask.name == "reason_code")
    return _choices(asked.choices)


def _open_steps(about: About) -> list[Choice]:
    steps = Step.objects.open().human().filter(run=about.case.run_id).select_related("claimed_by")
    return [
        Choice(value=str(step.pk), label=step.name, note=str(step.claimed_by or ""))
        for step in steps.order_by("pk")
    ]


def _items(about: About) -> list[Choice]:
    standing = standing_of(about.case)
    match about.verb.key:
        case "grant" | "refuse":
            pending = [one.id for one in standing.requests if may_rule(about.viewer, one)]
            rows = CaseRequest.objects.filter(pk__in=pending)
            return [Choice(value=str(r.pk), label=r.get_kind_display(), note=r.reason[:60]) for r in rows]
        case "reply":
            mine = [one.id for one in standing.supervisions if may_answer(about.viewer, one)]
            found = Supervision.objects.filter(pk__in=mine)
            return [Choice(value=str(s.pk), label=s.text[:60]) for s in found]
        case "answer":
            calls = [one.id for one in standing.calls if may_answer(about.viewer, one)]
            return _calls(calls)
        case "rate":
            return _calls(standing.unrated)
        case "begin":
            parts = {offer.part: offer.part_name for offer in offers_at(about.case)}
            return [
                Choice(value=str(part), label=f"{name} {n}")
                for n, (part, name) in enumerate(parts.items(), 1)
            ]
    return []


def _calls(wanted: Iterable[int]) -> list[Choice]:
    rows = WhistleCall.objects.filter(pk__in=list(wanted)).select_related("unit", "whistle")
    return [Choice(value=str(row.pk), label=row.unit.name, note=row.whistle.place) for row in rows]


def _elements(about: About) -> list[Choice]:
    if about.verb.key == "begin":
        return _choices({offer.element: offer.name for offer in offers_at(about.case)}.items())
    if about.step is None:
        return steps_of_last_round(about.case)
    reporter = Choice(value=REPORTER, label=_("The reporter"), note=str(about.case.reporter))
    return [reporter, *steps_passed(about.case, earlier_steps(about.case, about.step, now=about.now))]


def _outcomes(about: About) -> list[Choice]:
    return [Choice(value=text, label=text) for text in outcomes_of(about.case)]


def _matters(about: About) -> list[Choice]:
    return matters_to_open(about.case.run.version.definition.key)


def _people(about: About) -> list[Choice]:
    return people_of(about.case, on=timezone.localdate(about.now), without=about.viewer.user_id)


def _solved(about: About) -> list[Choice]:
    return [Choice(value="1", label=_("Yes")), Choice(value="0", label=_("No"))]


_BY_NAME: Mapping[str, Callable[[About], list[Choice]]] = {
    "reason_code": _reasons,
    "step": _open_steps,
    "item": _items,
    "to_element": _elements,
    "outcome": _outcomes,
    "matter": _matters,
    "people": _people,
    "is_solved": _solved,
}


# --- by the kind of the answer


def _posts(ask: Ask, about: About) -> list[Choice]:
    today, area = timezone.localdate(about.now), about.case.area_code
    match about.verb.key:
        case "remove-sign":
            return posts_named(_signers(about), on=today)
        case "whistle":
            return departments(area, on=today)
        case "push-down":
            return posts_below(area, _level(about), on=today)
    has_it = about.step.candidates if about.step is not None and ask.kind == "post" else ()
    return choosable_posts(area, on=today, without=has_it)


def _signers(about: About) -> list[str]:
    """Whom this step has asked to sign or to do it, and who have not."""
    assert about.step is not None, "signers stand beside a step"
    return list(about.step.asked)


def _level(about: About) -> str:
    step = Step.objects.open().human().filter(run=about.case.run_id).order_by("pk").first()
    return level_of(step, about.case) if step else "district"


def _cases(ask: Ask, about: About) -> list[Choice]:
    return cases_near(about.viewer, about.case)


def _given(ask: Ask, about: About) -> list[Choice]:
    return _choices(ask.choices)


def _stars(ask: Ask, about: About) -> list[Choice]:
    return [
        Choice(value=str(n), label=ngettext("%(n)s star", "%(n)s stars", n) % {"n": n}) for n in range(1, 6)
    ]


def _days(ask: Ask, about: About) -> list[Choice]:
    """Dates to take with one press, in working days: nobody should have to count over a holiday."""
    calendar = work_calendar(about.case.area_code)
    found = []
    for days in SOON:
        at = timezone.localtime(calendar.add_working_days(about.now, days))
        value = at.date().isoformat() if ask.kind == "date" else at.strftime("%Y-%m-%dT%H:%M")
        label = ngettext("%(n)s working day", "%(n)s working days", days) % {"n": days}
        found.append(Choice(value=value, label=label))
    return found


_BY_KIND: Mapping[str, Callable[[Ask, About], list[Choice]]] = {
    "post": _posts,
    "posts": _posts,
    "case": _cases,
    "cases": _cases,
    "choice": _given,
    "stars": _stars,
    "date": _days,
    "datetime": _days,
}


def _choices(pairs: Iterable[tuple[str, str | Promise]]) -> list[Choice]:
    return [Choice(value=value, label=label) for value, label in pairs]
