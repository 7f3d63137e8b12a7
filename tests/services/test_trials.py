"""Trial runs: the real engine, nothing stored as a case and nothing sent; what was done becomes a scenario."""

from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache

from casework.errors import NotNow, NotValid, NotYours
from casework.models import Case, CaseEvent, Outbox, TrialRun
from casework.queries import trying
from casework.queries.viewers import viewer_for
from casework.services import diagrams, scenarios, trials
from tests.api import diagrams as drawn
from tests.world import GRID
from workflows import services as workflows
from workflows.expressions import parse_duration
from workflows.models import Definition, Run, Step, Version

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # a Friday, noon in Chongqing


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


@pytest.fixture
def author(world):
    return viewer_for(world.administrator)


def draft_of(xml, by, key="tried"):
    diagrams.create_matter(key=key, title="试的", by=by)
    return diagrams.keep_draft(key, bpmn=xml, by=by)[0]


def begun(draft, by, data=None):
    return trials.begin(draft, data=data or {}, area_code=GRID, by=by, now=NOON)


def stands(trial):
    return trying.standing(trial, trials.replayed(trial))


def do(trial, step, by):
    trials.go_on(trial, step, at=len(trial.steps), by=by)
    trial.refresh_from_db()


def test_a_trial_walks_the_real_engine_and_leaves_no_case_behind(author, world):
    trial = begun(draft_of(drawn.with_review(), author), author)

    first = stands(trial)
    do(trial, {"complete": "check", "data": {"结论": "办理"}}, author)
    second = stands(trial)
    do(trial, {"complete": "review", "data": {"结论": "退回"}}, author)
    third = stands(trial)

    assert [(step.element, step.who) for step in first.steps] == [("check", ("专职网格员",))]
    assert [(step.element, step.who) for step in second.steps] == [("review", ("值班员",))]
    assert [key for key, _label in second.steps[0].verbs] == ["approve", "return"]
    assert [step.element for step in third.steps] == ["check"]
    assert third.marks["now"] == ["check"]
    assert {"start", "check", "review", "way", "back"} <= set(third.marks["done"])
    for model in (Case, Run, Step, Outbox, CaseEvent):
        assert not model.objects.exists()


def test_the_fake_clock_goes_to_where_it_is_sent(author):
    trial = begun(draft_of(drawn.with_waits(), author), author)

    hour = trials.until(trials.replayed(trial), "1h")
    days = trials.until(trials.replayed(trial), "3wd")
    timer = trials.until(trials.replayed(trial), "next")
    do(trial, timer, author)

    assert hour == {"advance": "PT3600S"}
    then = NOON + parse_duration(days["advance"])
    assert then.date() == date(2026, 11, 25)  # Friday and three working days: the weekend does not count
    assert timer == {"advance": "PT86400S"}
    assert "later" not in [wait.element for wait in stands(trial).waits]
    with pytest.raises(NotValid):
        trials.until(trials.replayed(trial), "next")


def test_messages_and_signals_arrive_by_hand(author):
    trial = begun(draft_of(drawn.with_waits(), author), author)

    do(trial, {"message": "联审结果", "payload": {"结果": "通过"}}, author)
    do(trial, {"signal": "暴雨预警"}, author)

    standing = stands(trial)
    assert [wait.element for wait in standing.waits] == ["later"]
    assert ("结果", "通过") in standing.data
    assert not Outbox.objects.exists()


def test_a_step_back_forgets_the_last_move_and_the_first_one_ends_the_trial(author):
    trial = begun(draft_of(drawn.plain(tasks=2), author), author)
    do(trial, {"complete": "task_1"}, author)

    trials.step_back(trial, at=2, by=author)
    trial.refresh_from_db()
    assert [step.element for step in stands(trial).steps] == ["task_1"]

    trials.step_back(trial, at=1, by=author)
    assert not TrialRun.objects.exists()


def test_a_double_press_moves_once(author):
    trial = begun(draft_of(drawn.plain(tasks=2), author), author)

    trials.go_on(trial, {"complete": "task_1"}, at=1, by=author)
    with pytest.raises(NotNow):
        trials.go_on(trial, {"complete": "task_1"}, at=1, by=author)

    trial.refresh_from_db()
    assert len(trial.steps) == 2


def test_what_the_engine_refuses_is_not_kept(author):
    trial = begun(draft_of(drawn.plain(), author), author)

    with pytest.raises(NotValid):
        trials.go_on(trial, {"complete": "nowhere"}, at=1, by=author)

    trial.refresh_from_db()
    assert trial.steps == [{"start": {}}]


def test_a_drawing_that_changed_shows_where_the_trial_no_longer_fits(author):
    draft = draft_of(drawn.plain(tasks=2), author)
    trial = begun(draft, author)
    do(trial, {"complete": "task_1"}, author)
    do(trial, {"complete": "task_2"}, author)

    diagrams.keep_draft("tried", bpmn=drawn.plain(tasks=1), by=author)
    trial.version.refresh_from_db()
    replay = trials.replayed(trial)

    assert replay.broken == 3
    assert replay.why
    with pytest.raises(NotValid):
        trials.record(trial, title="走不通", at=3, by=author)
    trials.step_back(trial, at=3, by=author)
    trial.refresh_from_db()
    assert trials.replayed(trial).broken == 0


