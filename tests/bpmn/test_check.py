"""What the check finds, by small drawings of one fault each; a sound drawing gives no finding at all."""

import pytest

from tests.bpmn.drawn import codes, diagram, flows, found, node, process, step

STRAIGHT = "st A, A en"
FORK = 'gatewayDirection="Diverging"'


def conditional(text):
    return f"<conditionalEventDefinition><condition>{text}</condition></conditionalEventDefinition>"


def timer(kind, text):
    return f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>"


def many(inside="", **attributes):
    return node("multiInstanceLoopCharacteristics", "mi", inside, **attributes)


def wait(text, kind="timeDuration"):
    return node("intermediateCatchEvent", "t", timer(kind, text)) + flows("st t, t en")


XOR = '<exclusiveGateway id="g"/>' + step("A") + step("B")
XOR_DEFAULT = '<exclusiveGateway id="g" default="f3"/>' + step("A") + step("B")
CHOICE = "st g, g A, g B, A en, B en"
AND = '<parallelGateway id="s"/><parallelGateway id="j"/>' + step("A") + step("B")

SOUND = {
    "a step": step("A") + flows(STRAIGHT),
    "a choice with a default": XOR_DEFAULT + flows(CHOICE, f2="x > 1"),
    "fork and join": AND + flows("st s, s A, s B, A j, B j, j en"),
    "rework loop": step("A") + '<exclusiveGateway id="g" default="f3"/>' + flows("st A, A g, g en, g A", f4="x"),
    "rework around fork and join": AND
    + '<exclusiveGateway id="g" default="f8"/>'
    + flows("st s, s A, s B, A j, B j, j g, g s, g en", f7="again"),
    "timers": wait("PT24H"),
    "a date": wait("2026-05-01T09:00", "timeDate"),
    "a cycle": wait("R3/PT1H", "timeCycle"),
    "a cycle with a beginning": wait("R/2026-05-01T09:00/P1D", "timeCycle"),
    "a timer as expression": wait("工作日(3) if 紧急 else now() + 时长('P1D')"),
    "a timer as text": wait("'PT1H'"),
    "script": node("scriptTask", "A", "<script>x = 1\ny = x + 1</script>") + flows(STRAIGHT),
    "service": node("serviceTask", "A", cw_operation="notify") + flows(STRAIGHT),
    "sub-process without start and end": node("subProcess", "A", step("B")) + flows(STRAIGHT),
    "multi-instance": step("A", many("<loopCardinality>3</loopCardinality>")) + flows(STRAIGHT),
    "non-interrupting reminder": step("A")
    + node("boundaryEvent", "b", timer("timeDuration", "P1D"), attachedToRef="A", cancelActivity="false")
    + node("sendTask", "B", messageRef="m", cw_operation="notify")
    + flows("st A, A en, b B"),
    "compensation handler": step("A")
    + node("boundaryEvent", "b", "<compensateEventDefinition/>", attachedToRef="A")
    + step("U", isForCompensation="true")
    + '<association id="a1" sourceRef="b" targetRef="U"/>'
    + flows(STRAIGHT),
    "links": node("intermediateThrowEvent", "l1", '<linkEventDefinition name="L"/>')
    + node("intermediateCatchEvent", "l2", '<linkEventDefinition name="L"/>')
    + flows("st l1, l2 en"),
    "a data object": '<dataObject id="o"/>' + '<dataObjectReference id="r" dataObjectRef="o"/>' + step("A") + flows(STRAIGHT),
    "everything set": step(
        "A", cw_post="duty_officer", cw_form="f", cw_limit="4wh", cw_verbs="approve return", cw_outcome="意见",
        cw_signFor="true", cw_stage="签收", cw_unit="=部门",
    )
    + flows(STRAIGHT),
}  # fmt: skip


@pytest.mark.parametrize("content", SOUND.values(), ids=SOUND)
def test_a_sound_diagram_gives_no_finding(content):
    assert codes(diagram(content, outside='<message id="m" name="M"/>')) == set()


