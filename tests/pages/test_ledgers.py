"""The ledgers' pages: masked everywhere, asked for in full with a reason, edited beside each other, read in from sheets."""

from __future__ import annotations

from io import BytesIO
from uuid import uuid4
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from grid.models import LedgerChange, LedgerImport, LedgerReading, LedgerRecord, LedgerVisit
from grid.services.ledgers import sheets, writing
from tests.grid.test_ledgers import ELDER, ID_NUMBER, due_in, keeper, tags
from tests.world import GRID, OTHER_GRID, SIBLING_GRID

pytestmark = pytest.mark.django_db
__all__ = ["tags"]  # a fixture that every test here uses
SECRETS = ("王桂芳", ID_NUMBER, "13800001111", "2栋502")


def client_of(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def elder(world) -> LedgerRecord:
    record = writing.enter("person", {**ELDER, "job": "工人"}, by=keeper(world.grid_worker))
    writing.edit(record.pk, {"phone": "13900002222"}, seen=1, by=keeper(world.grid_worker))
    writing.edit(record.pk, {"phone": "13800001111"}, seen=2, by=keeper(world.grid_worker))
    return record


def test_no_page_shows_personal_data(world, elder):
    worker = client_of(world.grid_worker)
    due_in(elder, 0)

    for name, at in (
        ("ledgers:list", []),
        ("ledgers:record", [elder.pk]),
        ("ledgers:edit", [elder.pk]),
        ("ledgers:reveal", [elder.pk]),
        ("visits:due", []),
        ("visits:visit", [elder.pk]),
    ):
        page = worker.get(reverse(name, args=at)).content.decode()

        assert [secret for secret in (*SECRETS, "13900002222") if secret in page] == [], name
        assert ("王*芳" in page) or name == "ledgers:edit", name
    assert not LedgerReading.objects.exists()


def test_a_look_needs_a_reason_and_is_kept(world, elder):
    worker, address = client_of(world.grid_worker), reverse("ledgers:reveal", args=[elder.pk])

    refused = worker.post(address, {"reason": ""})
    shown = worker.post(address, {"reason": "入户走访"}).content.decode()

    assert (refused.status_code, LedgerReading.objects.count()) == (422, 1)
    assert ID_NUMBER in shown
    assert "入户走访" in worker.get(reverse("ledgers:record", args=[elder.pk])).content.decode()


LISTS = [
    ("name", {"words": "王桂"}, 1),
    ("two words", {"words": "王桂芳 12号院"}, 1),
    ("another name", {"words": "李桂"}, 0),
    ("identity number", {"words": ID_NUMBER}, 1),
    ("tag", {"tag": "独居老人"}, 1),
    ("another tag", {"tag": "低保"}, 0),
    ("grid", {"area": GRID}, 1),
    ("another grid", {"area": OTHER_GRID}, 0),
    ("another kind", {"kind": "house"}, 0),
    ("no such kind", {"kind": "x"}, 1),
]


@pytest.mark.parametrize(("_case", "asked", "rows"), LISTS, ids=[row[0] for row in LISTS])
def test_the_list_is_narrowed(world, elder, _case, asked, rows):
    page = client_of(world.community_secretary).get(reverse("ledgers:list"), asked)

    assert len(page.context["lines"].rows) == rows


def test_the_form_keeps_what_it_does_not_show(world, elder):
    worker = client_of(world.grid_worker)
    form = {
        "seen": 3,
        "title": "",
        "phone": "",
        "area": GRID,
        "job": "退休",
        "tags.shown": "1",
        "tags": ["独居老人"],
    }

    answer = worker.post(reverse("ledgers:edit", args=[elder.pk]), form)

    elder.refresh_from_db()
    assert answer.status_code == 302
    assert (elder.title, writing.value_of(elder, "phone"), elder.details["job"]) == (
        "王*芳",
        "13800001111",
        "退休",
    )


def test_a_clash_shows_both_and_the_second_try_goes_through(world, elder):
    worker, address = client_of(world.grid_worker), reverse("ledgers:edit", args=[elder.pk])
    writing.edit(elder.pk, {"job": "保安"}, seen=3, by=keeper(world.grid_head))

    told = worker.post(address, {"seen": 3, "job": "教师"})
    again = worker.post(address, {"seen": told.context["seen"], "job": "教师"})

    assert (told.status_code, again.status_code) == (409, 302)
    assert {"工人", "保安", "教师"} <= set(told.context["clashes"][0].values())
    elder.refresh_from_db()
    assert elder.details["job"] == "教师"


def test_a_refused_form_keeps_what_was_typed(world):
    answer = client_of(world.grid_worker).post(
        reverse("ledgers:add", args=["person"]), {"title": "李芳", "phone": "12", "area": GRID}
    )

    assert answer.status_code == 422
    assert "李芳" in answer.content.decode()
    assert list(answer.context["form"].errors) == ["phone"]
    assert not LedgerRecord.objects.exists()


def test_one_tap_on_the_phone_is_one_visit(world, elder):
    worker, token = client_of(world.grid_worker), str(uuid4())
    due_in(elder, -2)

    for _tap in range(2):
        answer = worker.post(
            reverse("visits:visit", args=[elder.pk]), {"token": token, "result": "unchanged"}
        )
        assert answer.status_code == 302

    assert LedgerVisit.objects.get().result == "unchanged"
    assert worker.get(reverse("visits:due")).context["rows"] == ()


def test_the_visit_form_writes_back_only_what_changed(world, elder):
    worker = client_of(world.grid_worker)
    form = {
        "token": str(uuid4()),
        "result": "changed",
        "seen": 3,
        "marital": "丧偶",
        "job": "工人",
        "phone": "",
    }

    worker.post(reverse("visits:visit", args=[elder.pk]), form | {"tags.shown": "1", "tags": ["独居老人"]})

    assert elder.changes.first().fields == [{"field": "marital", "old": "", "new": "丧偶"}]
    assert LedgerVisit.objects.get().result == "changed"


# --- sheets

HEADS = ["姓名", "身份证号", "网格编码", "电话", "标签", "职业"]


def sheet(*rows, heads=HEADS) -> bytes:
    book = Workbook()
    for row in (heads, *rows):
        book.worksheets[0].append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def tried(client: Client, content: bytes, name: str = "人员.xlsx"):
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("ledgers:sheet", args=["person"]), {"file": file})


