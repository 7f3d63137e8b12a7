"""Votes that say nothing sensible: on a step that only one person does, by no rule there is, or that nobody can lose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from workflows.bpmn.check_findings import found
from workflows.bpmn.model import Node, Scope
from workflows.bpmn.problems import Problem
from workflows.bpmn.voting import VOTES, Policy, UnknownPolicy, read_policy

HUMAN: Final = frozenset({"task", "userTask", "manualTask"})
#: Settings that only a vote reads, with the policies that do.
PARTS: Final = {
    "vetoers": ("veto",),
    "weight": ("weighted", "residents"),
    "heads": ("residents",),
    "ballots": ("residents",),
    "ballot": ("all", "any", "ratio", "weighted", "veto", "residents"),
}
EXPRESSIONS: Final = ("heads", "weight", "ballot", "ballots")
_QUOTED: Final = re.compile(r"""(["'])(.*?)\1""")
#: The variable of the tally is that of the outcome with this behind it.
TALLY: Final = "票数"


def check_votes(process: Scope) -> Iterator[Problem]:
    for node, _scope in process.walk():
        if "vote" in node.settings:
            yield from _vote(node)
        else:
            yield from (
                found("vote_part_alone", node, severity="warning", setting=f"cw:{part}")
                for part in PARTS
                if part in node.settings
            )
        if "own" in node.settings:
            yield from _own(node)


def written_by(node: Node) -> set[str]:
    """The variables that a step's votes and its instances' own names add."""
    tally = {node.settings.get("outcome", "结论") + TALLY} if "vote" in node.settings else set()
    return tally | set(node.settings.get("own", "").split())


def _vote(node: Node) -> Iterator[Problem]:
    if node.kind not in HUMAN or node.loop is None or node.loop.kind == "standard":
        yield found("vote_of_one", node)
        return
    if node.settings.get("askAll", "true") not in ("true", "false"):
        yield found(
            "setting_wrong", node, setting="cw:askAll", value=node.settings["askAll"], expected="true false"
        )
    policies = _policies(node.settings["vote"])
    if not policies:
        yield found("vote_unknown", node, value=node.settings["vote"], expected=VOTES)
        return
    for part, kinds in PARTS.items():
        if part in node.settings and not {policy.kind for policy in policies} & set(kinds):
            yield found(
                "vote_part_unused", node, severity="warning", setting=f"cw:{part}", vote=policies[0].kind
            )
    for policy in policies[:1]:
        yield from _counts(node, policy)
    yield from _can_be_lost(node)


def _policies(text: str) -> list[Policy]:
    """The one that is written, or those among which an expression chooses, as far as it names them."""
    texts = [quoted[1] for quoted in _QUOTED.findall(text)] if text.startswith("=") else [text]
    held = []
    for each in texts:
        try:
            held.append(read_policy(each))
        except UnknownPolicy:
            continue
    return held


def _counts(node: Node, policy: Policy) -> Iterator[Problem]:
    """Weights are what a weighted vote is about; whoever brings many ballots says for how many."""
    if policy.kind in ("weighted", "residents") and "weight" not in node.settings:
        yield found("vote_without_weight", node, vote=policy.kind)
    if "ballots" in node.settings and "heads" not in node.settings:
        yield found("vote_without_heads", node)


def _can_be_lost(node: Node) -> Iterator[Problem]:
    """With a single verb and nothing to choose everybody agrees."""
    verbs = node.settings.get("verbs", "complete").split()
    if not {"ballot", "ballots"} & node.settings.keys() and not {"reject", "return"} & set(verbs):
        yield found("vote_never_lost", node, severity="warning")


def _own(node: Node) -> Iterator[Problem]:
    if node.loop is None or node.loop.kind == "standard":
        yield found("own_of_one", node, severity="warning")
    for name in node.settings["own"].split():
        if not name.isidentifier():
            yield found("setting_wrong", node, setting="cw:own", value=name, expected="name name …")
