"""Everything an author wrote to be computed: conditions, timers, scripts, loops. Compiled here as it will be at run time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Final

from workflows.bpmn.check_findings import found
from workflows.bpmn.check_votes import EXPRESSIONS, written_by
from workflows.bpmn.model import DYNAMIC, EVERYTHING, EventDefinition, Flow, Loop, Node, Scope
from workflows.bpmn.problems import Problem
from workflows.expressions import (
    LOCAL,
    Expression,
    ExpressionError,
    NoCron,
    compile_expression,
    compile_script,
    looks_like_cron,
    next_time,
    parse_duration,
    parse_moment,
)
from workflows.expressions.errors import Word, nearest

MOST_INSTANCES: Final = 200
MOST_TEXT: Final = 60_000

_ISO: Final = re.compile(r"P[\dT].*|R\d*/.*|\d{4}-\d\d-\d\d.*", re.ASCII)
# One limit, several named ones that follow each other, or the one that the district's table of limits gives.
_ONE: Final = r"\s*\d{1,5}(\.\d{1,2})?(m|h|wh|d|wd)\s*"
_LIMIT: Final = re.compile(
    rf"auto|{_ONE}([:：][^:：;；]+)?|{_ONE}[:：][^:：;；]+([;；]{_ONE}[:：][^:：;；]+){{1,5}}"
)
_LIMITS: Final = "15m 4h 4wh 3wd 5d auto"
_WARN: Final = re.compile(r"[1-9]\d?[%％]")
_OUR_SCRIPTS: Final = frozenset(
    {"", "text/x-casework", "python", "text/x-python", "text/python", "feel", "application/python"}
)
_INDEX: Final = re.compile(r"[\w)\]]\s*\[\s*\d+\s*\]")
_ANY_MOMENT: Final = dt.datetime(2000, 1, 1, tzinfo=LOCAL)

CALLED: Final = Word("被调用流程", "called process")
CONDITION: Final = Word("条件", "condition")
TIMER: Final = Word("定时", "timer")
COUNT: Final = Word("循环次数", "loop count")
COLLECTION: Final = Word("循环列表", "loop list")
LOOP_END: Final = Word("循环的结束条件", "loop's end condition")
NAME: Final = Word("消息或信号的名称", "name of the message or signal")
MAPPING: Final = Word("数据传递", "data mapping")
SETTING: Final = Word("设置", "setting")


class TextCheck:
    """Reads one process. ``names`` gathers the variables that are needed, ``written`` those the diagram writes."""

    def __init__(self, process: Scope) -> None:
        self.process = process
        self.needed: list[tuple[str, Node | Flow]] = []
        self.left = MOST_TEXT
        self.written: set[str] = {
            "loopCounter",
            "nrOfInstances",
            "nrOfCompletedInstances",
            "nrOfActiveInstances",
            "numberOfInstances",
            "numberOfCompletedInstances",
            "numberOfActiveInstances",
            "numberOfTerminatedInstances",
            "voteRound",
        }

    def findings(self) -> Iterator[Problem]:
        for scope in self.process.scopes():
            nodes = {node.id: node for node in scope.nodes}
            self.written.update(name for data in scope.data for name in (data.name, data.id))
            for flow in scope.flows:
                ignored = flow.source in nodes and nodes[flow.source].default == flow.id
                if flow.condition and not ignored:
                    yield from self._expression(flow.condition, CONDITION, flow)
            for node in scope.nodes:
                yield from self._node(node)
        if self.left < 0:
            yield found("too_much_text", self.process, limit=MOST_TEXT)

    def _affordable(self, text: str) -> bool:
        """Compiling costs time; a diagram made of conditions alone must not hold everybody up."""
        self.left -= 20 + len(text)
        return self.left >= 0

    def _node(self, node: Node) -> Iterator[Problem]:
        for event in node.events:
            yield from self._event(event, node)
        if node.loop is not None:
            yield from self._loop(node.loop, node)
        if node.kind == "scriptTask":
            yield from self._script(node)
        for text in filter(None, (node.before, node.after)):
            yield from self._read_script(text, node)
        if (node.called or "").strip().startswith(DYNAMIC):
            yield from self._expression(node.called, CALLED, node)
        yield from self._expression(node.completion, LOOP_END, node)
        for link in (*node.takes, *node.gives):
            if link.source != EVERYTHING:
                yield from self._expression(link.source, MAPPING, node)
            self.written.add(link.target)
        yield from self._settings(node)

    def _event(self, event: EventDefinition, node: Node) -> Iterator[Problem]:
        if event.kind == "timer" and event.text:
            yield from self._timer(event.text.strip(), node, event)
        elif event.text:
            yield from self._expression(event.text, CONDITION, node)
        yield from self._expression(event.correlation, MAPPING, node)
        if event.computes_its_name:
            yield from self._expression(event.ref, NAME, node)
        if event.until and not _ISO.fullmatch(event.until):
            yield from self._expression(event.until, TIMER, node)
        self.written.update(filter(None, (event.code_into, event.message_into)))

    def _timer(self, text: str, node: Node, event: EventDefinition) -> Iterator[Problem]:
        """ISO 8601 as it stands, else an expression; one without variables is tried at once."""
        expression: Expression | None = None
        if looks_like_cron(text):
            yield from _cron(text, node, event)
            return
        if not _ISO.fullmatch(text):
            if not self._affordable(text):
                return
            try:
                expression = compile_expression(text)
            except ExpressionError as error:
                yield found("expression_wrong", node, line=event.line, what=TIMER, text=text, error=error)
                return
            yield from self._read(expression, TIMER, node)
            if expression.names or expression.optional:
                return
        fault = _timer_fault(text if expression is None else _value(expression), event.timer)
        if fault is not None:
            yield found("timer_wrong", node, line=event.line, text=text, error=fault)

    def _loop(self, loop: Loop, node: Node) -> Iterator[Problem]:
        self.written.update(filter(None, (loop.item, loop.index, loop.output, loop.output_item)))
        yield from self._expression(loop.cardinality, COUNT, node)
        yield from self._expression(loop.collection, COLLECTION, node)
        yield from self._expression(loop.condition, LOOP_END, node)
        for throw in loop.throws:
            yield from self._expression(throw.condition, CONDITION, node)
        if loop.output:
            yield from self._expression(loop.output_item, COLLECTION, node)
        if loop.kind == "standard":
            if loop.maximum is not None and not re.fullmatch(r"\s*\d{1,9}\s*", loop.maximum):
                yield found("loop_maximum", node, line=loop.line, value=loop.maximum)
            elif loop.maximum is None and not loop.condition:
                yield found("loop_endless", node, line=loop.line)
            return
        count = _constant(loop.cardinality)
        if isinstance(count, int | float) and not isinstance(count, bool) and count > MOST_INSTANCES:
            yield found("loop_too_many", node, line=loop.line, count=count, limit=MOST_INSTANCES)
        elif loop.cardinality and count is not None and not (type(count) is int and count >= 0):
            yield found("loop_count_wrong", node, line=loop.line, text=loop.cardinality)

    def _script(self, node: Node) -> Iterator[Problem]:
        if not (node.script or "").strip():
            yield found("script_empty", node, severity="warning")
            return
        yield from self._read_script(node.script or "", node)

    def _read_script(self, text: str, node: Node) -> Iterator[Problem]:
        if not self._affordable(text):
            return
        try:
            script = compile_script(text)
        except ExpressionError as error:
            if (node.script_format or "").strip().lower() in _OUR_SCRIPTS:
                yield found("script_wrong", node, error=error)
            else:
                yield found("script_language", node, format=node.script_format, error=error)
            return
        self.needed.extend((name, node) for name in sorted(script.names))
        self.written.update(script.targets)

    def _settings(self, node: Node) -> Iterator[Problem]:
        settings = node.settings
        self.written.update(filter(None, (settings.get("outcome", "结论"), settings.get("result"))))
        self.written.update(written_by(node))
        for key in ("post", "unit", "limit", "correlation", "vote", "vetoers", *EXPRESSIONS):
            text = settings.get(key, "")
            if text.startswith("=") or (key in ("correlation", *EXPRESSIONS) and text):
                yield from self._expression(text, SETTING, node)
        limit = settings.get("limit", "")
        if limit and not limit.startswith("=") and not _LIMIT.fullmatch(limit):
            yield found("setting_wrong", node, setting="cw:limit", value=limit, expected=_LIMITS)
        warn = settings.get("warn", "")
        if warn and not _WARN.fullmatch(warn):
            yield found("setting_wrong", node, setting="cw:warn", value=warn, expected="80%")

    def _expression(self, text: str | None, what: Word, where: Node | Flow) -> Iterator[Problem]:
        if not text or not text.strip() or not self._affordable(text):
            return
        try:
            expression = compile_expression(text)
        except ExpressionError as error:
            yield found("expression_wrong", where, what=what, text=text, error=error)
            return
        yield from self._read(expression, what, where)

    def _read(self, expression: Expression, what: Word, where: Node | Flow) -> Iterator[Problem]:
        self.needed.extend((name, where) for name in sorted(expression.names))
        if _counts_from_one(expression, what):
            yield found("feel_index", where, what=what, text=expression.source)
        if expression.dialect and expression.text.strip("() ") != expression.source.strip("=$#{}() "):
            yield found("expression_translated", where, severity="note", what=what, text=expression.text)

    def unknown(self, known: frozenset[str]) -> Iterator[Problem]:
        """Variables that nothing writes: not the diagram, not its forms."""
        all_known = known | self.written
        told: set[str] = set()
        for name, where in self.needed:
            if name not in all_known and name not in told:
                told.add(name)
                yield found(
                    "unknown_variable", where, severity="warning", variable=name, nearest=nearest(name, all_known)
                )  # fmt: skip


def _counts_from_one(expression: Expression, what: Word) -> bool:
    """FEEL's first item is 1, ours 0: with a number in brackets nobody can tell which is meant."""
    return (
        what is not SETTING and expression.source.startswith("=") and bool(_INDEX.search(expression.source))
    )