def read_in(client: Client, content: bytes):
    """Try a sheet, look at it, read it in."""
    address = tried(client, content).url
    plan = client.get(address).context["plan"]
    return plan, client.post(address, {"plan": plan.digest})


PEOPLE = (
    ["王桂芳", ID_NUMBER, GRID, "13800001111", "独居老人、低保", "退休"],
    ["李建军", "50010119500101001X", GRID, 13800003333, None, None],
)


def test_a_sheet_is_tried_then_read_in_and_a_second_time_changes_nothing(world):
    worker = client_of(world.grid_worker)

    before = tried(worker, sheet(*PEOPLE))
    assert (before.status_code, LedgerRecord.objects.count()) == (302, 0)
    plan, answer = read_in(worker, sheet(*PEOPLE))
    again, _answer = read_in(worker, sheet(*PEOPLE))

    assert answer.status_code == 302
    assert (plan.added, plan.changed, plan.unchanged) == (2, 0, 0)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    assert {row.version for row in LedgerRecord.objects.all()} == {1}
    assert set(LedgerChange.objects.values_list("how", flat=True)) == {"imported"}
    assert not LedgerImport.objects.filter(done_at__isnull=False, content__isnull=False).exists()


def test_what_a_sheet_changes_is_told_field_by_field_and_what_is_empty_stays(world, elder):
    plan, _answer = read_in(
        client_of(world.grid_worker), sheet(["", ID_NUMBER, "", "13700004444", None, "退休"])
    )

    assert (plan.added, plan.changed) == (0, 1)
    assert plan.changes[0].fields == (("电话", "138****1111", "137****4444"), ("职业", "工人", "退休"))
    elder.refresh_from_db()
    assert (elder.title, elder.tags, elder.version) == ("王*芳", ["独居老人"], 4)


def test_each_bad_cell_is_named_and_nothing_is_kept(world):
    worker = client_of(world.grid_worker)

    answer = tried(
        worker,
        sheet(
            PEOPLE[0],
            ["张三", "500101195001010000", GRID, "没有", "好人", None],
            ["李四", None, SIBLING_GRID, None, None, None],
            ["王五", None, GRID, None, None, None],
            ["重复", ID_NUMBER, GRID, None, None, None],
            ["公式", None, GRID, "=1+1", None, None],
        ),
    )

    found = {(one.row, one.column, one.heading) for one in answer.context["plan"].problems}
    assert answer.status_code == 422
    assert {(3, "B", "身份证号"), (3, "D", "电话"), (3, "E", "标签"), (4, "C", "网格编码")} <= found
    assert {(5, "", "编号"), (6, "", "编号"), (7, "D", "电话")} <= found
    assert not LedgerRecord.objects.exists()
    assert not LedgerImport.objects.exists()


