"""Two at once on each verb on a case: one wins, the other is told how things stand; nothing is done twice."""

import pytest
from django.db import transaction

from casework.errors import CaseworkError
from casework.models import CaseEvent, CaseRelation, Clock
from casework.services.journal import breaks
from casework.services.locks import lock_case
from casework.services.overdue import warn
from casework.verbs import CASE_VERBS
from tests.api.conftest import Api
from tests.chaos.test_api_races import at_once
from tests.diagrams import publish
from tests.services.acting import ABOUT, HANDLED, in_days, on_case, opened, present, step

pytestmark = pytest.mark.chaos

HOUSING = "500101000000-housing/reviewer"
COMMUNITY_POST = "500101026001-committee/community_secretary"

# verb: the two who press at once, what they say, what was done before
RACES = {
    "cc": ("planning", "duty_officer", {"posts": [HOUSING]}, ()),
    "escalate": ("planning", "duty_officer", {"reason_code": "beyond", "comment": "需要资金"}, ()),
    "push-down": (
        "duty_officer",
        "duty_chief",
        {"reason_code": "can_be_done_below", "to_post": COMMUNITY_POST, "comment": "社区可办"},
        (),
    ),
    "whistle": ("duty_officer", "duty_chief", {"posts": [HOUSING], "place": "三巷", "until": 2}, ()),
    "answer": ("housing_reviewer", "housing_reviewer", {"comment": "派 2 人"}, ("whistle",)),
    "suspend": ("planning", "duty_officer", {"comment": "待计划", "until": 30}, ()),
    "resume": ("planning", "duty_officer", {}, ("suspend",)),
    "extend": ("planning", "planning", {"comment": "材料未到", "until": 20}, ()),
    "supervise": ("duty_chief", "commander", {"reason_code": "key", "comment": "本周办结"}, ()),
    "reply": ("planning", "planning", {"comment": "已进场"}, ("supervise",)),
    "merge": ("duty_officer", "duty_chief", {"case": "main"}, ()),
    "split": ("duty_officer", "planning", {"title": "违搭", "matter": "m", "comment": "另案"}, ()),
    "relate": ("duty_officer", "planning", {"cases": ["main"]}, ("cc-main",)),
    "force-close": ("duty_officer", "commander", {"comment": "已拆"}, ()),
    "void": ("duty_officer", "commander", {"comment": "误报"}, ()),
    "grant": ("duty_chief", "duty_chief", {}, ("void",)),
    "refuse": ("duty_chief", "duty_chief", {"comment": "不属实"}, ("void",)),
    "reopen": ("duty_chief", "commander", {"comment": "又裂了"}, ("close",)),
    "rate": ("grid_worker", "grid_worker", {"rating": 5}, ("close",)),
    "classify": ("duty_officer", "duty_chief", {"fields": {"level": "larger"}}, ()),
}


def _said(words, main):
    said = {name: main.number if value == "main" else value for name, value in words.items()}
    said = {name: [main.number] if value == ["main"] else value for name, value in said.items()}
    return {**said, **({"until": in_days(said["until"])} if isinstance(said.get("until"), int) else {})}


def _case(world, main, before):
    case = opened(world)
    step(case, "accept", "complete", world.duty_officer)
    for earlier in before:
        if earlier == "close":
            step(case, "handle", "complete", world.planning)
        elif earlier == "cc-main":  # so that both may see the other case
            on_case(main, "cc", world.duty_officer, posts=["500101026000-economy/planning"])
        else:
            name, _other, words, _none = RACES[earlier]
            on_case(case, earlier, getattr(world, name), **_said(words, main))
    return present(case)


def _tried(case, verb, user, said):
    try:
        on_case(case, verb, user, **said)
    except CaseworkError as error:
        return error.status
    return 200


def test_cases_that_are_related_from_both_sides_at_once_do_not_wait_for_each_other(world):
    publish("m", HANDLED, now=in_days(0), about=ABOUT)
    one, other = opened(world), opened(world)
    acts = [
        lambda this=this, that=that: _tried(this, "relate", world.duty_officer, {"cases": [that.number]})
        for this, that in ((one, other), (other, one))
    ]

    assert sorted(at_once(acts)) == [200, 409]

    assert CaseRelation.objects.count() == 1


def test_who_is_warned_of_a_limit_waits_for_nobody_who_acts_on_the_case(world):
    publish("m", HANDLED, now=in_days(0), about=ABOUT)
    case = _case(world, None, ())
    with transaction.atomic():
        lock_case(case.pk)
        assert at_once([lambda: warn(now=in_days(30))]) == [0]
        assert Clock.objects.filter(case=case).update(stopped_at=None) == 1  # nor he for the warning

    assert warn(now=in_days(30)) == 1


def test_of_two_at_once_on_each_verb_one_wins(world):
    publish("m", HANDLED, now=in_days(0), about=ABOUT)
    main = opened(world)
    found, lines = {}, {}
    for verb, (one, other, words, before) in RACES.items():
        case, said = _case(world, main, before), _said(words, main)
        acts = [
            lambda verb=verb, case=case, said=said, name=name: _tried(case, verb, getattr(world, name), said)
            for name in (one, other)
        ]
        found[verb] = sorted(at_once(acts))
        lines[verb] = CaseEvent.objects.filter(case=case, kind=CASE_VERBS[verb].event).count()

    assert found == {verb: [200, 409] for verb in RACES}
    assert lines == {verb: 1 for verb in RACES}
    assert list(breaks()) == []


def test_the_second_sees_the_present_state_and_a_key_repeats_nothing(world):
    publish("m", HANDLED, now=in_days(0), about=ABOUT)
    case = opened(world)
    path = f"cases/{case.number}/suspend/"
    body = {"comment": "待计划", "until": "2099-01-01"}
    officers = [Api(user=world.duty_officer), Api(user=world.duty_chief)]

    answers = at_once([lambda api=api: api.post(path, body) for api in officers])
    again = at_once(
        [
            lambda: officers[0].post(
                f"cases/{case.number}/comment/", body={"comment": "在等"}, HTTP_IDEMPOTENCY_KEY="k"
            )
        ]
        * 4
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    refused = next(answer for answer in answers if answer.status_code == 409).json()
    assert (refused["code"], refused["case"]["status"]) == ("verb_not_allowed", "suspended")
    assert {answer.status_code for answer in again} == {200}
    assert CaseEvent.objects.filter(case=case, kind="comment").count() == 1
