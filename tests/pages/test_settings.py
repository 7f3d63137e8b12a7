"""The settings as an administrator works with them, by form and address."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from casework.models import SettingChange
from grid.models import Appointment, Post, Unit
from tests.world import TOWN, post_code

pytestmark = pytest.mark.django_db
CENTRE = f"{TOWN}000-centre"


@pytest.fixture
def admin(world):
    client = Client()
    client.force_login(world.administrator)
    return client


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def do(client, address="/settings/organisation/", **fields):
    return client.post(address, fields)


def test_every_section_is_in_the_list_and_opens(admin):
    page = admin.get("/settings/")

    links = set(re.findall(r'href="(/settings/[a-z/]+)"', page.content.decode()))
    assert len(links) >= 2
    assert [admin.get(link).status_code for link in sorted(links)] == [200] * len(links)


def test_the_tree_shows_units_posts_and_holders_of_an_area(admin):
    page = text_of(admin.get(f"/settings/organisation/?area={TOWN}"))

    assert "平安法治板块" in page
    assert "矛盾调解岗 唐慧" in page
    assert "孙立" not in page


def test_what_is_refused_is_told_in_place_and_changes_nothing(admin):
    answer = do(admin, f"/settings/organisation/?unit={CENTRE}", act="rename_unit", code=CENTRE, name=" ")

    assert answer.status_code == 422
    assert "单位和岗位要有名称" in text_of(answer) or "100" in text_of(answer)
    assert Unit.objects.get(code=CENTRE).name == "基层治理指挥中心"
    assert not SettingChange.objects.exists()


def test_the_last_appointment_that_ends_offers_the_hand_over(world, admin):
    row = Appointment.objects.get(user=world.mediation)
    day = timezone.localdate() + timedelta(days=1)

    answer = do(admin, act="end", appointment=row.pk, last_day=str(day))
    page = admin.get(answer["Location"])
    handover = f"/desk/leaving/?leaver={world.mediation.pk}"

    assert handover in page.content.decode()
    assert admin.get(handover).status_code == 200


def test_people_are_found_by_name_with_what_they_hold(world, admin):
    assert "平安法治板块 矛盾调解岗" in text_of(admin.get("/settings/organisation/people/?who=唐"))
    assert "未任职" in text_of(admin.get("/settings/organisation/people/?who=路人"))
    assert text_of(admin.get("/settings/organisation/people/?who=")) == ""


def test_a_post_without_a_holder_is_reported(world, admin):
    Appointment.objects.filter(user=world.mediation).update(ends_on=timezone.localdate() - timedelta(days=3))

    page = text_of(admin.get("/settings/organisation/vacancies/"))

    assert "1 个岗位空缺" in page
    assert "矛盾调解岗" in page


def test_the_organisation_goes_out_to_excel_and_comes_back(admin):
    book = admin.get("/settings/organisation/export/").content
    sheet = load_workbook(BytesIO(book))
    rows = list(sheet.active.iter_rows(values_only=True))
    place = next(place for place, row in enumerate(rows, 1) if row[0] == CENTRE)
    sheet.active.cell(row=place, column=8, value="总指挥")
    sheet.active.append(
        [CENTRE, "command_centre", "基层治理指挥中心", "command_centre", TOWN, None, "clerk", "内勤岗"]
    )
    changed = BytesIO()
    sheet.save(changed)

    def send(what):
        file = BytesIO(changed.getvalue())
        file.name = "组织.xlsx"
        return admin.post("/settings/organisation/import/", {"kind": "units", "file": file, "do": what})

    tried = send("try")
    before = Post.objects.filter(role="clerk").count()
    stored = send("store")

    assert "每一行都可以存入" in text_of(tried)
    assert (before, stored.status_code) == (0, 302)
    assert Post.objects.get(code=f"{CENTRE}/clerk").name == "内勤岗"
    assert Post.objects.filter(name="总指挥").count() == 1


def test_bad_lines_of_a_file_are_named(admin):
    file = BytesIO(
        "单位编码,单位类别,单位名称,单位性质,所属区域\nx y,k,名,other,500101\nz,K,名,other,1\n".encode()
    )
    file.name = "u.csv"

    answer = admin.post("/settings/organisation/import/", {"kind": "units", "file": file, "do": "store"})

    assert answer.status_code == 422
    assert "第 2 行" in text_of(answer)
    assert "第 3 行" in text_of(answer)


def test_the_history_says_who_changed_what_from_what_to_what(world, admin):
    code = post_code("mediation")
    do(admin, act="change_post", code=code, name="调解岗", sees="assigned", powers=["register"])

    page = text_of(admin.get("/settings/history/?section=organisation&q=调解"))

    assert "名称： 矛盾调解岗 → 调解岗" in page
    assert "何静" in page
    assert "调解岗" not in text_of(admin.get("/settings/history/?section=holidays"))
