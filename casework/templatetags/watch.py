"""Filters of the pages that watch how matters go."""

from __future__ import annotations

from django import template

from casework.pages.wording import length

register = template.Library()


@register.filter
def lasting(seconds: float | None, works: bool = False) -> str:
    """A length of time; a dash where nothing was measured."""
    return "—" if seconds is None else length(seconds, works=works)


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: object) -> str:
    """The query of this page with some values changed; an empty one goes, and so does the page one is on."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value not in ("", None):
            query[name] = str(value)
    return str(query.urlencode())
