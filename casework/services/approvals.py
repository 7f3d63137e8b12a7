"""The verbs. Each is one transaction under the case's lock: may they, is it open, decide, move, write it down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework import forms
from casework.access import HeldPost, Viewer, may_act, may_see
from casework.errors import (
    ClaimedByOther,
    FormRefused,
    NotFound,
    NotValid,
    NotYours,
    ReasonMissing,
    SignForFirst,
    Stale,
    StepTaken,
    VerbNotAllowed,
)
from casework.facts import FIXED
from casework.models import Attachment, Case, Decision
from casework.queries.posts import post_choices
from casework.services import incidents, journal
from casework.services.locks import lock_step
from casework.services.progress import follow, walk_of
from casework.verbs import VERBS, Verb
from grid.models import Photo, Post, User
from workflows import services as workflows
from workflows.errors import MoveRefused
from workflows.models import RunStatus, Step
from workflows.rows import Batch

SIGNED = "签收"  # the outcome of a step that ends with the signature
FREE_VALUES = 200  # variables a step without a form may set at once


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody says with a verb: the form's fields as submitted, an opinion, pins of a return, a receiver."""

    fields: Mapping[str, Any] | None = None
    comment: str = ""
    pins: Sequence[str] = field(default_factory=tuple)
    to_post: str = ""
    to_element: str = ""
    version: int | None = None
    language: str = "zh-hans"


@dataclass(kw_only=True)
class _Act:
    """One act under way: the locked case, the step, who acts by which post, and when."""

    case: Case
    step: Step
    viewer: Viewer
    post: HeldPost | None
    verb: Verb
    now: datetime


def act(step_id: int, verb: str, *, by: Viewer, said: Said | None = None) -> Case:
    """Do one verb; the one door for pages and the API.

    Raises NotFound, NotYours, StepTaken, ClaimedByOther, SignForFirst, VerbNotAllowed, ReasonMissing,
    FormRefused, NotValid, Stale, CaseBusy.
    """
    doing = {
        "claim": claim,
        "release": release,
        "transfer": transfer,
        "complete": complete,
        "approve": approve,
        "reject": reject,
        "return": return_,
    }.get(verb)
    if doing is None:
        raise NotFound
    with refusal_kept(step_id):
        return doing(step_id, by=by, said=said or Said())


@contextmanager
def refusal_kept(step_id: int) -> Iterator[None]:
    """Nothing of a refused act is kept; that the process could not go on must be seen by those who can mend it.

    Whoever acts inside a transaction of his own wraps that as well, as his rollback takes everything with it.
    """
    try:
        yield
    except MoveRefused as refused:
        step = Step.objects.select_related("run__case").get(pk=step_id)
        incidents.open_refused_move(step.run.case.pk, step=step, error=str(refused.message))
        raise


@transaction.atomic
def claim(step_id: int, *, by: Viewer, said: Said) -> Case:
    """签收: take a step out of the pool. Claiming one's own step again changes nothing."""
    doing = _begin(step_id, "claim", by=by, said=said)
    step = doing.step
    if step.claimed_by_id == by.user_id:
        return doing.case
    _ensure_free_or_mine(doing)
    if step.ends_with_signature:
        _hold(doing)
        return _move_on(doing, said, values={}, outcome=SIGNED)
    _take(doing)
    return _end_without_move(doing, {})


@transaction.atomic
def release(step_id: int, *, by: Viewer, said: Said) -> Case:
    """Put a claimed step back into the pool."""
    doing = _begin(step_id, "release", by=by, said=said)
    if doing.step.claimed_by_id is None:
        return doing.case
    _ensure_free_or_mine(doing)
    _untake(doing.step)
    return _end_without_move(doing, {})


@transaction.atomic
def transfer(step_id: int, *, by: Viewer, said: Said) -> Case:
    """转办: pass the step on to another post, with a reason."""
    doing = _begin(step_id, "transfer", by=by, said=said)
    _ensure_free_or_mine(doing)
    _ensure_reason(said)
    target = Post.objects.filter(code=said.to_post).select_related("unit").first()
    if target is None:
        raise NotValid(_("Choose the post to pass it on to."), fields={"to_post": [_("Choose a post.")]})
    if not target.code.startswith(doing.case.area_code[:6]):
        raise NotValid(_("That post is outside this district."), fields={"to_post": [_("Choose a post.")]})
    if target.code in doing.step.candidates:
        raise NotValid(
            _("The step is already with that post."), fields={"to_post": [_("Choose another post.")]}
        )
    Decision.objects.create(**_decision(doing, said), outcome=target.code)
    step = doing.step
    step.candidates = [target.code]
    _untake(step, "candidates")
    doing.case.touch([target.code])
    return _end_without_move(doing, {"to": f"{target.unit.name} {target.name}", "comment": said.comment})


