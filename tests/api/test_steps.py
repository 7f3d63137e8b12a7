"""Verbs over the interface, and what whoever comes second is told."""

import pytest

from casework.models import Decision
from tests.world import GRID


@pytest.fixture
def checking(reviewed, as_user, world):
    """A case that waits for the grid worker's check."""
    return as_user(world.duty_officer).open(reviewed, GRID)


def _step(api, number, element):
    page = api.get("steps/", {"case": number, "element": element}).json()
    return page["results"][0]


def test_steps_say_whose_they_are_and_what_may_be_done(checking, as_user, world):
    step = _step(as_user(world.grid_worker), checking["number"], "check")

    assert step["posts"] == ["500101026001001-team/grid_head", "500101026001001-team/grid_worker"] or step[
        "posts"
    ] == ["500101026001001-team/grid_worker"]
    assert step["claimed_by"] is None
    assert step["verbs"] == ["claim", "complete", "transfer", "delegate", "add-sign", "cc"]
    seen = _step(as_user(world.duty_officer), checking["number"], "check")
    assert seen["verbs"] == ["reassign", "urge", "cc"]


def test_mine_and_pool_tell_what_waits_for_me(checking, as_user, world):
    api = as_user(world.grid_worker)
    step = _step(api, checking["number"], "check")
    pool = api.get("steps/", {"pool": "true"}).json()["results"]

    api.post(f"steps/{step['id']}/claim/")

    assert [one["id"] for one in pool] == [step["id"]]
    assert [one["id"] for one in api.get("steps/", {"mine": "true"}).json()["results"]] == [step["id"]]
    assert api.get("steps/", {"pool": "true"}).json()["results"] == []
    assert api.get("steps/", {"mine": "true"}).json()["results"][0]["claimed_by"] == "grid_worker"


def test_a_return_goes_back_with_its_reason(checking, as_user, world):
    worker, officer = as_user(world.grid_worker), as_user(world.duty_officer)
    number = checking["number"]
    worker.post(f"steps/{_step(worker, number, 'check')['id']}/complete/", {"data": {"现场": "有积水"}})
    review = _step(officer, number, "review")

    silent = officer.post(f"steps/{review['id']}/return/", {})
    back = officer.post(f"steps/{review['id']}/return/", {"comment": "缺照片", "pins": ["现场"]})

    assert (silent.status_code, list(silent.json()["fields"])) == (422, ["comment"])
    assert back.status_code == 200
    assert [step["element"] for step in back.json()["steps"]] == ["check"]
    assert Decision.objects.get(verb="return").pins == ["现场"]


def test_approval_ends_the_case(checking, as_user, world):
    worker, officer = as_user(world.grid_worker), as_user(world.duty_officer)
    number = checking["number"]
    worker.post(f"steps/{_step(worker, number, 'check')['id']}/complete/")

    done = officer.post(f"steps/{_step(officer, number, 'review')['id']}/approve/", {"comment": "同意"})

    assert (done.status_code, done.json()["status"], done.json()["data"]["结论"]) == (200, "closed", "同意")


def test_whoever_comes_second_sees_the_present_state(checking, as_user, world):
    api = as_user(world.grid_worker)
    step = _step(api, checking["number"], "check")["id"]
    api.post(f"steps/{step}/complete/")

    second = api.post(f"steps/{step}/complete/")

    assert (second.status_code, second.json()["code"]) == (409, "step_not_open")
    assert [one["element"] for one in second.json()["case"]["steps"]] == ["review"]
    assert second["ETag"] == f'"{second.json()["case"]["revision"]}"'
    assert Decision.objects.count() == 1


@pytest.mark.parametrize(
    ("header", "status"),
    [("{present}", 200), ("W/{present}", 200), ("*", 200), ('"7", {present}', 200)]
    + [('"999"', 412), ('W/"999"', 412), ("nonsense", 412), ('"-1"', 412), ('"' + "9" * 400 + '"', 412)],
)
def test_if_match_guards_against_an_older_state(header, status, checking, as_user, world):
    api = as_user(world.grid_worker)
    present = api.get(f"cases/{checking['number']}/")["ETag"] if api else ""
    step = _step(api, checking["number"], "check")["id"]

    answer = api.post(f"steps/{step}/complete/", HTTP_IF_MATCH=header.format(present=present))

    assert answer.status_code == status
    if status == 412:
        assert answer.json()["code"] == "stale"
        assert answer.json()["case"]["number"] == checking["number"]
        assert Decision.objects.count() == 0


