"""How a countersign or a vote stands: the count, the opinions side by side, and who is still to speak."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Prefetch
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from casework.access import Viewer, may_see
from casework.forms import FieldDefinition
from casework.models import Case, Decision
from casework.queries.masks import masked
from casework.queries.particulars import Particular, answer_text, fields_of, masked_text
from grid.models import Post
from workflows.bpmn.check_votes import TALLY
from workflows.models import Step, StepStatus

FINAL: Final = ("complete", "approve", "reject", "return")
CARRIED, LOST = "同意", "驳回"
MOST_NAMED: Final = 6  # beyond so many who are missing, the rest are counted


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """One seat: who is asked, and what was said if anything was. `step_id` is what urging needs."""

    step_id: int
    who: str
    by: str = ""
    said: str = ""
    comment: str = ""
    answers: tuple[Particular, ...] = ()
    at: datetime | None = None
    due_at: datetime | None = None
    is_open: bool = False


@dataclass(frozen=True, kw_only=True)
class Vote:
    """The latest round of one step that several decide. `tally` are the engine's numbers; `result` is empty until it is fixed.

    `spared` are those who were not asked any more; `to_come` counts the places of a sequence whose turn has not come.
    """

    element: str
    name: str
    policy: str
    result: str
    tally: Mapping[str, Any]
    given: tuple[Opinion, ...]
    missing: tuple[Opinion, ...]
    spared: tuple[Opinion, ...] = ()
    to_come: int = 0

    @property
    def is_open(self) -> bool:
        return bool(self.missing)

    @property
    def places(self) -> int:
        """How many are to speak in all, those of a sequence whose turn has not come included."""
        return len(self.given) + len(self.missing) + self.to_come

    @property
    def is_carried(self) -> bool:
        return self.result == CARRIED

    @property
    def by_weight(self) -> bool:
        return "总数权重" in self.tally

    @property
    def summary(self) -> str:
        """“3/5 已会签，差 城管、住建”; once it is fixed, what it came to."""
        if not self.is_open:
            counts = {key: self.tally.get(word, 0) for key, word in _COUNTS.items()}
            said = _("Carried: %(for)s for, %(against)s against, %(abstained)s abstained")
            lost = _("Not carried: %(for)s for, %(against)s against, %(abstained)s abstained")
            return (said if self.is_carried else lost) % counts
        places = {
            "given": len(self.given),
            "all": self.places,
            "missing": _named(self.missing),
        }
        return _("%(given)s/%(all)s have signed, missing %(missing)s") % places

    @property
    def turnout(self) -> str:
        """For votes that count more than heads: “参与 30/42，面积 2600/3600，同意 28（2450）”."""
        if not self.by_weight:
            return ""
        numbers = {key: self.tally.get(word, 0) for key, word in _SIZES.items()}
        return (
            _(
                "%(part)s of %(all)s took part, by weight %(part_weight)s of %(all_weight)s; in favour %(for)s (%(for_weight)s)"
            )
            % numbers
        )


_COUNTS: Final = {"for": "同意", "against": "反对", "abstained": "弃权"}
_SIZES: Final = {
    "part": "参与", "all": "总数", "part_weight": "参与权重", "all_weight": "总数权重", "for": "同意", "for_weight": "同意权重",
}  # fmt: skip


def votes_of(viewer: Viewer, case: Case) -> tuple[Vote, ...]:
    """The votes of a case, each in its latest round, the newest first. Officers see opinions, reporters do not."""
    if not may_see(viewer, case) or not (viewer.posts or viewer.is_operator):
        return ()
    final = Decision.objects.filter(verb__in=FINAL).select_related("by", "post")
    steps = list(
        Step.objects.filter(run=case.run_id, settings__has_key="vote")
        .exclude(settings__has_key="errand")  # who signs with one of them has no seat of his own
        .prefetch_related(Prefetch("decisions", queryset=final, to_attr="final"))
        .order_by("pk")
    )
    if not steps:
        return ()
    names = _post_names(steps)
    fields = {field.name: field for field in fields_of(case.run.version)}
    rounds = [_vote(case, each, names=names, fields=fields) for each in _latest_rounds(steps)]
    return tuple(sorted(rounds, key=lambda vote: vote.is_open, reverse=True))


def _latest_rounds(steps: Sequence[Step]) -> list[list[Step]]:
    """The steps of the last round of each element; added signers belong to the round they were added to."""
    rounds: dict[tuple[str, Any], list[Step]] = {}
    for step in steps:
        rounds.setdefault((step.element, step.instance.get("voteRound")), []).append(step)
    latest = {element: held for (element, _round), held in rounds.items()}
    return sorted(latest.values(), key=lambda held: held[0].pk, reverse=True)


def _vote(
    case: Case, steps: Sequence[Step], *, names: Mapping[str, str], fields: Mapping[str, FieldDefinition]
) -> Vote:
    settings = steps[0].settings
    outcome = settings.get("outcome") or "结论"
    tally = case.data.get(outcome + TALLY)
    tally = tally if isinstance(tally, dict) else {}
    opinions = {step.pk: _opinion(step, names=names, fields=fields) for step in steps}
    missing = [step for step in steps if step.is_open]
    spared = [] if missing else _spared(steps)
    to_come = int(tally.get("未表态", 0)) - len(missing) if missing and "heads" not in settings else 0
    return Vote(
        element=steps[0].element,
        name=steps[0].name,
        policy=settings["vote"],
        result="" if missing else str(tally.get("结论") or tally.get("截止结论") or ""),
        tally=tally,
        given=tuple(opinions[step.pk] for step in steps if step.status == StepStatus.DONE),
        missing=tuple(opinions[step.pk] for step in missing),
        spared=tuple(opinions[step.pk] for step in spared),
        to_come=max(to_come, 0),
    )


def _spared(steps: Iterable[Step]) -> list[Step]:
    """Who went when the last vote fixed the result. Whoever went before that was taken off the list."""
    steps = list(steps)
    ends = [step.closed_at for step in steps if step.status == StepStatus.DONE and step.closed_at]
    return [
        step for step in steps if step.status == StepStatus.CANCELLED and ends and step.closed_at == max(ends)
    ]


def _opinion(step: Step, *, names: Mapping[str, str], fields: Mapping[str, FieldDefinition]) -> Opinion:
    decision = next(iter(getattr(step, "final", ())), None)
    own = decision.post.code if decision and decision.post else ""
    asked = [names.get(code, "") for code in (own, *step.candidates)]
    return Opinion(
        step_id=step.pk,
        who=_seat(step) or next((name for name in asked if name), step.name),
        by=decision.by.display_name if decision else "",
        said=_said(step, decision),
        comment=masked_text(decision.comment) if decision else "",
        answers=_answers(decision, fields),
        at=step.closed_at if decision else None,
        due_at=step.due_at,
        is_open=step.is_open,
    )


def _seat(step: Step) -> str:
    """What a seat without a unit or post of its own is called: the household or building it was opened for."""
    if any(str(step.settings.get(key, "")).startswith("=") for key in ("unit", "post")):
        return ""
    named = [masked(value) for value in step.instance.values() if isinstance(value, dict)]
    return next((str(text) for item in named for text in item.values() if isinstance(text, str)), "")


def _said(step: Step, decision: Decision | None) -> str:
    """The vote in the words of whoever gave it: a choice of the form where the vote is read from one."""
    if decision is None:
        return ""
    return str(decision.values.get(step.settings.get("ballot", ""), "") or decision.outcome)


def _answers(decision: Decision | None, fields: Mapping[str, FieldDefinition]) -> tuple[Particular, ...]:
    if decision is None:
        return ()
    language = get_language() or "zh-hans"
    told = ((field, decision.values[name]) for name, field in fields.items() if name in decision.values)
    return tuple(
        Particular(
            name=field.name,
            label=field.label.in_language(language),
            text=answer_text(field, value, language=language),
        )
        for field, value in told
        if value not in (None, "", []) and not field.read_only
    )


def _post_names(steps: Iterable[Step]) -> dict[str, str]:
    """Posts as people call them: a department by its own name, a post inside an office with it."""
    signed = {
        decision.post.code for step in steps for decision in getattr(step, "final", ()) if decision.post
    }
    codes = signed | {code for step in steps for code in step.candidates}
    posts = Post.objects.filter(code__in=codes).select_related("unit")
    return {
        post.code: post.unit.name if post.unit.kind == "department" else f"{post.unit.name} {post.name}"
        for post in posts
    }


def _named(missing: Sequence[Opinion]) -> str:
    names = list(dict.fromkeys(opinion.who for opinion in missing))
    told = "、".join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return told if more <= 0 else _("%(names)s and %(count)s more") % {"names": told, "count": more}
