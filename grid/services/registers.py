"""Bringing the database in step with a register (of areas, units, posts): add, change, report."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grid.errors import GridError

BATCH = 1000

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, kw_only=True)
class BadLine:
    """What is wrong with one line of a register; `number` is the line (or feature) in the file."""

    number: int
    code: str
    message: str | Promise


class RegisterRefused(GridError):
    """A register with bad lines. Nothing of it was stored."""

    code = "register_refused"
    message = _("The file has lines that can't be stored; nothing was changed.")

    def __init__(self, bad_lines: Iterable[BadLine]) -> None:
        self.bad_lines = tuple(sorted(bad_lines, key=lambda bad: bad.number))
        super().__init__()


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Codes, in order. `missing` are in the database, within what the file is about, and not in the file."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def with_removed(self, codes: Iterable[str]) -> "Changes":
        return replace(self, removed=tuple(sorted(codes)))

    def with_missing(self, codes: Iterable[str]) -> "Changes":
        return replace(self, missing=tuple(sorted(codes)))


def bring_in_step(model: type[Row], wanted: Mapping[str, Row], *, fields: Sequence[str]) -> Changes:
    """Add the rows whose code isn't there yet, change those that differ in one of the fields.

    Rows of `wanted` that exist already get their id, so that later rows can point at them.
    """
    present = {row.code: row for row in model._default_manager.filter(code__in=list(wanted))}  # type: ignore[attr-defined]
    added = [row for code, row in wanted.items() if code not in present]
    changed = []
    for code, stored in present.items():
        wanted[code].pk = stored.pk
        if any(getattr(stored, field) != getattr(wanted[code], field) for field in fields):
            changed.append(wanted[code])
    model._default_manager.bulk_create(added, batch_size=BATCH)
    model._default_manager.bulk_update(changed, fields=list(fields), batch_size=BATCH)
    return Changes(added=_codes(added), changed=_codes(changed))


def remove_unused(rows: models.QuerySet[Row]) -> None:
    """Refuses, by raising, to remove what other rows still need."""
    try:
        rows.delete()
    except (models.ProtectedError, models.RestrictedError) as error:
        users: set[models.Model] = error.args[1]
        kinds = "、".join(sorted({str(row._meta.verbose_name) for row in users}))
        text = _("What isn't in the file can't be removed: it is still used by: %s") % kinds
        raise RegisterRefused([BadLine(number=0, code="in_use", message=text)]) from error


def _codes(rows: Iterable[models.Model]) -> tuple[str, ...]:
    return tuple(sorted(row.code for row in rows))  # type: ignore[attr-defined]
