"""Rules and calendars over the interface: read, changed in versions, tried out."""

import json
import time

import pytest
import time_machine

from casework.api import throttles
from casework.models import Holiday, RuleTable, WorkingTime
from casework.rules.nearby import ASKED
from casework.services import rulebook
from casework.services.rulebook import forget_rules
from tests.world import GRID, TOWN


@pytest.fixture(autouse=True)
def fresh_rules():
    forget_rules()
    yield
    forget_rules()


def test_tables_are_read_as_rows_that_people_can_edit(administrator):
    listed = administrator.get("rules/").json()["results"]
    power = administrator.get("rules/nearby_power/").json()

    assert [one["key"] for one in listed] == list(ASKED)
    assert (power["version"], power["is_confirmed"]) == (0, False)
    assert power["inputs"] == ["类别"]
    assert {"tests": ['"占道经营", "违法搭建", "违规搭建"'], "results": [
        '"事件"', "", "", "", '"enforcement"', '"urban_management/handler"', '"处罚权在镇街综合执法岗，网格和社区没有"',
    ]} in power["rows"]  # fmt: skip


def test_what_was_read_can_be_put_back_changed(administrator):
    power = administrator.get("rules/nearby_power/").json()
    power["rows"].insert(
        0, {"tests": ['"共享单车"'], "results": ['"事件"', *['"grid_worker"'] * 2, "", "", "", '"试行"']}
    )
    body = {name: power[name] for name in ("inputs", "outputs", "rows")}

    kept = put(administrator, "rules/nearby_power/", {**body, "after": 0, "note": "试行"})
    again = put(administrator, "rules/nearby_power/", {**body, "after": 0})

    assert (kept.status_code, kept.json()["version"], kept.json()["rows"]) == (200, 1, power["rows"])
    assert again.status_code == 422
    assert [
        (one["version"], one["saved_by"])
        for one in administrator.get("rules/nearby_power/versions/").json()["results"]
    ] == [(1, "何静")]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rows": []}, "rows"),
        ({"rows": [{"tests": ['"占道'], "results": ['"不动"', '""']}]}, "rows"),
        ({"rows": [{"tests": ["", ""], "results": ['"不动"', '""']}]}, "rows"),
        ({"rows": [{"tests": ["没有 > 3"], "results": ['"不动"', '""']}]}, "rows"),
        ({"rows": [{"tests": [7], "results": ['"不动"', '""']}]}, "rows"),
        ({"outputs": ["去向"], "rows": [{"tests": [""], "results": ['"不动"']}]}, "outputs"),
        ({"after": -1}, "after"),
        ({"owner": "me"}, "owner"),
    ],
)
def test_a_table_that_cannot_be_is_refused_by_field(change, field, administrator):
    sound = {"inputs": ["事由"], "outputs": ["去向", "说明"], "after": 0}
    sound["rows"] = [{"tests": [""], "results": ['"不动"', '""']}]

    answer = put(administrator, "rules/nearby_descend/", {**sound, **change})

    assert (answer.status_code, [name.split(".")[0] for name in answer.json()["fields"]]) == (422, [field])
    assert not RuleTable.objects.exists()


TABLE = {
    "inputs": ["事由"],
    "outputs": ["去向", "说明"],
    "rows": [{"tests": [""], "results": ['"不动"', '""']}],
    "after": 0,
}


def test_a_table_that_takes_too_long_to_check_is_refused(administrator, monkeypatch):
    monkeypatch.setattr(rulebook, "LONGEST_TRIED", -1.0)

    answer = put(administrator, "rules/nearby_descend/", TABLE)

    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["rows"])
    assert not RuleTable.objects.exists()


