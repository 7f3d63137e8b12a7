"""A diagram in a few words, turned into real BPMN XML, so that tests show the process and not its markup.

    start s; user A each=xs item=x; end e
    s > A > e
    xor g; g > B if "n > 3"; g > C else
    sub S { start i; user T; end j; i > T > j }
    boundary late on A timer=PT1H non

A statement is an element (`kind id words…`) or flows between ids. `non` is non-interrupting. What only vendors have words
for is written in the namespace "urn:vendor": `code=` and `says=` are variables for what was caught, `before=` ends a cycle.
"""

from __future__ import annotations

import re
import shlex
from xml.sax.saxutils import escape, quoteattr

TAGS = {
    "start": "startEvent", "end": "endEvent", "catch": "intermediateCatchEvent", "throw": "intermediateThrowEvent",
    "boundary": "boundaryEvent", "user": "userTask", "task": "task", "manual": "manualTask",
    "service": "serviceTask", "script": "scriptTask", "rule": "businessRuleTask", "send": "sendTask",
    "receive": "receiveTask", "xor": "exclusiveGateway", "and": "parallelGateway", "or": "inclusiveGateway",
    "race": "eventBasedGateway", "complex": "complexGateway", "sub": "subProcess", "guard": "subProcess",
    "transaction": "transaction", "adhoc": "adHocSubProcess", "call": "callActivity", "data": "dataObject",
}  # fmt: skip
NAMED = {"message": "name", "signal": "name", "error": "errorCode", "escalation": "escalationCode"}
TIMERS = {"timer": "timeDuration", "date": "timeDate", "cycle": "timeCycle"}
PIECES = re.compile(r'"[^"]*"|[{};\n]|[^"{};\n]+')


def drawn(*processes: str, **more: str) -> bytes:
    """One file with a process "p" for the first text, and one for each named text."""
    texts = {"p": processes[0], **more} if processes else more
    heads: dict[tuple[str, str], str] = {}
    bodies = "".join(
        f'<process id="{id}" isExecutable="true">{_Scope(heads).read(_pieces(text))}</process>'
        for id, text in texts.items()
    )
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:cw="urn:casework:bpmn:1" '
        'xmlns:v="urn:vendor" '
        f'targetNamespace="urn:test">{"".join(heads.values())}{bodies}</definitions>'
    ).encode()


def _pieces(text: str) -> list[str]:
    """Statements, braces as pieces of their own."""
    found: list[str] = [""]
    for piece in PIECES.findall(text):
        if piece in "{}":
            found += [piece, ""]
        elif piece in ";\n":
            found.append("")
        else:
            found[-1] += piece
    return [piece.strip() for piece in found if piece.strip()]