def _constant(text: str | None) -> object:
    """The value of a text that names no variable, else None."""
    if not text:
        return None
    try:
        expression = compile_expression(text)
    except ExpressionError:
        return None
    return None if expression.names or expression.optional else _value(expression)


def _value(expression: Expression) -> object:
    try:
        return expression.evaluate({}, now=_ANY_MOMENT)
    except ExpressionError:
        return None


def _cron(text: str, node: Node, event: EventDefinition) -> Iterator[Problem]:
    """A cron time that can be read, that comes again, and that stands for a cycle."""
    try:
        comes = next_time(text, _ANY_MOMENT) is not None
    except NoCron:
        comes = False
    if not comes:
        yield found("timer_cron", node, line=event.line, text=text)


def _timer_fault(value: object, timer: str | None) -> ExpressionError | Word | None:
    """What is wrong with a literal time; values that are no text are left to the run."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    try:
        if text[:1] in ("R", "r"):
            return _cycle_fault(text.upper())
        begin, interval, duration = text.partition("/")
        if text[:1] in ("P", "p"):
            parse_duration(text)
        else:
            parse_moment(begin)
        if interval:
            parse_duration(duration)
    except ExpressionError as error:
        return error
    return None


def _cycle_fault(text: str) -> Word | None:
    """R[n]/duration, with a beginning before or an end after it."""
    count, *parts = text[1:].split("/")
    wrong = Word("周期应写成 R3/PT1H 或 R/P1D", "a cycle reads R3/PT1H or R/P1D")
    if (count and not count.isdigit()) or count == "0" or len(parts) not in (1, 2):
        return wrong
    durations = [part for part in parts if part.startswith("P")]
    if len(durations) != 1:
        return wrong
    for part in parts:
        if part in durations:
            parse_duration(part)
        else:
            parse_moment(part)
    return None
