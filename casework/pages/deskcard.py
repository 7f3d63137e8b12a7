"""The desk's card 下一步: the step's form, the few verbs used every day, and all others by meaning in a menu."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.access import Viewer
from casework.forms import StepForm
from casework.models import Case
from casework.pages.dispatchtable import dispatch_table
from casework.pages.nextcard import Refused, card_form
from casework.queries.cases import OpenWork
from casework.queries.forecast import Forecast, forecast
from casework.verbs import STEP_VERBS, VERBS, Verb, at_step
from workflows.models import Step

PRIMARY = ("complete", "approve", "claim")  # the first of these that is allowed is the main button
BESIDE = 3  # verbs that stand under it; the rest is in the menu
EVERYDAY = ("approve", "reject", "return", "transfer", "claim", "add-sign", "release", "delegate")
AT_ONCE = frozenset({"claim", "release"})  # these ask nothing
ON_PAGE = frozenset({"comment", "undo"})  # these have their place elsewhere on the page
FIRST = "begin"  # a part without an order goes on by this alone: it stands beside the main button
GROUPS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (_("Back and forth"), ("return", "reject", "withdraw", "release")),
    (_("Give it to others"), ("transfer", "delegate", "reassign", "escalate", "push-down")),
    (_("Sign together"), ("add-sign", "remove-sign")),
    (_("Get people moving"), ("answer", "reply", "urge", "cc", "whistle", "supervise")),
    (_("Time"), ("extend", "suspend", "resume")),
    (_("Rule on it"), ("grant", "refuse")),
    (
        _("The case as a whole"),
        ("classify", "relate", "merge", "split", "rate", "reopen", "force-close", "void"),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Act:
    """A verb and where it is done."""

    verb: Verb
    href: str

    @property
    def is_at_once(self) -> bool:
        return self.verb.key in AT_ONCE

    @property
    def fills_form(self) -> bool:
        """It takes the card's form along, so it is sent with it."""
        return self.verb.takes_form and self.verb.on == "step"


@dataclass(frozen=True, kw_only=True)
class Group:
    """Some verbs of the menu under their heading."""

    words: str | Promise
    acts: tuple[Act, ...]


@dataclass(frozen=True, kw_only=True)
class DeskCard:
    """What this person can do now. `work` is None where he has no open step and only the case itself can be moved."""

    case: Case
    work: OpenWork | None
    form: StepForm | None = None
    primary: Act | None = None
    beside: tuple[Act, ...] = ()
    more: tuple[Group, ...] = ()
    forecast: Forecast | None = None
    comment: str = ""
    refused: Refused | None = None

    @property
    def step(self) -> Step | None:
        return self.work.step if self.work else None

    @property
    def pins(self) -> tuple[str, ...]:
        """What the return behind this step points at."""
        return tuple(self.work.returned.pins) if self.work and self.work.returned else ()

    @property
    def dispatches(self) -> bool:
        """Whether it is filled in on the dispatch page, which has room for it."""
        return dispatch_table(self.form) is not None


def desk_card(
    viewer: Viewer,
    case: Case,
    work: OpenWork | None,
    *,
    on_case: Sequence[Verb],
    withdrawable: int | None = None,
    language: str,
    refused: Refused | None = None,
) -> DeskCard:
    """The card for one open step; after a refusal it holds what was typed."""
    mine = [_step_act(work.step, verb) for verb in (*work.verbs, *work.around)] if work else []
    primary = next((act for key in PRIMARY for act in mine if act.verb.key == key), None)
    others = [act for act in mine if act is not primary]
    beside = tuple(sorted((a for a in others if a.verb.key in EVERYDAY), key=_everyday))[:BESIDE]
    if withdrawable is not None:
        href = reverse("desk:act", args=[withdrawable, "withdraw"])
        others.append(Act(verb=STEP_VERBS["withdraw"], href=href))
    taken = {act.verb.key for act in mine}
    whole = [_case_act(case, verb) for verb in on_case if verb.key not in taken | ON_PAGE]
    rest = [*(act for act in others if act not in beside), *(act for act in whole if act.verb.key != FIRST)]
    beside = (*(act for act in whole if act.verb.key == FIRST), *beside)
    if work is None:
        return DeskCard(case=case, work=None, beside=beside, more=tuple(_groups(rest)), refused=refused)
    now = timezone.now()
    form = card_form(case, work.step, language=language, now=now, refused=refused) if primary else None
    ends = primary is not None and (primary.verb.ends_step or work.step.ends_with_signature)
    ahead = primary.verb if primary and ends else _ending(work.step)
    return DeskCard(
        case=case,
        work=work,
        form=form if primary and primary.verb.takes_form else None,
        primary=primary,
        beside=beside,
        more=tuple(_groups(rest)),
        forecast=_forecast(case, work, ahead, form, now=now),
        comment=refused.comments.get(primary.verb.key, "") if refused and primary else "",
        refused=refused,
    )


def _step_act(step: Step, verb: Verb) -> Act:
    return Act(verb=verb, href=reverse("desk:act", args=[step.pk, verb.key]))


def _case_act(case: Case, verb: Verb) -> Act:
    return Act(verb=verb, href=reverse("desk:act_on", args=[case.number, verb.key]))


def _everyday(act: Act) -> int:
    return EVERYDAY.index(act.verb.key)


def _groups(acts: Iterable[Act]) -> Iterable[Group]:
    by_key = {act.verb.key: act for act in acts}
    for words, keys in GROUPS:
        found = tuple(by_key[key] for key in keys if key in by_key)
        if found:
            yield Group(words=words, acts=found)


def _forecast(
    case: Case, work: OpenWork, ahead: Verb | None, form: StepForm | None, *, now: datetime
) -> Forecast | None:
    """Nothing for who may do nothing here, or has to wait for others first."""
    if ahead is None or not work.verbs or work.step.is_held_up:
        return None
    return forecast(case, work.step, ahead, form=form, now=now)


def _ending(step: Step) -> Verb | None:
    """The verb by which the step will end, for somebody who only signs for it now."""
    ending = (VERBS[key] for key in ("complete", "approve") if key in step.verbs)
    return next((at_step(verb, step.settings) for verb in ending), None)