@transaction.atomic
def complete(step_id: int, *, by: Viewer, said: Said) -> Case:
    return _decide(_begin(step_id, "complete", by=by, said=said), said)


@transaction.atomic
def approve(step_id: int, *, by: Viewer, said: Said) -> Case:
    return _decide(_begin(step_id, "approve", by=by, said=said), said)


@transaction.atomic
def reject(step_id: int, *, by: Viewer, said: Said) -> Case:
    return _decide(_begin(step_id, "reject", by=by, said=said), said)


@transaction.atomic
def return_(step_id: int, *, by: Viewer, said: Said) -> Case:
    """退回: back to where the diagram leads a return, or to any earlier step that `to_element` names.

    Pinned to fields and photos. What came out of the named step is cancelled; branches beside it live on.
    """
    return _decide(_begin(step_id, "return", by=by, said=said), said)


def step_form(
    case: Case,
    step: Step,
    *,
    language: str,
    now: datetime,
    submitted: Mapping[str, Any] | None = None,
) -> forms.StepForm:
    """The step's form over the case's data; bound when something was submitted. The step must have one."""
    return forms.build(
        forms.read_form(case.run.version.forms[step.settings["form"]]),
        data={**case.data, **step.instance},
        submitted=submitted,
        language=language,
        posts=post_choices(case.area_code, on=now.date()),
        now=now,
    )


# --- parts of an act


def _begin(step_id: int, verb: str, *, by: Viewer, said: Said) -> _Act:
    locked = lock_step(step_id)
    case, step = locked.case, locked.step
    if not may_see(by, case):
        raise NotFound
    if not may_act(by, step, reporter_id=case.reporter_id):
        raise NotYours
    if said.version is not None and said.version != case.version:
        raise Stale
    if not step.is_open or step.kind != "human" or case.run.status != RunStatus.RUNNING:
        raise StepTaken
    post = by.post_among(step.candidates)
    return _Act(case=case, step=step, viewer=by, post=post, verb=VERBS[verb], now=locked.now)


def _decide(doing: _Act, said: Said) -> Case:
    """A verb that ends the step: the form is checked, the decision kept, the run moves on."""
    step, verb = doing.step, doing.verb
    if verb.key not in step.verbs:
        raise VerbNotAllowed(verb.label)
    _ensure_free_or_mine(doing)
    if step.claimed_by_id is None:
        if step.wants_signature:
            raise SignForFirst
        _hold(doing)
    if verb.needs_reason:
        _ensure_reason(said)
    return _move_on(doing, said, values=_values(doing, said), outcome=verb.outcome)


def _move_on(doing: _Act, said: Said, *, values: dict[str, Any], outcome: str) -> Case:
    """Keep the decision and let the run move on."""
    step, verb = doing.step, doing.verb
    decision = Decision(**_decision(doing, said), outcome=outcome, values=values)
    _attach_photos(doing, values)
    before = {name: doing.case.data.get(name) for name in values}
    walk, assign = walk_of(doing.case, now=doing.now)
    if said.to_element and verb.key == "return":
        move = workflows.send_back(walk, step, to=said.to_element, outcome=outcome)
    else:
        variable = step.settings.get("outcome") or "结论"
        move = workflows.complete(walk, step, values={**values, variable: outcome}, outcome=outcome)
    told = journal.line(
        doing.case,
        verb.event,
        now=doing.now,
        by=doing.viewer,
        post=doing.post.code if doing.post else "",
        data=_told(doing, decision, before),
    )
    follow(doing.case, move, assign=assign, now=doing.now, by=doing.viewer, told=[told], decision=decision)
    return doing.case