def test_rules_are_not_tried_without_end(administrator, world, monkeypatch):
    monkeypatch.setattr(throttles, "limit", lambda scope: 2 if scope == "costly" else 30_000)
    with time_machine.travel(time.time() // 60 * 60 + 30, tick=False):
        tried = [administrator.post("rules/try/", {"area": GRID}).status_code for _ in range(3)]
        read = administrator.get("rules/nearby_descend/").status_code

    assert (tried, read) == ([200, 200, 429], 200)


def test_rules_are_tried_on_a_made_up_matter_with_the_staff_there_is(administrator, world):
    answer = administrator.post(
        "rules/try/", {"area": GRID, "category": "占道经营", "level": "community", "reason": "beyond"}
    ).json()

    post = world.post_of(world.enforcement)
    assert (answer["place"]["post"], answer["place"]["how"], answer["place"]["limit"]) == (
        post.code,
        "power",
        "2wh",
    )
    assert [rule["table"] for rule in answer["place"]["rules"]] == [
        "nearby_start",
        "nearby_power",
        "nearby_limits",
    ]
    assert (answer["move"]["action"], answer["move"]["level"]) == ("up", "town")


def test_a_draft_is_tried_before_it_is_kept(administrator, world):
    draft = {
        "key": "nearby_start",
        "inputs": [],
        "outputs": ["层级", "单位", "岗位", "标记", "说明"],
        "rows": [{"tests": [], "results": ['"区"', '""', '"event_routing"', '"试"', '"全部直报区"']}],
        "after": 0,
    }

    answer = administrator.post(
        "rules/try/", {"area": GRID, "category": "占道经营", "drafts": [draft]}
    ).json()

    assert (answer["place"]["post"], answer["place"]["mark"]) == (
        world.post_of(world.district_dispatcher).code,
        "试",
    )
    assert answer["place"]["rules"][0]["version"] == -1
    assert not RuleTable.objects.exists()


def test_working_time_is_kept_per_area_and_season(administrator):
    rows = [
        {"area": TOWN, "first_day": "06-01", "last_day": "09-30", "opens": "08:30", "lunch_from": "12:00",
         "lunch_until": "15:00", "closes": "18:00"},
        {"opens": "09:00", "closes": "17:00"},
    ]  # fmt: skip

    kept = put(administrator, "rules/working-times/", {"rows": rows})

    assert kept.status_code == 200
    assert WorkingTime.objects.count() == 2
    shown = administrator.get("rules/working-times/").json()["rows"]
    assert [(row["area"], row["opens"]) for row in shown] == [("", "09:00:00"), (TOWN, "08:30:00")]


@pytest.mark.parametrize(
    "rows",
    [
        [{"opens": "17:00", "closes": "09:00"}],
        [{"opens": "09:00", "closes": "17:00", "lunch_from": "12:00"}],
        [{"opens": "09:00", "closes": "17:00", "area": "500999"}],
        [{"opens": "09:00", "closes": "17:00", "first_day": "13-01"}],
        [{"opens": "09:00", "closes": "17:00"}] * 2,
    ],
)
def test_hours_that_cannot_be_are_refused(rows, administrator):
    answer = put(administrator, "rules/working-times/", {"rows": rows})

    assert (answer.status_code, [name.split(".")[0] for name in answer.json()["fields"]]) == (422, ["rows"])
    assert not WorkingTime.objects.exists()


def test_a_years_holidays_are_put_as_decreed(administrator):
    days = [{"day": "2027-01-01", "works": False, "name": "元旦"}, {"day": "2027-01-03", "works": True}]

    assert put(administrator, "rules/holidays/2027/", {"days": days}).status_code == 200
    assert put(administrator, "rules/holidays/2027/", {"days": days[:1]}).json()["days"] == [
        {"day": "2027-01-01", "works": False, "name": "元旦"}
    ]
    assert Holiday.objects.count() == 1
    outside = put(administrator, "rules/holidays/2027/", {"days": [{"day": "2028-01-01", "works": False}]})
    assert (outside.status_code, Holiday.objects.count()) == (422, 1)
    assert administrator.get("rules/holidays/99999/").status_code == 404


def put(api, path, body):
    return api.put(path, json.dumps(body), "application/json")
