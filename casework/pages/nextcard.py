"""The card 下一步: the step's form, the verbs one may use, who gets it then, and what was typed so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise

from casework.errors import CaseworkError, FormRefused, NotValid
from casework.forms import StepForm
from casework.models import Case
from casework.pages.saying import BACK_TO, PIN, RECEIVER, comments, form_fields
from casework.queries.cases import OpenWork, Shot, gallery
from casework.queries.forecast import Forecast, earlier_steps, forecast
from casework.queries.particulars import Particular, particulars
from casework.queries.posts import post_choices
from casework.services.approvals import step_form
from casework.verbs import VERBS, Verb, at_step
from grid.errors import GridError
from workflows.errors import WorkflowsError
from workflows.models import Step

MAIN = ("complete", "approve", "claim")  # the first of these that is allowed is the primary button
OFFERED = (*MAIN, "return", "reject", "transfer", "release")  # what its panels can ask for
AT_ONCE = ("claim", "release")  # these ask nothing, so they need no panel


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A verb that did not work, and what had been typed: nothing of it goes away."""

    verb: str
    message: str | Promise
    status: int
    posted: QueryDict
    fields: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def comments(self) -> dict[str, str]:
        return comments(self.posted)

    @property
    def typed(self) -> list[str]:
        """Every text that was typed, to copy when its field is no longer there."""
        texts = [*self.comments.values(), *(str(v) for _k, v in form_fields(self.posted).items())]
        return [text for text in texts if text.strip()]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A verb that asks something first: why, what to mend, or to whom."""

    verb: Verb
    is_open: bool
    comment: str
    comment_error: str
    pins: tuple[str, ...] = ()
    fields: tuple[Particular, ...] = ()
    photos: tuple[Shot, ...] = ()
    posts: tuple[tuple[str, str], ...] = ()
    back_to: tuple[tuple[str, str], ...] = ()
    chosen_back: str = ""
    receiver: str = ""
    receiver_error: str = ""
    forecast: Forecast | None = None


@dataclass(frozen=True, kw_only=True)
class NextCard:
    """One open step as its handler sees it."""

    case: Case
    work: OpenWork
    form: StepForm | None
    primary: Verb | None
    others: tuple[Verb, ...]
    panels: tuple[Panel, ...]
    forecast: Forecast | None
    comment: str
    refused: Refused | None

    @property
    def step(self) -> Step:
        return self.work.step

    @property
    def pins(self) -> tuple[str, ...]:
        """What the return behind this step points at."""
        return tuple(self.work.returned.pins) if self.work.returned else ()


def next_card(case: Case, work: OpenWork, *, language: str, refused: Refused | None = None) -> NextCard:
    """The card for one open step; after a refusal it holds what was typed."""
    now = timezone.now()
    primary = next((verb for key in MAIN for verb in work.verbs if verb.key == key), None)
    form = card_form(case, work.step, language=language, now=now, refused=refused) if primary else None
    others = tuple(verb for verb in work.verbs if verb is not primary and verb.key in OFFERED)
    ends = primary is not None and (primary.ends_step or work.step.ends_with_signature)
    ahead = primary if ends else _ending(work.step)
    panels = [
        _panel(case, work.step, verb, refused=refused, language=language, now=now)
        for verb in others
        if verb.key not in AT_ONCE
    ]
    return NextCard(
        case=case,
        work=work,
        form=form if primary and primary.takes_form else None,
        primary=primary,
        others=others,
        panels=tuple(panels),
        forecast=forecast(case, work.step, ahead, form=form, now=now)
        if ahead and work.verbs and not work.step.is_held_up
        else None,
        comment=refused.comments.get(primary.key, "") if refused and primary else "",
        refused=refused,
    )


def card_form(
    case: Case, step: Step, *, language: str, now: datetime, refused: Refused | None = None
) -> StepForm | None:
    """The step's form, if it has one: filled with what was posted, or with what the case knows."""
    if step.settings.get("form", "") not in case.run.version.forms:
        return None
    posted = form_fields(refused.posted) if refused and VERBS[refused.verb].takes_form else None
    return step_form(case, step, language=language, now=now, submitted=posted or None)


def refusal_of(error: Exception, *, verb: str, status: int, posted: QueryDict) -> Refused:
    """What a page says about an error that somebody can do something about."""
    assert isinstance(error, CaseworkError | WorkflowsError | GridError)
    fields = error.fields if isinstance(error, NotValid) and not isinstance(error, FormRefused) else {}
    return Refused(verb=verb, message=error.message, status=status, posted=posted, fields=fields)


def _ending(step: Step) -> Verb | None:
    """The verb by which the step will end, for somebody who only signs for it now."""
    ending = (VERBS[key] for key in ("complete", "approve") if key in step.verbs)
    return next((at_step(verb, step.settings) for verb in ending), None)


def _panel(
    case: Case, step: Step, verb: Verb, *, refused: Refused | None, language: str, now: datetime
) -> Panel:
    mine = refused if refused and refused.verb == verb.key else None
    posted = refused.posted if refused else QueryDict()
    points = verb.key == "return"
    passes = verb.key == "transfer"
    return Panel(
        verb=verb,
        is_open=mine is not None,
        comment=comments(posted).get(verb.key, ""),
        comment_error=_error(mine, "comment"),
        pins=tuple(posted.getlist(PIN)),
        fields=tuple(particulars(case, language=language)) if points else (),
        photos=tuple(gallery(case)) if points else (),
        back_to=tuple(earlier_steps(case, step, now=now)) if points else (),
        chosen_back=posted.get(BACK_TO, "") if points else "",
        posts=tuple(_receivers(case, step, now=now)) if passes else (),
        receiver=posted.get(RECEIVER, "") if passes else "",
        receiver_error=_error(mine, "to_post"),
        forecast=forecast(case, step, verb, form=None, now=now) if verb.ends_step else None,
    )


def _receivers(case: Case, step: Step, *, now: datetime) -> list[tuple[str, str]]:
    posts = post_choices(case.area_code, on=timezone.localdate(now))
    return [(code, label) for code, label in posts if code not in step.candidates]


def _error(refused: Refused | None, name: str) -> str:
    return " ".join(refused.fields.get(name, [])) if refused else ""
