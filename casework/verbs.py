"""The verbs: one typed table that pages, the API and services read. Dialogs and bodies are drawn from what a verb asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
AskKind = Literal[
    "text", "post", "posts", "person", "element", "pins", "date", "datetime", "choice",
    "case", "cases", "yes_no", "stars",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One thing a verb asks for: `name` is the attribute of `Said` that the answer goes to."""

    name: str
    kind: AskKind
    label: Text
    required: bool = False
    choices: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Verb:
    """What a verb is called, what it asks for and what it says to the process.

    `outcome` is the value that the step's outcome variable gets; empty when the verb does not end the step.
    `dangerous` wants a second look (or a second person) before it is done; `bulk` may be done to many at once.
    """

    key: str
    label: Text
    event: str
    on: Literal["step", "case"] = "step"
    shortcut: str = ""
    outcome: str = ""
    takes_form: bool = False
    asks: tuple[Ask, ...] = ()
    undoable: bool = True
    bulk: bool = False
    dangerous: bool = False

    @property
    def ends_step(self) -> bool:
        return bool(self.outcome)

    @property
    def needs_reason(self) -> bool:
        return any(ask.name == "comment" and ask.required for ask in self.asks)


_WHY = Ask(name="comment", kind="text", label=_("Why"), required=True)
_OPINION = Ask(name="comment", kind="text", label=_("Opinion"))
_NOTE = Ask(name="comment", kind="text", label=_("A word with it"))
_TO_POST = Ask(name="to_post", kind="post", label=_("To which post"), required=True)
_POSTS = Ask(name="posts", kind="posts", label=_("Which posts"), required=True)
_REASON_CODE = Ask(name="reason_code", kind="choice", label=_("Reason from the list"), required=True)
_STRAIGHT_BACK = Ask(name="straight_back", kind="yes_no", label=_("After mending straight back to me"))
_ITEM = Ask(name="item", kind="choice", label=_("Which one"))
_WHICH_STEP = Ask(name="step", kind="choice", label=_("Which step"))
_POSITION = Ask(
    name="position",
    kind="choice",
    label=_("When they sign"),
    required=True,
    choices=(("before", _("Before me")), ("beside", _("Beside me")), ("after", _("After me"))),
)

STEP_VERBS: dict[str, Verb] = {
    verb.key: verb
    for verb in (
        Verb(key="claim", label=_("Sign for"), shortcut="c", event="claimed", bulk=True),
        Verb(
            key="complete",
            label=_("Give feedback"),
            shortcut="e",
            event="completed",
            outcome="办理",
            takes_form=True,
            asks=(_OPINION,),
        ),
        Verb(
            key="approve",
            label=_("Approve"),
            shortcut="e",
            event="approved",
            outcome="同意",
            takes_form=True,
            asks=(_OPINION,),
            bulk=True,
        ),
        Verb(
            key="return",
            label=_("Return"),
            shortcut="r",
            event="returned",
            outcome="退回",
            asks=(
                Ask(name="to_element", kind="element", label=_("Back to which step")),
                _STRAIGHT_BACK,
                _WHY,
                Ask(name="pins", kind="pins", label=_("What needs mending")),
            ),
        ),
        Verb(key="reject", label=_("Reject"), shortcut="j", event="rejected", outcome="驳回", asks=(_WHY,)),
        Verb(
            key="transfer",
            label=_("Pass on"),
            shortcut="t",
            event="transferred",
            asks=(_TO_POST, _WHY),
            bulk=True,
        ),
        Verb(key="release", label=_("Put back"), shortcut="u", event="released", bulk=True),
        Verb(key="delegate", label=_("Delegate"), shortcut="d", event="delegated", asks=(_TO_POST, _NOTE)),
        Verb(
            key="add-sign",
            label=_("Add signers"),
            shortcut="a",
            event="signers_added",
            asks=(_POSTS, _POSITION, _NOTE),
        ),
        Verb(
            key="remove-sign",
            label=_("Remove signers"),
            event="signers_removed",
            asks=(_POSTS, replace(_WHY, required=False)),
        ),
        Verb(key="withdraw", label=_("Withdraw"), event="withdrawn", asks=(_NOTE,), undoable=False),
        Verb(
            key="reassign",
            label=_("Reassign"),
            event="reassigned",
            asks=(_TO_POST, _WHY),
            bulk=True,
        ),
        Verb(key="urge", label=_("Urge"), event="urged", asks=(_NOTE,), undoable=False, bulk=True),
        Verb(key="cc", label=_("Copy to"), event="copied", asks=(_POSTS, _NOTE), bulk=True),
    )
}

