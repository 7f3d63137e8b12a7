"""What a move did besides changing the state, as data for the caller to act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

INCIDENTS: Final[dict[str, tuple[str, str]]] = {
    "error": ("错误“{code}”没有被捕获。{message}", "Nobody catches the error “{code}”. {message}"),
    "condition": ("条件“{text}”无法计算：{error}", "The condition “{text}” can't be evaluated: {error}"),
    "cancel": (
        "事务被取消，但没有取消边界事件。",
        "The transaction was cancelled but has no cancel boundary event.",
    ),
    "stuck": (
        "流程停在汇合处，再也等不到其他分支。",
        "The process stands at a join and nothing more can arrive.",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageSent:
    """For whoever waits for it, in other runs or outside."""

    name: str
    correlation: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class SignalSent:
    """The run itself has already heard it; it is for other runs."""

    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Incident:
    """Something a person has to look at. `token` is 0 when nothing in particular stands still."""

    token: int
    element: str
    kind: str
    params: Mapping[str, object] = field(default_factory=dict)

    def text(self, language: str = "zh-Hans") -> str:
        english = language.startswith("en")
        words = {
            key: value.text(language) if hasattr(value, "text") else str(value)
            for key, value in self.params.items()
        }
        return INCIDENTS[self.kind][english].format_map(words)


@dataclass(frozen=True, kw_only=True, slots=True)
class Passed:
    """A node that was entered or a flow that was taken, by its id in the diagram."""

    element: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """A decision table has answered."""

    token: int
    element: str
    table: str
    rules: tuple[int, ...]
    inputs: Mapping[str, Any]
    values: Mapping[str, Any]


Effect = MessageSent | SignalSent | Incident | Passed | Decided
