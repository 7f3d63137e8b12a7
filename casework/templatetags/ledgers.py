"""Tags of the ledgers' pages."""

from __future__ import annotations

from uuid import UUID, uuid5

from django import template

from casework.access import Viewer
from casework.queries.ledgers import has_ledgers

register = template.Library()


@register.filter
def sees_ledgers(viewer: Viewer | None) -> bool:
    """Whether the way to the ledgers is shown; runs no query."""
    return viewer is not None and has_ledgers(viewer)


@register.simple_tag
def visit_token(page: UUID, record: int) -> str:
    """One token for each record of a page: two taps on the same button are one visit."""
    return str(uuid5(page, str(record)))