CASE_VERBS: dict[str, Verb] = {
    verb.key: verb
    for verb in (
        Verb(
            key="begin",
            label=_("Begin a step"),
            event="begun",
            on="case",
            asks=(
                Ask(name="to_element", kind="choice", label=_("Which step to begin"), required=True),
                _ITEM,
                _NOTE,
            ),
        ),
        Verb(
            key="comment",
            label=_("Comment"),
            event="comment",
            on="case",
            asks=(
                Ask(name="comment", kind="text", label=_("A word with it"), required=True),
                Ask(name="people", kind="person", label=_("Who should read it")),
            ),
            undoable=False,
        ),
        Verb(key="urge", label=_("Urge"), event="urged", on="case", asks=(_NOTE,), undoable=False, bulk=True),
        Verb(
            key="cc",
            label=_("Copy to"),
            event="copied",
            on="case",
            asks=(_POSTS, _NOTE),
            bulk=True,
        ),
        Verb(
            key="escalate",
            label=_("Report upward"),
            event="escalated",
            on="case",
            asks=(_WHICH_STEP, _REASON_CODE, _WHY),
        ),
        Verb(
            key="push-down",
            label=_("Push down"),
            event="pushed_down",
            on="case",
            asks=(_WHICH_STEP, _TO_POST, _REASON_CODE, _WHY),
        ),
        Verb(
            key="whistle",
            label=_("Whistle"),
            event="whistled",
            on="case",
            asks=(
                Ask(name="posts", kind="posts", label=_("Which departments"), required=True),
                Ask(name="place", kind="text", label=_("Where to meet"), required=True),
                Ask(name="until", kind="datetime", label=_("When to be there"), required=True),
                _NOTE,
            ),
        ),
        Verb(
            key="suspend",
            label=_("Suspend"),
            event="suspended",
            on="case",
            asks=(_WHY, Ask(name="until", kind="date", label=_("Look at it again on"), required=True)),
        ),
        Verb(
            key="resume",
            label=_("Resume"),
            event="resumed",
            on="case",
            asks=(_NOTE,),
        ),
        Verb(
            key="extend",
            label=_("Ask for more time"),
            event="extension_asked",
            on="case",
            asks=(_WHICH_STEP, Ask(name="until", kind="date", label=_("Until when"), required=True), _WHY),
        ),
        Verb(
            key="supervise",
            label=_("Supervise"),
            event="supervised",
            on="case",
            asks=(
                replace(
                    _REASON_CODE,
                    label=_("Kind of supervision"),
                    choices=(
                        ("overdue", _("Overdue")),
                        ("leader", _("Leader's")),
                        ("key", _("Key matter")),
                    ),
                ),
                _WHY,
                Ask(name="until", kind="date", label=_("Reply until")),
            ),
        ),
        Verb(
            key="merge",
            label=_("Merge"),
            event="merged",
            on="case",
            asks=(Ask(name="case", kind="case", label=_("Into which case"), required=True), _NOTE),
        ),
        Verb(
            key="split",
            label=_("Split off"),
            event="split",
            on="case",
            asks=(
                Ask(name="title", kind="text", label=_("What the new case is called"), required=True),
                Ask(name="matter", kind="choice", label=_("Which matter it is"), required=True),
                _WHY,
            ),
        ),
        Verb(
            key="force-close",
            label=_("Close by force"),
            event="force_close_asked",
            on="case",
            asks=(Ask(name="outcome", kind="choice", label=_("With which outcome")), _WHY),
            dangerous=True,
        ),
        Verb(
            key="void",
            label=_("Void"),
            event="void_asked",
            on="case",
            asks=(_WHY,),
            dangerous=True,
        ),
        Verb(
            key="reopen",
            label=_("Reopen"),
            event="reopened",
            on="case",
            asks=(Ask(name="to_element", kind="element", label=_("Beginning at which step")), _WHY),
        ),
        Verb(
            key="relate",
            label=_("Relate"),
            event="related",
            on="case",
            asks=(Ask(name="cases", kind="cases", label=_("To which cases"), required=True), _NOTE),
        ),
        Verb(
            key="rate",
            label=_("Rate"),
            event="rated",
            on="case",
            asks=(
                Ask(name="rating", kind="stars", label=_("How was it solved"), required=True),
                Ask(name="is_solved", kind="yes_no", label=_("It is really solved")),
                _ITEM,
                _NOTE,
            ),
        ),
        Verb(
            key="reply",
            label=_("Reply to the supervision"),
            event="supervision_replied",
            on="case",
            asks=(_ITEM, Ask(name="comment", kind="text", label=_("What was done"), required=True)),
        ),
        Verb(
            key="answer",
            label=_("Answer the whistle"),
            event="whistle_answered",
            on="case",
            asks=(_ITEM, _NOTE),
        ),
        Verb(
            key="grant",
            label=_("Grant"),
            event="request_granted",
            on="case",
            asks=(_ITEM, _OPINION),
            dangerous=True,
        ),
        Verb(
            key="refuse",
            label=_("Refuse"),
            event="request_refused",
            on="case",
            asks=(_ITEM, _WHY),
        ),
        Verb(
            key="classify",
            label=_("Classify"),
            event="classified",
            on="case",
            takes_form=True,
            asks=(_NOTE,),
        ),
        Verb(key="undo", label=_("Undo"), shortcut="z", event="undone", on="case", undoable=False),
    )
}

