"""Small filters of the desk's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.contrib.messages.storage.base import Message
from django.utils.translation import gettext as _

from casework.queries.particulars import masked_text

if TYPE_CHECKING:
    from casework.queries.deskcase import DeskCase

register = template.Library()


@register.filter
def tail(number: str) -> str:
    """A case number without its year, as people say it: 1123-00082."""
    return number.partition("-")[2] or number


@register.filter
def masked(text: str) -> str:
    """Text with phone and identity numbers masked."""
    return masked_text(str(text))


@register.filter
def told(message: Message, name: str) -> str:
    """What a message says beside its text: `undo` is where it can be taken back, `done` whose drafts are done with."""
    said = (tag.partition("=") for tag in (message.extra_tags or "").split(";"))
    return next((value for key, _sign, value in said if key == name), "")


@register.filter
def joined(value: object) -> str:
    """One name, or several in a row."""
    return _(", ").join(map(str, value)) if isinstance(value, list) else str(value)


@register.filter
def pin_label(pin: str, about: DeskCase) -> str:
    """What a return points at, as people call it: a field by its label, a photo by its place in the row."""
    photos = [shot.sha256 for shot in about.photos]
    if pin in photos:
        return _("Photo %(n)s") % {"n": photos.index(pin) + 1}
    return about.labels.get(pin, pin)


@register.simple_tag(takes_context=True)
def with_cursor(context: template.Context, cursor: str) -> str:
    """The query of this page, for another page of the same list."""
    query = context["request"].GET.copy()
    query["page"] = cursor
    query.pop("row", None)
    return str(query.urlencode())