def _swollen() -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * (sheets.UNPACKED + 1))
    return out.getvalue()


def _declared() -> bytes:
    out = BytesIO()
    with ZipFile(BytesIO(sheet(PEOPLE[0]))) as good, ZipFile(out, "w", ZIP_DEFLATED) as bad:
        for name in good.namelist():
            part = good.read(name)
            if name.endswith("sheet1.xml"):
                part = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + part
            bad.writestr(name, part)
    return out.getvalue()


FILES = [
    ("nothing", lambda: b""),
    ("not a sheet", lambda: b"\xd0\xcf\x11\xe0" + bytes(2000)),
    ("a damaged one", lambda: sheet(PEOPLE[0])[:-300]),
    ("too large", lambda: bytes(sheets.BYTES + 1)),
    ("swells", _swollen),
    ("declares entities", _declared),
    ("no headings", lambda: sheet(heads=[None, None])),
    ("strange headings", lambda: sheet(heads=["姓名", "工资"])),
    ("a heading twice", lambda: sheet(heads=["姓名", "姓名"])),
    ("too many lines", lambda: sheet(*[["某某"]] * (sheets.ROWS + 1), heads=["姓名"])),
]


@pytest.mark.parametrize(("_case", "made"), FILES, ids=[row[0] for row in FILES])
def test_a_file_that_is_no_such_sheet_is_refused_in_words(world, _case, made):
    answer = tried(client_of(world.grid_worker), made())

    assert answer.status_code == 422
    assert str(answer.context["refused"])
    assert not LedgerImport.objects.exists()


def test_a_ledger_that_changed_meanwhile_is_shown_again_before_anything_is_written(world, elder):
    worker = client_of(world.grid_worker)
    address = tried(worker, sheet(["", ID_NUMBER, "", "", "", "教师"])).url
    digest = worker.get(address).context["plan"].digest
    writing.edit(elder.pk, {"job": "保安"}, seen=3, by=keeper(world.grid_head))

    moved = worker.post(address, {"plan": digest})
    elder.refresh_from_db()

    assert (moved.status_code, elder.details["job"]) == (409, "保安")
    assert worker.post(address, {"plan": moved.context["plan"].digest}).status_code == 302
    elder.refresh_from_db()
    assert elder.details["job"] == "教师"


def test_another_persons_sheet_is_not_there(world):
    address = tried(client_of(world.grid_worker), sheet(PEOPLE[0])).url

    assert client_of(world.grid_head).get(address).status_code == 404


def test_somebody_of_another_area_is_not_taken_over(world, elder):
    other = client_of(world.other_grid_worker)

    answer = tried(other, sheet(["王桂芳", ID_NUMBER, OTHER_GRID, None, None, None]))

    assert [one.heading for one in answer.context["plan"].problems] == ["编号"]
    elder.refresh_from_db()
    assert elder.area_code == GRID


def test_the_template_reads_as_an_empty_sheet(world):
    content = client_of(world.grid_worker).get(reverse("ledgers:template", args=["person"])).content

    read = sheets.read_sheet("person", content)

    assert (read.rows, read.columns["title"]) == ((), "A")


def test_a_list_is_taken_away_masked_logged_and_without_formulas(world, elder):
    writing.edit(elder.pk, {"job": "=HYPERLINK(1)"}, seen=3, by=keeper(world.grid_worker))

    answer = client_of(world.grid_worker).post(reverse("ledgers:export"), {"kind": "person"})

    book = load_workbook(BytesIO(answer.content))
    head, row = ([cell.value for cell in line] for line in book.worksheets[0].iter_rows())
    told = dict(zip(head, row, strict=True))
    assert (told["姓名"], told["电话"], told["身份证号"]) == ("王*芳", "138****1111", "5001**********0021")
    assert "f" not in {cell.data_type for cell in book.worksheets[0][2]}
    assert told["职业"] == "=HYPERLINK(1)"
    reading = LedgerReading.objects.get()
    assert (reading.kind, reading.rows, reading.wanted["kind"]) == ("export", 1, "person")
    assert "陈秀兰" in str(book.worksheets[1]["A1"].value)
