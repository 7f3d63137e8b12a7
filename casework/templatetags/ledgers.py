"""Tags of the ledgers' pages."""

from __future__ import annotations

from uuid import UUID, uuid5

from django import template

from casework.access import Viewer
from casework.queries import chiefs
from casework.queries.ledgers import keeper_or_none

register = template.Library()


@register.filter
def sees_ledgers(viewer: Viewer | None) -> bool:
    """Whether the way to the ledgers is shown; runs no query."""
    return viewer is not None and keeper_or_none(viewer) is not None


@register.filter
def keeps_ledgers(viewer: Viewer | None) -> bool:
    """Whether this person visits people for a ledger of his own; runs no query."""
    keeper = keeper_or_none(viewer) if viewer is not None else None
    return keeper is not None and bool(keeper.keeps)


@register.filter
def is_chief(viewer: Viewer | None) -> bool:
    return viewer is not None and chiefs.is_chief(viewer)


@register.simple_tag
def visit_token(page: UUID, record: int) -> str:
    """One token for each record of a page: two taps on the same button are one visit."""
    return str(uuid5(page, str(record)))
