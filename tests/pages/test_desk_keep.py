"""The record kept from the desk: people, decisions on the law in force, refusals that keep what was typed."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.models import CaseEvent, Instrument, LegalBasis, Party
from tests.pages.desk_matter import open_case, publish_desk_matter, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world):
    publish_desk_matter()
    return signed(world)


def as_person(user):
    client = Client()
    client.force_login(user)
    return client


def address(case, what, item=None):
    return reverse("desk:keep", args=[case.number, what]) + (f"?item={item}" if item else "")


def test_somebody_is_added_and_taken_away_with_a_reason(world, case):
    clerk = as_person(world.planning)

    clerk.post(address(case, "party"), {"role": "witness", "name": "陈大宇", "phone": "13800005678"})
    party = Party.objects.get(case=case, role="witness")
    page = clerk.get(reverse("desk:case", args=[case.number])).content.decode()
    assert "陈大宇" not in page
    assert address(case, "no-party", party.pk) in page
    without = clerk.post(address(case, "no-party", party.pk), {"reason": " "})
    clerk.post(address(case, "no-party", party.pk), {"reason": "记错了人"})

    party.refresh_from_db()
    assert without.status_code == 422
    assert party.removed_at is not None
    told = CaseEvent.objects.filter(case=case, kind__in=("party_added", "party_removed")).order_by("seq")
    assert [line.kind for line in told] == ["party_added", "party_removed"]


def test_a_penalty_names_the_law_in_force_on_its_day(world, case):
    clerk, today = as_person(world.planning), timezone.localdate()
    LegalBasis.objects.create(code="old-law", law="旧法", valid_from=today - timedelta(days=900))
    given = {
        "kind": "penalty",
        "number": "万综执〔2026〕12 号",
        "title": "行政处罚决定书",
        "decided_on": today.isoformat(),
    }

    asked = clerk.get(address(case, "instrument")).content.decode()
    assert f'value="{today.isoformat()}"' in asked
    bare = clerk.post(address(case, "instrument"), given)
    clerk.post(address(case, "instrument"), {**given, "bases": ["old-law"], "amount": "2000"})

    assert bare.status_code == 422
    assert bare.context["form"].errors["bases"]
    assert bare.context["form"]["number"].value() == given["number"]
    row = Instrument.objects.get(case=case)
    assert (row.amount, [basis.code for basis in row.bases.all()]) == (2000, ["old-law"])
    clerk.post(address(case, "no-instrument", row.pk), {"reason": "事实有误"})
    again = clerk.post(address(case, "no-instrument", row.pk), {"reason": "事实有误"})
    row.refresh_from_db()
    assert row.revoked_why == "事实有误"
    assert again.status_code == 409


def test_what_is_of_another_case_is_not_there(world, case):
    other = Party.objects.create(
        case=open_case(world), role="party", name="别人", added_by=world.planning, added_at=timezone.now()
    )

    answer = as_person(world.planning).post(address(case, "no-party", other.pk), {"reason": "试试"})

    assert answer.status_code == 404
    assert (
        as_person(world.planning).get(reverse("desk:keep", args=[case.number, "nonsense"])).status_code == 404
    )
    assert as_person(world.planning).get(address(case, "no-party")).status_code == 404
