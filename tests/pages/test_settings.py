"""The settings as an administrator works with them, by form and address."""

import json
import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from casework.models import Category, Holiday, LegalBasis, RuleTable, SettingChange, WorkingTime
from casework.queries.viewers import viewer_for
from casework.queries.working_year import hours_seen, working_year
from casework.rules.nearby import limits_for
from casework.rules.plainly import plain_result, plain_test
from casework.services.calendars import work_calendar
from casework.services.limit_rules import limits_shown
from casework.services.locks import database_now
from casework.services.rulebook import forget_rules, ruler, shipped_sheet
from casework.services.seeds import seed_record_tables
from grid.models import Appointment, Post, Unit
from tests.world import GRID, TOWN, post_code

pytestmark = pytest.mark.django_db
CENTRE = f"{TOWN}000-centre"


@pytest.fixture(autouse=True)
def fresh_rules():
    """Rules and calendars are kept for a minute; what another test left must not count."""
    cache.clear()


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
    assert len(links) == 8
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


def grid_of(key, rows=None):
    sheet = shipped_sheet(key)
    kept = [[*map(plain_test, row.tests), *map(plain_result, row.results)] for row in sheet.rows]
    return json.dumps(rows if rows is not None else kept)


def rule(client, where="", key="nearby_start", **fields):
    return client.post(f"/settings/rules/{key}/{where}", {"after": "0", "note": "按区里会议纪要", **fields})


def test_a_broken_cell_is_named_by_row_and_column_and_never_put_in_force(admin):
    rows = json.loads(grid_of("nearby_start"))
    rows[1][3], rows[2][4] = '=not("危险"', "=1 +"

    told = rule(admin, "check/", table=json.dumps(rows)).json()["faults"]
    put = rule(admin, table=json.dumps(rows))

    assert [(one["row"], one["column"]) for one in told if one["severity"] == "error"] == [(2, 4), (3, 5)]
    assert put.status_code == 422
    assert RuleTable.objects.count() == SettingChange.objects.count() == 0


def test_a_table_that_answers_nothing_sensible_is_no_table(admin):
    assert rule(admin, table="[]").status_code == 422
    assert rule(admin, table="{").status_code == 422
    assert rule(admin, table='[["a"]]').status_code == 422
    assert rule(admin, "check/", table="[]").json()["faults"][0]["row"] == 0
    assert rule(admin, key="no_such_table", table="[]").status_code == 404


def test_what_differs_from_the_table_in_force_is_told_cell_by_cell(admin):
    rows = json.loads(grid_of("nearby_start"))
    rows[0][6] = "handler"
    rows.insert(1, ["", "", "", "犯罪", "区", "", "", "", ""])

    told = rule(admin, "check/", table=json.dumps(rows)).json()
    text = " ".join(re.sub(r"<[^>]+>", " ", told["compared"]).split())

    assert "第 1 行有改动 岗位： police → handler" in text
    assert "第 2 行是新增" in text


def test_a_case_is_decided_by_the_draft_and_by_what_is_in_force(world, admin):
    facts = {"area": GRID, "category": "暴露垃圾", "level": "grid", "times": "1"}
    rows = json.loads(grid_of("nearby_start"))
    same = text_of(rule(admin, "try/", table=json.dumps(rows), **facts))
    rows.insert(0, ["", "", "", "", "镇街", "", "duty_officer", "", "一律到镇街"])

    other = text_of(rule(admin, "try/", table=json.dumps(rows), **facts))
    nowhere = text_of(rule(admin, "try/", table=json.dumps(rows), **{**facts, "area": "1"}))

    assert "两者结论相同" in same
    assert "草稿的结论不同" in other
    assert "一律到镇街 （第 1 行）" in other
    assert "没有这个编码的" in nowhere
    assert RuleTable.objects.count() == 0


def test_a_table_is_put_in_force_from_a_day_with_a_note(admin):
    day = timezone.localdate() + timedelta(days=7)

    answer = rule(admin, table=grid_of("nearby_start"), valid_from=str(day))
    twice = rule(admin, table=grid_of("nearby_start"))
    page = text_of(admin.get("/settings/rules/nearby_start/"))

    row = RuleTable.objects.get()
    assert (answer.status_code, twice.status_code) == (302, 422)
    assert (row.version, timezone.localdate(row.valid_from)) == (1, day)
    assert "出厂版 待确认" in page
    assert SettingChange.objects.get().note == "按区里会议纪要"


def limit_now(category):
    forget_rules()
    ruling = ruler(now=database_now(), calendar=work_calendar(GRID))
    return limits_for(category, level="community", urgent=False, ruler=ruling).handle


def test_a_limit_is_changed_with_a_note_and_counts_at_once(world, admin):
    shown = limits_shown(viewer_for(world.administrator), now=database_now())
    garbage = next(one for one in shown if one.category.startswith("暴露垃圾"))
    said = {"act": "change", "mark": garbage.mark, "sign_for": "1wh", "handle": "6wh", "why": "区里规定"}

    without_note = do(admin, "/settings/limits/", **said)
    unreadable = do(admin, "/settings/limits/", **{**said, "handle": "soon", "note": "试"})
    kept = do(admin, "/settings/limits/", **said, note="区政府办〔2026〕8 号")
    again = do(admin, "/settings/limits/", **said, note="又一次")

    assert [one.status_code for one in (without_note, unreadable, kept, again)] == [422, 422, 302, 409]
    assert limit_now("暴露垃圾") == "6wh"
    assert RuleTable.objects.count() == 1
    assert (
        text_of(admin.get("/settings/limits/?category=暴露垃圾&level=社区&urgent=否&kind=事件")).count(
            "适用这一条"
        )
        == 1
    )


