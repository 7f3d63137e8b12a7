"""The gate before publishing: scenarios, share, second person, and that what changed meanwhile is never published."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.errors import NotNow, NotValid, NotYours
from casework.models import PublishRequest
from casework.queries import publishing as gate
from casework.queries.viewers import viewer_for
from casework.services import diagrams, gate_rules, publishing, scenarios, trials
from casework.services.locks import database_now
from casework.services.publishing import GateClosed
from grid.models import Appointment, User
from tests.api import diagrams as drawn
from tests.api.conftest import Api
from tests.world import GRID, SINCE
from workflows.errors import DraftChanged, NotPublishable
from workflows.models import Definition, Version


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


@pytest.fixture
def author(world):
    return viewer_for(world.administrator)


@pytest.fixture
def second(world):
    """Another who draws here."""
    user = User.objects.create(username="second", display_name="谭晓军")
    post = world.post_of(world.administrator)
    Appointment.objects.create(user=user, post=post, starts_on=SINCE)
    return viewer_for(user)


@pytest.fixture
def matter(author):
    found = diagrams.create_matter(key="tried", title="试的", by=author)
    diagrams.keep_draft("tried", bpmn=drawn.with_review(), by=author)
    return found


def draft():
    return Version.objects.get(definition__key="tried", status="draft")


def shown():
    return scenarios.fingerprint(draft())


def record(author, *steps, title="一条路"):
    trial = trials.begin(draft(), data={}, area_code=GRID, by=author, now=database_now())
    for step in steps:
        trials.go_on(trial, step, at=len(trial.steps), by=author)
        trial.refresh_from_db()
    trials.record(trial, title=title, at=len(trial.steps), by=author)


def loosen(matter, author, second, *, share=0, needs_second=False):
    asked = gate_rules.set_rule(matter, share=share, needs_second=needs_second, by=author)
    gate_rules.agree_to_loosening(asked.pk, by=second)


THROUGH = ({"complete": "check"}, {"complete": "review", "data": {"结论": "同意"}})
ROUND = (
    {"complete": "check"},
    {"complete": "review", "data": {"结论": "退回"}},
    {"complete": "check"},
    {"complete": "review", "data": {"结论": "同意"}},
)


# --- what is asked for


def test_nothing_is_asked_for_until_somebody_does(matter, author):
    assert gate_rules.rule_for(matter) == gate_rules.Rule()
    assert publishing.publish("tried", note="第一版", by=author).number == 1


def test_the_matters_own_rule_goes_before_the_one_for_all_and_the_newest_before_older_ones(matter, author):
    other = diagrams.create_matter(key="other", title="别的", by=author)
    gate_rules.set_rule(None, share=10, needs_second=True, by=author)
    gate_rules.set_rule(matter, share=80, needs_second=True, by=author)
    gate_rules.set_rule(matter, share=90, needs_second=True, by=author)

    assert gate_rules.rule_for(matter) == gate_rules.Rule(share=90, needs_second=True, is_own=True)
    assert gate_rules.rule_for(other) == gate_rules.Rule(share=10, needs_second=True)
    assert [act.note.split("，")[0] for act in gate.acts(matter)] == [
        "路径占比 90%",
        "路径占比 80%",
        "路径占比 10%",
    ]


@pytest.mark.parametrize("share", [-1, 101])
def test_a_share_is_a_percentage(share, matter, author):
    with pytest.raises(NotValid):
        gate_rules.set_rule(matter, share=share, needs_second=False, by=author)


def test_only_who_draws_sets_asks_and_agrees(matter, author, second, world):
    stranger = viewer_for(world.duty_officer)
    asked = publishing.ask(matter, note="请看", reviewed=shown(), by=author)

    for act in (
        lambda: gate_rules.set_rule(matter, share=0, needs_second=False, by=stranger),
        lambda: publishing.publish("tried", note="", by=stranger),
        lambda: publishing.ask(matter, note="", reviewed=shown(), by=stranger),
        lambda: publishing.agree(asked.pk, by=stranger),
        lambda: publishing.send_back(asked.pk, comment="x", by=stranger),
        lambda: publishing.withdraw(asked.pk, by=stranger),
    ):
        with pytest.raises(NotYours):
            act()


# --- scenarios and their share


def test_the_share_that_is_asked_for_has_to_be_reached(matter, author):
    gate_rules.set_rule(matter, share=100, needs_second=False, by=author)
    record(author, *THROUGH)
    with pytest.raises(GateClosed):
        publishing.publish("tried", note="不够", by=author)
    assert Version.objects.get().status == "draft"  # the refusal took everything back

    record(author, *ROUND, title="退一次")
    assert scenarios.tested(draft()).share == 100
    assert publishing.publish("tried", note="够了", by=author).number == 1


def test_new_cases_do_not_wait_while_the_scenarios_run(matter, author):
    with CaptureQueriesContext(connection) as asked:
        publishing.publish("tried", note="第一版", by=author)

    locks = [one["sql"] for one in asked if "FOR " in one["sql"] and '"workflows_definition"' in one["sql"]]
    assert locks
    assert all("FOR NO KEY UPDATE" in sql for sql in locks)


def test_a_red_scenario_keeps_the_gate_shut_whatever_share_is_asked_for(matter, author):
    record(author, *THROUGH)
    diagrams.keep_draft("tried", bpmn=drawn.plain(key="reviewed"), by=author)

    with pytest.raises(GateClosed):
        publishing.publish("tried", note="", by=author)
    row = gate.scenario_rows(draft(), scenarios.tested(draft()))[0]
    assert row.outcome == "wrong"
    assert row.step == 1
    assert "核查" in row.why or "check" in row.why


def test_the_interface_passes_through_the_same_gate(matter, author, world):
    gate_rules.set_rule(matter, share=0, needs_second=True, by=author)

    answer = Api(user=world.administrator).post("matters/tried/publish/", {"note": "绕过去"})

    assert answer.status_code == 422
    assert answer.json()["code"] == "gate_closed"
    assert draft().number is None


# --- the second person


@pytest.fixture
def guarded(matter, author):
    gate_rules.set_rule(matter, share=0, needs_second=True, by=author)
    return matter


def test_the_second_person_puts_it_in_force(guarded, author, second):
    asked = publishing.ask(guarded, note="请复核", reviewed=shown(), by=author)
    assert [one.pk for one, _draft, _title in gate.review_inbox(second)] == [asked.pk]
    assert gate.review_inbox(author) == []

    made = publishing.agree(asked.pk, comment="可以", by=second)

    asked.refresh_from_db()
    assert (made.number, made.note, made.published_by_id) == (1, "请复核", second.user_id)
    assert (asked.state, asked.number, asked.comment) == ("approved", 1, "可以")
    assert [act.said for act in gate.acts(guarded)][-1] == "设定了本事项的发布要求"
    assert {act.who for act in gate.acts(guarded)} == {"何静", "谭晓军"}
    with pytest.raises(NotNow):
        publishing.agree(asked.pk, by=second)


def test_neither_who_asked_nor_who_changed_it_last_can_agree(guarded, author, second):
    mine = publishing.ask(guarded, note="", reviewed=shown(), by=author)
    with pytest.raises(NotYours):
        publishing.agree(mine.pk, by=author)

    theirs = publishing.ask(
        guarded, note="", reviewed=shown(), by=second
    )  # who drew last is the author still
    with pytest.raises(NotYours):
        publishing.agree(theirs.pk, by=author)
    with pytest.raises(NotYours):
        publishing.send_back(theirs.pk, comment="x", by=second)
    assert draft().number is None


@pytest.mark.parametrize("part", ["bpmn", "forms", "tables", "scenarios"])
def test_what_changed_after_it_was_sent_cannot_be_agreed_to(part, guarded, author, second):
    asked = publishing.ask(guarded, note="", reviewed=shown(), by=author)
    changed = {
        "bpmn": drawn.with_review() + b"\n",
        "forms": {"f": {"key": "f", "title": "表", "fields": []}},
        "tables": {"t": "<x/>"},
        "scenarios": {"s": {"steps": []}},
    }[part]
    Version.objects.filter(pk=draft().pk).update(
        **{part: changed.decode() if isinstance(changed, bytes) else changed}
    )

    with pytest.raises(NotNow):
        publishing.agree(asked.pk, by=second)
    assert draft().number is None
    assert PublishRequest.objects.get().state == "waiting"


def test_what_was_looked_at_is_what_is_sent_and_published(guarded, matter, author, second):
    before = shown()
    diagrams.keep_draft("tried", bpmn=drawn.plain(), by=author)
    with pytest.raises(DraftChanged):
        publishing.ask(guarded, note="", reviewed=before, by=author)
    loosen(guarded, author, second)
    with pytest.raises(DraftChanged):
        publishing.publish("tried", note="", reviewed=before, by=author)


def test_it_is_sent_back_with_words_and_can_be_asked_again(guarded, author, second):
    first = publishing.ask(guarded, note="", reviewed=shown(), by=author)
    with pytest.raises(NotValid):
        publishing.send_back(first.pk, comment="  ", by=second)
    publishing.send_back(first.pk, comment="时限太短", by=second)

    again = publishing.ask(guarded, note="", reviewed=shown(), by=author)
    newest = publishing.ask(guarded, note="再改", reviewed=shown(), by=author)

    states = dict(PublishRequest.objects.values_list("pk", "state"))
    assert states == {first.pk: "refused", again.pk: "withdrawn", newest.pk: "waiting"}


def test_a_draft_that_is_gone_leaves_nothing_to_decide(guarded, author, second):
    asked = publishing.ask(guarded, note="", reviewed=shown(), by=author)
    diagrams.drop_draft("tried", by=author)

    with pytest.raises(NotNow):
        publishing.agree(asked.pk, by=second)
    assert gate.review_inbox(second) == []


def test_what_must_be_fixed_is_neither_sent_nor_agreed_to(guarded, author, second):
    diagrams.keep_draft("tried", bpmn=drawn.broken(), by=author)
    with pytest.raises(GateClosed):
        publishing.ask(guarded, note="", reviewed=shown(), by=author)
    loosen(guarded, author, second)
    with pytest.raises(NotPublishable):
        publishing.publish("tried", note="", by=author)


# --- running cases


def test_the_effect_on_running_cases_is_told_for_each_step(matter, author, world):
    publishing.publish("tried", note="", by=author)
    operator = Api(user=world.administrator)
    officer = Api(user=world.duty_officer)
    for _n in range(3):
        officer.open("tried", GRID)
    moved = officer.open("tried", GRID)
    step = moved["steps"][0]["id"]
    assert Api(user=world.grid_worker).post(f"steps/{step}/complete/", {}).status_code == 200
    without_check = (
        drawn.with_review()
        .replace(b'id="check" name="\xe6\xa0\xb8\xe6\x9f\xa5"', b'id="look" name="\xe7\x9c\x8b"')
        .replace(b'"check"', b'"look"')
    )
    assert operator.put("matters/tried/draft/", without_check).status_code == 200

    found = gate.impact(Definition.objects.get(key="tried"), draft(), now=database_now())

    assert (found.all, found.go, found.map, found.stay) == (4, 1, 3, 0)
    assert {(place.element, place.cases, place.go, place.map) for place in found.places} == {
        ("check", 3, 0, 3),
        ("review", 1, 1, 0),
    }
