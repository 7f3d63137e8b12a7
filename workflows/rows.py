"""Rows without the price of building a query each time: read from joined columns, written together in one round trip.

One step of a case writes six to ten rows in as many tables. Sent one by one through querysets that costs more than all
the rest of the step. Here the SQL of each kind of row is made once, the server keeps its plan (planning costs more than
running), and all of an act's statements travel together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import DateTimeField, Field, JSONField, Model
from psycopg import Cursor

Row = TypeVar("Row", bound=Model)
Take = Callable[[Model], Any]  # Any: a parameter of SQL


class Batch:
    """Inserts and updates, in the order they were given. Nothing is sent before `write`."""

    def __init__(self) -> None:
        self._statements: list[tuple[str, Sequence[Any]]] = []  # Any: parameters of SQL
        self._inserted: list[Model] = []
        self._keyless: dict[int, Model] = {}  # by the place of their statements

    def insert(self, rows: Sequence[Model]) -> None:
        """New rows of one model. Those that have no key yet have one after `write`."""
        for row in rows:
            is_keyed = row.pk is not None
            text, takes = _insertion(type(row), is_keyed)
            if not is_keyed:
                self._keyless[len(self._statements)] = row
            self._statements.append((text, [take(row) for take in takes]))
            self._inserted.append(row)

    def update(self, row: Model, *names: str) -> None:
        """These fields of a row that is there; the caller holds its lock."""
        text, takes = _change(type(row), names)
        self._statements.append((text, [take(row) for take in takes]))

    def run(self, text: str, *values: Any) -> None:  # Any: parameters of SQL
        """One more statement, for rows that need not be read to be changed."""
        self._statements.append((text, values))

    def write(self) -> None:
        """Send everything at once. Inside a transaction, so that all of it holds or nothing does."""
        if not self._statements:
            return
        with _round_trip(text for text, _values in self._statements):
            cursors = [_planned() for _statement in self._statements]
            with connection.connection.pipeline():
                for cursor, (text, values) in zip(cursors, self._statements, strict=True):
                    cursor.execute(text, values)
            for place, row in self._keyless.items():
                row.pk = cursors[place].fetchone()[0]  # type: ignore[index]  # INSERT … RETURNING
        for row in self._inserted:
            row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
        for kept in (self._statements, self._inserted, self._keyless):
            kept.clear()


def ask(text: str, *values: Any) -> list[tuple[Any, ...]]:  # Any: parameters and columns of SQL
    """What a statement answers that is asked so often that the server should keep its plan."""
    with _round_trip([text]):
        return _planned().execute(text, values).fetchall()


def ask_together(*questions: tuple[str, Sequence[Any]]) -> list[list[tuple[Any, ...]]]:  # Any: as above
    """What several such statements answer, in one round trip."""
    with _round_trip(text for text, _values in questions):
        cursors = [_planned() for _question in questions]
        with connection.connection.pipeline():
            for cursor, (text, values) in zip(cursors, questions, strict=True):
                cursor.execute(text, values)
        return [cursor.fetchall() for cursor in cursors]


def new_keys(model: type[Model], count: int) -> str:
    """Keys for rows that are yet to be written, as a column of a SELECT: an array."""
    return f"ARRAY(SELECT nextval('{model._meta.db_table}_id_seq') FROM generate_series(1, {count}))"  # noqa: S608


def _planned() -> Cursor[tuple[Any, ...]]:
    """A cursor that leaves values to the server, which is what kept plans need; Django's own writes them into the text."""
    return Cursor(connection.connection)


@contextmanager
def _round_trip(texts: Iterator[str] | Sequence[str]) -> Iterator[None]:
    """What Django does around a statement of its own: a healthy connection, its errors, its log."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_thread_sharing()
    connection.validate_no_broken_transaction()
    logged: Any = nullcontext()  # Any: some context
    if connection.queries_logged:
        cursor: Any = _planned()  # Any: psycopg's own, which is what Django wraps
        logged = connection.make_debug_cursor(cursor).debug_sql(sql=";\n".join(texts))
    with logged, connection.wrap_database_errors:
        yield


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


@lru_cache(maxsize=128)
def _insertion(model: type[Model], is_keyed: bool) -> tuple[str, list[Take]]:  # noqa: FBT001 - a cache's key
    key = model._meta.pk
    fields = [field for field in model._meta.local_concrete_fields if is_keyed or field is not key]
    names = ", ".join(f'"{field.column}"' for field in fields)
    holes = ", ".join(_hole(field) for field in fields)
    text = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({holes})'  # noqa: S608
    if not is_keyed:
        text += f' RETURNING "{key.column}"'
    return text, [_taking(field, is_new=True) for field in fields]


@lru_cache(maxsize=256)
def _change(model: type[Model], names: tuple[str, ...]) -> tuple[str, list[Take]]:
    by_name = {field.name: field for field in model._meta.local_concrete_fields}
    fields = [by_name[name] for name in names]
    sets = ", ".join(f'"{field.column}" = {_hole(field)}' for field in fields)
    key = model._meta.pk
    text = f'UPDATE "{model._meta.db_table}" SET {sets} WHERE "{key.column}" = %s'  # noqa: S608
    return text, [_taking(field, is_new=False) for field in (*fields, key)]


def _hole(field: Field[Any, Any]) -> str:
    """Where a value goes; an array has to say its type."""
    return f"%s::{field.db_type(connection)}" if isinstance(field, ArrayField) else "%s"


def _taking(field: Any, *, is_new: bool) -> Take:  # Any: a model field
    """How a field's value becomes a parameter. All travel as text: one plan serves numbers of any size, and none at all."""
    if isinstance(field, JSONField):
        return _taking_json(attrgetter(field.attname), field.encoder)
    if isinstance(field, ArrayField):
        return attrgetter(field.attname)
    if isinstance(field, DateTimeField) and (field.auto_now or field.auto_now_add):
        return lambda row: str(field.pre_save(row, is_new))
    return _taking_text(attrgetter(field.attname))


def _taking_text(value_of: Take) -> Take:
    def take(row: Model) -> str | None:
        value = value_of(row)
        return None if value is None else str(value)

    return take


def _taking_json(value_of: Take, encoder: type[json.JSONEncoder] | None) -> Take:
    def take(row: Model) -> str | None:
        value = value_of(row)
        return None if value is None else json.dumps(value, cls=encoder, ensure_ascii=False)

    return take