def test_a_drawing_that_does_not_even_begin_any_more_shows_so_and_lets_go(author):
    draft = draft_of(drawn.plain(), author)
    trial = begun(draft, author)
    round_and_round = drawn.plain(tasks=2).replace(b"userTask", b"intermediateThrowEvent")
    round_and_round = round_and_round.replace(b'targetRef="end"', b'targetRef="task_1"')
    diagrams.keep_draft("tried", bpmn=round_and_round, by=author)
    trial.version.refresh_from_db()

    seen = stands(trial)

    assert (seen.replay.broken, seen.steps, seen.ended) == (1, (), False)
    trials.step_back(trial, at=1, by=author)
    assert not TrialRun.objects.exists()


def test_only_who_draws_tries_and_each_has_a_trial_of_his_own(author, world):
    draft = draft_of(drawn.plain(), author)
    trial = begun(draft, author)

    with pytest.raises(NotYours):
        begun(draft, viewer_for(world.grid_worker))
    with pytest.raises(NotYours):
        trials.go_on(trial, {"complete": "task_1"}, at=1, by=viewer_for(world.grid_worker))


# --- scenarios


def test_a_recorded_trial_is_a_scenario_that_lives_with_the_version(author):
    draft = draft_of(drawn.with_review(), author)
    trial = begun(draft, author)
    do(trial, {"complete": "check"}, author)
    do(trial, {"complete": "review", "data": {"结论": "同意"}}, author)

    key = trials.record(trial, title="一次通过", at=3, by=author)
    draft.refresh_from_db()
    tested = scenarios.tested(draft)

    assert draft.scenarios[key]["note"] == "一次通过"
    assert [step["expect"]["ended"] for step in draft.scenarios[key]["steps"]] == [False, False, True]
    assert tested.is_green
    assert "back" in tested.elements - tested.taken
    assert tested.share == len(tested.taken) * 100 // len(tested.elements)

    published = diagrams.publish_as_operator("tried", note="")
    later, _problems = diagrams.keep_draft("tried", bpmn=drawn.plain(), by=author)
    assert later.scenarios == published.scenarios == draft.scenarios


def test_a_changed_drawing_says_which_step_of_a_scenario_went_wrong(author):
    draft = draft_of(drawn.with_review(), author)
    trial = begun(draft, author)
    do(trial, {"complete": "check"}, author)
    trials.record(trial, title="到审核", at=2, by=author)

    changed = drawn.with_review().replace(
        b'sourceRef="check" targetRef="review"', b'sourceRef="check" targetRef="end"'
    )
    draft, _problems = diagrams.keep_draft("tried", bpmn=changed, by=author)
    ((_key, result),) = scenarios.tested(draft).results

    assert (result.outcome, result.step) == ("wrong", 2)
    assert {one.name for one in result.differences} == {"tasks", "ended"}
    assert scenarios.tested(draft).taken == frozenset()


def test_a_scenario_runs_out_of_time_instead_of_holding_up_the_check(author, monkeypatch):
    draft = draft_of(drawn.plain(), author)
    trials.record(begun(draft, author), title="慢的", at=1, by=author)
    draft.refresh_from_db()
    monkeypatch.setattr(scenarios, "SECONDS", -1.0)

    ((_key, result),) = scenarios.tested(draft).results
    assert result.outcome == "late"

    monkeypatch.undo()
    assert scenarios.tested(draft).is_green  # what was late is not remembered


@pytest.mark.parametrize(
    "scenario", [{}, {"steps": 3}, {"steps": [3]}, {"steps": [{"nothing": 1}]}, {"steps": [{"advance": "x"}]}]
)
def test_a_scenario_that_cannot_be_read_is_red_and_not_an_error(scenario, author):
    draft = draft_of(drawn.plain(), author)
    draft = workflows.save_draft(draft.definition, bpmn=draft.bpmn.encode(), scenarios={"odd": scenario})

    assert not scenarios.tested(draft).is_green


def test_scenarios_of_what_is_in_force_are_changed_in_a_draft(author):
    draft = draft_of(drawn.plain(), author)
    key = trials.record(begun(draft, author), title="开头", at=1, by=author)
    published = diagrams.publish_as_operator("tried", note="")

    scenarios.rename(published, key, title="改了名", by=author)
    published.refresh_from_db()
    draft = Version.objects.get(definition__key="tried", status="draft")
    assert published.scenarios[key]["note"] == "开头"
    assert draft.scenarios[key]["note"] == "改了名"

    scenarios.drop(published, key, by=author)
    draft.refresh_from_db()
    assert draft.scenarios == {}
    assert Definition.objects.get(key="tried").versions.count() == 2