ERROR, WARNING, NOTE = "error", "warning", "note"
FAULTS = {
    # where flows lead
    "flow to nothing": (step("A") + flows("st A, A en, A no"), (ERROR, "flow_nowhere", "f3")),
    "flow from nothing": (step("A") + flows("st A, A en, no en"), (ERROR, "flow_from_nowhere", "f3")),
    "flow over a border": (
        node("subProcess", "S", step("A")) + step("B") + flows("st S, S en, A B"),
        (ERROR, "flow_crosses", "f3"),
    ),
    "flow into the start": (step("A") + flows("st A, A en, A st"), (ERROR, "flow_into_event", "f3")),
    "flow out of the end": (step("A") + flows("st A, A en, en A"), (ERROR, "flow_out_of_end", "f3")),
    "default of another": (
        '<exclusiveGateway id="g" default="f9"/>' + step("A") + step("B") + flows(CHOICE, f2="x", f3="y"),
        (ERROR, "default_elsewhere", "g"),
    ),
    # events and compensation
    "catch of nothing": ('<intermediateCatchEvent id="c"/>' + flows("st c, c en"), (ERROR, "catch_empty", "c")),
    "send of nothing": ('<sendTask id="m"/>' + flows("st m, m en"), (WARNING, "event_unnamed", "m")),
    "boundary that undoes nothing": (
        step("A") + node("boundaryEvent", "b", "<compensateEventDefinition/>", attachedToRef="A") + flows("st A, A en"),
        (WARNING, "compensation_idle", "b"),
    ),
    "handler of nothing": (
        step("A") + '<userTask id="U" isForCompensation="true"/>' + flows("st A, A en"),
        (WARNING, "handler_idle", "U"),
    ),
    "compensation of nothing": (
        node("intermediateThrowEvent", "t", '<compensateEventDefinition activityRef="X"/>') + flows("st t, t en"),
        (WARNING, "reference_unknown", "t"),
    ),
    "error that does not interrupt": (
        step("A")
        + node("boundaryEvent", "b", "<errorEventDefinition/>", attachedToRef="A", cancelActivity="false")
        + flows("st A, A en, b en"),
        (WARNING, "always_interrupts", "b"),
    ),
    # lengths and values
    "long id": (step("A" * 129) + flows(f"st {'A' * 129}, {'A' * 129} en"), (ERROR, "text_too_long", "A" * 129)),
    "long operation": (
        f'<serviceTask id="A" cw:operation="{"x" * 65}"/>' + flows("st A, A en"),
        (ERROR, "text_too_long", "A"),
    ),
    # ends
    "no start": (process(step("A"), '<endEvent id="en"/>', flows("A en")), (ERROR, "no_start", "p")),
    "no end": (process('<startEvent id="st"/>', step("A"), flows("st A")), (WARNING, "no_end", "p")),
    "nothing drawn": (process(), (ERROR, "process_empty", "p")),
    "unreachable": (step("A") + step("B") + flows(STRAIGHT), (WARNING, "unreachable", "B")),
    "only drawn": (
        process('<startEvent id="st"/><endEvent id="en"/>', flows("st en"), attributes='isExecutable="false"'),
        (WARNING, "not_executable", "p"),
    ),
    # choices
    "no conditions": (XOR + flows(CHOICE), (ERROR, "flows_without_condition", "g")),
    "first without condition": (XOR + flows(CHOICE, f3="x"), (ERROR, "flows_without_condition", "g")),
    "last without condition": (XOR + flows(CHOICE, f2="x"), (WARNING, "implicit_default", "g")),
    "no default": (XOR + flows(CHOICE, f2="x", f3="not x"), (WARNING, "no_default", "g")),
    "no default after a task": (step("A") + step("B") + flows("st A, A B, A en, B en", f2="x", f3="y"), (WARNING, "no_default", "A")),
    "default with a condition": (XOR_DEFAULT + flows(CHOICE, f2="x", f3="y"), (WARNING, "default_condition", "f3")),
    "condition after a fork": (AND + flows("st s, s A, s B, A j, B j, j en", f2="x"), (WARNING, "condition_ignored", "f2")),
    "default never taken": (
        '<inclusiveGateway id="g" default="f3"/>' + step("A") + step("B") + step("C")
        + flows("st g, g A, g B, A en, B en, g C, C en", f2="x"),
        (WARNING, "default_never", "g"),
    ),
    # joins
    "join after a choice": (
        XOR_DEFAULT + '<parallelGateway id="j"/>' + flows("st g, g A, g B, A j, B j, j en", f2="x"),
        (ERROR, "join_never", "j"),
    ),
    "join that waits for its own loop": (
        '<parallelGateway id="j"/><exclusiveGateway id="g" default="f4"/>' + step("A") + flows("st j, j A, A g, g en, g j", f5="x"),
        (ERROR, "join_never", "j"),
    ),
    "join of a branch that never runs": (AND + flows("st A, A j, B j, j en"), (ERROR, "join_starved", "j")),
    "choice inside a fork": (
        AND + '<exclusiveGateway id="g" default="f5"/>' + step("C")
        + flows("st s, s g, s C, g A, g B, A j, B j, C j, j en", f4="x"),
        (WARNING, "join_may_wait", "j"),
    ),
    # loops that never rest
    "loop of scripts": (
        '<exclusiveGateway id="m"/>' + node("scriptTask", "A", "<script>x = 1</script>") + flows("st m, m A, A m"),
        (ERROR, "endless_loop", "m"),
    ),
    "loop whose exit is a fork": (
        '<exclusiveGateway id="m"/><parallelGateway id="s"/>' + flows("st m, m s, s m, s en"),
        (ERROR, "endless_loop", "m"),
    ),
    "counted loop": (
        '<exclusiveGateway id="m"/><exclusiveGateway id="g" default="f4"/>' + node("scriptTask", "A", "<script>x = x + 1</script>")
        + flows("st m, m A, A g, g en, g m", f5="x < 3"),
        (WARNING, "long_loop", "m"),
    ),
    "loop through an automatic sub-process": (
        '<exclusiveGateway id="m"/>' + node("subProcess", "S", node("scriptTask", "A", "<script>x = 1</script>")) + flows("st m, m S, S m"),
        (ERROR, "endless_loop", "m"),
    ),
    "standard loop without end": (step("A", '<standardLoopCharacteristics id="l"/>') + flows(STRAIGHT), (ERROR, "loop_endless", "A")),
    "bad loopMaximum": (
        step("A", '<standardLoopCharacteristics loopMaximum="many"/>') + flows(STRAIGHT),
        (ERROR, "loop_maximum", "A"),
    ),
    # many
    "too many": (step("A", many("<loopCardinality>201</loopCardinality>")) + flows(STRAIGHT), (ERROR, "loop_too_many", "A")),
    "too many in braces": (step("A", many("<loopCardinality>${10000}</loopCardinality>")) + flows(STRAIGHT), (ERROR, "loop_too_many", "A")),
    "no whole number": (step("A", many("<loopCardinality>2.5</loopCardinality>")) + flows(STRAIGHT), (ERROR, "loop_count_wrong", "A")),
    "negative": (step("A", many("<loopCardinality>-1</loopCardinality>")) + flows(STRAIGHT), (ERROR, "loop_count_wrong", "A")),
    "neither count nor list": (step("A", many()) + flows(STRAIGHT), (ERROR, "loop_empty", "A")),
    "count as code": (
        step("A", many("<loopCardinality>__import__('os')</loopCardinality>")) + flows(STRAIGHT),
        (ERROR, "expression_wrong", "A"),
    ),
    # texts
    "condition wrong": (XOR_DEFAULT + flows(CHOICE, f2="x ＞ 1"), (ERROR, "expression_wrong", "f2")),
    "condition translated": (XOR_DEFAULT + flows(CHOICE, f2="${x && !y}"), (NOTE, "expression_translated", "f2")),
    "condition of an event": (node("intermediateCatchEvent", "c", conditional("x >")) + flows("st c, c en"), (ERROR, "expression_wrong", "c")),
    "no condition": (node("intermediateCatchEvent", "c", conditional("")) + flows("st c, c en"), (ERROR, "condition_empty", "c")),
    "bad duration": (wait("P1X"), (ERROR, "timer_wrong", "t")),
    "bad quoted duration": (wait("'P1X'"), (ERROR, "timer_wrong", "t")),
    "bad date": (wait("2026-13-01", "timeDate"), (ERROR, "timer_wrong", "t")),
    "bad cycle": (wait("R0/PT1H", "timeCycle"), (ERROR, "timer_wrong", "t")),
    "cycle without duration": (wait("R3/2026-05-01", "timeCycle"), (ERROR, "timer_wrong", "t")),
    "cron": (wait("0 0/5 * 32 * ?", "timeCycle"), (ERROR, "timer_cron", "t")),
    "timer as code": (wait("__import__('os').getpid()"), (ERROR, "expression_wrong", "t")),
    "empty timer": (wait(""), (ERROR, "timer_empty", "t")),
    "script of another language": (
        node("scriptTask", "A", "<script>println 'x'</script>", scriptFormat="groovy") + flows(STRAIGHT),
        (ERROR, "script_language", "A"),
    ),
    "script wrong": (node("scriptTask", "A", "<script>import os</script>") + flows(STRAIGHT), (ERROR, "script_wrong", "A")),
    "no script": (node("scriptTask", "A") + flows(STRAIGHT), (WARNING, "script_empty", "A")),
    "mapping wrong": (
        node("callActivity", "A", '<extensionElements><cw:in source="x +" target="y"/></extensionElements>', calledElement="q") + flows(STRAIGHT),
        (ERROR, "expression_wrong", "A"),
    ),
    # settings
    "nobody": (node("userTask", "A") + flows(STRAIGHT), (WARNING, "nobody_named", "A")),
    "unknown setting": (step("A", cw_lable="x") + flows(STRAIGHT), (WARNING, "setting_unknown", "A")),
    "bad limit": (step("A", cw_limit="3 days") + flows(STRAIGHT), (ERROR, "setting_wrong", "A")),
    "bad limit expression": (step("A", cw_limit="='3d' if") + flows(STRAIGHT), (ERROR, "expression_wrong", "A")),
    "bad level": (step("A", cw_level="city") + flows(STRAIGHT), (ERROR, "setting_wrong", "A")),
    "bad verb": (step("A", cw_verbs="complete sign") + flows(STRAIGHT), (ERROR, "setting_wrong", "A")),
    "bad stage": (step("A", cw_stage="审批") + flows(STRAIGHT), (ERROR, "setting_wrong", "A")),
    "no service": (node("serviceTask", "A") + flows(STRAIGHT), (ERROR, "operation_missing", "A")),
    "no table": (node("businessRuleTask", "A") + flows(STRAIGHT), (ERROR, "rule_missing", "A")),
    "vendor taken over": (node("serviceTask", "A", camunda_topic="notify") + flows(STRAIGHT), (NOTE, "vendor_translated", "A")),
    "vendor ignored": (step("A", camunda_assignee="demo") + flows(STRAIGHT), (NOTE, "vendor_ignored", "A")),
    # references
    "message not defined": (
        node("intermediateCatchEvent", "t", '<messageEventDefinition messageRef="m"/>') + flows("st t, t en"),
        (WARNING, "reference_unknown", "t"),
    ),
    "which message": (node("intermediateCatchEvent", "t", "<messageEventDefinition/>") + flows("st t, t en"), (WARNING, "event_unnamed", "t")),
    "data object missing": (
        '<dataObjectReference id="r" dataObjectRef="missing"/>' + step("A") + flows(STRAIGHT),
        (ERROR, "data_missing", "r"),
    ),
    "data link to nothing": (
        node("subProcess", "S", step("A", '<dataInputAssociation id="i"><sourceRef>missing</sourceRef><targetRef>x</targetRef></dataInputAssociation>'))
        + flows("st S, S en"),
        (ERROR, "data_unknown", "A"),
    ),
    "lane with nothing": (
        '<laneSet id="ls"><lane id="l"><flowNodeRef>no</flowNodeRef></lane></laneSet>' + step("A") + flows(STRAIGHT),
        (WARNING, "lane_unknown", "l"),
    ),
    "foreign element": ('<x:alien xmlns:x="urn:x" id="al"/>' + step("A") + flows(STRAIGHT), (WARNING, "foreign_element", "al")),
    # elements
    "complex gateway": ('<complexGateway id="g"/>' + flows("st g, g en"), (ERROR, "complex_gateway", "g")),
    "unknown element": ('<teleportTask id="T"/>' + step("A") + flows(STRAIGHT), (ERROR, "unknown_element", "T")),
    "boundary on nothing": (node("boundaryEvent", "b", timer("timeDuration", "P1D"), attachedToRef="no") + step("A") + flows(STRAIGHT), (ERROR, "boundary_host", "b")),
    "boundary without kind": (step("A") + node("boundaryEvent", "b", attachedToRef="A") + flows(STRAIGHT), (ERROR, "boundary_empty", "b")),
    "call of nothing": (node("callActivity", "A") + flows(STRAIGHT), (ERROR, "call_empty", "A")),
    "call of itself": (node("callActivity", "A", calledElement="p") + flows(STRAIGHT), (ERROR, "calls_itself", "A")),
    "link to nothing": (node("intermediateThrowEvent", "A", '<linkEventDefinition name="L"/>') + flows("st A"), (ERROR, "link_open", "A")),
    "event gateway before a step": ('<eventBasedGateway id="g"/>' + step("A") + flows("st g, g A, A en"), (ERROR, "event_gateway_target", "g")),
    "event sub-process without event": (
        step("A") + node("subProcess", "E", node("startEvent", "es") + step("B") + flows("es B").replace("f1", "e1"), triggeredByEvent="true") + flows(STRAIGHT),
        (ERROR, "event_scope_start", "E"),
    ),
    "same id of two items": (
        step("A", many('<loopCardinality>2</loopCardinality><outputDataItem id="o" name="甲"/>'))
        + step("B", many('<loopCardinality>2</loopCardinality><outputDataItem id="o" name="乙"/>').replace('id="mi"', 'id="m2"'))
        + flows("st A, A B, B en"),
        (WARNING, "duplicate_id", "o"),
    ),
    "same id twice": (step("A") + step("A") + flows(STRAIGHT), (ERROR, "duplicate_id", "A")),
}  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_named_where_it_is(content, expected):
    assert expected in codes(diagram(content))


