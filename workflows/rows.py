"""Rows without the price of building a query each time: read from joined columns, written together in one round trip.

One step of a case writes six to ten rows in as many tables. Sent one by one through querysets that costs more than all
the rest of the step; here the SQL of each kind of row is made once, and all of an act's rows travel as one string.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Field, Model

Row = TypeVar("Row", bound=Model)


class Batch:
    """Inserts and updates, in the order they were given. Nothing is sent before `write`."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._values: list[Any] = []  # Any: parameters of SQL
        self._inserted: list[Sequence[Model]] = []

    def insert(self, rows: Sequence[Model]) -> None:
        """New rows of one model; they have their keys after `write`."""
        if not rows:
            return
        model = type(rows[0])
        self._texts.append(_insert_text(model, len(rows)))
        for row in rows:
            self._values += [_value(field, row, is_new=True) for field in _written(model)]
        self._inserted.append(rows)

    def update(self, row: Model, *names: str) -> None:
        """These fields of a row that is there; the caller holds its lock."""
        model = type(row)
        self._texts.append(_update_text(model, names))
        self._values += [_value(field, row, is_new=False) for field in _named(model, names)]
        self._values.append(row.pk)
        self._inserted.append(())

    def run(self, text: str, *values: Any) -> None:  # Any: parameters of SQL
        """One more statement, for rows that need not be read to be changed."""
        self._texts.append(text)
        self._values += values
        self._inserted.append(())

    def write(self) -> None:
        """Send everything at once. Inside a transaction, so that all of it holds or nothing does."""
        if not self._texts:
            return
        with connection.cursor() as cursor:
            cursor.execute(";\n".join(self._texts), self._values)
            for rows in self._inserted:
                for row, (key,) in zip(rows, cursor.fetchall() if rows else (), strict=True):
                    row.pk = key
                    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
                cursor.nextset()
        for kept in (self._texts, self._values, self._inserted):
            kept.clear()


@lru_cache(maxsize=64)
def columns(model: type[Model]) -> str:
    """All columns of a model for a SELECT, in the order that `made` takes them."""
    table = model._meta.db_table
    return ", ".join(f'"{table}"."{field.column}"' for field in model._meta.local_concrete_fields)


def width(model: type[Model]) -> int:
    return len(model._meta.local_concrete_fields)


def made(model: type[Row], values: Sequence[Any]) -> Row:  # Any: what the database gave
    """The row that these columns are."""
    names, converters = _reading(model)
    kept = list(values)
    for place, convert in converters:
        kept[place] = convert(kept[place], None, connection)
    return model.from_db(DEFAULT_DB_ALIAS, names, kept)


@lru_cache(maxsize=64)
def _reading(model: type[Model]) -> tuple[list[str], list[tuple[int, Any]]]:
    fields = model._meta.local_concrete_fields
    converters = [
        (place, field.from_db_value) for place, field in enumerate(fields) if hasattr(field, "from_db_value")
    ]
    return [field.attname for field in fields], converters


@lru_cache(maxsize=64)
def _written(model: type[Model]) -> list[Field[Any, Any]]:
    return [field for field in model._meta.local_concrete_fields if not field.primary_key]


@lru_cache(maxsize=256)
def _named(model: type[Model], names: tuple[str, ...]) -> list[Field[Any, Any]]:
    by_name = {field.name: field for field in _written(model)}
    return [by_name[name] for name in names]


@lru_cache(maxsize=256)
def _insert_text(model: type[Model], rows: int) -> str:
    fields = _written(model)
    names = ", ".join(f'"{field.column}"' for field in fields)
    holes = f"({', '.join(_hole(field) for field in fields)})"
    values = ", ".join([holes] * rows)
    return (
        f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES {values} RETURNING "{model._meta.pk.column}"'  # noqa: S608
    )


@lru_cache(maxsize=256)
def _update_text(model: type[Model], names: tuple[str, ...]) -> str:
    sets = ", ".join(f'"{field.column}" = {_hole(field)}' for field in _named(model, names))
    return f'UPDATE "{model._meta.db_table}" SET {sets} WHERE "{model._meta.pk.column}" = %s'  # noqa: S608


def _hole(field: Field[Any, Any]) -> str:
    """Where a value goes; an empty array has to say its type."""
    return f"%s::{field.db_type(connection)}" if isinstance(field, ArrayField) else "%s"


def _value(field: Any, row: Model, *, is_new: bool) -> Any:  # Any: a model field and what it holds
    return field.get_db_prep_save(field.pre_save(row, is_new), connection)
