"""What the ledgers refuse: not there, not you, not now, not valid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from grid.errors import GridError


class RecordUnknown(GridError):
    code = "record_unknown"
    message = _("There is no such record, or it is not visible to you.")
    status = 404


class NotKept(GridError):
    code = "record_not_kept"
    message = _("You may look at this ledger; others keep it.")
    status = 403


class ReasonMissing(GridError):
    code = "record_reason_missing"
    message = _("Say what you need it for.")
    status = 422


class ValuesRefused(GridError):
    """Some fields hold what can't be kept; `fields` says which and what to do."""

    code = "record_not_valid"
    message = _("Some of it can't be kept yet: look at the fields that are marked.")
    status = 422

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self.fields = {name: [str(said) for said in texts] for name, texts in fields.items()}
        super().__init__()


class AlreadyKept(GridError):
    code = "record_already_kept"
    message = _("This one stands in the ledger already.")
    status = 409


class SheetRefused(GridError):
    """A file that can't be read as a sheet of this ledger; the message says what to do."""

    code = "sheet_refused"
    status = 422


class ImportGone(GridError):
    code = "import_gone"
    message = _("This sheet is no longer kept. Choose the file again.")
    status = 404


class ImportMoved(GridError):
    code = "import_moved"
    message = _("The ledger has changed since you looked: here is what the sheet would do now.")
    status = 409


@dataclass(frozen=True, kw_only=True)
class Clash:
    """A field that somebody else changed while this person did: what it was, is now, and would become."""

    name: str
    was: Any  # Any: what a field holds
    now: Any
    mine: Any


class ChangedMeanwhile(GridError):
    code = "record_changed_meanwhile"
    message = _(
        "Somebody changed the same fields while you did. Nothing is lost: look, and keep yours or theirs."
    )
    status = 409

    def __init__(self, *, clashes: Sequence[Clash], version: int) -> None:
        self.clashes = tuple(clashes)
        self.version = version
        super().__init__()