@pytest.mark.parametrize("content", [content for content, _ in FAULTS.values()], ids=FAULTS)
def test_every_finding_has_words_in_both_languages(content):
    for problem in found(diagram(content)):
        for language in ("zh-Hans", "en"):
            said = problem.text(language) + problem.hint(language)
            assert "…" not in said
            assert "{" not in said
            assert problem.code not in said
            assert "~" not in said


NAMED = {
    "form": (step("A", cw_form="signfor"), {"forms": frozenset({"sign_for"})}, (ERROR, "form_unknown", "A")),
    "post": (step("A", cw_post="duty"), {"posts": frozenset({"duty_officer"})}, (WARNING, "post_unknown", "A")),
    "post as expression": (step("A", cw_post="=岗位"), {"posts": frozenset()}, None),
    "service": (node("serviceTask", "A", cw_operation="x"), {"services": frozenset({"y"})}, (ERROR, "operation_unknown", "A")),
    "table": (node("businessRuleTask", "A", cw_table="x"), {"tables": frozenset()}, (ERROR, "table_unknown", "A")),
    "process": (node("callActivity", "A", calledElement="q"), {"called": frozenset()}, (ERROR, "called_unknown", "A")),
    "process as expression": (node("callActivity", "A", calledElement="${q}"), {"called": frozenset()}, None),
    "process of the same file": (node("callActivity", "A", calledElement="q"), {"called": frozenset({"q"})}, None),
}  # fmt: skip


