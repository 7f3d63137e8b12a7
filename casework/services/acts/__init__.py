"""The verbs on a case as a whole. Each is one transaction under the case's lock, with one line of its own in the journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from casework.access import Viewer
from casework.errors import NotFound
from casework.models import Case
from casework.services.acts.asking import extend, force_close, grant, refuse, void
from casework.services.acts.beginning import begin_step
from casework.services.acts.classifying import classify
from casework.services.acts.joining import merge, relate, split
from casework.services.acts.levels import escalate, push_down
from casework.services.acts.rating import rate
from casework.services.acts.resting import resume, suspend
from casework.services.acts.rounds import reopen
from casework.services.acts.supervising import reply, supervise
from casework.services.acts.telling import cc, comment
from casework.services.acts.undoing import undo
from casework.services.acts.whistling import answer, whistle
from casework.services.said import Said
from casework.services.urging import urge_case

DOING: Mapping[str, Callable[..., Case]] = {
    "begin": begin_step,
    "comment": comment,
    "cc": cc,
    "escalate": escalate,
    "push-down": push_down,
    "whistle": whistle,
    "answer": answer,
    "suspend": suspend,
    "resume": resume,
    "extend": extend,
    "supervise": supervise,
    "reply": reply,
    "merge": merge,
    "split": split,
    "relate": relate,
    "force-close": force_close,
    "void": void,
    "grant": grant,
    "refuse": refuse,
    "reopen": reopen,
    "rate": rate,
    "classify": classify,
    "urge": urge_case,
    "undo": undo,
}


def act_on_case(number: str, verb: str, *, by: Viewer, said: Said | None = None) -> Case:
    """Do one verb to a case; the one door for pages and the API.

    Raises NotFound, NotYours, VerbNotNow, AlreadyThere, ReasonMissing, NotValid, Stale, CaseBusy.
    """
    if verb not in DOING:
        raise NotFound
    return DOING[verb](number, by=by, said=said or Said())
