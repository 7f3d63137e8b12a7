"""Pages of a long list by key, never by OFFSET: page 1,000 costs what page 1 costs."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.utils.dateparse import parse_datetime

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, kw_only=True)
class Order:
    """By a moment, then by id. Rows without the moment come last; a descending order has none of those."""

    field: str
    descending: bool = False


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Row]):
    """Rows in order; `next` and `previous` are cursors, empty where there is nothing."""

    rows: list[Row]
    next: str
    previous: str


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Between two rows: after one, or before one."""

    is_after: bool
    moment: datetime | None
    pk: int


def page(rows: QuerySet[Row], *, order: Order, cursor: str = "", size: int) -> Page[Row]:
    """One page of these rows. A cursor that nobody gave out is the first page."""
    place = _read(cursor)
    backwards = place is not None and not place.is_after
    found = list(_from_place(rows, place, order)[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_next, has_previous = (bool(found), more) if backwards else (more, place is not None and bool(found))
    return Page(
        rows=found,
        next=_after_last(found, order) if has_next else "",
        previous=_before_first(found, order) if has_previous else "",
    )


def page_among_nearest(
    everything: QuerySet[Row], wanted: QuerySet[Row], *, order: Order, cursor: str, size: int, nearest: int
) -> Page[Row] | None:
    """The page of the `wanted`, if the nearest rows of `everything` fill it; else None.

    What is frequent is found at once this way; what is rare is better looked up in an index of its own. The
    rows come from `everything` alone, so that `wanted` need not say again what is visible.
    """
    place = _read(cursor)
    around = list(_from_place(everything, place, order).values_list("pk", flat=True)[:nearest])
    found = page(wanted.filter(pk__in=around), order=order, cursor=cursor, size=size)
    goes_on = found.previous if place is not None and not place.is_after else found.next
    return found if goes_on else None


def _from_place(rows: QuerySet[Row], place: _Place | None, order: Order) -> QuerySet[Row]:
    """The rows from this place on, in the direction it looks."""
    if place is None:
        return _sorted(rows, order, backwards=False)
    condition = _behind(place, order) if place.is_after else _before(place, order)
    return _sorted(rows.filter(condition), order, backwards=not place.is_after)


def _sorted(rows: QuerySet[Row], order: Order, *, backwards: bool) -> QuerySet[Row]:
    descending = order.descending != backwards
    moment = F(order.field)
    if order.descending:
        return rows.order_by(moment.desc() if descending else moment.asc(), "-pk" if descending else "pk")
    first = moment.desc(nulls_first=True) if descending else moment.asc(nulls_last=True)
    return rows.order_by(first, "-pk" if descending else "pk")


def _behind(place: _Place, order: Order) -> Q:
    return _smaller(place, order.field) if order.descending else _greater(place, order.field)


def _before(place: _Place, order: Order) -> Q:
    return _greater(place, order.field) if order.descending else _smaller(place, order.field)


def _greater(place: _Place, field: str) -> Q:
    if place.moment is None:
        return Q(**{f"{field}__isnull": True}, pk__gt=place.pk)
    later = Q(**{f"{field}__gt": place.moment}) | Q(**{field: place.moment}, pk__gt=place.pk)
    return later | Q(**{f"{field}__isnull": True})


def _smaller(place: _Place, field: str) -> Q:
    if place.moment is None:
        return Q(**{f"{field}__isnull": False}) | Q(pk__lt=place.pk)
    # The plain bound lets the index find the place; the rest only decides among equal moments.
    bound = Q(**{f"{field}__lte": place.moment})
    return bound & (Q(**{f"{field}__lt": place.moment}) | Q(pk__lt=place.pk))


def _after_last(found: list[Row], order: Order) -> str:
    return _write("a", found[-1], order)


def _before_first(found: list[Row], order: Order) -> str:
    return _write("b", found[0], order)


def _write(side: str, row: Row, order: Order) -> str:
    moment: datetime | None = getattr(row, order.field)
    text = f"{side}|{moment.isoformat() if moment else ''}|{row.pk}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str) -> _Place | None:
    try:
        text = base64.urlsafe_b64decode(cursor[:200] + "=" * (-len(cursor) % 4)).decode()
        side, moment, pk = text.split("|")
        when = parse_datetime(moment) if moment else None
        key = int(pk)
    except (ValueError, binascii.Error):
        return None
    if side not in ("a", "b") or (moment and (when is None or when.tzinfo is None)) or key >= 2**63:
        return None
    return _Place(is_after=side == "a", moment=when, pk=key)
