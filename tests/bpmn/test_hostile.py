"""Files that nobody draws by accident: each is answered with a message, soon, without following anything it names."""

import socket
import time
import tracemalloc

import pytest

from tests.bpmn.drawn import HEAD, codes, diagram, flows, found, node, process, step
from workflows.bpmn import normalise, read
from workflows.bpmn.encoding import as_utf8

#: Seconds of work, not of waiting. A second when the machine is quiet; the same work costs more on a busy one.
SOON = 3
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
GOOD = diagram(step("A", name="签收") + flows("st A, A en")).decode()


def laughs():
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'{XML}<!DOCTYPE d [<!ENTITY l0 "ha">{entities}]>{HEAD}<process id="&l9;"/></definitions>'.encode()


def chain(length):
    names = [f"s{n}" for n in range(length)]
    steps = "".join(f'<userTask id="{name}"/>' for name in names)
    pairs = zip(["st", *names], [*names, "en"], strict=True)
    links = "".join(
        f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(pairs)
    )
    return diagram(steps + links)


def nested(depth):
    inside = step("A")
    for level in range(depth):
        inside = f'<subProcess id="sub{level}">{inside}</subProcess>'
    return diagram(inside + f'<sequenceFlow id="f1" sourceRef="st" targetRef="sub{depth - 1}"/>')


