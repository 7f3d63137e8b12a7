"""What the screens of one case need: its timeline, stage line, photos, open steps and the marks on its diagram."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from casework.access import Viewer, verbs_allowed
from casework.errors import NotFound
from casework.models import Attachment, Case, CaseEvent, CaseStatus, Clock, Decision
from casework.verbs import BESIDE, STEP_VERBS, Verb, at_step, event_words_at
from grid.models import Post, User
from grid.queries.posts import holders_by_post
from workflows.models import Step, StepKind, StepStatus, Subscription, Timer

AROUND = ("reassign", "urge", "cc")  # these are not for those alone whose step it is

EVENT_WORDS: dict[str, str | Promise] = {
    "reported": _("Reported"),
    "opened": _("Work waits for"),
    "claimed": _("Signed for"),
    "released": _("Put back into the pool"),
    "completed": _("Gave feedback"),
    "approved": _("Approved"),
    "rejected": _("Rejected"),
    "returned": _("Returned"),
    "transferred": _("Passed on"),
    "timer": _("A time limit took effect"),
    "message": _("A message arrived"),
    "signal": _("A signal arrived"),
    "machine": _("Done by the system"),
    "decided": _("Decided by table"),
    "incident": _("The system could not go on"),
    "mended": _("Mended"),
    "migrated": _("Moved to another version"),
    "migrated_back": _("Moved back to the version before"),
    "overdue": _("Overdue"),
    "comment": _("Comment"),
    "evidence": _("Seen again"),
    "handed_in": _("Read in from a phone's file"),
    "closed": _("Closed"),
    "voided": _("Voided"),
    "withdrawn": _("Withdrawn"),
    "undone": _("Taken back"),
    "delegated": _("Delegated"),
    "reassigned": _("Reassigned"),
    "climbed": _("Went up, as nobody sits there"),
    "handed_over": _("Handed over"),
    "task_sent": _("Sent a task"),
    "task_done": _("Did a task"),
    "signers_added": _("Added signers"),
    "signers_removed": _("Took signers off"),
    "urged": _("Urged"),
    "copied": _("Copied to"),
    "escalated": _("Reported upward"),
    "pushed_down": _("Pushed down"),
    "begun": _("Began a step"),
    "whistled": _("Whistled"),
    "whistle_answered": _("Answered the whistle"),
    "suspended": _("Suspended"),
    "resumed": _("Resumed"),
    "extension_asked": _("Asked for more time"),
    "force_close_asked": _("Asked for a forced close"),
    "void_asked": _("Asked for voiding"),
    "request_granted": _("Granted"),
    "request_refused": _("Refused"),
    "force_closed": _("Closed by force"),
    "supervised": _("Supervised"),
    "supervision_replied": _("Replied to the supervision"),
    "supervision_raised": _("The supervision was not answered in time"),
    "merged": _("Merged"),
    "split": _("Split off"),
    "related": _("Related"),
    "reopened": _("Reopened"),
    "rated": _("Rated"),
    "classified": _("Classified"),
    "warned": _("Soon due"),
    "ruled": _("Decided by rule"),
    "limit_met": _("Limit met"),
    "solved_there": _("Solved on the spot"),
    "merged_in": _("Another case was merged into this"),
    "party_added": _("Added somebody"),
    "party_removed": _("Took somebody off"),
    "place_added": _("Added a place"),
    "document_added": _("Handed in a paper"),
    "instrument_issued": _("Issued a decision"),
    "instrument_revoked": _("Revoked a decision"),
    "revealed": _("Looked at personal data"),
}

# How an entry of the timeline looks; the words are those of the style sheets.
EVENT_LOOKS = {
    "returned": "back",
    "rejected": "back",
    "comment": "say",
    "evidence": "say",
    "overdue": "warn",
    "incident": "warn",
    "timer": "clock",
    "completed": "done",
    "approved": "done",
    "closed": "done",
    "opened": "next",
    "machine": "sys",
    "decided": "sys",
    "message": "sys",
    "signal": "sys",
    "withdrawn": "back",
    "undone": "sys",
    "urged": "warn",
    "supervised": "warn",
    "supervision_raised": "warn",
    "warned": "clock",
    "limit_met": "done",
    "solved_there": "done",
    "copied": "say",
    "suspended": "clock",
    "resumed": "clock",
    "extension_asked": "clock",
    "request_granted": "done",
    "request_refused": "back",
    "whistle_answered": "done",
    "force_closed": "done",
    "rated": "done",
    "supervision_replied": "done",
    "ruled": "sys",
    "party_added": "sys",
    "party_removed": "sys",
    "place_added": "sys",
    "document_added": "sys",
    "revealed": "sys",
}


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A photo in its place."""

    sha256: str
    label: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Change:
    """A field that an entry changed."""

    name: str
    before: Any  # Any: JSON
    after: Any


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the timeline, ready to show. `group` is the tab it belongs to: work, talk, time or system."""

    seq: int
    kind: str
    words: str | Promise
    look: str
    group: str
    at: datetime
    who: str
    post: str
    unit: str
    step: str
    comment: str
    pins: tuple[str, ...]
    changes: tuple[Change, ...]
    photos: tuple[Shot, ...]
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One station of the line: `state` is done, now or later."""

    label: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A post that may take a step, and who sits there."""

    code: str
    name: str
    unit: str
    people: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OpenWork:
    """An open step of the case as one viewer sees it: what he may do with it, and what about it (urge, reassign).

    `asked` are those whom it has asked to sign or to do it, and who have not.
    """

    step: Step
    verbs: tuple[Verb, ...]
    around: tuple[Verb, ...]
    holders: tuple[Holder, ...]
    claimed_by: str
    clock: Clock | None
    returned: Decision | None
    asked: tuple[Holder, ...] = ()

    @property
    def is_mine(self) -> bool:
        """Whether the viewer has it to do; one may urge or direct those who have, too."""
        return any(verb.key not in BESIDE for verb in self.verbs)


def access_case(viewer: Viewer, number: str) -> Case:
    """The case, if this viewer may see it; NotFound otherwise, as if it were not there."""
    case = (
        Case.objects.visible_to(viewer)
        .select_related("matter", "area__parent", "run__version__definition", "report", "reporter")
        # By far the longest columns, and only the diagram wants them.
        .defer("run__version__bpmn", "run__version__tables")
        .filter(number=number)
        .first()
    )
    if case is None:
        raise NotFound
    return case


def access_step(viewer: Viewer, step_id: int) -> tuple[Case, Step]:
    """A step with its case, open or not; NotFound when the case is not visible."""
    step = Step.objects.filter(pk=step_id).select_related("run__case", "claimed_by").first()
    if step is None:
        raise NotFound
    return access_case(viewer, step.run.case.number), step


def timeline(case: Case) -> list[Entry]:
    """The journal for people, the newest first. Four queries, however long it is."""
    events = list(CaseEvent.objects.filter(case=case).select_related("by", "on_behalf_of").order_by("-seq"))
    posts = {
        post.code: post
        for post in Post.objects.filter(code__in={e.post for e in events if e.post}).select_related("unit")
    }
    shots = _shots_by_step(case)
    return [_entry(event, posts, shots) for event in events]


def _who(event: CaseEvent) -> str:
    """Who did it, and for whom, where he stood in."""
    if event.by is None:
        return ""
    if event.on_behalf_of is None:
        return str(event.by)
    return str(_("%(who)s for %(absent)s") % {"who": event.by, "absent": event.on_behalf_of})


def _entry(event: CaseEvent, posts: Mapping[str, Post], shots: Mapping[int | None, list[Shot]]) -> Entry:
    post = posts.get(event.post)
    data = event.data
    if isinstance(data.get("to"), list):
        data = {**data, "to": "、".join(map(str, data["to"]))}
    step = data.get("step")
    at_step: int | None = None if event.kind == "reported" else step
    shown = shots.get(at_step, []) if event.kind in _WITH_PHOTOS else []
    if event.kind in _WITH_OWN_PHOTOS:
        shown = [Shot(sha256=sha, label="", at=event.at) for sha in data.get("photos", ())]
    return Entry(
        seq=event.seq,
        kind=event.kind,
        words=event_words_at(event.kind, data) or EVENT_WORDS.get(event.kind, event.kind),
        look=EVENT_LOOKS.get(event.kind, ""),
        group=_group(event.kind),
        at=event.at,
        who=_who(event),
        post=post.name if post else "",
        unit=post.unit.name if post else "",
        step=str(data.get("name", "")),
        comment=str(data.get("comment", "")),
        pins=tuple(data.get("pins", ())),
        changes=tuple(
            Change(name=name, before=pair[0], after=pair[1]) for name, pair in data.get("changes", {}).items()
        ),
        photos=tuple(shown),
        data=data,
    )


# What was added as evidence, or on the spot, stands at the line that added it.
_WITH_OWN_PHOTOS = frozenset({"evidence", "solved_there"})
_WITH_PHOTOS = frozenset({"reported", "completed", "approved", "rejected", "returned"})


def _group(kind: str) -> str:
    if kind in _OF_TIME:
        return "time"
    if kind in ("comment", "copied"):
        return "talk"
    return "system" if kind in _OF_SYSTEM else "work"


_OF_SYSTEM = frozenset({"machine", "decided", "ruled", "message", "signal", "incident", "undone", "revealed"})
_OF_TIME = frozenset({"timer", "overdue", "warned", "suspended", "resumed", "extension_asked"})


def _shots_by_step(case: Case) -> dict[int | None, list[Shot]]:
    shots: dict[int | None, list[Shot]] = {}
    for kept in (
        case.attachments.exclude(field__in=["evidence", "after"])
        .select_related("photo")
        .order_by("added_at", "pk")
    ):
        shots.setdefault(kept.step_id, []).append(_shot(kept))
    return shots


def _shot(kept: Attachment) -> Shot:
    return Shot(sha256=kept.photo.sha256, label=kept.label, at=kept.photo.taken_at or kept.added_at)


def gallery(case: Case) -> list[Shot]:
    """All photos of the case in the order they came."""
    return [_shot(kept) for kept in case.attachments.select_related("photo")]


def stages(case: Case, *, language: str | None = None) -> list[Stage]:
    """The line (上报 → … → 办结) with what is behind, where it stands and what is to come.

    The stages come with the version: `about["stages"]` = [{"label": {"zh", "en"}, "elements": [ids]}]. A
    stage is now when one of its elements is open, done when one was passed and nothing before it is open.
    """
    return stages_of([case], language=language)[case.pk]


def stages_of(cases: Collection[Case], *, language: str | None = None) -> dict[int, list[Stage]]:
    """The lines of several cases by their ids. Three queries, however many they are."""
    runs = [case.run.pk for case in cases]
    here = _elements(Step.objects.open().filter(run__in=runs))
    waits = _elements(Timer.objects.filter(run__in=runs, fired_at=None))
    waits = _elements(Subscription.objects.filter(run__in=runs), waits)
    lang = (language or get_language() or "zh-hans")[:2]
    return {
        case.pk: _line(case, here.get(case.run.pk) or waits.get(case.run.pk, set()), lang) for case in cases
    }


def _elements(rows: QuerySet[Any], known: dict[int, set[str]] | None = None) -> dict[int, set[str]]:
    found = known if known is not None else {}
    for run, element in rows.order_by().values_list("run", "element"):
        found.setdefault(run, set()).add(element)
    return found


def _line(case: Case, current: set[str], language: str) -> list[Stage]:
    drawn = case.run.version.about.get("stages", [])
    if not drawn:
        return []
    states = [_stage_state(stage, case, current) for stage in drawn]
    if not case.is_open:
        states = ["done" if case.status == "closed" or s == "done" else "later" for s in states]
    elif "now" not in states:
        last = max((n for n, state in enumerate(states) if state == "done"), default=0)
        states[last] = "now"
    return [
        Stage(label=_label(stage, language), state=state) for stage, state in zip(drawn, states, strict=True)
    ]


def _stage_state(stage: Mapping[str, Any], case: Case, current: set[str]) -> str:
    elements = set(stage.get("elements", ()))
    if elements & current:
        return "now"
    return "done" if elements & set(case.run.path) else "later"


def _label(stage: Mapping[str, Any], language: str) -> str:
    label = stage.get("label", "")
    if isinstance(label, Mapping):
        return str(label.get(language) or label.get("zh") or "")
    return str(label)


def diagram_marks(case: Case) -> dict[str, Any]:
    """What the viewer paints: the elements passed (with how often) and where the case stands."""
    now = list(Step.objects.open().filter(run=case.run).values_list("element", flat=True))
    now += list(case.run.subscriptions.exclude(kind="conditional").values_list("element", flat=True))
    return {"done": case.run.path, "now": sorted(set(now))}


def open_work(case: Case, viewer: Viewer) -> list[OpenWork]:
    """The open steps for people; the viewer's own first."""
    steps = list(
        Step.objects.open()
        .filter(run=case.run, kind=StepKind.HUMAN)
        .select_related("claimed_by", "clock")
        .prefetch_related(
            Prefetch("opened_by__decisions", queryset=Decision.objects.select_related("by", "post"))
        )
    )
    holders = holders_of_steps(steps)
    work = [_open_work(step, case, viewer, holders) for step in steps]
    return sorted(work, key=lambda one: (not one.is_mine, one.step.opened_at, one.step.pk))


