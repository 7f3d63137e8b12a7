"""What other tools write beside BPMN and what it means for a run."""

import datetime as dt

import pytest

from tests.engine.drawing import drawn
from tests.engine.driver import MORNING, Walk, begun
from tests.engine.story import told
from workflows import engine
from workflows.bpmn import check, read
from workflows.expressions import LOCAL, NoCron, next_time

STORIES = {
    "an error's code and message become variables where it is caught": (
        "start s; service A; boundary b on A error code=c says=m; xor g; user H; user K; user N; s > A > N; b > g; "
        "g > H if \"c == 'E'\"; g > K else",
        "A ^E -> H",
    ),
    "an escalation's code too, in an event sub-process": (
        "start s; throw t escalation=X; user N; s > t > N;"
        "guard G { start j escalation non code=c; xor g; user H; user K; j > g; g > H if \"c == 'X'\"; g > K else }",
        "-> H N",
    ),
    "a terminate end event may end all instances": (
        "start s; sub S times=3 { start i; user A; xor g; end t terminate=terminateMultiInstance; end f; i > A > g;"
        "g > t if stop; g > f else }; user N; s > S > N",
        "-> A A A\nA stop=false -> A A\nA stop=true -> N\nN -> end",
    ),
    "and from a scope within the instance": (
        "start s; sub S times=2 { start i; sub T { user A; end t terminate=terminateMultiInstance; A > t }; i > T }; user N; s > S > N",
        "-> A A\nA -> N",
    ),
    "without a multi-instance around it ends its scope": (
        "start s; sub S { and g; user A; user B; end t terminate=terminateMultiInstance; g > A > t; g > B }; user N; s > S > N",
        "-> A B\nA -> N",
    ),
    "the name of a message may be computed": (
        'start s; user A; catch c "message=wait-${key}"; user B; s > A > c > B',
        "A key=7 -> | c\n!wait-7 -> B",
    ),
    "the name of a signal too, thrown and caught": (
        'start s; and f; catch c "signal=${name}"; user A; throw t "signal=${name}"; user B; user C;'
        "s > f; f > c > A; f > B > t > C",
        "-> B | c\nB -> A C",
        {"name": "alarm"},
    ),
    "a boundary with a computed name keeps the name of its moment": (
        'start s; user A; boundary b on A "message=${name}"; user H; s > A; b > H',
        "-> A\n.name=other -> A\n!first -> H",
        {"name": "first"},
    ),
    "an event gateway of the parallel kind waits for all its events": (
        "race g gateway=Parallel; catch a message=x; catch b message=y; user A; user B; g > a > A; g > b > B",
        "-> | a b\n!y -> B | a\n!x -> A B",
    ),
    "a cycle by cron": (
        'start s; user A; boundary b on A "cycle=0 0 9 ? * MON-FRI" non; user H; s > A; b > H',
        "-> A\n+PT16H -> A H\n+P1D -> A H H\nA -> H H",
    ),
    "a cycle with an end": (
        "start s; user A; boundary b on A cycle=R/PT1H before=2026-01-05T11:30:00Z non; user H; s > A; b > H",
        "-> A\n+PT1H -> A H\n+PT1H -> A H H\n+PT5H -> A H H",
    ),
    "a cycle whose end has passed never comes": (
        "start s; user A; boundary b on A cycle=R/PT1H before=ends non; user H; s > A; b > H",
        "-> A\n+PT3H -> A",
        {"ends": "2026-01-05T09:30:00Z"},
    ),
    "jBPM's short durations": ("start s; catch c timer=1d2h; user A; s > c > A", "-> | c\n+PT26H -> A"),
}


@pytest.mark.parametrize("case", STORIES)
def test_story(case):
    process, story, *data = STORIES[case]

    told(begun(process, data=data[0] if data else {}), story)


def test_data_objects_begin_with_their_values():
    walk = begun(
        "data d name=n value=3 type=xsd:int; data e name=kept value=new type=xsd:string; start s; user A;"
        "sub S { data f name=inner value=true type=xsd:boolean; start i; script x do='seen = inner and n == 3|inner = False';"
        "user B; i > x > B }; s > A > S",
        data={"kept": "old"},
    )
    assert walk.data == {"n": 3, "kept": "old"}

    walk.complete("A")
    assert walk.data == {"n": 3, "kept": "old", "seen": True}
    assert walk.run().steps()[0].instance == {"inner": False}