def test_the_same_key_decides_once(checking, as_user, world):
    api = as_user(world.grid_worker)
    step = _step(api, checking["number"], "check")["id"]

    first = api.post(f"steps/{step}/complete/", {"comment": "好"}, HTTP_IDEMPOTENCY_KEY="one")
    again = api.post(f"steps/{step}/complete/", {"comment": "好"}, HTTP_IDEMPOTENCY_KEY="one")
    other = api.post(f"steps/{step}/complete/", {"comment": "不好"}, HTTP_IDEMPOTENCY_KEY="one")

    assert (first.status_code, again.status_code) == (200, 200)
    assert (first.json(), first["ETag"]) == (again.json(), again["ETag"])
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("verb", ["suspend", "resume", "extend", "escalate", "void"])
def test_a_verb_that_no_step_offers_is_a_conflict(verb, checking, as_user, world):
    step = checking["steps"][0]["id"]

    mine = as_user(world.grid_worker).post(f"steps/{step}/{verb}/")
    seen = as_user(world.duty_officer).post(f"steps/{step}/{verb}/")
    hidden = as_user(world.sibling_grid_worker).post(f"steps/{step}/{verb}/")

    assert (mine.status_code, mine.json()["code"]) == (409, "verb_not_allowed")
    assert mine.json()["case"]["number"] == checking["number"]
    assert (seen.status_code, hidden.status_code) == (403, 404)


@pytest.mark.parametrize(
    ("who", "verb", "status"),
    [
        ("grid_worker", "claim", 200),
        ("grid_worker", "release", 200),
        ("grid_worker", "complete", 200),
        ("grid_worker", "approve", 409),
        ("grid_worker", "return", 409),
        ("grid_worker", "explode", 404),
        ("duty_officer", "complete", 403),
        ("commander", "claim", 403),
        ("other_grid_worker", "complete", 404),
        ("sibling_duty_chief", "complete", 404),
        ("stranger", "claim", 404),
    ],
)
def test_verbs_are_for_those_whose_step_it_is(who, verb, status, checking, as_user, world):
    answer = as_user(getattr(world, who)).post(
        f"steps/{checking['steps'][0]['id']}/{verb}/", {"comment": "理由"}
    )

    assert answer.status_code == status, answer.content.decode()


def test_passing_on_needs_a_post_that_is_there(checking, as_user, world):
    api = as_user(world.grid_worker)
    step = checking["steps"][0]["id"]

    nowhere = api.post(f"steps/{step}/transfer/", {"comment": "属地不符", "to_post": "x/y"})
    passed = api.post(
        f"steps/{step}/transfer/", {"comment": "属地不符", "to_post": "500101026001002-team/grid_worker"}
    )

    assert (nowhere.status_code, list(nowhere.json()["fields"])) == (422, ["to_post"])
    assert passed.status_code == 200
    assert passed.json()["steps"][0]["posts"] == ["500101026001002-team/grid_worker"]


def test_a_step_in_full_shows_how_it_ended(checking, as_user, world):
    api = as_user(world.grid_worker)
    step = checking["steps"][0]["id"]
    api.post(f"steps/{step}/complete/")

    told = api.get(f"steps/{step}/").json()

    assert (told["status"], told["outcome"], told["verbs"], told["form"]) == (
        "done",
        "办理",
        ["withdraw"],
        None,
    )
    assert as_user(world.sibling_duty_chief).get(f"steps/{step}/").status_code == 404
    assert api.get("steps/99999999999999999999/").status_code == 404


POLICE = "500101026000-safety/police"
ASKED: list[tuple[str, dict[str, object]]] = [
    ("delegate", {"to_post": POLICE, "comment": "请核"}),
    ("add-sign", {"posts": [POLICE], "position": "beside"}),
    ("add-sign", {"posts": [POLICE], "position": "before"}),
]