#: All of them by key; where a step and a case share a word (urge, copy to), the step's.
VERBS: dict[str, Verb] = {**CASE_VERBS, **STEP_VERBS}
#: What one may do to a step that others have to do.
BESIDE = ("reassign", "urge", "cc")
ENDING = tuple(verb.key for verb in VERBS.values() if verb.ends_step)

#: What the verbs are called where a step says so by its stage: a check is passed or not.
_WORDS_OF_STAGE: dict[str, dict[str, Text]] = {
    "核查": {"approve": _("Pass the check"), "reject": _("Fail the check")},
}
_EVENTS_OF_STAGE: dict[str, dict[str, Text]] = {
    "核查": {"approved": _("Passed the check"), "rejected": _("Did not pass the check")},
}


def words_at(verb: Verb, settings: Mapping[str, str]) -> Text:
    """What this verb is called at a step with these settings: its own words (`cw:words`), its stage's, else the usual.

    `cw:words="approve=属实 reject=不属实"`. The key stays the same for programs.
    """
    own = own_words(settings.get("words", ""))
    if verb.key in own:
        return own[verb.key]
    return _WORDS_OF_STAGE.get(settings.get("stage", ""), {}).get(verb.key, verb.label)


def event_words_at(event: str, told: Mapping[str, Any]) -> Text | None:
    """What this act is called where its line (`words_told`) says that it was not at a usual step."""
    settings = {name: str(told.get(name, "")) for name in ("words", "stage")}
    verb = next((verb for verb in STEP_VERBS.values() if verb.event == event), None)
    own = own_words(settings.get("words", ""))
    if verb is not None and verb.key in own:
        return own[verb.key]
    return _EVENTS_OF_STAGE.get(settings.get("stage", ""), {}).get(event)


def words_told(verb: Verb, settings: Mapping[str, str]) -> dict[str, str]:
    """What a line has to keep of a step for its act to be called as it was there; nothing where that is the usual."""
    if verb.key in own_words(settings.get("words", "")):
        return {"words": settings["words"]}
    stage = settings.get("stage", "")
    return {"stage": stage} if verb.event in _EVENTS_OF_STAGE.get(stage, {}) else {}


def own_words(text: str) -> dict[str, str]:
    """The words that a step gives to its verbs, by their keys."""
    pairs = (pair.partition("=") for pair in text.split())
    return {key: words[:16] for key, _equals, words in pairs if key in STEP_VERBS and words}


def at_step(verb: Verb, settings: Mapping[str, str]) -> Verb:
    """The verb as people see it at such a step."""
    words = words_at(verb, settings)
    return verb if words is verb.label else replace(verb, label=words)
