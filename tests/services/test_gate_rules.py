"""What publishing asks for: one person tightens it, two people loosen it."""

import pytest
from django.db import IntegrityError, transaction

from casework.errors import NotNow, NotYours
from casework.models import LooseningRequest, PublishingRule
from casework.queries import publishing as gate
from casework.queries.viewers import viewer_for
from casework.services import diagrams, gate_rules
from grid.models import Appointment, User
from tests.world import SINCE

STRICT = gate_rules.Rule(share=50, needs_second=True, is_own=True)


@pytest.fixture
def author(world):
    return viewer_for(world.administrator)


@pytest.fixture
def second(world):
    user = User.objects.create(username="second", display_name="谭晓军")
    Appointment.objects.create(user=user, post=world.post_of(world.administrator), starts_on=SINCE)
    return viewer_for(user)


@pytest.fixture
def matter(author):
    found = diagrams.create_matter(key="tried", title="试的", by=author)
    gate_rules.set_rule(found, share=50, needs_second=True, by=author)
    return found


@pytest.mark.parametrize(("share", "needs_second"), [(50, False), (49, True), (100, False)])
def test_what_lets_more_through_waits_for_a_second_person(share, needs_second, matter, author, second):
    asked = gate_rules.set_rule(matter, share=share, needs_second=needs_second, by=author)
    assert gate_rules.rule_for(matter) == STRICT
    with pytest.raises(NotYours):
        gate_rules.agree_to_loosening(asked.pk, by=author)
    assert gate_rules.rule_for(matter) == STRICT

    gate_rules.agree_to_loosening(asked.pk, by=second)

    wanted = gate_rules.Rule(share=share, needs_second=needs_second, is_own=True)
    assert gate_rules.rule_for(matter) == wanted
    assert [act.who for act in gate.acts(matter)][:2] == [str(second_name(second)), "何静"]


def second_name(second):
    return User.objects.get(pk=second.user_id)


def test_what_asks_for_more_counts_at_once(matter, author):
    assert gate_rules.set_rule(matter, share=80, needs_second=True, by=author) is None
    assert gate_rules.rule_for(matter).share == 80


def test_a_matter_gets_no_looser_rule_of_its_own_than_the_one_for_all(matter, author):
    other = diagrams.create_matter(key="other", title="别的", by=author)
    gate_rules.set_rule(None, share=0, needs_second=True, by=author)

    assert gate_rules.set_rule(other, share=0, needs_second=False, by=author) is not None
    assert gate_rules.rule_for(other).needs_second


def test_a_newer_wish_takes_the_place_of_the_one_that_waits(matter, author, second):
    first = gate_rules.set_rule(matter, share=0, needs_second=True, by=author)
    gate_rules.set_rule(matter, share=90, needs_second=True, by=second)

    with pytest.raises(NotNow):
        gate_rules.agree_to_loosening(first.pk, by=second)
    assert gate_rules.rule_for(matter).share == 90
    assert gate.loosening_inbox(second) == []


@pytest.mark.parametrize(("who", "state"), [("author", "withdrawn"), ("second", "refused")])
def test_it_stays_as_it_was_where_somebody_says_no(who, state, matter, author, second):
    asked = gate_rules.set_rule(matter, share=0, needs_second=False, by=author)

    gate_rules.refuse_loosening(asked.pk, by={"author": author, "second": second}[who])

    asked.refresh_from_db()
    assert (asked.state, gate_rules.rule_for(matter)) == (state, STRICT)


def test_only_who_draws_agrees(matter, author, world):
    asked = gate_rules.set_rule(matter, share=0, needs_second=False, by=author)
    for act in (gate_rules.agree_to_loosening, gate_rules.refuse_loosening):
        with pytest.raises(NotYours):
            act(asked.pk, by=viewer_for(world.duty_officer))


def test_the_database_lets_nobody_agree_with_himself(matter, author):
    asked = gate_rules.set_rule(matter, share=0, needs_second=False, by=author)
    with pytest.raises(IntegrityError, match="loosening_is_agreed_to_by_another"), transaction.atomic():
        LooseningRequest.objects.filter(pk=asked.pk).update(
            state="approved", decided_by=author.user_id, decided_at=asked.asked_at
        )
    assert PublishingRule.objects.count() == 1


def test_the_second_person_finds_and_decides_it_in_the_page(matter, author, second, client):
    asked = gate_rules.set_rule(matter, share=50, needs_second=False, by=author)
    client.force_login(second_name(second))

    page = client.get("/reviews/").content.decode()
    assert f"/reviews/asks/{asked.pk}/" in page
    assert "现在：路径 50%" in page

    client.post(f"/reviews/asks/{asked.pk}/", {"do": "agree"})
    assert not gate_rules.rule_for(matter).needs_second
