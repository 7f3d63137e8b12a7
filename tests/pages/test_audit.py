"""The audit finds lines by person, case, kind, time and place; and whoever sees as somebody else can only look."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from casework.models import AccessEntry, Case, CaseEvent
from casework.pages.seeing import KEY
from casework.queries.viewers import viewer_for
from casework.services import record
from grid.models import Post
from tests.diagrams import ONE_STEP, publish
from tests.services.test_walk import act, opened, step_of
from tests.world import SIBLING, TOWN, post_code
from workflows.models import Step

pytestmark = pytest.mark.django_db


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def auditor(world):
    """The leader audits the district."""
    Post.objects.filter(code=post_code("leader")).update(powers=["supervise", "audit"])
    return client_of(world.leader)


@pytest.fixture
def told(world):
    publish("m", ONE_STEP, now=timezone.now())
    case, other = opened(world), opened(world)
    act(step_of(case, "survey"), "claim", world.planning)
    act(step_of(case, "survey"), "complete", world.planning, comment="电话 13800005678 已核实")
    party = record.add_party(
        other.number,
        record.NewParty(role="party", name="陈大宇", phone="13800005678"),
        by=viewer_for(world.planning),
    )
    record.reveal_party(other.number, party.pk, reason="电话核对", by=viewer_for(world.planning))
    return case, other


def kinds(page):
    return [line.event.kind for line in page.context["lines"]]


def test_lines_are_found_by_person_case_and_kind(auditor, told, world):
    case, _other = told
    mine = auditor.get("/audit/", {"person": "张志强", "case": case.number})
    assert kinds(mine) == ["completed", "claimed"]
    assert mine.context["lines"][0].said == "电话 138****5678 已核实"
    assert kinds(auditor.get("/audit/", {"person": "planning", "kind": "claimed"})) == ["claimed"]
    assert kinds(auditor.get("/audit/", {"person": "没有这个人"})) == []
    everything = auditor.get("/audit/")
    assert len(kinds(everything)) == CaseEvent.objects.count()


def test_reads_of_personal_data_say_who_and_why(auditor, told):
    page = auditor.get("/audit/", {"tab": "reads"})
    assert kinds(page) == ["revealed"]
    assert page.context["lines"][0].who == "张志强"
    assert "电话核对" in page.content.decode()


def test_time_and_place_narrow(auditor, told):
    assert kinds(auditor.get("/audit/", {"area": SIBLING})) == []
    assert len(kinds(auditor.get("/audit/", {"area": TOWN}))) == CaseEvent.objects.count()
    before = timezone.localdate() - timedelta(days=1)
    assert kinds(auditor.get("/audit/", {"to": str(before)})) == []


def test_pages_go_on_by_key(auditor, told, monkeypatch):
    monkeypatch.setattr("casework.queries.audit.SIZE", 3)
    seen, cursor = [], ""
    while True:
        page = auditor.get("/audit/", {"page": cursor})
        seen += [line.event.pk for line in page.context["lines"]]
        cursor = page.context["shown"].next
        if not cursor:
            break
    assert seen == list(CaseEvent.objects.order_by("-at", "-pk").values_list("pk", flat=True))


def test_who_audits_another_place_finds_nothing_here(told, world):
    Post.objects.filter(code=post_code("sibling_duty_chief")).update(powers=["supervise", "audit"])
    assert kinds(client_of(world.sibling_duty_chief).get("/audit/")) == []
    assert client_of(world.duty_chief).get("/audit/").status_code == 403


def test_taking_lines_out_is_itself_written_down(auditor, told, world):
    case, _other = told

    answer = auditor.post("/audit/export/", {"case": case.number})

    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[5] for row in rows[1:]] == [case.number] * CaseEvent.objects.filter(case=case).count()
    assert rows[1][-1] == Case.objects.get(pk=case.pk).last_hash
    entry = AccessEntry.objects.get()
    assert (entry.kind, entry.by, entry.data["rows"]) == ("exported", world.leader, len(rows) - 1)
    assert entry.data["asked"]["case"] == case.number
    assert "导出清单" in auditor.get("/audit/", {"tab": "access"}).content.decode()


def test_the_book_only_grows(auditor, told):
    auditor.post("/audit/export/", {})
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AccessEntry.objects.update(data={})
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AccessEntry.objects.get().delete()


# --- to see as somebody else


def begin(world, username="planning"):
    client = client_of(world.administrator)
    answer = client.post("/seeing/", {"person": username, "reason": "反映看不到待办"})
    return client, answer


def test_an_administrator_sees_the_lists_of_a_person(told, world):
    client, answer = begin(world)

    assert answer["Location"] == "/desk/"
    page = client.get("/desk/?tab=sign")
    assert page.context["request"].viewer.name == "张志强"
    assert "您正以 <b>张志强</b> 的视角查看" in page.content.decode()
    assert client.get("/desk/cases/").status_code == 200
    entry = AccessEntry.objects.get()
    assert (entry.kind, entry.by, entry.about) == ("look_began", world.administrator, world.planning)
    assert entry.data["reason"] == "反映看不到待办"


def test_nothing_can_be_done_in_the_name_of_another(told, world):
    _case, other = told
    client, _answer = begin(world)
    step = Step.objects.open().get(run=other.run)
    events = CaseEvent.objects.count()
    tries = [
        ("post", f"/desk/cases/{other.number}/say/", {"text": "x"}),
        ("post", "/desk/bulk/claim/", {"row": step.pk}),
        ("post", "/desk/", {}),
        ("post", "/preferences/", {"letters": "large"}),
        ("post", f"/api/v1/steps/{step.pk}/claim/", {}),
        ("put", "/desk/cases/", {}),
        ("delete", "/api/v1/phrases/1/", {}),
        ("get", f"/desk/cases/{other.number}/", {}),
        ("get", "/api/v1/cases/", {}),
        ("get", "/studio/", {}),
    ]
    for method, address, body in tries:
        answer = getattr(client, method)(address, body)
        assert answer.status_code == 403, (method, address)
        assert "只能查看" in answer.content.decode()
    step.refresh_from_db()
    assert (step.claimed_by, CaseEvent.objects.count()) == (None, events)


def test_a_look_is_ended_by_hand_or_by_time(told, world):
    client, _answer = begin(world)
    client.post("/seeing/end/")
    assert client.get("/studio/").status_code == 200
    assert list(AccessEntry.objects.order_by("pk").values_list("kind", flat=True)) == [
        "look_began",
        "look_ended",
    ]

    client, _answer = begin(world)
    session = client.session
    session[KEY] = {**session[KEY], "until": (timezone.now() - timedelta(seconds=1)).isoformat()}
    session.save()
    assert client.get("/studio/").status_code == 200
    assert client.get("/desk/").context["request"].viewer.name == "何静"


def test_nobody_looks_where_he_does_not_administer(told, world):
    assert (
        client_of(world.duty_chief).post("/seeing/", {"person": "planning", "reason": "x"}).status_code == 403
    )
    for username, reason in (("stranger", "x"), ("nobody", "x"), ("administrator", "x"), ("planning", " ")):
        client = client_of(world.administrator)
        assert client.post("/seeing/", {"person": username, "reason": reason}).status_code == 422
    case, _other = told
    Case.objects.filter(pk=case.pk).update(confidentiality="confidential")
    client, answer = begin(world)
    assert answer.status_code == 422
    assert "涉密" in answer.content.decode()
    assert not AccessEntry.objects.exists()
