"""催办: once in half an hour, merged, with a receipt; of several who sign only those who are missing."""

from datetime import timedelta

import pytest
from django.db.models import F

from casework.errors import NotYours, StepTaken, VerbNotAllowed
from casework.models import Urge
from casework.queries.viewers import viewer_for
from casework.services import urging
from casework.services.acts import act_on_case
from casework.services.said import Said
from tests.services.shapes import at_b

pytestmark = pytest.mark.django_db


def test_urged_again_within_half_an_hour_is_one(world):
    at = at_b(world, "plain")
    version = at.case.version
    at.act("urge", "grid_worker", comment="请尽快")
    at.act("urge", "grid_worker", comment="还没来人")
    at.act("urge", "duty_officer")

    rows = list(Urge.objects.order_by("pk").values_list("by__username", "times", "text"))
    assert rows == [("grid_worker", 2, "还没来人"), ("duty_officer", 1, "")]
    assert at.kinds().count("urged") == 2
    at.case.refresh_from_db()
    assert at.case.version == version  # nothing that somebody works on has changed

    Urge.objects.update(at=F("at") - timedelta(minutes=31))
    at.act("urge", "grid_worker")
    assert (Urge.objects.count(), at.kinds().count("urged")) == (3, 3)
    at.ensure_sound()


def test_whose_step_it_is_leaves_a_receipt(world):
    at = at_b(world, "branch")
    at.act("urge", "grid_worker", comment="请尽快")

    assert urging.mark_read(viewer_for(world.mediation), at.case) == 0
    assert urging.mark_read(viewer_for(world.enforcement), at.case) == 1
    assert urging.mark_read(viewer_for(world.enforcement), at.case) == 0

    assert Urge.objects.get().read_by == world.enforcement


def test_of_several_who_sign_those_who_are_missing_are_urged(world):
    at = at_b(world, "countersign")
    at.act("approve", "enforcement")

    act_on_case(at.case.number, "urge", by=viewer_for(world.grid_worker), said=Said(comment="请会签"))

    urged = [urge.step.candidates for urge in Urge.objects.select_related("step").order_by("step")]
    assert urged == [["500101026000-safety/mediation"], ["500101026000-safety/safety"]]
    assert at.kinds().count("urged") == 1


def test_nobody_urges_himself_or_what_is_done(world):
    at = at_b(world, "plain")
    with pytest.raises(VerbNotAllowed):
        at.act("urge", "enforcement")
    with pytest.raises(NotYours):
        act_on_case(at.case.number, "urge", by=viewer_for(world.enforcement))
    at.act("approve", "enforcement")
    with pytest.raises(StepTaken):
        at.act("urge", "grid_worker")
    assert not Urge.objects.exists()