def fork_join_pairs(count):
    parts, last = [], "st"
    for n in range(count):
        parts.append(
            f'<parallelGateway id="s{n}"/><parallelGateway id="j{n}"/>{step(f"a{n}")}{step(f"b{n}")}'
        )
        ends = (
            (last, f"s{n}"),
            (f"s{n}", f"a{n}"),
            (f"s{n}", f"b{n}"),
            (f"a{n}", f"j{n}"),
            (f"b{n}", f"j{n}"),
        )
        parts += [f'<sequenceFlow id="f{n}{a}{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in ends]
        last = f"j{n}"
    return diagram("".join(parts) + f'<sequenceFlow id="last" sourceRef="{last}" targetRef="en"/>')


def script(text):
    return diagram(node("scriptTask", "S", f"<script><![CDATA[{text}]]></script>") + flows("st S, S en"))


REFUSED = {
    "billion laughs": (laughs(), "doctype"),
    "quadratic blow-up": (f'{XML}<!DOCTYPE d [<!ENTITY a "{"a" * 50_000}">]><d>{"&a;" * 20_000}</d>'.encode(), "doctype"),
    "external entity": (f'{XML}<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>{HEAD}&x;</definitions>'.encode(), "doctype"),
    "external DTD": (f'{XML}<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd">{HEAD}</definitions>'.encode(), "doctype"),
    "parameter entity": (f'{XML}<!DOCTYPE d [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>{HEAD}</definitions>'.encode(), "doctype"),
    "DOCTYPE in UTF-16": (f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "b">]>{HEAD}</definitions>'.encode("utf-16"), "doctype"),
    "no XML": (b"just some text, not a diagram", "not_xml"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not_xml"),
    "a zip": (b"PK\x03\x04" + bytes(500), "not_xml"),
    "empty": (b"", "empty_file"),
    "blanks": (b" \n\t ", "empty_file"),
    "truncated": (GOOD.encode()[:600], "broken_xml"),
    "HTML": (b"<html><body>no</body></html>", "not_bpmn"),
    "DMN": (b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>', "dmn_file"),
    "another BPMN": (GOOD.replace("20100524/MODEL", "20090524/MODEL").encode(), "wrong_namespace"),
    "no process": (f"{XML}{HEAD}</definitions>".encode(), "no_process"),
    "GBK called UTF-8": (GOOD.encode("gbk"), "wrong_encoding"),
    "an encoding nobody knows": (GOOD.replace("UTF-8", "KLINGON-8").encode(), "wrong_encoding"),
    "two megabytes": (diagram("<documentation>" + "文" * 700_000 + "</documentation>"), "too_large"),
    "deep XML": (b"<a>" * 20_000 + b"</a>" * 20_000, "broken_xml"),
    "a thousand sub-processes deep": (nested(1_000), None),
    "25 sub-processes deep": (nested(25), "too_deep"),
    "10,000 steps in a row": (chain(10_000), "too_many_nodes"),
    "2,500 steps in a row": (chain(2_500), "too_many_nodes"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "code"), REFUSED.values(), ids=REFUSED)
def test_is_refused_with_a_message(data, code, monkeypatch):
    monkeypatch.setattr(socket, "socket", _no_network)
    began = time.process_time()

    problems = found(data)

    assert time.process_time() - began < SOON
    errors = [problem for problem in problems if problem.severity == "error"]
    assert errors
    assert code is None or code in [problem.code for problem in errors]
    for problem in problems:
        assert "root:" not in problem.text() + problem.text("en") + problem.hint("en")


@pytest.mark.parametrize("name", ["billion laughs", "quadratic blow-up", "10,000 steps in a row", "deep XML"])
def test_a_refusal_needs_little_memory(name):
    tracemalloc.start()

    found(REFUSED[name][0])

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200_000_000


def _no_network(*_arguments, **_options):
    raise AssertionError("a diagram made us use the network")


def test_a_message_names_line_and_column_of_a_break():
    (problem,) = found(XML.encode() + b"<definitions>\n  <process id='p'\n")

    assert problem.text("en").startswith("The file breaks at line 4, column 1")
    assert problem.text() == "文件在第 4 行第 1 列处断开或写错。"


def test_gbk_called_utf8_hints_at_gbk():
    (problem,) = found(GOOD.encode("gbk"))

    assert "GBK" in problem.hint()


@pytest.mark.parametrize(
    "data",
    [
        GOOD.encode(),
        GOOD.replace("UTF-8", "GBK").encode("gbk"),
        GOOD.replace("UTF-8", "gb2312").encode("gb2312"),
        GOOD.replace("UTF-8", "GB18030").encode("gb18030"),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("UTF-8", "UTF-16").encode("utf-16"),
        GOOD.replace(' encoding="UTF-8"', "").encode("utf-16"),
    ],
    ids=["UTF-8", "GBK", "GB2312", "GB18030", "UTF-8 with mark", "UTF-16", "UTF-16 undeclared"],
)
def test_chinese_in_any_encoding_is_read_as_written_and_kept_as_utf8(data):
    names = [node.name for node, _ in read(data).walk()]
    kept = as_utf8(data).encode()

    assert "签收" in names
    assert codes(data) == set()
    assert [node.name for node, _ in read(kept).walk()] == names


def test_utf8_called_gbk_is_never_silently_garbled():
    data = GOOD.replace("UTF-8", "GBK").encode()

    assert [problem.code for problem in found(data)] == ["wrong_encoding"]


def test_xinclude_is_not_followed():
    included = (
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    )
    data = diagram(included + step("A") + flows("st A, A en"))

    problems = found(data)

    assert "not_included" in {problem.code for problem in problems}
    assert "root:" not in repr(read(data))
    assert all(problem.severity != "error" for problem in problems)


@pytest.mark.parametrize("count", [10, 16, 20, 30])
def test_fork_and_join_pairs_in_a_row_are_sound(count):
    began = time.process_time()

    assert codes(fork_join_pairs(count)) == set()
    normalise(read(fork_join_pairs(count)))
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "data",
    [chain(600), chain(1_900), nested(15), fork_join_pairs(450)],
    ids=["600", "1,900", "15 deep", "450 pairs"],
)
def test_the_largest_diagrams_allowed_are_answered_within_a_second(data):
    began = time.process_time()

    problems = found(data)

    assert time.process_time() - began < SOON
    assert all(problem.severity != "error" for problem in problems)


def test_a_thicket_of_joins_is_answered_soon():
    parts = ['<parallelGateway id="s"/><sequenceFlow id="f" sourceRef="st" targetRef="s"/>']
    for n in range(600):
        parts.append(f'<exclusiveGateway id="x{n}" default="d{n}"/><parallelGateway id="j{n}"/>')
        parts.append(
            f'<sequenceFlow id="a{n}" sourceRef="s" targetRef="x{n}"/><sequenceFlow id="d{n}" sourceRef="x{n}" targetRef="j{n}"/>'
        )
        parts.append(
            f'<sequenceFlow id="b{n}" sourceRef="x{n}" targetRef="j{n}"><conditionExpression>x</conditionExpression></sequenceFlow>'
        )
        parts.append(
            f'<sequenceFlow id="c{n}" sourceRef="j{n}" targetRef="{f"x{n + 1}" if n < 599 else "en"}"/>'
        )
    began = time.process_time()

    found(diagram("".join(parts)))

    assert time.process_time() - began < 3


CODE = "__import__('os').system('touch PWNED')"
EVIL = {
    "script": script(f"import os; {CODE}"),
    "escaping script": script("x = ().__class__.__base__.__subclasses__()"),
    "endless script": script("while True: pass"),
    "large script": script("x = [0] * 10**10"),
    "condition": diagram('<exclusiveGateway id="g" default="f2"/>' + flows("st g, g en, g en", f3=CODE)),
    "timer": diagram(
        node("intermediateCatchEvent", "t", f"<timerEventDefinition><timeDuration>{CODE}</timeDuration></timerEventDefinition>")
        + flows("st t, t en")
    ),
    "count": diagram(
        step("A", f"<multiInstanceLoopCharacteristics><loopCardinality>{CODE}</loopCardinality></multiInstanceLoopCharacteristics>")
        + flows("st A, A en")
    ),
    "list": diagram(
        step("A", f"<multiInstanceLoopCharacteristics><loopDataInputRef>{CODE}</loopDataInputRef></multiInstanceLoopCharacteristics>")
        + flows("st A, A en")
    ),
    "end of a loop": diagram(
        step("A", f"<standardLoopCharacteristics><loopCondition>{CODE}</loopCondition></standardLoopCharacteristics>")
        + flows("st A, A en")
    ),
    "conditional event": diagram(
        node("intermediateCatchEvent", "c", f"<conditionalEventDefinition><condition>{CODE}</condition></conditionalEventDefinition>")
        + flows("st c, c en")
    ),
    "post": diagram(step("A", cw_post=f"={CODE}") + flows("st A, A en")),
    "in braces": diagram('<exclusiveGateway id="g" default="f2"/>' + flows("st g, g en, g en", f3="${''.getClass().forName('java.lang.Runtime')}")),
}  # fmt: skip


@pytest.mark.parametrize("data", EVIL.values(), ids=EVIL)
def test_code_in_any_place_is_an_error_and_never_runs(data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert "error" in {problem.severity for problem in found(data)}
    assert list(tmp_path.iterdir()) == []


def test_bad_coordinates_are_a_warning_and_the_diagram_stays():
    shape = '<bpmndi:BPMNShape id="x" bpmnElement="A"><dc:Bounds x="NaN" y="1e999x" width="1" height="2"/></bpmndi:BPMNShape>'
    drawing = f'<bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="p">{shape}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
    data = diagram(
        process('<startEvent id="st"/>', step("A"), '<endEvent id="en"/>', flows("st A, A en")), drawing
    )

    problems = found(data)

    assert {(p.severity, p.code, p.element) for p in problems} == {("warning", "bad_bounds", "A")}


def test_legal_shorthand_is_no_fault():
    """No flow ids, references with a prefix, a data object used two sub-processes down."""
    data = diagram(
        '<dataObject id="o"/><dataObjectReference id="r" dataObjectRef="o"/>',
        '<subProcess id="S"><subProcess id="T"><userTask id="A" cw:level="town">'
        '<dataInputAssociation id="i"><sourceRef>r</sourceRef><targetRef>x</targetRef></dataInputAssociation>'
        "</userTask></subProcess></subProcess>",
        '<sequenceFlow sourceRef="t:st" targetRef="S"/><sequenceFlow sourceRef="S" targetRef="t:en"/>',
    )  # fmt: skip

    assert codes(data) == set()


def test_a_name_made_to_break_pages_stays_text():
    data = diagram(
        step("A", name="&lt;script&gt;alert(1)&lt;/script&gt;", cw_level="x") + flows("st A, A en")
    )

    (problem,) = found(data)

    assert "<script>alert(1)</script>" in problem.text()


@pytest.mark.parametrize("cut", range(100, len(GOOD.encode()) - 20, 23))
def test_any_truncation_is_answered(cut):
    assert found(GOOD.encode()[:cut])


MANY = range(20_000)
HEAVY = {
    "flows": step("A") + "".join(f'<sequenceFlow id="f{n}" sourceRef="A" targetRef="en"/>' for n in MANY),
    "flows of one id": step("A") + '<sequenceFlow id="f" sourceRef="A" targetRef="en"/>' * 20_000,
    "flows to nothing": step("A") + "".join(f'<sequenceFlow id="f{n}" sourceRef="A" targetRef="x{n}"/>' for n in MANY),
    "data objects": step("A") + "".join(f'<dataObject id="o{n}"/>' for n in MANY),
    "lanes": "<laneSet>" + "".join(f'<lane id="l{n}"><flowNodeRef>x</flowNodeRef></lane>' for n in MANY) + "</laneSet>" + step("A"),
    "conditions": '<exclusiveGateway id="g"/>'
    + "".join(
        f'<sequenceFlow id="f{n}" sourceRef="g" targetRef="en"><conditionExpression>{n} + x &gt; y ||</conditionExpression></sequenceFlow>'
        for n in range(4_000)
    ),
    "scripts": "".join(f'<scriptTask id="s{n}"><script>{"a = b + 1;" * 100}</script></scriptTask>' for n in range(1_000)),
    "a ladder": "".join(f'<exclusiveGateway id="g{n}"/>' for n in range(1_900))
    + "".join(
        f'<sequenceFlow id="f{n}" sourceRef="g{n}" targetRef="g{n + 1}"/><sequenceFlow id="b{n}" sourceRef="g{n + 1}" targetRef="g{n}"/>'
        for n in range(1_899)
    )
    + '<parallelGateway id="j"/>'
    + flows("st g0, st g1800, g1 j, g1899 j"),
    "handlers": step("A")
    + "".join(f'<boundaryEvent id="b{n}" attachedToRef="A"><compensateEventDefinition/></boundaryEvent>' for n in range(1_900))
    + "".join(f'<association sourceRef="b{n}" targetRef="A"/>' for n in range(1_900)),
}  # fmt: skip


@pytest.mark.parametrize("content", HEAVY.values(), ids=HEAVY)
def test_two_megabytes_of_anything_are_answered_soon(content):
    data = diagram(content)
    began = time.process_time()

    problems = found(data)

    assert time.process_time() - began < SOON
    assert 0 < len(problems) <= 201


def test_thousands_of_processes_are_answered_soon():
    data = diagram("".join(process(id=f"p{n}") for n in range(20_000)))
    began = time.process_time()

    assert [problem.code for problem in found(data)] == ["too_many_parts"]
    assert time.process_time() - began < SOON
