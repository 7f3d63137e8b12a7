"""What a move can be refused for. Each error has a stable `code` and words in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from workflows.expressions import ExpressionError

WORDS: Final[dict[str, tuple[str, str]]] = {
    "not_open": ("这一步已经办理或取消。", "This step is no longer open."),
    "nobody_waits": ("没有环节在等待“{name}”。", "Nobody waits for “{name}”."),
    "move_too_long": (
        "流程在“{element}”处自动运行过久，可能是死循环。",
        "The process runs on by itself for too long at “{element}”; it may loop for ever.",
    ),
    "no_way_out": (
        "“{element}”之后没有条件成立的流向，也没有默认流向。",
        "No condition after “{element}” is true and there is no default flow.",
    ),
    "bad_value": ("“{element}”：{what}", "“{element}”: {what}"),
    "cannot_evaluate": (
        "“{element}”的表达式“{text}”：{error}",
        "The expression “{text}” of “{element}”: {error}",
    ),
    "state_refused": ("运行状态无法读取：{what}", "The state of the run can't be read: {what}"),
    "cannot_migrate": ("不能换到新版流程图：{what}", "Can't go on with the new version: {what}"),
    "held_up": ("“{element}”还要等别人先办。", "“{element}” has to wait for others first."),
    "cannot_move": ("不能移到“{element}”：{what}", "Can't move to “{element}”: {what}"),
}


class EngineError(Exception):
    """A move was refused; the run that refused it must be thrown away."""

    code = "engine"

    def __init__(self, **params: object) -> None:
        self.params = params
        super().__init__(self.text("en"))

    def text(self, language: str = "zh-Hans") -> str:
        english = language.startswith("en")
        return WORDS[self.code][english].format_map({k: _worded(v, language) for k, v in self.params.items()})


class NotOpen(EngineError):
    """The step, wait or token is not there any more, or was never of this kind."""

    code = "not_open"


class NobodyWaits(EngineError):
    """The run does not wait for this message."""

    code = "nobody_waits"


class MoveTooLong(EngineError):
    """More automatic steps or tokens in one move than a sound process needs."""

    code = "move_too_long"


class NoWayOut(EngineError):
    """No condition after an element is true and it has no default."""

    code = "no_way_out"


class BadValue(EngineError):
    """A value that came of the data is none that the element can use."""

    code = "bad_value"


class CannotEvaluate(EngineError):
    """An expression failed with the values it met; `error` is the ExpressionError."""

    code = "cannot_evaluate"

    def __init__(self, *, element: str, text: str, error: ExpressionError) -> None:
        self.error = error
        super().__init__(element=element, text=text, error=error)


class StateRefused(EngineError):
    """The text is no state of this version, or of another diagram."""

    code = "state_refused"


class HeldUp(EngineError):
    """Somebody who was asked to sign or to do it has not done so yet."""

    code = "held_up"


class CannotMove(EngineError):
    """A token can't be put there by hand."""

    code = "cannot_move"


class CannotMigrate(EngineError):
    """A run has no place in another version; `obstacles` say what is in the way."""

    code = "cannot_migrate"

    def __init__(self, obstacles: Iterable[Obstacle]) -> None:
        self.obstacles = tuple(obstacles)
        super().__init__(what=Listed(self.obstacles))


class Phrase:
    """A parameter that reads differently in each language."""

    __slots__ = ("en", "zh")

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en

    def text(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True, kw_only=True, slots=True)
class Obstacle:
    """Something that stands at an element and could not stand there in another version."""

    element: str
    why: Phrase

    def text(self, language: str) -> str:
        colon = ": " if language.startswith("en") else "："
        return f"{self.element}{colon}{self.why.text(language)}"


class Listed:
    """Several parameters in one."""

    def __init__(self, parts: Iterable[Obstacle]) -> None:
        self.parts = tuple(parts)

    def text(self, language: str) -> str:
        return ("; " if language.startswith("en") else "；").join(part.text(language) for part in self.parts)


def _worded(value: object, language: str) -> str:
    return value.text(language) if isinstance(value, ExpressionError | Phrase | Listed) else str(value)
