"""Cases over the interface: from a bare diagram to the close, seen by those who may."""

import pytest

from casework.models import Case, CaseEvent
from tests.api import diagrams
from tests.world import COMMUNITY, GRID, OTHER_GRID, SIBLING_GRID, TOWN

SHAPE = {
    "number", "matter", "version", "title", "category", "status", "outcome", "area", "level", "urgency", "data",
    "steps", "waits", "opened_at", "due_at", "closed_at", "revision", "public_status", "warning", "handling_level",
    "confidentiality", "keep_until",
}  # fmt: skip


def test_bare_bpmn_runs_from_draft_to_close(operator, world):
    operator.publish("three", diagrams.plain(tasks=3))
    case = operator.open("three", GRID, data={"户数": 42})

    elements = []
    while case["status"] == "open":
        page = operator.get("steps/", {"case": case["number"]}).json()
        step = page["results"][0]
        elements.append(step["element"])
        case = operator.post(f"steps/{step['id']}/complete/", {"data": {step["element"]: True}}).json()

    assert elements == ["task_1", "task_2", "task_3"]
    assert (case["status"], case["outcome"], case["steps"]) == ("closed", "办结", [])
    assert case["data"]["户数"] == 42
    assert case["data"]["task_3"] is True


def test_a_case_is_told_in_full(plain, as_user, world):
    api = as_user(world.duty_officer)
    opened = api.open(plain, GRID, title="路灯不亮", category="照明", urgent=True, data={"盏": 3})

    answer = api.get(f"cases/{opened['number']}/")

    case = answer.json()
    assert set(case) == SHAPE
    assert answer["ETag"] == f'"{case["revision"]}"'
    assert (case["matter"], case["version"], case["status"], case["outcome"]) == ("plain", 1, "open", None)
    assert (case["area"], case["level"], case["urgency"]) == (GRID, "general", "urgent")
    assert (case["title"], case["category"], case["data"]["盏"]) == ("路灯不亮", "照明", 3)
    assert case["waits"] == []
    step = case["steps"][0]
    assert (step["case"], step["element"], step["kind"]) == (case["number"], "task_1", "human")
    assert case == opened


def test_waits_say_what_for_and_until_when(administrator, as_user, world):
    administrator.publish("waiting", diagrams.with_waits())

    case = as_user(world.duty_officer).open("waiting", GRID)

    waits = {wait["element"]: wait for wait in case["waits"]}
    assert waits["answer"] == {"element": "answer", "kind": "message", "name": "联审结果"}
    assert waits["storm"] == {"element": "storm", "kind": "signal", "name": "暴雨预警"}
    assert waits["later"]["kind"] == "timer"
    assert waits["later"]["due_at"] > case["opened_at"]
    assert case["steps"] == []


def test_what_the_client_has_already_is_not_sent_again(plain, as_user, world):
    api = as_user(world.duty_officer)
    number = api.open(plain, GRID)["number"]
    known = api.get(f"cases/{number}/")["ETag"]

    assert api.get(f"cases/{number}/", HTTP_IF_NONE_MATCH=known).status_code == 304
    assert api.get(f"cases/{number}/", HTTP_IF_NONE_MATCH='"99"').status_code == 200


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("duty_officer", True),
        ("commander", True),
        ("community_secretary", True),
        ("district_dispatcher", True),
        ("leader", True),
        ("other_community_secretary", False),
        ("other_grid_worker", False),
        ("far_grid_worker", False),
        ("sibling_duty_chief", False),
        ("sibling_grid_worker", False),
        ("planning", False),
        ("stranger", False),
    ],
)
def test_a_case_is_seen_from_above_and_not_from_beside(who, sees, plain, as_user, world):
    number = as_user(world.duty_officer).open(plain, GRID)["number"]
    api = as_user(getattr(world, who))

    statuses = [api.get(f"cases/{number}/").status_code, api.get(f"cases/{number}/history/").status_code]
    listed = [case["number"] for case in api.get("cases/").json()["results"]]
    steps = api.get("steps/", {"case": number}).json()["results"]

    assert statuses == ([200, 200] if sees else [404, 404])
    assert listed == ([number] if sees else [])
    assert len(steps) == (1 if sees else 0)


@pytest.mark.parametrize(
    ("who", "area", "status"),
    [
        ("duty_officer", GRID, 201),
        ("duty_officer", "500101", 201),  # what he sees may belong above him
        ("duty_officer", SIBLING_GRID, 403),
        ("grid_worker", GRID, 201),
        ("grid_worker", OTHER_GRID, 403),
        ("stranger", GRID, 403),
        ("duty_officer", "500101026099", 422),
        ("duty_officer", "50010102600100", 422),
        ("duty_officer", "不是编码", 422),
        ("duty_officer", "", 422),
    ],
)
def test_a_case_is_opened_only_where_one_stands(who, area, status, plain, as_user, world):
    answer = as_user(getattr(world, who)).post("cases/", {"matter": plain, "area": area, "title": "一件事"})

    assert answer.status_code == status
    assert Case.objects.count() == (1 if status == 201 else 0)
    if status == 422:
        assert "area" in answer.json()["fields"]


def test_area_codes_are_understood_in_usual_writings(plain, as_user, world):
    case = as_user(world.duty_officer).open(plain, f"{TOWN}000")

    assert case["area"] == TOWN


