"""Personal data at rest: unreadable in the database, found all the same, and moved to a new key by a command."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from casework.models import Party
from casework.queries.ledgers import Wanted, keeper_of, records
from casework.queries.viewers import viewer_for
from casework.services.locks import database_now
from grid import sealing
from grid.models import LedgerImport, LedgerRecord
from grid.services.ledgers import looking, writing
from grid.services.ledgers.importing import read_in, tried_sheet, try_sheet
from grid.services.ledgers.sheets import written
from grid.services.ledgers.values import identity
from tests.grid.test_ledgers import ELDER, ID_NUMBER, keeper, tags
from tests.services.acting import at_handling

__all__ = ["tags"]  # a fixture that every test here uses
SECRETS = ("王桂芳", "桂芳", ID_NUMBER, "13800001111", "2栋502")
PARTY = {
    "name": "陈建宇",
    "phone": "13812345678",
    "id_number": ID_NUMBER,
    "address": "某巷9号",
    "note": "夜班",
}


@pytest.fixture
def party(world):
    case = at_handling(world)
    return Party.objects.create(
        case=case, role="party", added_by=world.grid_worker, added_at=database_now(), **PARTY
    )


@pytest.fixture
def elder(world):
    return writing.enter("person", ELDER, by=keeper(world.grid_worker))


def stored(*tables):
    """Everything that these tables hold, as a dump would have it."""
    with connection.cursor() as cursor:
        rows = []
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {table} t")  # noqa: S608
            rows += [row[0] for row in cursor.fetchall()]
    return "\n".join(rows)


def test_a_dump_of_the_ledgers_shows_nobody(elder, world):
    writing.edit(elder.pk, {"phone": "13900002222"}, seen=1, by=keeper(world.grid_worker))

    dump = stored("grid_ledgerrecord", "grid_ledgerchange")

    assert [secret for secret in (*SECRETS, "13900002222") if secret in dump] == []
    assert "王*芳" in dump


def test_a_dump_of_the_parties_shows_nobody(party):
    dump = stored("casework_party")

    assert [secret for secret in PARTY.values() if secret in dump] == []
    assert {name: getattr(Party.objects.get(), name) for name in PARTY} == PARTY


@pytest.mark.parametrize("words", ["王桂芳", "桂芳", "王", ID_NUMBER, ID_NUMBER.lower()])
def test_a_sealed_person_is_found_by_name_and_number(words, elder, world):
    who = keeper_of(viewer_for(world.grid_worker))
    today = database_now().date()

    assert [row.id for row in records(who, Wanted(kind="person", words=words), today=today).rows] == [
        elder.pk
    ]
    assert records(who, Wanted(kind="person", words="李桂香"), today=today).rows == ()


def test_what_is_revealed_is_what_was_entered(elder, world):
    told = {
        field.name: text
        for field, text in looking.reveal(elder.pk, reason="走访", by=keeper(world.grid_worker))
    }

    assert (told["title"], told["id_number"], told["phone"]) == ("王桂芳", ID_NUMBER, "13800001111")


def test_the_same_person_is_known_again_from_a_sheet_that_is_sealed_while_it_waits(elder, world):
    cells = {**ELDER, "tags": "、".join(ELDER["tags"])}
    row = [cells.get(field.name, "") for field in writing.FIELDS["person"]]
    tried, plan = try_sheet(
        "person", written("person", [row], about=()), name="人员.xlsx", by=keeper(world.grid_worker)
    )

    assert sealing.is_current(bytes(LedgerImport.objects.get().content))
    assert [line.record for line in plan.rows] == [elder]
    seen, again = tried_sheet(tried.pk, by=keeper(world.grid_worker))
    assert read_in(seen.pk, plan=again.digest, by=keeper(world.grid_worker)).added == 0


def test_what_makes_a_number_known_again_needs_a_key(settings, world):
    before = identity({"id_number": ID_NUMBER})
    settings.PERSONAL_DATA_INDEX_KEY = "another key that is as long as one should be"

    assert identity({"id_number": ID_NUMBER}) != before


# --- rows from before, and new keys


def make_plain(elder, party):
    """Rows as they were before anything was sealed."""
    plain = {name: value for name, value in writing.values_of(elder).items() if value}
    LedgerRecord.objects.filter(pk=elder.pk).update(
        title=plain["title"],
        address=plain["address"],
        marks=None,
        pairs=["王桂", "桂芳"],
        details={name: plain[name] for name in ("id_number", "phone")},
    )
    elder.changes.update(fields=[{"field": "phone", "old": "", "new": "13800001111"}])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE casework_party SET name = %s, phone = %s", [PARTY["name"], PARTY["phone"]])


def test_rows_from_before_are_read_and_then_sealed_in_batches(elder, party, world, capsys):
    make_plain(elder, party)
    elder.refresh_from_db()
    assert (writing.value_of(elder, "phone"), Party.objects.get().name) == ("13800001111", "陈建宇")

    call_command("seal_personal_data", batch=1)
    assert capsys.readouterr().out.split("\n")[:3] == [
        "parties: 1 sealed",
        "ledger records: 1 sealed",
        "ledger changes: 1 sealed",
    ]

    dump = stored("grid_ledgerrecord", "grid_ledgerchange", "casework_party")
    assert [secret for secret in (*SECRETS, *PARTY.values()) if secret in dump] == []
    who = keeper_of(viewer_for(world.grid_worker))
    found = records(who, Wanted(kind="person", words="桂芳"), today=database_now().date())
    assert [row.id for row in found.rows] == [elder.pk]
    call_command("seal_personal_data")
    assert "1 sealed" not in capsys.readouterr().out


def test_after_a_new_key_and_the_command_the_old_key_is_needed_no_more(elder, party, settings):
    old, new = settings.PERSONAL_DATA_KEYS[0], "a newer key that is as long as one should be"
    settings.PERSONAL_DATA_KEYS = [new, old]
    assert Party.objects.get().phone == PARTY["phone"]

    call_command("seal_personal_data")

    settings.PERSONAL_DATA_KEYS = [new]
    elder.refresh_from_db()
    assert writing.value_of(elder, "phone") == "13800001111"
    assert writing.changes_of(elder.changes.get())[0]["new"] == "王桂芳"
    assert Party.objects.get().name == PARTY["name"]
    settings.PERSONAL_DATA_KEYS = [old]
    with pytest.raises(sealing.KeyMissing):
        Party.objects.get()
    with pytest.raises(CommandError, match="Add the key"):
        call_command("seal_personal_data")


def test_a_row_from_before_is_sealed_whole_by_the_first_change(elder, party, world):
    make_plain(elder, party)

    writing.edit(elder.pk, {"job": "退休"}, seen=1, by=keeper(world.grid_worker))

    dump = stored("grid_ledgerrecord")
    assert [secret for secret in SECRETS if secret in dump] == []
    assert writing.value_of(LedgerRecord.objects.get(), "title") == "王桂芳"


def test_what_looks_sealed_but_was_typed_is_a_text_like_any_other(elder, party, world):
    typed = f"{sealing.MARK}abc"
    writing.edit(elder.pk, {"note": typed, "carer": typed}, seen=1, by=keeper(world.grid_worker))
    Party.objects.update(name=typed)

    call_command("seal_personal_data")

    elder.refresh_from_db()
    assert (writing.value_of(elder, "note"), writing.value_of(elder, "carer")) == (typed, typed)
    assert {one["new"] for one in writing.changes_of(elder.changes.first())} == {typed}
    assert Party.objects.get().name == typed
