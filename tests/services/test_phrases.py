"""Opinions kept for the next time: one's own and those of one's unit."""

import pytest

from casework.errors import AlreadyThere, NotFound, NotValid, NotYours
from casework.queries.viewers import viewer_for
from casework.services import phrases

pytestmark = pytest.mark.django_db

SAFETY, ECONOMY = "500101026000-safety", "500101026000-economy"


def texts(user, verb=""):
    return [phrase.text for phrase in phrases.phrases_of(viewer_for(user), verb=verb)]


def test_ones_own_and_those_of_the_unit_are_offered(world):
    me = viewer_for(world.enforcement)
    phrases.add(text="本单位意见", by=me, unit=SAFETY)
    phrases.add(text="情况属实", by=me)
    phrases.add(text="同意", by=me, verb="approve")

    assert texts(world.enforcement) == ["情况属实", "同意", "本单位意见"]
    assert texts(world.enforcement, "reject") == ["情况属实", "本单位意见"]
    assert texts(world.police) == ["本单位意见"]  # of the same unit
    assert texts(world.planning) == []


def test_a_colleague_may_forget_what_is_the_units_and_nothing_else(world):
    me, colleague = viewer_for(world.enforcement), viewer_for(world.police)
    mine, ours = phrases.add(text="情况属实", by=me), phrases.add(text="本单位意见", by=me, unit=SAFETY)

    with pytest.raises(NotFound):
        phrases.remove(mine.pk, by=colleague)
    phrases.remove(ours.pk, by=colleague)

    assert texts(world.enforcement) == ["情况属实"]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"text": "  "}, NotValid),
        ({"text": "长" * 501}, NotValid),
        ({"text": "同意", "verb": "explode"}, NotValid),
        ({"text": "同意", "unit": ECONOMY}, NotYours),
        ({"text": "已有"}, AlreadyThere),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_not_kept(said, error, world):
    me = viewer_for(world.enforcement)
    phrases.add(text="已有", by=me)

    with pytest.raises(error):
        phrases.add(by=me, **said)

    assert texts(world.enforcement) == ["已有"]
