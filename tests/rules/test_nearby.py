"""The two-nearby rules: examples an official would check, and what must hold for any matter and any staff."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.rules.nearby import (
    ANSWERS,
    ASKED,
    BARS,
    DESCENDS,
    LEVELS,
    USUAL,
    Candidate,
    PlaceFacts,
    Ruler,
    Seat,
    Table,
    decide_place,
    limits_for,
    shipped_tables,
    units_for,
    wanted,
)
from casework.rules.sheets import Row, Sheet, dmn_of, read_sheet, sheet_of

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
RULER = Ruler(tables=shipped_tables(), now=NOW)
CATEGORIES = ("暴露垃圾", "占道经营", "消防隐患", "矛盾纠纷", "政策咨询", "治安线索", "没有列的类别", "")

GRID_WORKER = Candidate(code="g1/grid_worker", name="专职网格员", level="grid", role="grid_worker")
NEIGHBOUR = Candidate(code="g2/grid_worker", name="专职网格员", level="grid", role="grid_worker")
SECRETARY = Candidate(
    code="c/community_secretary", name="书记", level="community", role="community_secretary"
)
ENFORCEMENT = Candidate(code="t/enforcement", name="综合执法岗", level="town", role="enforcement")
MEDIATION = Candidate(code="t/mediation", name="矛盾调解岗", level="town", role="mediation")
POLICE = Candidate(code="t/police", name="派出所岗", level="town", role="police")
DUTY = Candidate(code="t/duty_officer", name="值班员", level="town", role="duty_officer")
ROUTING = Candidate(code="d/event_routing", name="事件流转岗", level="district", role="event_routing")
STAFF = (GRID_WORKER, SECRETARY, ENFORCEMENT, MEDIATION, POLICE, DUTY, ROUTING)


def point(code: str, *, kind="service", metres: float, level="community", is_open=True, can=()):
    return Candidate(
        code=code,
        name=code,
        level=level,
        role="convenience",
        point=kind,
        distance=metres,
        is_open=is_open,
        can=frozenset(can),
    )


def placed(category: str, staff=STAFF, **facts):
    asked = PlaceFacts(category=category, **facts)
    return decide_place(asked, wanted(asked, RULER), staff)


@pytest.mark.parametrize(
    ("case", "category", "facts", "staff", "post", "how"),
    [
        ("a small matter stays in the grid", "暴露垃圾", {}, STAFF, "g1/grid_worker", "power"),
        ("only who has the power", "占道经营", {}, STAFF, "t/enforcement", "power"),
        ("urgent goes straight up", "暴露垃圾", {"urgent": True}, STAFF, "t/duty_officer", "straight"),
        ("a crime goes to the police", "矛盾纠纷", {"bar": "crime"}, STAFF, "t/police", "straight"),
        (
            "danger before urgency",
            "占道经营",
            {"bar": "danger", "urgent": True},
            STAFF,
            "t/duty_officer",
            "straight",
        ),
        ("a legal bar on mediation", "矛盾纠纷", {"bar": "legal_bar"}, STAFF, "t/mediation", "straight"),
        ("a dispute begins in the grid", "矛盾纠纷", {}, STAFF, "g1/grid_worker", "power"),
        (
            "a party refuses the grid worker",
            "矛盾纠纷",
            {"refused": frozenset({"g1/grid_worker"})},
            STAFF,
            "c/community_secretary",
            "power",
        ),
        (
            "the parties choose their mediator",
            "矛盾纠纷",
            {"chosen": "t/mediation"},
            STAFF,
            "t/mediation",
            "chosen",
        ),
        (
            "a choice without power is none",
            "矛盾纠纷",
            {"chosen": "t/police"},
            STAFF,
            "g1/grid_worker",
            "power",
        ),
        ("nobody sits in the grid", "暴露垃圾", {}, STAFF[1:], "c/community_secretary", "power"),
        ("an unlisted category begins in the grid", "外星人", {}, STAFF, "g1/grid_worker", "power"),
        ("nobody with the power", "占道经营", {}, (GRID_WORKER, DUTY), "t/duty_officer", "usual"),
        ("nobody at all", "占道经营", {}, (), "", "nobody"),
        ("police vacant: the next who can", "治安线索", {"bar": "crime"}, (DUTY,), "t/duty_officer", "usual"),
        (
            "less work first",
            "暴露垃圾",
            {},
            (replace(GRID_WORKER, load=9), NEIGHBOUR),
            "g2/grid_worker",
            "power",
        ),
        (
            "the nearest counter that does it and is open",
            "政策咨询",
            {},
            (
                *STAFF,
                point("closed", metres=50, is_open=False),
                point("other things", metres=100, can=["医保办理"]),
                point("far", metres=900, can=["政策咨询"]),
                point("near", metres=400),
                point("a mediator", metres=1, kind="mediation"),
            ),
            "near",
            "point",
        ),
        (
            "all counters are closed",
            "政策咨询",
            {},
            (*STAFF, point("closed", metres=50, is_open=False)),
            "c/community_secretary",
            "power",
        ),
        (
            "the mediation room of the same level before the office",
            "矛盾纠纷",
            {"refused": frozenset({"g1/grid_worker"})},
            (*STAFF, point("room", kind="mediation", metres=900)),
            "room",
            "point",
        ),
        (
            "but no room of a higher level",
            "矛盾纠纷",
            {},
            (*STAFF, point("room", kind="mediation", metres=10, level="town")),
            "g1/grid_worker",
            "power",
        ),
    ],
)
def test_a_matter_goes_to_the_nearest_who_can_do_it(case, category, facts, staff, post, how):
    answer = placed(category, staff, **facts)

    assert (answer.post, answer.how) == (post, how)


def test_the_answer_says_which_rules_decided_and_why_levels_were_passed():
    answer = placed("占道经营")

    assert [str(ruled) for ruled in answer.ruled] == ["nearby_start v0 #6", "nearby_power v0 #3"]
    assert answer.ruled[1].note == "处罚权在镇街综合执法岗，网格和社区没有"
    assert [(each.level, each.why) for each in answer.passed] == [
        ("microgrid", "no_power"),
        ("grid", "no_power"),
        ("community", "no_power"),
    ]
    refused = placed("矛盾纠纷", STAFF[:2], refused=frozenset({"g1/grid_worker"}))
    assert [(each.level, each.why) for each in refused.passed][-1] == ("grid", "refused")


def test_urgent_matters_carry_a_mark():
    assert (placed("暴露垃圾", urgent=True).mark, placed("暴露垃圾").mark) == ("紧急", "")


codes = st.sampled_from(["a", "b", "c", "d"])
roles = st.sampled_from(
    [
        "grid_worker",
        "community_secretary",
        "enforcement",
        "mediation",
        "police",
        "duty_officer",
        "event_routing",
    ]
)
seated = st.builds(
    lambda at, role, code, load: Candidate(
        code=f"{at}-{code}/{role}", name=role, level=at, role=role, load=load
    ),
    at=st.sampled_from(LEVELS),
    role=roles,
    code=codes,
    load=st.integers(0, 3),
)
points = st.builds(
    point,
    code=codes,
    kind=st.sampled_from(["service", "mediation"]),
    metres=st.floats(0, 5000),
    level=st.sampled_from(LEVELS),
    is_open=st.booleans(),
    can=st.sampled_from([(), ("政策咨询",), ("矛盾纠纷",)]),
)
staffs = st.lists(seated | points, max_size=12, unique_by=lambda each: each.code)
matters = st.builds(
    PlaceFacts,
    category=st.sampled_from(CATEGORIES),
    urgent=st.booleans(),
    bar=st.sampled_from(list(BARS)),
    refused=st.frozensets(st.sampled_from(["grid-a/grid_worker", "community-b/community_secretary", "a"])),
    chosen=st.sampled_from(["", "town-a/mediation", "district-a/event_routing", "b"]),
    lowest=st.sampled_from(LEVELS),
)


@settings(max_examples=400, deadline=None)
@given(facts=matters, staff=staffs)
def test_there_is_always_exactly_one_answer_and_it_explains_itself(facts, staff):
    answer = decide_place(facts, wanted(facts, RULER), staff)

    assert answer == decide_place(facts, wanted(facts, RULER), list(reversed(staff)))
    assert bool(answer.post) is (answer.how != "nobody")
    assert not answer.post or answer.post in {each.code for each in staff} - facts.refused
    assert [ruled.table for ruled in answer.ruled] == ["nearby_start", "nearby_power"]
    assert all(ruled.rule > 0 and ruled.note for ruled in answer.ruled)


def could_do_it(candidate: Candidate, facts: PlaceFacts, seats: set[Seat]) -> bool:
    """Written apart from the rules: may this one do such a matter at all?"""
    if candidate.code in facts.refused:
        return False
    if candidate.point:
        fits = {"政策咨询": "service", "矛盾纠纷": "mediation"}.get(facts.category)
        return candidate.point == fits and candidate.is_open and candidate.can <= {facts.category}
    return Seat(level=candidate.level, role=candidate.role) in seats


@settings(max_examples=400, deadline=None)
@given(facts=matters, staff=staffs)
def test_it_never_goes_further_than_a_level_that_could_do_it_unless_a_listed_reason_says_so(facts, staff):
    asked = wanted(facts, RULER)
    answer = decide_place(facts, asked, staff)
    listed = answer.how in ("straight", "chosen") or (answer.how == "point" and answer.kind == "service")
    seats = {seat for seats in asked.powers.values() for seat in seats if not seat.unit}
    first = max(LEVELS.index(asked.start), LEVELS.index(facts.lowest))

    able = [each for each in staff if could_do_it(each, facts, seats) and LEVELS.index(each.level) >= first]

    if not listed and able:
        assert LEVELS.index(answer.level) == min(LEVELS.index(each.level) for each in able)
    if asked.start != "microgrid" and facts.lowest == "microgrid":
        assert facts.urgent or facts.bar


def test_a_table_that_cannot_be_evaluated_keeps_no_report_waiting():
    sheet = sheet_of(shipped_tables()["nearby_start"].tables)
    broken = replace(
        sheet, rows=(Row(tests=("", "", "没有这个事实 > 3", ""), results=('"镇街"', "", "", "", "")),)
    )
    tables, _sheet = read_sheet(dmn_of(broken))
    ruler = replace(
        RULER, tables={**RULER.tables, "nearby_start": Table(key="nearby_start", version=3, tables=tables)}
    )
    facts = PlaceFacts(category="暴露垃圾")

    answer = decide_place(facts, wanted(facts, ruler), STAFF)

    assert (answer.post, str(answer.ruled[0])) == ("g1/grid_worker", "nearby_start v3 #0")
    assert "没有这个事实" in answer.ruled[0].note


@pytest.mark.parametrize(
    ("category", "level", "urgent", "sign_for", "handle"),
    [
        ("没有列的类别", "grid", False, "1d", "24h"),
        ("没有列的类别", "community", False, "1wd", "3wd"),
        ("没有列的类别", "town", False, "1wd", "5wd"),
        ("没有列的类别", "district", False, "1wd", "15wd"),
        ("没有列的类别", "town", True, "15m", "1h:首次反馈; 5wd:办结"),
        ("矛盾纠纷", "grid", False, "1d", "3d"),
        ("矛盾纠纷", "district", False, "1wd", "30d"),
        ("暴露垃圾", "town", False, "1wh", "4wh"),
        ("积存渣土", "town", False, "2wh", "2wd"),
        ("违法搭建", "town", False, "4wh", "4wh:制止; 7wd:处罚; 20wd:拆除"),
    ],
)
def test_limits_are_those_of_category_level_and_urgency(category, level, urgent, sign_for, handle):
    limits = limits_for(category, level=level, urgent=urgent, ruler=RULER)

    assert (limits.sign_for, limits.handle) == (sign_for, handle)


def test_a_lead_and_assisting_units_come_with_their_reason():
    units = units_for("违法搭建", urgent=False, ruler=RULER)

    assert units.lead == Seat(level="town", role="enforcement")
    assert units.assisting == (
        Seat(level="town", role="planning"),
        Seat(level="district", unit="urban_management", role="handler"),
    )
    assert units.ruled.note == "综合执法岗牵头，规划建设岗、区城市管理局配合"
    assert units_for("没有列的类别", urgent=False, ruler=RULER).lead is None


@pytest.mark.parametrize("key", ASKED)
def test_shipped_tables_have_no_gap_and_no_row_that_never_fires(key):
    tables = shipped_tables()[key].tables
    sheet = sheet_of(tables)

    assert tables.problems == ()
    assert (sheet.inputs, sheet.outputs) == (ASKED[key], ANSWERS[key])


@pytest.mark.parametrize("key", ASKED)
def test_a_table_written_as_rows_and_read_again_is_the_same(key):
    sheet = sheet_of(shipped_tables()[key].tables)

    assert read_sheet(dmn_of(sheet))[1] == sheet


@settings(max_examples=50, deadline=None)
@given(notes=st.lists(st.text(alphabet="处罚权<>&\"' ab", max_size=12), min_size=1, max_size=4))
def test_whatever_a_note_says_survives_the_file(notes):
    texts = [f'"{note.replace(chr(34), "")}"' for note in notes]
    rows = tuple(Row(tests=(f'"{place}"',), results=(text,)) for place, text in enumerate(texts))
    sheet = Sheet(key="k", title="标题 & <其他>", inputs=("类别",), outputs=("说明",), rows=rows)

    assert [row.results for row in read_sheet(dmn_of(sheet))[1].rows] == [row.results for row in rows]


def test_the_usual_desks_are_those_of_the_command_centre_and_the_district():
    assert [seat.level for seat in USUAL] == ["town", "town", "town", "district"]
    assert set(DESCENDS) == {"can_be_done_below", "power_lies_below", "risk_is_over"}