def test_data_objects_of_a_called_process_are_its_own():
    walk = begun(
        "start s; call C called=q in=m:1; user N; s > C > N",
        q="data d name=n value=1.5 type=xsd:double; start s; user A; s > A",
    )
    assert walk.run().steps()[0].instance == {"m": 1, "n": 1.5}


def test_an_initial_value_that_is_none_of_its_type_is_told():
    problems = check(read(drawn("data d name=n value=three type=xsd:int; start s; end e; s > e")))

    assert [p.element for p in problems if p.code == "data_value_wrong" and p.severity == "error"] == ["d"]


SERVICE = '<serviceTask id="A" name="A"></serviceTask>'


def plan_with(service: str, after: str = "user N; s > A > N") -> engine.Plan:
    data = drawn(f"start s; service A; {after}").decode().replace(SERVICE, service)
    return engine.compile_plan([read(data.encode())])


@pytest.mark.parametrize(
    ("case", "words", "given"),
    [
        ("its result is kept", 'v:expression="${n + 1}" v:resultVariable="m"', {"n": 1, "m": 2}),
        ("it sets a variable", "v:expression=\"${execution.setVariable('m', n * 3)}\"", {"n": 1, "m": 3}),
        ("a constant does nothing", 'v:expression="${true}"', {"n": 1}),
    ],
)
def test_a_service_task_that_only_evaluates_is_evaluated(case, words, given):
    walk = Walk(plan_with(f'<serviceTask id="A" {words}/>')).start(n=1)

    assert walk.open == ["N"]
    assert walk.data == given


@pytest.mark.parametrize(
    "words",
    [
        'v:expression="${bean.call(n)}"',
        'v:expression="approved"',
        'v:class="a.B"',
        'v:expression="${bean.price}" v:resultVariable="p"',
    ],
)
def test_a_service_task_that_calls_code_stays_a_step_of_a_machine(words):
    walk = Walk(plan_with(f'<serviceTask id="A" {words}/>')).start(n=1)

    assert walk.open == ["A"]


def test_parameters_may_be_texts_lists_maps_and_mixtures():
    inputs = """
        <serviceTask id="A"><extensionElements><v:inputOutput>
          <v:inputParameter name="t">it's ${n} o'clock</v:inputParameter>
          <v:inputParameter name="l"><v:list><v:value>a</v:value><v:value>${n + 1}</v:value></v:list></v:inputParameter>
          <v:inputParameter name="m"><v:map><v:entry key="k">${n}</v:entry></v:map></v:inputParameter>
        </v:inputOutput></extensionElements></serviceTask>
    """
    walk = Walk(plan_with(inputs)).start(n=1)

    assert walk.run().steps()[0].instance == {"t": "it's 1 o'clock", "l": ["a", 2], "m": {"k": 1}}


def test_a_parameter_computed_by_a_program_is_refused_not_dropped():
    script = "<v:script>if (n) { return 1 }</v:script>"
    data = drawn("start s; service A; end e; s > A > e").decode()
    parameter = f'<v:inputParameter name="p">{script}</v:inputParameter>'
    task = f'<serviceTask id="A" cw:operation="x"><extensionElements>{parameter}</extensionElements></serviceTask>'
    data = data.replace(SERVICE, task)
    assert [p.code for p in check(read(data.encode())) if p.severity == "error"] == ["expression_wrong"]


def test_flowables_index_and_aggregation_of_a_multi_instance():
    data = drawn("start s; user A times=2; user N; s > A > N").decode()
    gathers = '<v:variableAggregation target="reviews"><variable source="ok"/><variable source="why" target="text"/></v:variableAggregation>'
    data = data.replace(
        "<multiInstanceLoopCharacteristics>",
        f'<multiInstanceLoopCharacteristics v:elementIndexVariable="nth"><extensionElements>{gathers}</extensionElements>',
    )
    walk = Walk(engine.compile_plan([read(data.encode())])).start()

    assert [step.instance["nth"] for step in walk.run().steps()] == [0, 1]
    walk.complete("A", ok=True, why="fine").complete("A", ok=False)
    assert walk.data["reviews"] == [{"ok": True, "text": "fine"}, {"ok": False, "text": None}]


def test_a_condition_and_a_script_kept_in_another_file_are_refused_not_dropped():
    data = drawn("start s; script c do='x = 1'; end e; end f; s > c; c > e if x; c > f else").decode()
    data = data.replace("<script>x = 1</script>", "").replace('name="c"', 'v:resource="a.groovy"')
    data = data.replace("<conditionExpression>x<", '<conditionExpression v:resource="b.groovy"><')
    codes = sorted(p.code for p in check(read(data.encode())) if p.severity == "error")

    assert codes == ["expression_wrong", "script_wrong"]


