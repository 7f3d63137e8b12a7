"""Ledgers when several people act at once: sheets, edits and visits."""

from __future__ import annotations

from uuid import uuid4

import pytest

from grid.models import LedgerChange, LedgerRecord, LedgerVisit
from grid.services.ledgers import importing, writing
from grid.services.ledgers.errors import ChangedMeanwhile, ImportMoved
from grid.services.ledgers.keeping import Keeper
from grid.services.ledgers.tags import ensure_tags
from grid.services.visits import NewVisit, visit
from tests.chaos.test_ground_races import at_once
from tests.grid.test_ledgers import ELDER, ID_NUMBER, keeper
from tests.pages.test_ledgers import PEOPLE, sheet

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def tags():
    ensure_tags()


def tried(world) -> list[tuple[int, str, Keeper]]:
    """The same sheet, tried by two people of the grid while nobody of it was there."""
    found = []
    for user in (world.grid_worker, world.grid_head):
        row, plan = importing.try_sheet("person", sheet(*PEOPLE), name="a.xlsx", by=keeper(user))
        assert row is not None
        found.append((row.pk, plan.digest, keeper(user)))
    return found


def test_one_sheet_read_in_by_two_at_once_adds_everybody_once(world):
    sheets = tried(world)

    def read():
        pk, digest, by = sheets.pop()
        try:
            importing.read_in(pk, plan=digest, by=by)
        except ImportMoved:
            return "moved"
        return "read in"

    assert sorted(at_once(read, times=2)) == ["moved", "read in"]
    assert LedgerRecord.objects.count() == LedgerChange.objects.count() == 2


def test_one_button_pressed_four_times_reads_in_once(world):
    pk, digest, by = tried(world)[1]

    done = at_once(lambda: importing.read_in(pk, plan=digest, by=by))

    assert {row.added for row in done} == {2}
    assert LedgerRecord.objects.count() == LedgerChange.objects.count() == 2


def test_two_who_change_the_same_field_at_once_one_is_told(world):
    record = writing.enter("person", {**ELDER, "job": "工人"}, by=keeper(world.grid_worker))
    jobs = ["教师", "保安"]

    def change():
        try:
            return writing.edit(record.pk, {"job": jobs.pop()}, seen=1, by=keeper(world.grid_worker)).version
        except ChangedMeanwhile as told:
            return f"told {told.version}"

    assert sorted(at_once(change, times=2), key=str) == [2, "told 2"]
    assert LedgerChange.objects.count() == 2


def test_an_edit_beside_a_sheet_loses_nothing(world):
    record = writing.enter("person", {**ELDER, "job": "工人"}, by=keeper(world.grid_worker))
    row, plan = importing.try_sheet(
        "person", sheet(["", ID_NUMBER, "", "13700004444", "", ""]), name="a.xlsx", by=keeper(world.grid_head)
    )
    assert row is not None
    acts = [
        lambda: importing.read_in(row.pk, plan=plan.digest, by=keeper(world.grid_head)),
        lambda: writing.edit(record.pk, {"job": "保安"}, seen=1, by=keeper(world.grid_worker)),
    ]

    at_once(lambda: acts.pop()(), times=2)

    record.refresh_from_db()
    assert (writing.value_of(record, "phone"), record.details["job"], record.version) == (
        "13700004444",
        "保安",
        3,
    )


def test_one_tap_that_arrives_four_times_at_once_is_one_visit(world):
    record = writing.enter("person", ELDER, by=keeper(world.grid_worker))
    told = NewVisit(token=uuid4(), record=record.pk, result="unchanged")

    visits = at_once(lambda: visit(told, by=keeper(world.grid_worker)).pk)

    assert len(set(visits)) == LedgerVisit.objects.count() == 1
