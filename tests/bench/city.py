"""A city's worth of open cases, streamed into the tables by COPY.

Every sub-district has a thousand open cases, whatever the number of cases: so a desk's list is as long in a city as in
one sub-district, and what differs is what lies around it. The first sub-district is the world's own. All are like one
case that is there, which waits at its first step; what is not said otherwise here is as in that one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Model

from casework.models import Case, CaseEvent
from tests.world import DISTRICT, TOWN
from workflows.models import Run, Step, Timer

OF_A_TOWN = 1000
TOWNS_OF_A_DISTRICT = 100
TABLES = (Run, Case, Step, CaseEvent, Timer)


@dataclass(frozen=True, kw_only=True)
class Place:
    """One of the cases: its number among them, its key in every table, its sub-district, and since when."""

    n: int
    key: int
    code: str
    is_own: bool
    at: datetime


def fill(like: Case, *, cases: int, reporter_id: int) -> None:
    """As many open cases as are asked for. Those of other sub-districts were reported by somebody else."""
    step = Step.objects.open().get(run=like.run_id)
    events = list(CaseEvent.objects.filter(case=like).order_by("seq"))
    base = max(model.objects.latest("pk").pk for model in (Run, Case, Step, CaseEvent))

    def places() -> Iterator[Place]:
        return _places(cases, base=base, now=like.opened_at)

    with _unhurried():
        _copy(like.run, places(), lambda place: {"id": place.key, "started_at": place.at})
        _copy(like, places(), lambda place: _of_case(like, place, reporter_id=reporter_id))
        _copy(step, places(), _of_step)
        for nth, event in enumerate(events):
            _copy(event, places(), lambda place, nth=nth: _of_event(place, nth, len(events)))  # type: ignore[misc]
        _settle_down()


def fill_timers(like: Step, *, timers: int) -> None:
    """Timers that are due in years, all of one run."""
    then = like.opened_at + timedelta(days=1000)
    timer = Timer(run_id=like.run_id, element="late", due_at=then)
    last = Timer.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with _unhurried():
        _copy(
            timer,
            _places(timers, base=last, now=then),
            lambda place: {
                "id": place.key,
                "token": 1_000_000 + place.n,
                "due_at": then + timedelta(days=place.n % 1000),
            },
        )
        _settle_down()


def _of_case(like: Case, place: Place, *, reporter_id: int) -> dict[str, Any]:
    return {
        "id": place.key,
        "number": f"B-{place.key}",
        "run_id": place.key,
        "report_id": None,
        "title": f"{like.title} {place.n}",
        "area_code": f"{place.code}001001",
        "reporter_id": like.reporter_id if place.is_own else reporter_id,
        "opened_at": place.at,
        "due_at": place.at + timedelta(days=3),
        "touched_by": [f"{place.code}000-economy/planning", f"{place.code}001001-team/grid_worker"],
    }


def _of_step(place: Place) -> dict[str, Any]:
    return {
        "id": place.key,
        "run_id": place.key,
        "candidates": [f"{place.code}000-economy/planning"],
        "opened_at": place.at,
        "due_at": place.at + timedelta(days=3),
    }


def _of_event(place: Place, nth: int, of: int) -> dict[str, Any]:
    return {"id": place.key * of + nth, "case_id": place.key, "at": place.at}


def _copy(like: Model, places: Iterable[Place], differs: Callable[[Place], Mapping[str, Any]]) -> None:
    fields = like._meta.local_concrete_fields
    same = {field.attname: field.value_from_object(like) for field in fields}
    plain = [field.attname for field in fields]
    documents = {field.attname for field in fields if field.get_internal_type() == "JSONField"}
    for name in documents:
        same[name] = json.dumps(same[name])
    names = ", ".join(f'"{field.column}"' for field in fields)
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{like._meta.db_table}" ({names}) FROM STDIN') as copy,
    ):
        for place in places:
            row = {**same, **differs(place)}
            copy.write_row([row[name] for name in plain])


def _places(rows: int, *, base: int, now: datetime) -> Iterator[Place]:
    for n in range(1, rows + 1):
        town = (n - 1) // OF_A_TOWN
        yield Place(
            n=n, key=base + n, code=_code(town), is_own=town == 0, at=now - timedelta(minutes=n % 40_000)
        )


def _code(town: int) -> str:
    if town == 0:
        return TOWN
    if town < TOWNS_OF_A_DISTRICT:
        return f"{DISTRICT}{100 + town}"
    return f"51{town // TOWNS_OF_A_DISTRICT:04}{100 + town % TOWNS_OF_A_DISTRICT}"


@contextmanager
def _unhurried() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        yield
        cursor.execute("SET statement_timeout = '15s'")


def _settle_down(models: Sequence[type[Model]] = TABLES) -> None:
    """Keys go on behind what was copied, and the planner knows how much there is."""
    with connection.cursor() as cursor:
        for model in models:
            table = model._meta.db_table
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table} HAVING max(id) > 0"  # noqa: S608
            )
        cursor.execute("VACUUM ANALYZE")
