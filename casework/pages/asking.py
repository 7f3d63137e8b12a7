"""A verb's dialog, drawn from the table of verbs: for each thing it asks an input, with what was typed and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import ngettext

from casework.access import Viewer
from casework.models import Case, SupervisionKind
from casework.pages.nextcard import Refused
from casework.pages.saying import OTHER_CASE, comments, name_of
from casework.queries.cases import Shot, gallery
from casework.queries.forecast import Forecast, earlier_steps, forecast
from casework.queries.particulars import Particular, particulars
from casework.queries.picking import Choice, cases_near, choosable_posts, posts_named, steps_passed
from casework.services.calendars import work_calendar
from casework.verbs import Ask, Verb
from workflows.models import Step

SOON = (1, 3, 5, 10)  # working days that are offered beside a date
FEW = 4  # choices that fit beside each other


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One thing asked for, ready to draw: `chosen` are the values that are on, `typed` is what stands in the box."""

    ask: Ask
    name: str
    error: str = ""
    typed: str = ""
    chosen: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    fields: tuple[Particular, ...] = ()
    photos: tuple[Shot, ...] = ()
    other: str = ""
    earliest: str = ""

    @property
    def id(self) -> str:
        return self.name.replace(".", "-")

    @property
    def is_long(self) -> bool:
        return self.ask.name == "comment"

    @property
    def is_few(self) -> bool:
        return len(self.choices) <= FEW

    @property
    def groups(self) -> list[tuple[str | Promise, list[Choice]]]:
        """The choices under their headings, in the order they came."""
        found: dict[str | Promise, list[Choice]] = {}
        for choice in self.choices:
            found.setdefault(choice.group, []).append(choice)
        return list(found.items())


@dataclass(frozen=True, kw_only=True)
class Dialog:
    """A verb with all that it asks. `step` is None for what is done to the case as a whole."""

    verb: Verb
    case: Case
    step: Step | None
    asked: tuple[Asked, ...]
    refused: Refused | None = None
    forecast: Forecast | None = None

    @property
    def draft(self) -> str:
        """Whose half-written answers these are, for the browser to keep."""
        return f"{self.verb.key}-{self.step.pk if self.step else self.case.number}"

    @property
    def is_simple(self) -> bool:
        """Nothing but a word with it: a small window does."""
        return all(asked.ask.kind in ("text", "stars", "date", "yes_no") for asked in self.asked)


@dataclass(frozen=True, kw_only=True)
class _About:
    """What the choices of a dialog depend on."""

    viewer: Viewer
    case: Case
    step: Step | None
    language: str
    now: datetime
    posted: QueryDict = field(default_factory=QueryDict)


def dialog(
    viewer: Viewer,
    case: Case,
    verb: Verb,
    *,
    step: Step | None = None,
    language: str,
    refused: Refused | None = None,
) -> Dialog:
    """The dialog of a verb on a step, or on the case; after a refusal with what was typed."""
    posted = refused.posted if refused else QueryDict()
    about = _About(viewer=viewer, case=case, step=step, language=language, now=timezone.now(), posted=posted)
    asked = tuple(_asked(ask, verb, about, refused) for ask in _worth_asking(verb, about))
    ahead = None
    if step is not None and step.is_open and verb.ends_step:
        ahead = forecast(case, step, verb, form=None, now=about.now)
    return Dialog(verb=verb, case=case, step=step, asked=asked, refused=refused, forecast=ahead)


def _worth_asking(verb: Verb, about: _About) -> Sequence[Ask]:
    """A return's step is only asked for where there are some to choose from."""
    if about.step is None or not any(ask.kind == "element" for ask in verb.asks):
        return verb.asks
    if earlier_steps(about.case, about.step, now=about.now):
        return verb.asks
    return [ask for ask in verb.asks if ask.kind != "element"]


def _asked(ask: Ask, verb: Verb, about: _About, refused: Refused | None) -> Asked:
    name = name_of(ask, verb)
    posted = about.posted
    typed = comments(posted).get(verb.key, "") if ask.name == "comment" else posted.get(name, "")
    plain = Asked(
        ask=ask,
        name=name,
        error=" ".join(refused.fields.get(ask.name, [])) if refused else "",
        typed=typed,
        chosen=tuple(posted.getlist(name)),
    )
    match ask.kind:
        case "post" | "posts":
            return replace(plain, choices=tuple(_posts(ask, verb, about)))
        case "element":
            assert about.step is not None, "only a step has steps behind it"
            passed = earlier_steps(about.case, about.step, now=about.now)
            return replace(plain, choices=tuple(steps_passed(about.case, passed)))
        case "pins":
            facts = particulars(about.case, language=about.language)
            return replace(plain, fields=tuple(facts), photos=tuple(gallery(about.case)))
        case "case" | "cases":
            near = tuple(cases_near(about.viewer, about.case))
            return replace(plain, choices=near, other=posted.get(OTHER_CASE, ""))
        case "choice":
            return replace(plain, choices=tuple(_choices(ask, verb)))
        case "stars":
            return replace(plain, choices=tuple(Choice(value=str(n), label=str(n)) for n in range(1, 6)))
        case "date" | "datetime":
            return replace(plain, choices=tuple(_days(ask, about)), earliest=_earliest(ask, about))
    return plain


def _posts(ask: Ask, verb: Verb, about: _About) -> list[Choice]:
    today = timezone.localdate(about.now)
    if verb.key == "remove-sign" and about.step is not None:
        beside = Step.objects.open().human().filter(run=about.case.run, element=about.step.element)
        signers = [code for step in beside.exclude(pk=about.step.pk) for code in step.candidates]
        return posts_named(signers, on=today)
    has_it = about.step.candidates if about.step is not None and ask.kind == "post" else ()
    return choosable_posts(about.case.area_code, on=today, without=has_it)


def _choices(ask: Ask, verb: Verb) -> list[Choice]:
    if verb.key == "supervise" and ask.name == "reason_code":
        return [Choice(value=value, label=label) for value, label in SupervisionKind.choices]
    return [Choice(value=value, label=label) for value, label in ask.choices]


def _days(ask: Ask, about: _About) -> list[Choice]:
    """Dates to take with one press, in working days: nobody should have to count over a holiday."""
    calendar = work_calendar(about.case.area_code)
    found = []
    for days in SOON:
        at = timezone.localtime(calendar.add_working_days(about.now, days))
        value = at.date().isoformat() if ask.kind == "date" else at.strftime("%Y-%m-%dT%H:%M")
        label = ngettext("%(n)s working day", "%(n)s working days", days) % {"n": days}
        found.append(Choice(value=value, label=label))
    return found


def _earliest(ask: Ask, about: _About) -> str:
    local = timezone.localtime(about.now)
    if ask.kind == "date":
        return _next_day(local.date()).isoformat()
    return datetime.combine(local.date(), time(local.hour, local.minute)).isoformat(timespec="minutes")


def _next_day(day: date) -> date:
    return day + timedelta(days=1)
