"""Reports from the file that a phone saved: read in at a desk, once, whoever brings them and however often."""

import base64
import json
from hashlib import sha256
from io import BytesIO
from uuid import uuid4

import pytest
from django.urls import reverse

from casework.models import Attachment, Case, CaseEvent, CaseRecording, Evidence, HandedIn
from tests.pages.phone_matter import KEY, as_person, picture, publish_noise
from tests.world import GRID

pytestmark = pytest.mark.django_db
DANCE = f"{KEY}|坝坝舞"
SOUND = b"OggS" + bytes(200)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    publish_noise()


def report(owner, *, token=None, summary="音响太响", kind=DANCE, address="", parts=True, **more):
    token = token or str(uuid4())
    pairs = {
        "r.token": token,
        "r.kind": kind,
        "r.area": GRID,
        "r.summary": summary,
        "什么时候": "晚上",
    } | more
    photo, memo = picture().read(), SOUND
    return {
        "token": token,
        "user": str(owner.pk),
        "userName": str(owner),
        "title": summary,
        "address": address,
        "pairs": [list(pair) for pair in pairs.items()],
        "photos": [{"hash": sha256(photo).hexdigest(), "data": base64.b64encode(photo).decode()}]
        if parts
        else [],
        "memos": [{"hash": sha256(memo).hexdigest(), "data": base64.b64encode(memo).decode()}]
        if parts
        else [],
    }


def read_in(user, *reports, raw=None):
    told = {"format": "one-matter-reports", "version": 1, "reports": list(reports)}
    file = BytesIO(raw if raw is not None else json.dumps(told).encode())
    file.name = "reports.json"
    return as_person(user).post(reverse("handover"), {"file": file})


def send(user, told):
    """The phone gets through after all."""
    return as_person(user).post(reverse("phone:send"), dict(told["pairs"]))


def test_own_reports_are_read_in_with_photos_and_memos(world):
    told = report(world.grid_worker)

    for _again in range(2):
        page = read_in(world.grid_worker, told)

    case = Case.objects.get()
    assert case.number in page.content.decode()
    assert (case.reporter, case.summary) == (world.grid_worker, "音响太响")
    assert (Attachment.objects.count(), CaseRecording.objects.count()) == (1, 1)
    assert send(world.grid_worker, {**told, "pairs": [*told["pairs"]]}).json()["number"] == case.number


def test_officer_reads_in_for_a_worker_whose_phone_then_learns_the_number(world):
    told = report(world.grid_worker)

    read_in(world.duty_officer, told)
    read_in(world.community_secretary, told)
    answer = send(world.grid_worker, told).json()

    case = Case.objects.get()
    assert answer["number"] == case.number
    assert case.reporter == world.duty_officer
    assert "陈秀兰" in case.summary
    assert HandedIn.objects.get().owner == world.grid_worker
    assert CaseEvent.objects.filter(case=case, kind="handed_in").count() == 1
    assert as_person(world.grid_worker).get(answer["address"]).status_code == 200


def test_report_that_had_arrived_is_not_made_again(world):
    told = report(world.grid_worker, parts=False)
    number = send(world.grid_worker, told).json()["number"]

    page = read_in(world.duty_officer, told).content.decode()

    assert number in page
    assert Case.objects.count() == 1


def test_one_that_is_refused_does_not_hold_up_the_others(world):
    page = read_in(
        world.grid_worker, report(world.grid_worker, kind="", summary="缺类别"), report(world.grid_worker)
    ).content.decode()

    assert "请选一个类别" in page
    assert Case.objects.get().number in page


def test_evidence_in_the_file_goes_to_its_case(world):
    send(world.grid_worker, report(world.grid_worker, parts=False))
    case = Case.objects.get()

    read_in(world.grid_head, report(world.grid_head, address=f"/m/report/same/{case.number}/", kind=""))

    assert Case.objects.count() == 1
    assert Evidence.objects.get().case == case


def test_who_may_not_register_reads_in_only_his_own(world):
    page = read_in(world.planning, report(world.grid_worker)).content.decode()

    assert "要由本人或值班人员导入" in page
    assert "陈秀兰" not in page  # a made-up file is no list of who is who
    assert (Case.objects.count(), HandedIn.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("what", "raw", "words"),
    [
        ("no JSON", b"\xff\xd8", "文件坏了"),
        ("deep", b"[" * 100_000, "文件坏了"),
        ("another thing", b'{"a": 1}', "文件坏了"),
        ("no list", b'{"format": "one-matter-reports", "version": 1, "reports": {}}', "文件坏了"),
        ("another version", b'{"format": "one-matter-reports", "version": 9, "reports": []}', "另一版"),
        ("too many", json.dumps({"format": "one-matter-reports", "version": 1, "reports": [{}] * 51}).encode(), "五十"),
    ],
)  # fmt: skip
def test_file_that_is_none_is_refused_in_words(world, what, raw, words):
    page = read_in(world.duty_officer, raw=raw)

    assert page.status_code == 422
    assert words in page.content.decode()


@pytest.mark.parametrize(
    "spoilt",
    [
        {"pairs": None},
        {"pairs": [["r.token"]]},
        {"pairs": [[1, 2]]},
        {"pairs": [["r.token", "x"], ["r.kind", "\x00"]]},
        {"photos": [{"data": "no base64!"}]},
        {"photos": [1]},
        {"photos": {"a": 1}},
        {"photos": [{"hash": "x", "data": base64.b64encode(b"no photo").decode()}]},
        {"memos": [{"hash": "x", "data": base64.b64encode(b"no memo").decode()}]},
        {"user": "nobody"},
        {"user": "9" * 30, "pairs": []},
        {"title": "\ud800", "pairs": [["r.token", str(uuid4())], ["r.kind", "\ud800"]]},
        {"title": ["<script>"], "address": 7, "pairs": []},
    ],
)
def test_spoilt_report_is_refused_by_itself(world, spoilt):
    answer = read_in(world.grid_worker, {**report(world.grid_worker), **spoilt})

    assert answer.status_code == 200
    assert Case.objects.count() == (1 if spoilt == {"user": "nobody"} else 0)
    assert "<script>" not in answer.content.decode()


def test_no_file_is_asked_for(world):
    assert as_person(world.grid_worker).post(reverse("handover")).status_code == 422
