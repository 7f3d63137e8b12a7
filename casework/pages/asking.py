"""A verb's dialog, drawn from the table of verbs: for each thing it asks an input, with what was typed and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.models import Case, Confidentiality, Gravity, Urgency, WarningColour
from casework.pages.nextcard import Refused
from casework.pages.offers import About, is_worth_asking, offers
from casework.pages.saying import OTHER_CASE, comments, name_of
from casework.queries.cases import Shot, gallery
from casework.queries.forecast import Forecast, forecast
from casework.queries.particulars import Particular, particulars
from casework.queries.picking import Choice
from casework.verbs import Ask, Verb
from workflows.models import Step

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
    def kind(self) -> str:
        """How it is drawn. Whether something is solved has no answer of its own, so both have to be pressed."""
        if self.ask.name == "is_solved":
            return "choice"
        return "people" if self.ask.name == "people" else self.ask.kind

    @property
    def is_long(self) -> bool:
        return self.ask.name == "comment"

    @property
    def is_many(self) -> bool:
        return self.kind in ("posts", "cases", "people")

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
class ClassAsked:
    """One class of the case (how grave, how urgent …) with what it is now."""

    name: str
    label: str
    now: str
    choices: tuple[tuple[str, str | Promise], ...]


@dataclass(frozen=True, kw_only=True)
class Dialog:
    """A verb with all that it asks. `step` is None for what is done to the case as a whole."""

    verb: Verb
    case: Case
    step: Step | None
    asked: tuple[Asked, ...]
    classes: tuple[ClassAsked, ...] = ()
    forecast: Forecast | None = None

    @property
    def draft(self) -> str:
        """Whose half-written answers these are, for the browser to keep."""
        return draft_of(self.verb, case=self.case, step=self.step)


def draft_of(verb: Verb, *, case: Case, step: Step | None) -> str:
    return f"{verb.key}-{step.pk if step else case.number}"


def dialog(
    viewer: Viewer,
    case: Case,
    verb: Verb,
    *,
    step: Step | None = None,
    language: str,
    refused: Refused | None = None,
    given: QueryDict | None = None,
) -> Dialog:
    """The dialog of a verb on a step, or on the case; after a refusal with what was typed, else with what is given."""
    posted = refused.posted if refused else given or QueryDict()
    now = timezone.now()
    about = About(viewer=viewer, case=case, step=step, verb=verb, language=language, now=now, posted=posted)
    ahead = None
    if step is not None and step.is_open and verb.ends_step:
        ahead = forecast(case, step, verb, form=None, now=now)
    return Dialog(
        verb=verb,
        case=case,
        step=step,
        asked=tuple(_asked(ask, about, refused) for ask in verb.asks if is_worth_asking(ask, about)),
        classes=_classes(case, posted) if verb.key == "classify" else (),
        forecast=ahead,
    )


def _asked(ask: Ask, about: About, refused: Refused | None) -> Asked:
    name, posted = name_of(ask, about.verb), about.posted
    points = ask.kind == "pins"
    facts = particulars(about.case, language=about.language) if points else ()
    return Asked(
        ask=ask,
        name=name,
        error=" ".join(refused.fields.get(ask.name, [])) if refused else "",
        typed=comments(posted).get(about.verb.key, "") if ask.name == "comment" else posted.get(name, ""),
        chosen=tuple(posted.getlist(name)),
        choices=tuple(offers(ask, about)),
        fields=tuple(facts),
        photos=tuple(gallery(about.case)) if points else (),
        other=posted.get(OTHER_CASE, ""),
        earliest=_earliest(ask, about.now),
    )


def _earliest(ask: Ask, now: datetime) -> str:
    local = timezone.localtime(now)
    if ask.kind == "date":
        return (local.date() + timedelta(days=1)).isoformat()
    return local.strftime("%Y-%m-%dT%H:%M") if ask.kind == "datetime" else ""


def _classes(case: Case, posted: QueryDict) -> tuple[ClassAsked, ...]:
    asked = (
        ("level", _("Gravity"), case.level, Gravity.choices),
        ("urgency", _("Urgency"), case.urgency, Urgency.choices),
        ("warning", _("Warning"), case.warning, WarningColour.choices),
        ("confidentiality", _("Confidentiality"), case.confidentiality, Confidentiality.choices),
    )
    return tuple(
        ClassAsked(name=name, label=label, now=posted.get(name, now), choices=tuple(choices))
        for name, label, now, choices in asked
    )
