"""The card of a step that others sign or do: whom it waits for, what they were asked, what they said."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.services.shapes import at_b

pytestmark = pytest.mark.django_db

POLICE = "500101026000-safety/police"


def card(at, who, step=None):
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(getattr(at.world, who))
    address = reverse("desk:case", args=[at.case.number])
    return client.get(address, {"step": (step or at.mine).pk}).content.decode()


def test_owner_sees_whom_he_waits_for_and_then_what_they_said(world):
    at = at_b(world, "plain")
    at.act("add-sign", "enforcement", posts=[POLICE], position="before", comment="请核对身份")

    waiting = card(at, "enforcement")
    assert "还要等" in waiting
    assert "平安法治板块 公安(派出所)岗" in waiting
    asked = at.step("B", post=POLICE)
    assert "赵海涛请您一起加签" in card(at, "police", asked)
    assert "请核对身份" in card(at, "police", asked)

    at.act("reject", "police", step=asked, comment="身份不符，电话13800005678")

    told = card(at, "enforcement")
    assert "还要等" not in told
    assert "彭飞 · 驳回" in told
    assert "身份不符" in told
    assert "13800005678" not in told


def test_delegate_and_who_mends_are_told_what_for(world):
    at = at_b(world, "plain")
    at.act("delegate", "enforcement", to_post=POLICE, comment="请到现场")
    assert "赵海涛委托您办理" in card(at, "police", at.step("B", post=POLICE))
    at.act("complete", "police", step=at.step("B", post=POLICE), comment="已到现场")
    assert "已到现场" in card(at, "enforcement")

    at.act("return", "enforcement", comment="补照片", to_element="A", straight_back=True)

    assert "改好后直接回到退回的人" in card(at, "planning", at.step("A"))