@pytest.mark.parametrize(("content", "context", "expected"), NAMED.values(), ids=NAMED)
def test_names_are_looked_up_when_the_context_knows_them(content, context, expected):
    data = diagram(content + flows(STRAIGHT))

    assert codes(data, **context) == ({expected} if expected else set())
    assert codes(data) == set()


def test_a_near_name_is_suggested():
    (problem,) = found(
        diagram(step("A", cw_form="signfor") + flows(STRAIGHT)), forms=frozenset({"sign_for", "rate"})
    )

    assert problem.text() == "人工任务“A”的表单“signfor”不存在，是不是“sign_for”？"
    assert (
        problem.text("en")
        == "The user task “A” uses the form “signfor”, which does not exist; did you mean “sign_for”?"
    )


def test_variables_that_nothing_writes_are_warned_of_once():
    content = (
        step("A", cw_outcome="意见")
        + node("scriptTask", "B", "<script>总分 = 甲 + 1\n结果 = 总分 + 一</script>")
        + '<exclusiveGateway id="g" default="f4"/>'
        + flows("st A, A B, B g, g en, g A", f5="总分 > 3 and 意见 == '退回' and not exists(丙) or 甲")
    )

    problems = found(diagram(content), variables=frozenset({"一"}))

    assert [(p.code, p.element, p.params["variable"]) for p in problems] == [("unknown_variable", "f5", "甲")]


