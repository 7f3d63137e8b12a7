"""The verbs of approval: one typed table that pages, the API and services read."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True)
class Verb:
    """What a verb is called, what it asks for and what it says to the process.

    `outcome` is the value that the step's outcome variable gets; empty when the verb does not end the step.
    """

    key: str
    label: str | Promise
    shortcut: str
    event: str
    outcome: str = ""
    takes_form: bool = False
    needs_reason: bool = False

    @property
    def ends_step(self) -> bool:
        return bool(self.outcome)


VERBS: dict[str, Verb] = {
    verb.key: verb
    for verb in (
        Verb(key="claim", label=_("Sign for"), shortcut="c", event="claimed"),
        Verb(
            key="complete",
            label=_("Give feedback"),
            shortcut="e",
            event="completed",
            outcome="办理",
            takes_form=True,
        ),
        Verb(
            key="approve", label=_("Approve"), shortcut="e", event="approved", outcome="同意", takes_form=True
        ),
        Verb(
            key="return", label=_("Return"), shortcut="r", event="returned", outcome="退回", needs_reason=True
        ),
        Verb(
            key="reject", label=_("Reject"), shortcut="j", event="rejected", outcome="驳回", needs_reason=True
        ),
        Verb(key="transfer", label=_("Pass on"), shortcut="t", event="transferred", needs_reason=True),
        Verb(key="release", label=_("Put back"), shortcut="u", event="released"),
    )
}
ENDING = tuple(verb.key for verb in VERBS.values() if verb.ends_step)