def test_lists_are_filtered(plain, reviewed, as_user, world):
    api = as_user(world.duty_officer)
    first = api.open(plain, GRID, title="路灯不亮", category="照明")
    second = api.open(reviewed, COMMUNITY, title="井盖缺失")
    done = api.open(plain, GRID, title="已办")
    operator_step = done["steps"][0]["id"]
    assert api.post(f"steps/{operator_step}/complete/").status_code == 200
    mine = as_user(world.grid_worker).open(plain, GRID, title="网格员报")

    def numbers(**query):
        return [case["number"] for case in api.get("cases/", query).json()["results"]]

    everything = [mine["number"], done["number"], second["number"], first["number"]]
    assert numbers() == everything
    assert numbers(matter="reviewed") == [second["number"]]
    assert numbers(status="closed") == [done["number"]]
    assert numbers(area=GRID) == [mine["number"], done["number"], first["number"]]
    assert numbers(category="照明") == [first["number"]]
    assert numbers(reporter="me") == everything[1:]
    assert numbers(q="井盖") == [second["number"]]
    assert numbers(q=first["number"]) == [first["number"]]
    assert numbers(opened_after=first["opened_at"]) == everything[:3]


def test_a_list_is_read_page_by_page_and_nothing_twice(plain, as_user, world):
    api = as_user(world.duty_officer)
    opened = [api.open(plain, GRID)["number"] for _ in range(5)]

    seen, pages, address = [], 0, "cases/?page_size=2"
    while address:
        page = api.get(address).json()
        seen += [case["number"] for case in page["results"]]
        address, pages = page["next"], pages + 1

    assert (seen, pages) == (opened[::-1], 3)


def test_the_address_of_the_next_page_serves_as_cursor(plain, as_user, world):
    api = as_user(world.duty_officer)
    opened = [api.open(plain, GRID)["number"] for _ in range(3)]
    following = api.get("cases/", {"page_size": 2}).json()["next"]

    page = api.get("cases/", {"page_size": 2, "cursor": following}).json()

    assert [case["number"] for case in page["results"]] == opened[:1]
    assert page["next"] is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "gone"}, "status"),
        ({"area": "12345678901234"}, "area"),
        ({"page_size": "0"}, "page_size"),
        ({"page_size": "101"}, "page_size"),
        ({"page_size": "9" * 5000}, "page_size"),
        ({"cursor": "no cursor"}, "cursor"),
        ({"cursor": "WzFd"}, "cursor"),
        ({"cursor": "bnVsbA"}, "cursor"),
        ({"cursor": "W1tbW1tbW1tdXV1dXV1dXQ"}, "cursor"),
        ({"opened_after": "yesterday"}, "opened_after"),
        ({"q": "a\x00b"}, "q"),
        ({"reporter": "everybody"}, "reporter"),
        ({"matterr": "plain"}, "matterr"),
    ],
)
def test_a_wrong_filter_is_refused_by_name(query, field, as_user, world):
    answer = as_user(world.duty_officer).get("cases/", query)

    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == [field]


def test_personal_numbers_are_cut_in_lists_and_in_the_case(plain, as_user, world):
    api = as_user(world.duty_officer)
    identity = "50010119900307451X"
    data = {"电话": "13912345678", "证件": identity, "号码": 13912345678, "清单": [{"t": "打 13912345678"}]}
    number = api.open(plain, GRID, title="找 13912345678", data=data)["number"]

    listed = api.get("cases/").json()["results"][0]
    whole = api.get(f"cases/{number}/").json()

    assert listed["title"] == "找 139****5678"
    assert listed["data"]["电话"] == "139****5678"
    assert listed["data"]["证件"] == "5001**********451X"
    assert listed["data"]["号码"] == "139****5678"
    assert listed["data"]["清单"] == [{"t": "打 139****5678"}]
    assert (whole["title"], whole["data"]) == (listed["title"], listed["data"])


def test_the_history_is_told_in_order(plain, as_user, world):
    api = as_user(world.duty_officer)
    case = api.open(plain, GRID)
    step = case["steps"][0]["id"]
    api.post(f"steps/{step}/complete/", {"comment": "已办", "data": {"结果": "好"}})

    events = api.get(f"cases/{case['number']}/history/").json()["results"]

    assert [event["seq"] for event in events] == [1, 2, 3, 4]
    assert [event["kind"] for event in events] == ["reported", "opened", "completed", "closed"]
    assert events[2]["by"] == "duty_officer"
    assert events[2]["data"]["changes"] == {"结果": [None, "好"]}


def test_the_same_key_opens_one_case(plain, as_user, world):
    api = as_user(world.duty_officer)
    body = {"matter": plain, "area": GRID, "title": "一件事"}

    answers = [api.post("cases/", body, HTTP_IDEMPOTENCY_KEY="abc") for _ in range(3)]
    other = api.post("cases/", {**body, "title": "别的"}, HTTP_IDEMPOTENCY_KEY="abc")

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert Case.objects.count() == 1


def test_a_refused_case_leaves_nothing_and_frees_its_key(plain, as_user, world):
    api = as_user(world.duty_officer)
    body = {"matter": "no-such-matter", "area": GRID, "title": "一件事"}

    refused = api.post("cases/", body, HTTP_IDEMPOTENCY_KEY="k")
    opened = api.post("cases/", {**body, "matter": plain}, HTTP_IDEMPOTENCY_KEY="k")

    assert (refused.status_code, refused.json()["code"]) == (422, "nothing_published")
    assert opened.status_code == 201
    assert CaseEvent.objects.filter(kind="reported").count() == 1