def test_a_limit_of_its_own_stands_ahead_of_the_others(admin):
    said = {
        "act": "add",
        "category": "路灯",
        "level": "社区",
        "sign_for": "1wh",
        "handle": "2wd",
        "note": "纪要",
    }

    kept = do(admin, "/settings/limits/", **said)
    twice = do(admin, "/settings/limits/", **said)

    assert (kept.status_code, twice.status_code) == (302, 422)
    assert limit_now("路灯") == "2wd"


def test_shipped_limits_are_confirmed_one_by_one_and_once(world, admin):
    viewer = viewer_for(world.administrator)
    marks = [one.mark for one in limits_shown(viewer, now=database_now())][:2]

    do(admin, "/settings/limits/", act="confirm", mark=marks, note="已核")
    do(admin, "/settings/limits/", act="confirm", mark=marks, note="已核")

    confirmed = [one.mark for one in limits_shown(viewer, now=database_now()) if one.is_confirmed]
    assert confirmed == marks
    assert SettingChange.objects.filter(verb="confirmed").count() == 2
    assert RuleTable.objects.count() == 0


def test_a_year_is_painted_and_weekday_and_weekend_turn_the_right_way(admin):
    seen = working_year(2027).seen
    said = {"act": "days", "seen": seen, "day": ["2027-01-01", "2027-01-03"], "name": "元旦"}

    kept = do(admin, "/settings/time/?year=2027", **said)
    stale = do(admin, "/settings/time/?year=2027", **said)

    rows = list(Holiday.objects.filter(day__year=2027).values_list("day", "works", "name"))
    assert (kept.status_code, stale.status_code) == (302, 409)
    assert rows == [(date(2027, 1, 1), False, "元旦"), (date(2027, 1, 3), True, "元旦")]
    assert SettingChange.objects.get().after == {"days": ["01-01 放假 元旦", "01-03 上班 元旦"]}


def test_hours_are_kept_by_area_and_season_or_refused_by_row(admin):
    seen = hours_seen()
    row = {"0-first_day": "06-01", "0-last_day": "09-30", "0-opens": "08:30", "0-closes": "17:30"}

    bad = do(admin, "/settings/time/", act="hours", seen=seen, rows="1", **{**row, "0-closes": "08:00"})
    worse = do(admin, "/settings/time/", act="hours", seen=seen, rows="1", **{**row, "0-first_day": "13-01"})
    good = do(admin, "/settings/time/", act="hours", seen=seen, rows="2", **row)

    assert [one.status_code for one in (bad, worse, good)] == [422, 422, 302]
    assert WorkingTime.objects.get().first_day == "06-01"
    assert SettingChange.objects.get().section == "hours"


def test_the_near_end_of_the_known_holidays_is_a_warning(admin):
    Holiday.objects.all().delete()

    assert "今年的节假日还没有录入" in text_of(admin.get("/settings/time/"))


def test_a_category_is_added_renamed_and_retired_but_never_taken_over(admin):
    seed_record_tables()
    new = {
        "act": "add",
        "code": "06901",
        "name": "占道洗车",
        "kind": "event",
        "parent": "06",
        "is_active": "1",
    }

    added = do(admin, "/settings/categories/", **new)
    taken = do(admin, "/settings/categories/", **{**new, "name": "别的"})
    do(admin, "/settings/categories/", **{**new, "act": "change", "name": "占道洗车修车", "is_active": ""})
    parent = do(admin, "/settings/categories/", act="change", code="06", name="市容环境", kind="event")

    row = Category.objects.get(code="06901")
    assert [one.status_code for one in (added, taken, parent)] == [302, 409, 422]
    assert (row.name, row.is_active) == ("占道洗车修车", False)
    assert "占道洗车" not in text_of(admin.get("/settings/categories/")).partition("变更记录 ")[0]
    assert "占道洗车修车 zdxcxc" in text_of(admin.get("/settings/categories/?retired=1"))


def test_a_provision_ends_and_names_its_successor(admin):
    seed_record_tables()
    said = {"act": "basis", "code": "noise-64", "law": "噪声污染防治法", "article": "第六十四条"}

    bad = do(admin, "/settings/reference/", **said, valid_from="2022-06-05", valid_to="2022-01-01")
    good = do(
        admin,
        "/settings/reference/",
        **said,
        valid_from="2022-06-05",
        valid_to="2026-08-14",
        successor="eco-code-noise",
    )

    row = LegalBasis.objects.get(code="noise-64")
    assert [one.status_code for one in (bad, good)] == [422, 302]
    assert (row.to_confirm, row.successor.code) == (False, "eco-code-noise")


def test_who_may_do_what_names_posts_unlike_the_others(world, admin):
    Post.objects.filter(code=post_code("grid_worker")).update(powers=["register", "supervise"])

    page = text_of(admin.get("/settings/powers/"))

    assert re.search(r"专职网格员 grid_worker 网格 4/4", page)
    assert "沱口社区第一网格" in page
    assert "暴露垃圾" in page