def test_findings_come_in_the_order_of_the_file_with_lines():
    content = "\n" + node("userTask", "A") + "\n\n" + node("serviceTask", "B") + flows("st A, A B, B en")

    assert [(p.line, p.element) for p in found(diagram(content))] == [(3, "A"), (5, "B")]


def test_a_process_that_is_only_drawn_beside_one_that_runs_does_not_stop_it():
    runs = process('<startEvent id="st"/>', step("A"), '<endEvent id="en"/>', flows("st A, A en"))
    drawn = process(
        '<startEvent id="s2"/><exclusiveGateway id="g"/>', id="q", attributes='isExecutable="false"'
    )
    drawn = drawn.replace(
        "</process>",
        node("serviceTask", "B") + '<sequenceFlow id="x" sourceRef="s2" targetRef="B"/></process>',
    )

    problems = found(diagram(runs, drawn))

    assert {p.severity for p in problems} == {"warning", "note"}
    assert ("warning", "operation_missing", "B") in {(p.severity, p.code, p.element) for p in problems}


def test_processes_that_call_each_other_in_a_circle_are_refused():
    first = process(
        '<startEvent id="s1"/>',
        node("callActivity", "A", calledElement="q"),
        '<sequenceFlow id="a" sourceRef="s1" targetRef="A"/>',
    )
    second = process(
        '<startEvent id="s2"/>',
        node("callActivity", "B", calledElement="p"),
        '<sequenceFlow id="b" sourceRef="s2" targetRef="B"/>',
        id="q",
    )

    assert {("error", "calls_itself", "A"), ("error", "calls_itself", "B")} <= codes(diagram(first, second))


def test_a_very_long_list_is_cut_and_counted():
    content = "".join(node("serviceTask", f"S{n}") for n in range(300))

    problems = found(diagram(content + step("A") + flows(STRAIGHT)))

    assert len(problems) == 201
    assert problems[-1].text("en") == "400 more are not listed."
