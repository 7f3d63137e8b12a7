"""What every act on a case begins and ends with: the lock, whether this person may now, the line, who is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from casework.access import HeldPost, Viewer, may_see
from casework.case_access import CaseStanding, case_verbs_allowed, is_ever_allowed, post_with
from casework.errors import NotFound, NotValid, NotYours, ReasonMissing, Stale, VerbNotNow
from casework.models import Case, Decision, Notice, NoticeKind
from casework.queries.caseverbs import standing_of
from casework.services import journal
from casework.services.assignment import Assigner
from casework.services.calendars import work_calendar
from casework.services.locks import database_now, lock_case
from casework.services.progress import Closing, follow
from casework.services.said import Said
from casework.services.taking_back import Act, Before, keep
from casework.verbs import CASE_VERBS, Verb
from grid.models import Post
from workflows.models import Step
from workflows.projection import Move
from workflows.rows import Batch

REASON_LENGTH = 2000
END_OF_WORK = time(18)


@dataclass(kw_only=True)
class CaseDoing:
    """One act on a case under way: the locked case, how it stands, who acts by which post, and when.

    `notices` are written together with the line. `before`, `made`, `parcels` and `others` are what undoing it needs:
    how rows stood that the act changes, the rows that it makes, those that depend on others first, what it sends, and
    the further cases that it changes.
    """

    case: Case
    viewer: Viewer
    post: HeldPost | None
    verb: Verb
    said: Said
    now: datetime
    standing: CaseStanding
    before: Before
    notices: list[Notice] = field(default_factory=list)
    made: list[Model] = field(default_factory=list)
    parcels: list[str] = field(default_factory=list)
    others: list[Case] = field(default_factory=list)

    @property
    def comment(self) -> str:
        return self.said.comment.strip()[:REASON_LENGTH]

    @property
    def post_code(self) -> str:
        return self.post.code if self.post else ""


def begin(number: str, verb: str, *, by: Viewer, said: Said) -> CaseDoing:
    """Lock the case and make sure that this person may do this to it now. Raises NotFound, NotYours, NotNow, Stale."""
    place = Case.objects.filter(number=number).values_list("pk", flat=True).first()
    if place is None:
        raise NotFound
    return begin_locked(lock_case(place), verb, by=by, said=said)


def begin_locked(case: Case, verb: str, *, by: Viewer, said: Said) -> CaseDoing:
    """The same for a case that is locked already, as two cases are locked in the order of their keys."""
    if not may_see(by, case):
        raise NotFound
    standing = standing_of(case)
    if verb not in case_verbs_allowed(by, case, standing):
        was_here = not set(by.post_codes).isdisjoint(case.touched_by)
        if not is_ever_allowed(by, case, standing, verb, was_here=was_here):
            raise NotYours
        raise VerbNotNow(CASE_VERBS[verb].label)
    if said.version is not None and said.version != case.version:
        raise Stale
    return CaseDoing(
        case=case,
        viewer=by,
        post=_acting_post(case, standing, by),
        verb=CASE_VERBS[verb],
        said=said,
        now=database_now(),
        standing=standing,
        before=Before.of(case),
    )


def _acting_post(case: Case, standing: CaseStanding, by: Viewer) -> HeldPost | None:
    """The post by which one acts: the one that has work here, else the one with power here, else the first."""
    offered = {code for step in standing.steps for code in step.candidates}
    powers = (post_with(by, power, area_code=case.area_code) for power in ("dispatch", "supervise"))
    return (
        by.post_among(offered)
        or next((post for post in powers if post), None)
        or (by.posts[0] if by.posts else None)
    )


def end(
    doing: CaseDoing,
    data: Mapping[str, Any],
    *,
    rows: Iterable[Model] = (),
    changed: Iterable[str] = (),
    step: Step | None = None,
    has_moved: bool = False,
) -> Case:
    """The act's one journal line, the rows and notices that go with it, and the case's new version.

    What can be undone is remembered with it; `step` is the one that the act was about, if it was about one.
    `has_moved`: the run's state is another one now, though no step came of it.
    """
    case, own = doing.case, list(rows)
    case.version += 1
    told = journal.line(
        case,
        doing.verb.event,
        now=doing.now,
        by=doing.viewer,
        post=doing.post_code,
        data=said_of(doing, data),
    )
    first = Batch()
    for row in own:
        first.insert([row])
    first.insert(doing.notices)
    first.write()
    batch = Batch()
    batch.insert([told])
    batch.update(case, "version", "touched_by", "lines", "last_hash", *changed)
    if doing.verb.undoable:
        made = [*doing.notices, *doing.made, *(row for row in own if not isinstance(row, Decision))]
        keep(
            batch,
            case,
            doing.before,
            verb=doing.verb.key,
            by=doing.viewer,
            now=doing.now,
            step=step,
            has_moved=has_moved,
            made=made,
            parcels=doing.parcels,
            others=doing.others,
        )
    batch.write()
    return case


def end_with_move(
    doing: CaseDoing,
    move: Move,
    assign: Assigner,
    data: Mapping[str, Any],
    *,
    closing: Closing | None = None,
) -> Case:
    """The same for an act that moved the run, or began another one."""
    Notice.objects.bulk_create(doing.notices)
    told = journal.line(
        doing.case,
        doing.verb.event,
        now=doing.now,
        by=doing.viewer,
        post=doing.post_code,
        data=said_of(doing, data),
    )
    act = Act(
        verb=doing.verb.key,
        step=None,
        before=doing.before,
        held=doing.said.held,
        made=[*doing.notices, *doing.made],
        others=doing.others,
    )
    follow(
        doing.case,
        move,
        assign=assign,
        now=doing.now,
        by=doing.viewer,
        told=[told],
        closing=closing,
        act=act,
    )
    return doing.case


def said_of(doing: CaseDoing, data: Mapping[str, Any]) -> dict[str, Any]:
    """A line's data: what is special about the act, and the words said with it."""
    return {**data, **({"comment": doing.comment} if doing.comment else {})}


