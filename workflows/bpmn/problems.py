"""What is wrong with a diagram, and the refusal that carries it. The words for people are in `texts`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workflows.bpmn import texts


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One finding. `severity` is "error", "warning" or "note"; `code` and `params` say what, `element` and `line` where."""

    code: str
    element: str = ""
    line: int = 0
    severity: str = "error"
    params: Mapping[str, object] = field(default_factory=dict)

    def text(self, language: str = "zh-Hans") -> str:
        """What is wrong, for people."""
        return texts.message(self.code, params=self.params, language=language)

    def hint(self, language: str = "zh-Hans") -> str:
        """What to do about it; empty when the text says it all."""
        return texts.hint(self.code, params=self.params, language=language)


class DiagramRefused(ValueError):
    """The diagram can't be read or run; `problems` says why and where."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "; ".join(f"{p.element or '-'} (line {p.line}): {p.text('en')}" for p in self.problems)
        )