def _values(doing: _Act, said: Said) -> dict[str, Any]:
    """The form's cleaned values; a step without a form takes plain JSON variables."""
    key = doing.step.settings.get("form", "")
    if key not in doing.case.run.version.forms:
        values = dict(said.fields or {})
        if len(values) > FREE_VALUES or any(not name or len(name) > 64 for name in values):
            raise NotValid(_("Too many variables, or names that are too long."))
        taken = {name: [_("Nobody can change this.")] for name in FIXED if name in values}
        if taken:
            raise NotValid(fields=taken)
        return values
    if not doing.verb.takes_form and not said.fields:
        return {}  # a return or a refusal need not fill in what it refuses
    form = step_form(
        doing.case, doing.step, language=said.language, submitted=said.fields or {}, now=doing.now
    )
    if not form.is_valid():
        raise FormRefused(form)
    values = form.values()
    return dict(values)


def _attach_photos(doing: _Act, values: Mapping[str, Any]) -> None:
    """Tie the photos that the form names to the case; somebody else's photo is refused."""
    named = {name: value for name, value in values.items() if _is_photo_list(value)}
    wanted = {sha for value in named.values() for sha in value}
    if not wanted:
        return
    photos = {p.sha256: p for p in Photo.objects.filter(owner_id=doing.viewer.user_id, sha256__in=wanted)}
    kept = set(
        doing.case.attachments.filter(photo__sha256__in=wanted).values_list("photo__sha256", flat=True)
    )
    missing = wanted - set(photos) - kept
    if missing:
        field_name = next(name for name, value in named.items() if missing & set(value))
        raise NotValid(
            _("A photo has not arrived yet; send it again."), fields={field_name: [_("Photo missing.")]}
        )
    Attachment.objects.bulk_create(
        [
            Attachment(
                case=doing.case,
                photo=photos[sha],
                step=doing.step,
                field=name[:64],
                label=name[:64],
                added_at=doing.now,
                added_by_id=doing.viewer.user_id,
            )
            for name, value in named.items()
            for sha in dict.fromkeys(value)
            if sha in photos
        ],
        ignore_conflicts=True,
    )


def _is_photo_list(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(item, str) and len(item) == 64 and set(item) <= set("0123456789abcdef")
            for item in value
        )
    )


def _decision(doing: _Act, said: Said) -> dict[str, Any]:
    return {
        "case": doing.case,
        "step": doing.step,
        "verb": doing.verb.key,
        "comment": said.comment.strip()[:2000],
        "pins": [str(pin)[:64] for pin in said.pins][:50],
        "by_id": doing.viewer.user_id,
        "post_id": doing.post.id if doing.post else None,
        "at": doing.now,
    }


def _told(doing: _Act, decision: Decision, before: Mapping[str, Any]) -> dict[str, Any]:
    changes = {
        name: [before.get(name), value]
        for name, value in decision.values.items()
        if before.get(name) != value and not _is_photo_list(value)
    }
    said: dict[str, Any] = {"element": doing.step.element, "name": doing.step.name, "step": doing.step.pk}
    for name, value in (("comment", decision.comment), ("pins", decision.pins), ("changes", changes)):
        if value:
            said[name] = value
    return said


def _end_without_move(doing: _Act, data: Mapping[str, Any]) -> Case:
    case = doing.case
    case.version += 1
    told = journal.line(
        case,
        doing.verb.event,
        now=doing.now,
        by=doing.viewer,
        post=doing.post.code if doing.post else "",
        data={"element": doing.step.element, "name": doing.step.name, "step": doing.step.pk, **data},
    )
    batch = Batch()
    batch.insert([told])
    batch.update(case, "version", "touched_by", "lines", "last_hash")
    batch.write()
    return case


def _hold(doing: _Act) -> None:
    """Make the step this person's; whoever completes it writes that down with the rest."""
    step = doing.step
    step.claimed_by_id, step.claimed_at = doing.viewer.user_id, doing.now
    step.claimed_as = doing.post.code if doing.post else ""


def _take(doing: _Act) -> None:
    _hold(doing)
    step = doing.step
    step.save(update_fields=["claimed_by", "claimed_as", "claimed_at"])


def _untake(step: Step, *also: str) -> None:
    step.claimed_by, step.claimed_as, step.claimed_at = None, "", None
    step.save(update_fields=["claimed_by", "claimed_as", "claimed_at", *also])


def _ensure_free_or_mine(doing: _Act) -> None:
    holder = doing.step.claimed_by_id
    if holder is not None and holder != doing.viewer.user_id:
        who = User.objects.filter(pk=holder).values_list("display_name", flat=True).first()
        raise ClaimedByOther(who or "")


def _ensure_reason(said: Said) -> None:
    if not said.comment.strip():
        raise ReasonMissing
