"""Small filters of the settings' pages."""

from __future__ import annotations

from django import template

from casework.clocks import LimitUnreadable, parse_limits
from casework.pages import wording

register = template.Library()


@register.filter
def limits(text: str) -> str:
    """One limit or several in a row, in words; what is no limit as it is written."""
    try:
        links = parse_limits(text)
    except LimitUnreadable:
        return text
    return "；".join(" ".join(filter(None, (link.name, wording.limit_text(str(link))))) for link in links)