def test_a_listener_that_will_not_be_called_is_warned_of():
    data = drawn("start s; user A cw:post=p; end e; s > A > e").decode()
    listens = '<extensionElements><v:taskListener event="create"/><v:formData/></extensionElements>'
    data = data.replace("</userTask>", f"{listens}</userTask>")

    assert [(p.severity, p.code) for p in check(read(data.encode()))] == [("warning", "vendor_ignored")]


def test_a_group_and_a_due_date_become_post_and_limit():
    data = drawn("start s; user A; s > A").decode()
    data = data.replace('name="A"', 'v:candidateGroups="engineering,other" v:dueDate="PT4H"')
    step = Walk(engine.compile_plan([read(data.encode())])).start().run().steps()[0]

    assert (step.settings["post"], step.settings["limit"]) == ("engineering", "4h")


def test_a_flow_written_in_another_scope_than_its_ends_is_taken_home():
    data = drawn("start s; sub S { start i; user A; user B; i > A }; end e; s > S > e").decode()
    stray = '<sequenceFlow id="x" sourceRef="A" targetRef="B"/>'
    walk = Walk(
        engine.compile_plan([read(data.replace("</process>", stray + "</process>").encode())])
    ).start()

    assert walk.open == ["A", "B"] or walk.open == ["A"]
    assert "B" in told(walk, "A -> B").open


@pytest.mark.parametrize(
    ("cron", "comes"),
    [
        ("0 0/5 * * * ?", "2026-01-05 17:05"),
        ("*/10 * * * *", "2026-01-05 17:10"),
        ("0 30 8 L * ?", "2026-01-31 08:30"),
        ("0 0 9 ? * 6#3", "2026-01-16 09:00"),
        ("0 0 9 ? * 6L", "2026-01-30 09:00"),
        ("0 0 9 LW * ?", "2026-01-30 09:00"),
        ("0 0 9 17W * ?", "2026-01-16 09:00"),
        ("0 0 9 L-2 * ?", "2026-01-29 09:00"),
        ("0 9 * * 7", "2026-01-11 09:00"),
        ("0 0 9 ? * 1", "2026-01-11 09:00"),
        ("0 0 22-2 * * ?", "2026-01-05 22:00"),
        ("0 0 12 29 FEB ? *", "2028-02-29 12:00"),
        ("@daily", "2026-01-06 00:00"),
        ("0 0 9 31 2 ?", None),
        ("0 0 9 * * ? 2020", None),
    ],
)
def test_cron_times_are_those_of_quartz_and_unix(cron, comes):
    found = next_time(cron, MORNING)

    assert (found and found.strftime("%Y-%m-%d %H:%M")) == comes
    assert found is None or found.tzinfo is LOCAL


@pytest.mark.parametrize(
    "cron", ["61 * * * *", "0 0 9 ? * 9", "0 0 9 1-x * ?", "0 0/0 9 * * ?", "P1D", "* *"]
)
def test_what_is_no_cron_time_is_refused(cron):
    with pytest.raises(NoCron):
        next_time(cron, MORNING)


def test_a_cron_cycle_that_slept_is_made_up_for_a_little_and_then_skips():
    process = 'start s; user A; boundary b on A "cycle=0 0 * * * ?" non; user H; s > A; b > H'

    assert begun(process).advance("PT3H").open.count("H") == 3
    late = begun(process).advance("P30D")
    assert 1 < late.open.count("H") < 25
    assert late.run().waits()[0].due_at == late.now + dt.timedelta(hours=1)


def test_scripts_before_and_after_an_activity():
    data = drawn(
        "start s; user A times=2; xor g; user B; user N; s > A > g; g > B if n > 4; g > N else"
    ).decode()
    around = (
        '<extensionElements xmlns:spiff="urn:spiff"><spiff:preScript>n = n + 1</spiff:preScript>'
        "<spiff:postScript>n = n + loopCounter + 1</spiff:postScript></extensionElements>"
    )
    data = data.replace('<userTask id="A" name="A">', f'<userTask id="A" name="A">{around}')
    walk = Walk(engine.compile_plan([read(data.encode())])).start(n=0)

    assert walk.data == {"n": 2}
    told(walk, "A -> A\nA -> B")
    assert walk.data == {"n": 5}
    broken = data.replace("n = n + 1<", "for x in n: print(x)<")
    assert [p.code for p in check(read(broken.encode())) if p.severity == "error"] == ["script_wrong"]
