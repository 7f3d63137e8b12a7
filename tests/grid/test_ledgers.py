"""Ledger records: entered, edited beside each other, visited, taken out; who may, and what is kept about it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from grid.models import LedgerChange, LedgerReading, LedgerRecord, LedgerTag, LedgerVisit
from grid.services.ledgers import looking, writing
from grid.services.ledgers.errors import (
    AlreadyKept,
    ChangedMeanwhile,
    NotKept,
    ReasonMissing,
    RecordUnknown,
    ValuesRefused,
)
from grid.services.ledgers.keeping import Keeper
from grid.services.ledgers.tags import ensure_tags
from grid.services.visits import NewVisit, due_visits, visit
from tests.world import COMMUNITY, GRID, OTHER_GRID, SIBLING_GRID, TOWN

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tags(db):
    """Races empty the tables, what migrations put there included."""
    ensure_tags()


ID_NUMBER = "500101194303070021"  # made up; 1943-03-07
ELDER = {
    "title": "王桂芳",
    "id_number": ID_NUMBER,
    "phone": "13800001111",
    "area": GRID,
    "address": "沱口三巷12号院2栋502",
    "tags": ["独居老人"],
}


def keeper(user, code: str = GRID) -> Keeper:
    return Keeper(user_id=user.pk, post="p", sees=(code,), keeps=(code,), reveals=(code,))


def elder(world, **other) -> LedgerRecord:
    return writing.enter("person", {**ELDER, **other}, by=keeper(world.grid_worker))


def test_what_is_entered_is_kept_with_its_first_line(world):
    record = elder(world)

    assert (record.version, record.title, writing.value_of(record, "phone")) == (1, "王*芳", "13800001111")
    line = record.changes.get()
    assert (line.how, line.by_id, line.post) == ("created", world.grid_worker.pk, "p")
    assert {"field": "title", "old": "", "new": "王桂芳"} in writing.changes_of(line)


WRONG = [
    ("no name", {"title": " "}, "title"),
    ("check digit", {"id_number": "500101194303070024"}, "id_number"),
    ("too short a number", {"id_number": "5001"}, "id_number"),
    ("masked phone", {"phone": "138****1111"}, "phone"),
    ("words as phone", {"phone": "没有电话"}, "phone"),
    ("unknown tag", {"tags": "独居老人、好人"}, "tags"),
    ("grid of another town", {"area": SIBLING_GRID}, "area"),
    ("a community is no grid", {"area": COMMUNITY}, "area"),
    ("unknown house", {"house": "F-1"}, "house"),
    ("half a position", {"lat": "30.7"}, "lat"),
    ("not on Earth", {"lat": "91", "lon": "108"}, "lat"),
    ("infinite", {"lat": "inf", "lon": "108"}, "lat"),
    ("not a choice", {"sex": "?"}, "sex"),
    ("no date", {"birth_on": "1943-02-30"}, "birth_on"),
    ("born tomorrow", {"birth_on": "2199-01-01"}, "birth_on"),
    ("a cycle of no days", {"cycle_days": "0"}, "cycle_days"),
    ("half a day", {"cycle_days": "1.5"}, "cycle_days"),
    ("too long", {"job": "工" * 101}, "job"),
]


@pytest.mark.parametrize(("_case", "given", "field"), WRONG, ids=[row[0] for row in WRONG])
def test_what_cannot_be_kept_is_named(world, _case, given, field):
    with pytest.raises(ValuesRefused) as refused:
        elder(world, **given)

    assert list(refused.value.fields) == [field]
    assert not LedgerRecord.objects.exists()


def test_a_person_stands_in_the_ledger_once(world):
    elder(world)

    with pytest.raises(AlreadyKept):
        elder(world, title="另一个名字")
    assert LedgerRecord.objects.count() == 1


def test_only_what_was_typed_changes_and_both_values_are_kept(world):
    record = elder(world, job="退休工人")

    edited = writing.edit(
        record.pk,
        {"title": "", "phone": "13900002222", "job": "退休教师", "tags": ["独居老人"]},
        seen=1,
        by=keeper(world.grid_head),
    )

    assert (edited.version, writing.value_of(edited, "title")) == (2, "王桂芳")
    assert writing.changes_of(edited.changes.first()) == [
        {"field": "phone", "old": "13800001111", "new": "13900002222"},
        {"field": "job", "old": "退休工人", "new": "退休教师"},
    ]


def test_a_dash_empties_what_is_not_shown(world):
    record = elder(world)

    writing.edit(record.pk, {"phone": "-"}, seen=1, by=keeper(world.grid_worker))

    assert "phone" not in LedgerRecord.objects.get().details


def test_the_same_again_is_no_new_version(world):
    record = elder(world)

    writing.edit(record.pk, {"phone": "13800001111"}, seen=1, by=keeper(world.grid_worker))

    assert (LedgerRecord.objects.get().version, LedgerChange.objects.count()) == (1, 1)


def test_two_who_change_different_fields_both_win(world):
    record = elder(world, job="工人")
    writing.edit(record.pk, {"job": "保安", "marital": ""}, seen=1, by=keeper(world.grid_head))

    both = writing.edit(record.pk, {"job": "工人", "marital": "丧偶"}, seen=1, by=keeper(world.grid_worker))

    assert (both.version, both.details["job"], both.details["marital"]) == (3, "保安", "丧偶")


def test_two_who_change_the_same_field_are_told(world):
    record = elder(world, job="工人")
    writing.edit(record.pk, {"job": "保安"}, seen=1, by=keeper(world.grid_head))

    with pytest.raises(ChangedMeanwhile) as told:
        writing.edit(record.pk, {"job": "教师"}, seen=1, by=keeper(world.grid_worker))

    clash = told.value.clashes[0]
    assert (clash.name, clash.was, clash.now, clash.mine) == ("job", "工人", "保安", "教师")
    assert (told.value.version, LedgerRecord.objects.get().details["job"]) == (2, "保安")
    assert writing.edit(record.pk, {"job": "教师"}, seen=2, by=keeper(world.grid_worker)).version == 3


def test_another_grids_record_is_not_there_and_a_watcher_changes_nothing(world):
    record = elder(world)
    watcher = Keeper(user_id=world.leader.pk, sees=("500101",))

    with pytest.raises(RecordUnknown):
        writing.edit(record.pk, {"job": "x"}, seen=1, by=keeper(world.other_grid_worker, OTHER_GRID))
    with pytest.raises(NotKept):
        writing.edit(record.pk, {"job": "x"}, seen=1, by=watcher)
    with pytest.raises(NotKept):
        looking.reveal(record.pk, reason="看看", by=watcher)
    assert (LedgerChange.objects.count(), LedgerReading.objects.count()) == (1, 0)


def test_a_look_is_one_line_with_its_reason(world):
    record = elder(world)

    with pytest.raises(ReasonMissing):
        looking.reveal(record.pk, reason=" ", by=keeper(world.grid_worker))
    shown = looking.reveal(record.pk, reason="入户走访", by=keeper(world.grid_worker))

    assert {field.name: text for field, text in shown}["id_number"] == ID_NUMBER
    reading = LedgerReading.objects.get()
    assert (reading.kind, reading.record_id, reading.reason, reading.by_id) == (
        "reveal",
        record.pk,
        "入户走访",
        world.grid_worker.pk,
    )


def test_who_is_taken_out_can_be_entered_again(world):
    record = elder(world)
    with pytest.raises(ReasonMissing):
        writing.take_out(record.pk, reason="", by=keeper(world.grid_worker))

    writing.take_out(record.pk, reason="已迁出", by=keeper(world.grid_worker))

    assert record.changes.first().reason == "已迁出"
    assert elder(world).pk != record.pk


# --- visits


def due_in(record: LedgerRecord, days: int) -> None:
    LedgerRecord.objects.filter(pk=record.pk).update(
        next_visit_on=timezone.localdate() + timedelta(days=days)
    )


def test_a_tag_makes_a_visit_due_with_its_title_masked(world):
    record = elder(world)
    due_in(record, 0)
    elder(world, id_number="", code="R-2", tags=["党员"])

    found = list(due_visits(timezone.localdate()))

    assert [(row.record_id, row.grid_id, row.title) for row in found] == [
        (record.pk, world.area(GRID).pk, "王*芳")
    ]
    assert found[0].due_by == timezone.localdate()
    assert list(due_visits(timezone.localdate() - timedelta(days=1))) == []
    assert list(due_visits(timezone.localdate(), inside=OTHER_GRID)) == []


def test_the_shortest_cycle_counts_and_ones_own_wins(world):
    today = timezone.localdate()
    record = elder(world, tags=["独居老人", "低保"])
    record.last_visited_on = today
    cycles = writing.cycles_of("person")

    assert cycles["独居老人"] == LedgerTag.objects.get(kind="person", name="独居老人").cycle_days == 7
    assert writing.next_visit(record, cycles) == today + timedelta(days=7)
    record.cycle_days = 3
    assert writing.next_visit(record, cycles) == today + timedelta(days=3)


def test_nothing_changed_is_one_visit_however_often_it_is_tapped(world):
    record = elder(world)
    due_in(record, -3)
    told = NewVisit(token=uuid4(), record=record.pk, result="unchanged", lat=30.75, lon=108.4)

    first, again = (visit(told, by=keeper(world.grid_worker)) for _tap in range(2))

    assert first.pk == again.pk
    assert LedgerVisit.objects.count() == LedgerChange.objects.count() == 1
    found = LedgerRecord.objects.get()
    assert (found.version, found.last_visited_on) == (1, timezone.localdate())
    assert found.next_visit_on == timezone.localdate() + timedelta(days=7)


def test_a_visit_writes_back_only_what_changed_and_only_what_it_asks(world):
    record = elder(world)
    answers = {"phone": "", "carer": "王小明", "marital": "", "title": "另一个人", "tags": ["独居老人"]}
    told = NewVisit(token=uuid4(), record=record.pk, result="changed", seen=1, answers=answers)

    visit(told, by=keeper(world.grid_worker))

    line = record.changes.first()
    assert (line.how, writing.changes_of(line)) == (
        "visited",
        [{"field": "carer", "old": "", "new": "王小明"}],
    )


TYPED = [
    ("typed, then no change tapped", "unchanged", {"carer": "王小明"}, "changed", "王小明"),
    ("typed, but nobody at home", "absent", {"carer": "王小明"}, "absent", "王小明"),
    ("nothing typed, but kept", "changed", {"carer": ""}, "unchanged", None),
    ("no form at all", "changed", None, "unchanged", None),
]


@pytest.mark.parametrize(
    ("_case", "button", "typed", "result", "carer"), TYPED, ids=[row[0] for row in TYPED]
)
def test_what_was_typed_counts_whichever_button_is_pressed(world, _case, button, typed, result, carer):
    record = elder(world)
    told = NewVisit(token=uuid4(), record=record.pk, result=button, seen=1, answers=typed)

    kept = visit(told, by=keeper(world.grid_worker))

    assert (kept.result, writing.value_of(LedgerRecord.objects.get(), "carer")) == (result, carer or "")


def test_nobody_at_home_keeps_the_visit_due(world):
    record = elder(world)
    due_in(record, -1)

    visit(NewVisit(token=uuid4(), record=record.pk, result="absent"), by=keeper(world.grid_worker))

    assert LedgerVisit.objects.get().result == "absent"
    assert [row.record_id for row in due_visits(timezone.localdate())] == [record.pk]


def test_a_visit_elsewhere_or_of_no_kind_is_refused(world):
    record = elder(world)

    with pytest.raises(RecordUnknown):
        visit(
            NewVisit(token=uuid4(), record=record.pk, result="unchanged"),
            by=keeper(world.far_grid_worker, f"{TOWN}002001"),
        )
    with pytest.raises(ValuesRefused):
        visit(NewVisit(token=uuid4(), record=record.pk, result="x"), by=keeper(world.grid_worker))
    assert not LedgerVisit.objects.exists()
