"""Keyset pages: `{next, results}`, where `next` is the address of the following page."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from casework.api.fields import Strict, Text
from casework.errors import NotValid
from casework.queries.api import LONGEST_PAGE, PAGE, Page

CURSOR_LENGTH = 2000


class PageQuery(Strict):
    """What every list takes."""

    page_size = serializers.IntegerField(
        required=False, default=PAGE, min_value=1, max_value=LONGEST_PAGE, help_text="Results a page."
    )
    cursor = Text(
        required=False,
        default="",
        allow_blank=True,
        max_length=CURSOR_LENGTH,
        help_text="Where to go on: what `next` of the page before says, or that address itself.",
    )


def page_response(request: Request, page: Page) -> Response:
    following = None
    if page.after is not None:
        address = request.build_absolute_uri()
        following = replace_query_param(address, "cursor", _written(page.after))
    return Response({"next": following, "results": page.results})


def after_number(cursor: str) -> int | None:
    """The place in a list that is ordered by a number."""
    if not cursor:
        return None
    place = _read(cursor)
    if len(place) != 1 or not _is_number(place[0]):
        raise _refused()
    return int(place[0])


def after_text(cursor: str) -> str | None:
    if not cursor:
        return None
    place = _read(cursor)
    if len(place) != 1 or not isinstance(place[0], str) or "\x00" in place[0]:
        raise _refused()
    return place[0]


def after_moment(cursor: str) -> tuple[datetime, int] | None:
    """The place in a list that is ordered by time, then number."""
    if not cursor:
        return None
    place = _read(cursor)
    if len(place) != 2 or not isinstance(place[0], str) or not _is_number(place[1]):
        raise _refused()
    try:
        moment = datetime.fromisoformat(place[0])
    except ValueError as error:
        raise _refused() from error
    if moment.tzinfo is None:
        raise _refused()
    return moment, int(place[1])


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _written(place: list[str | int]) -> str:
    text = json.dumps(place, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str) -> list[Any]:  # Any: a stranger's JSON
    if "cursor=" in cursor:
        cursor = parse_qs(urlsplit(cursor).query).get("cursor", [""])[0]
    try:
        text = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        place = json.loads(text)
    except (binascii.Error, UnicodeError, ValueError, RecursionError) as error:
        raise _refused() from error
    if not isinstance(place, list):
        raise _refused()
    return place


def _refused() -> NotValid:
    return NotValid(fields={"cursor": [_("This is no cursor of ours.")]})
