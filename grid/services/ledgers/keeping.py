"""Who keeps a ledger and what is visible to him; every reading and writing starts here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from grid.codes import DIGITS
from grid.models import Area, LedgerKind, LedgerRecord, LedgerTag
from grid.models.ledgers import LedgerRecordQuerySet
from grid.services.ledgers.errors import NotKept, RecordUnknown
from grid.services.ledgers.values import Known


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """Somebody who asks: the areas whose ledgers he sees, keeps and may read in full; prefixes of area codes."""

    user_id: int
    post: str = ""
    sees: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    reveals: tuple[str, ...] = ()

    def may_keep(self, area_code: str) -> bool:
        return area_code.startswith(self.keeps) if self.keeps else False

    def may_reveal(self, area_code: str) -> bool:
        return area_code.startswith(self.reveals) if self.reveals else False


def visible(keeper: Keeper) -> LedgerRecordQuerySet:
    """The records that this person may see."""
    return LedgerRecord.objects.standing().inside(keeper.sees)


def access_record(keeper: Keeper, pk: int) -> LedgerRecord:
    """One record with its place and house. Raises RecordUnknown."""
    found = visible(keeper).select_related("area", "house", "created_by", "changed_by").filter(pk=pk).first()
    if found is None:
        raise RecordUnknown
    return found


def lock_record(keeper: Keeper, pk: int) -> LedgerRecord:
    """The record, held until the transaction ends, for somebody who keeps it. Raises RecordUnknown, NotKept."""
    found = visible(keeper).select_for_update(of=("self",)).select_related("house").filter(pk=pk).first()
    if found is None:
        raise RecordUnknown
    if not keeper.may_keep(found.area_code):
        raise NotKept
    return found


def grids_kept(keeper: Keeper) -> QuerySet[Area]:
    """The grids and micro-grids where this person may enter records."""
    within = Q(pk__in=[])
    for prefix in keeper.keeps:
        within |= Q(code__startswith=prefix)
    return Area.objects.filter(within, level__in=("grid", "microgrid")).order_by("code")


def tags_of(kind: str) -> list[LedgerTag]:
    return list(LedgerTag.objects.filter(kind=kind, is_active=True))


def known_to(
    keeper: Keeper, kind: str, *, areas: Collection[str], houses: Collection[str], tags: Collection[str] = ()
) -> Known:
    """What records of this kind may point at, of what is named. `tags` stand already and stay allowed."""
    lengths = {len(code) for code in areas} & {DIGITS["grid"], DIGITS["microgrid"]}
    found = grids_kept(keeper).filter(code__in=areas) if lengths else Area.objects.none()
    return Known(
        areas=dict(found.values_list("code", "pk")),
        houses=dict(
            visible(keeper)
            .filter(kind=LedgerKind.HOUSE, code__in=[code for code in houses if code])
            .values_list("code", "pk")
        ),
        tags={tag.name for tag in tags_of(kind)} | set(tags),
    )