def _open_work(step: Step, case: Case, viewer: Viewer, holders: Mapping[str, Holder]) -> OpenWork:
    allowed = verbs_allowed(
        viewer,
        step,
        reporter_id=case.reporter_id,
        area_code=case.area_code,
        is_suspended=case.status == CaseStatus.SUSPENDED,
    )
    return OpenWork(
        step=step,
        verbs=tuple(
            at_step(verb, step.settings)
            for verb in STEP_VERBS.values()
            if verb.key in allowed and verb.key not in AROUND
        ),
        around=tuple(STEP_VERBS[key] for key in AROUND if key in allowed),
        holders=tuple(holders[code] for code in step.candidates if code in holders),
        claimed_by=str(step.claimed_by) if step.claimed_by else "",
        clock=getattr(step, "clock", None),
        returned=return_behind(step),
        asked=tuple(holders[code] for code in step.asked if code in holders),
    )


def return_behind(step: Step) -> Decision | None:
    """The return or refusal that opened this step, with its reason and its pins."""
    if step.opened_by is None:
        return None
    return next((d for d in step.opened_by.decisions.all() if d.verb in ("return", "reject")), None)


def holders_of_steps(steps: Iterable[Step]) -> dict[str, Holder]:
    """Who sits on the posts that these steps are offered to, today."""
    codes = {code for step in steps for code in (*step.candidates, *step.asked)}
    people: dict[str, list[User]] = holders_by_post(codes, on=timezone.localdate())
    posts = Post.objects.filter(code__in=codes).select_related("unit")
    return {
        post.code: Holder(
            code=post.code,
            name=post.name,
            unit=post.unit.name,
            people=tuple(str(user) for user in people.get(post.code, ())),
        )
        for post in posts
    }


def closed_steps(case: Case) -> list[Step]:
    """Steps that are done, in the order they ended."""
    return list(
        Step.objects.filter(run=case.run, status=StepStatus.DONE, kind=StepKind.HUMAN).order_by(
            "closed_at", "pk"
        )
    )