class _Scope:
    def __init__(self, heads: dict[tuple[str, str], str]) -> None:
        self.heads = heads
        self.defaults: dict[str, str] = {}
        self.flows: list[str] = []

    def read(self, pieces: list[str]) -> str:
        elements = []
        while pieces and pieces[0] != "}":
            words = shlex.split(pieces.pop(0))
            if ">" in words:
                self._flow(words)
                continue
            inside = ""
            if pieces and pieces[0] == "{":
                pieces.pop(0)
                inside = _Scope(self.heads).read(pieces)
                assert pieces.pop(0) == "}"
            elements.append((words, inside))
        return "".join(self._element(words, inside) for words, inside in elements) + "".join(self.flows)

    def _flow(self, words: list[str]) -> None:
        condition = ""
        if "if" in words:
            at = words.index("if")
            condition = f"<conditionExpression>{escape(' '.join(words[at + 1 :]))}</conditionExpression>"
            words = words[:at]
        is_default = words[-1] == "else"
        ends = [word for word in words if word not in (">", "else")]
        for source, target in zip(ends, ends[1:], strict=False):
            id = f"{source}_{target}"
            while any(f'id="{id}"' in flow for flow in self.flows):
                id += "2"
            if is_default:
                self.defaults[source] = id
            self.flows.append(
                f'<sequenceFlow id="{id}" sourceRef="{source}" targetRef="{target}">{condition}</sequenceFlow>'
            )

    def _element(self, words: list[str], inside: str) -> str:
        kind, id, *rest = words
        tag = TAGS[kind]
        given = {key: value for key, _, value in (word.partition("=") for word in rest)}
        attributes = {"id": id, "name": given.get("name", id)}
        if id in self.defaults:
            attributes["default"] = self.defaults[id]
        if kind == "boundary":
            attributes["attachedToRef"] = rest[rest.index("on") + 1]
        if "non" in given:
            attributes["cancelActivity" if kind == "boundary" else "isInterrupting"] = "false"
        for word, attribute in (
            ("called", "calledElement"), ("undo", "isForCompensation"), ("keep", "cancelRemainingInstances"),
            ("all", "parallelMultiple"), ("ordering", "ordering"), ("gateway", "eventGatewayType"), ("type", "itemSubjectRef"),
        ):  # fmt: skip
            if word in given:
                attributes[attribute] = given[word] or ("false" if word == "keep" else "true")
        if kind == "guard":
            attributes["triggeredByEvent"] = "true"
        for key, value in given.items():
            if key.startswith("cw:"):
                attributes[key] = value
        if tag in ("sendTask", "receiveTask") and "message" in given:
            attributes["messageRef"] = self._named("message", given.pop("message"))
        content = self._extensions(given) + self._events(given, tag) + self._loop(given) + inside
        if "do" in given:
            content += f"<script>{escape(given['do'].replace('|', chr(10)))}</script>"
        if "complete" in given:
            content += f"<completionCondition>{escape(given['complete'])}</completionCondition>"
        links = "".join(
            f'<association sourceRef="{id}" targetRef="{target}"/>'
            for target in given.get("by", "").split(",")
            if target
        )
        return f"<{tag} {' '.join(f'{k}={quoteattr(v)}' for k, v in attributes.items())}>{content}</{tag}>{links}"

    def _events(self, given: dict[str, str], tag: str) -> str:
        found = []
        for key, values in given.items():
            for value in values.split(",") if key in NAMED else [values]:
                if key in NAMED:
                    ref = f' {key}Ref="{self._named(key, value)}"' if value else ""
                    caught = "".join(
                        f' v:{key}{what}Variable="{given[word]}"'
                        for word, what in (("code", "Code"), ("says", "Message"))
                        if word in given
                    )
                    found.append(f"<{key}EventDefinition{ref}{caught}/>")
            if key in TIMERS:
                until = f' v:endDate="{given["before"]}"' if "before" in given else ""
                found.append(
                    f"<timerEventDefinition><{TIMERS[key]}{until}>{escape(values)}</{TIMERS[key]}></timerEventDefinition>"
                )
            elif key == "when":
                found.append(
                    f"<conditionalEventDefinition><condition>{escape(values)}</condition></conditionalEventDefinition>"
                )
            elif key == "link":
                found.append(f'<linkEventDefinition name="{values}"/>')
            elif key == "compensate":
                ref = f' activityRef="{values}"' if values else ""
                wait = ' waitForCompletion="false"' if "nowait" in given else ""
                found.append(f"<compensateEventDefinition{ref}{wait}/>")
            elif key in ("terminate", "cancel"):
                ends = f' v:{values}="true"' if values else ""
                found.append(f"<{key}EventDefinition{ends}/>")
        return "".join(found)

    def _named(self, kind: str, name: str) -> str:
        id = f"{kind}_{name}"
        code = f' {NAMED[kind]}="{name}"'
        self.heads[kind, name] = f'<{kind} id="{id}"{code}/>'
        return id

    def _loop(self, given: dict[str, str]) -> str:
        if "while" in given or "max" in given:
            before = ' testBefore="true"' if "first" in given else ""
            most = f' loopMaximum="{given["max"]}"' if "max" in given else ""
            condition = f"<loopCondition>{escape(given['while'])}</loopCondition>" if "while" in given else ""
            return f"<standardLoopCharacteristics{before}{most}>{condition}</standardLoopCharacteristics>"
        if "each" not in given and "times" not in given:
            return ""
        parts = [
            f"<{tag}>{escape(given[word])}</{tag}>"
            for word, tag in (
                ("times", "loopCardinality"),
                ("each", "loopDataInputRef"),
                ("out", "loopDataOutputRef"),
            )
            if word in given
        ]
        parts += [
            f'<{tag} name="{given[word]}"/>'
            for word, tag in (("item", "inputDataItem"), ("from", "outputDataItem"))
            if word in given
        ]
        if "until" in given:
            parts.append(f"<completionCondition>{escape(given['until'])}</completionCondition>")
        sequential = ' isSequential="true"' if "sequential" in given else ""
        return f"<multiInstanceLoopCharacteristics{sequential}>{''.join(parts)}</multiInstanceLoopCharacteristics>"

    def _extensions(self, given: dict[str, str]) -> str:
        crossing = "".join(
            f"<cw:{word} source={quoteattr(source)} target={quoteattr(target)}/>"
            for word in ("in", "out")
            for target, _, source in (pair.partition(":") for pair in given.get(word, "").split("|") if pair)
        )
        crossing += f"<v:value>{escape(given['value'])}</v:value>" if "value" in given else ""
        return f"<extensionElements>{crossing}</extensionElements>" if crossing else ""