@pytest.mark.parametrize(("verb", "body"), ASKED, ids=[f"{v} {b.get('position', '')}" for v, b in ASKED])
def test_others_are_asked_and_asked_no_more(verb, body, checking, as_user, world):
    api, step = as_user(world.grid_worker), checking["steps"][0]["id"]

    asked = api.post(f"steps/{step}/{verb}/", body)

    assert asked.status_code == 200, asked.content.decode()
    assert [one["posts"] for one in asked.json()["steps"]][1] == [POLICE]
    again = api.post(f"steps/{step}/add-sign/", {"posts": [POLICE], "position": "after"})
    assert (again.status_code, list(again.json()["fields"])) == (422, ["posts"])
    removed = api.post(f"steps/{step}/remove-sign/", {"posts": [POLICE]})
    assert len(removed.json()["steps"]) == 1
    assert api.post(f"steps/{step}/remove-sign/", {"posts": [POLICE]}).status_code == 409


BAD = [
    ("add-sign", {"posts": [POLICE]}, 422, ["position"]),
    ("add-sign", {"position": "beside"}, 422, ["posts"]),
    ("add-sign", {"posts": ["nowhere/nobody"], "position": "beside"}, 422, ["posts"]),
    ("add-sign", {"posts": [POLICE], "position": "above"}, 422, ["position"]),
    ("add-sign", {"posts": POLICE, "position": "beside"}, 422, ["posts"]),
    ("delegate", {}, 422, ["to_post"]),
    ("delegate", {"to_post": "500101026001001-team/grid_worker"}, 422, ["to_post"]),
    ("complete", {"straight_back": "maybe"}, 422, ["straight_back"]),
    ("reassign", {"to_post": POLICE, "comment": "改派"}, 403, []),
    ("urge", {}, 409, []),
    ("withdraw", {}, 403, []),
    ("remove-sign", {"posts": [POLICE]}, 409, []),
]


@pytest.mark.parametrize(("verb", "body", "status", "fields"), BAD, ids=[f"{v} {b}" for v, b, *_ in BAD])
def test_what_a_verb_cannot_do_it_says(verb, body, status, fields, checking, as_user, world):
    step = checking["steps"][0]["id"]

    answer = as_user(world.grid_worker).post(f"steps/{step}/{verb}/", body)

    assert answer.status_code == status, answer.content.decode()
    assert list(answer.json().get("fields", {})) == fields


def test_the_dispatcher_urges_copies_and_reassigns(checking, as_user, world):
    officer, step = as_user(world.duty_officer), checking["steps"][0]["id"]

    for _ in range(3):
        assert officer.post(f"steps/{step}/urge/", {"comment": "请尽快"}).status_code == 200
    assert officer.post(f"steps/{step}/cc/", {"posts": [POLICE]}).status_code == 200
    given = officer.post(f"steps/{step}/reassign/", {"to_post": POLICE, "comment": "人手不足"})

    assert given.json()["steps"][0]["posts"] == [POLICE]
    kinds = [event["kind"] for event in officer.get(f"cases/{checking['number']}/history/").json()["results"]]
    assert kinds[-3:] == ["urged", "copied", "reassigned"]


def test_what_was_done_can_be_withdrawn_until_the_next_one_acts(checking, as_user, world):
    worker, officer = as_user(world.grid_worker), as_user(world.duty_officer)
    step = checking["steps"][0]["id"]
    worker.post(f"steps/{step}/complete/", {"data": {"现场": "有积水"}})
    assert officer.post(f"steps/{step}/withdraw/").status_code == 403

    back = worker.post(f"steps/{step}/withdraw/", {"comment": "写错了"})

    assert [one["id"] for one in back.json()["steps"]] == [step]
    assert "现场" not in back.json()["data"]
    worker.post(f"steps/{step}/complete/", {"data": {"现场": "无积水"}})
    officer.post(f"steps/{_step(officer, checking['number'], 'review')['id']}/claim/")
    late = worker.post(f"steps/{step}/withdraw/")
    assert (late.status_code, late.json()["code"]) == (409, "nothing_to_take_back")


def test_a_return_comes_straight_back(checking, as_user, world):
    worker, officer = as_user(world.grid_worker), as_user(world.duty_officer)
    worker.post(f"steps/{checking['steps'][0]['id']}/complete/", {})
    review = _step(officer, checking["number"], "review")
    body = {"comment": "缺照片", "to_element": "check", "straight_back": True}

    back = officer.post(f"steps/{review['id']}/return/", body).json()

    assert [one["element"] for one in back["steps"]] == ["check"]
    again = worker.post(f"steps/{back['steps'][0]['id']}/complete/", {"data": {"照片": "已补"}}).json()
    assert [(one["element"], one["posts"]) for one in again["steps"]] == [("review", review["posts"])]