def tell(
    doing: CaseDoing, kind: NoticeKind, text: str, *, posts: Iterable[str] = (), people: Iterable[int] = ()
) -> None:
    """Notices to posts and people; the posts see the case from now on. Nobody is told of his own act."""
    codes = list(dict.fromkeys(posts))
    doing.case.touch(codes)
    about = {
        "case": doing.case,
        "kind": kind,
        "text": text[:500],
        "by_id": doing.viewer.user_id,
        "at": doing.now,
    }
    doing.notices += [Notice(to_post=code, **about) for code in codes]
    others = [person for person in dict.fromkeys(people) if person != doing.viewer.user_id]
    doing.notices += [Notice(to_user_id=person, **about) for person in others]


def reason_of(doing: CaseDoing) -> str:
    """The reason that was given. Raises ReasonMissing."""
    if not doing.comment:
        raise ReasonMissing
    return doing.comment


def moment_of(doing: CaseDoing) -> datetime:
    """`until` as a moment that is still to come; a day means the end of its work. Raises NotValid."""
    until = doing.said.until
    if until is None:
        raise NotValid(fields={"until": [_("Say until when.")]})
    at = as_moment(until)
    if at <= doing.now:
        raise NotValid(_("That time has passed already."), fields={"until": [_("Choose a later time.")]})
    return at


def as_moment(until: date | datetime) -> datetime:
    if isinstance(until, datetime):
        return until if until.tzinfo else until.replace(tzinfo=work_calendar().zone)
    return datetime.combine(until, END_OF_WORK, work_calendar().zone)


def posts_named(doing: CaseDoing) -> list[Post]:
    """The posts that were chosen, all of this district. Raises NotValid."""
    wanted = list(dict.fromkeys(doing.said.posts))[:50]
    found = {post.code: post for post in Post.objects.filter(code__in=wanted).select_related("unit__area")}
    district = doing.case.area_code[:6]
    if not wanted or any(code not in found or not code.startswith(district) for code in wanted):
        raise NotValid(
            _("Choose posts of this district."), fields={"posts": [_("Choose posts of this district.")]}
        )
    return [found[code] for code in wanted]


def step_named(doing: CaseDoing) -> Step:
    """The open step that is meant: the one named, else the only one, else the only one of the viewer's.

    Raises NotValid when that does not say which.
    """
    steps = [step for step in doing.standing.steps if isinstance(step, Step)]
    if doing.said.step is not None:
        steps = [step for step in steps if step.pk == doing.said.step]
    elif len(steps) > 1:
        steps = [step for step in steps if doing.viewer.post_among(step.candidates)]
    if len(steps) != 1:
        raise NotValid(
            _("Say which of the open steps."), fields={"step": [_("Say which of the open steps.")]}
        )
    return steps[0]
