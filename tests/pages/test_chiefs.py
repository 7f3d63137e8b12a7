"""The chiefs' one page: what, a few words, a photo; and nobody else's."""

from __future__ import annotations

from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from casework.models import Attachment, Case
from tests.diagrams import chain, publish, task
from tests.world import GRID

pytestmark = pytest.mark.django_db
DIAGRAM = '<startEvent id="s"/>' + task("a") + '<endEvent id="e"/>' + chain("s", "a", "e")
SAID = "三单元楼道堆了杂物"


@pytest.fixture
def chief(world, settings, tmp_path) -> Client:
    settings.MEDIA_ROOT = tmp_path
    publish("plain", DIAGRAM, now=timezone.now())
    client = Client()
    client.force_login(world.grid_head, backend="django.contrib.auth.backends.ModelBackend")
    return client


def photo(colour: str = "red") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (32, 24), colour).save(out, "JPEG")
    return SimpleUploadedFile("a.jpg", out.getvalue(), content_type="image/jpeg")


def test_a_report_in_one_page_however_often_it_is_sent(world, chief):
    told = {"token": str(uuid4()), "kind": "plain|", "text": SAID}

    first = chief.post("/m/chief/", told | {"files": photo()})
    again = chief.post("/m/chief/", told | {"files": photo()})

    case = Case.objects.get()
    assert first.url == again.url == f"/m/report/done/{case.number}/"
    assert (case.area.code, case.summary, case.reporter) == (GRID, SAID, world.grid_head)
    assert Attachment.objects.filter(case=case).count() == 1
    assert SAID in chief.get("/m/chief/").content.decode()


def test_what_is_missing_is_said_and_nothing_is_lost(chief):
    answer = chief.post("/m/chief/", {"token": str(uuid4()), "text": SAID, "files": photo()})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["kind"]
    assert SAID in page
    assert len(answer.context["photos"]) == 1
    assert not Case.objects.exists()


def test_a_photo_that_is_none_is_refused_in_words(chief):
    told = {"token": str(uuid4()), "kind": "plain|", "text": SAID}

    answer = chief.post("/m/chief/", told | {"files": SimpleUploadedFile("a.jpg", b"no photo")})

    assert answer.status_code == 422
    assert answer.context["refused"]
    assert not Case.objects.exists()


@pytest.mark.parametrize("who", ["grid_worker", "planning", "stranger"])
def test_who_is_no_chief_has_other_pages(world, who):
    client = Client()
    client.force_login(getattr(world, who), backend="django.contrib.auth.backends.ModelBackend")

    assert client.get("/m/chief/").status_code == 403
