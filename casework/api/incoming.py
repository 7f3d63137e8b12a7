"""What comes in: strict JSON, raw bytes, conditions and keys in headers. Whatever is wrong becomes a clear refusal."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import IO, Any, NoReturn
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

from casework.api.errors import BadJson, KeyMissing, TooLarge
from casework.errors import NotValid

JSON_BYTES = 1024 * 1024
DEPTH = 40
DIGITS = 30  # no count, price or identity number is longer; more only slows the database down
KEY_LENGTH = 128


class StrictJSONParser(BaseParser):
    """JSON that the database can keep: no NaN, no endless numbers, no NUL, no half characters, not too deep."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:  # Any: JSON
        raw = stream.read(JSON_BYTES + 1)
        if len(raw) > JSON_BYTES:
            raise TooLarge(JSON_BYTES)
        return read_json(raw)


def read_json(raw: bytes) -> Any:  # Any: JSON
    """Raises BadJson for what is no JSON, NotValid for JSON that we cannot keep."""
    try:
        value = json.loads(
            raw.decode("utf-8-sig"),
            parse_int=_whole,
            parse_float=_fraction,
            parse_constant=_no_number,
        )
    except UnicodeDecodeError as error:
        raise BadJson(_("The body is not UTF-8 text.")) from error
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        raise BadJson(_("The body is no JSON: line %(line)d, column %(column)d.") % place) from error
    except RecursionError as error:
        raise NotValid(_("The JSON is nested too deeply.")) from error
    _ensure_keepable(value, depth=0)
    return value


def _whole(text: str) -> int:
    if len(text) > DIGITS:
        _no_number(text)
    return int(text)


def _fraction(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        _no_number(text)
    return value


def _no_number(text: str) -> NoReturn:
    raise NotValid(_("“%(given)s” is not a number we can keep.") % {"given": text[:40]})


def _ensure_keepable(value: object, *, depth: int) -> None:
    if depth > DEPTH:
        raise NotValid(_("The JSON is nested too deeply."))
    if isinstance(value, str):
        _ensure_text(value)
    elif isinstance(value, list):
        for item in value:
            _ensure_keepable(item, depth=depth + 1)
    elif isinstance(value, dict):
        for name, item in value.items():
            _ensure_text(name)
            _ensure_keepable(item, depth=depth + 1)


def _ensure_text(text: str) -> None:
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise NotValid(_("A text holds a character that cannot be kept (NUL or half a character)."))


def raw_body(request: Request, *, at_most: int) -> bytes:
    """The bytes of the body, whatever the content type says."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if announced.isdigit() and int(announced) > at_most:
        raise TooLarge(at_most)
    body: bytes = request._request.body
    if len(body) > at_most:
        raise TooLarge(at_most)
    return body


def idempotency_key(request: Request) -> str | None:
    """The key of a repeatable request, if the client gave one."""
    key: str | None = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not key.strip() or len(key) > KEY_LENGTH or not key.isprintable():
        message = _("1 to %(most)d printable characters.") % {"most": KEY_LENGTH}
        raise NotValid(fields={"Idempotency-Key": [message]})
    return key


def storable(answer: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    """An answer as it goes out, to be kept and given again under the same key."""
    kept: dict[str, Any] = json.loads(json.dumps(answer, cls=JSONEncoder))
    return kept


def report_token(request: Request, *, user_id: int) -> UUID:
    """The report's token: the key itself if it is a UUID, else one that this person and key always give."""
    key = idempotency_key(request)
    if key is None:
        raise KeyMissing
    try:
        token = UUID(key)
    except ValueError:
        token = None
    if token is not None and str(token) == key.lower():
        return token
    return uuid5(NAMESPACE_URL, f"report:{user_id}:{key}")


def wanted_version(request: Request, *, present: int) -> int | None:
    """The version that If-Match asks for; None when any will do, -1 when it names none that could ever be."""
    header: str = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        return None
    versions = [_tag(part) for part in header.split(",")]
    return present if present in versions else versions[0]


def knows_version(request: Request, *, present: int) -> bool:
    """Whether If-None-Match says that the client has this version already."""
    header: str = request.headers.get("If-None-Match", "").strip()
    return header == "*" or (bool(header) and present in [_tag(part) for part in header.split(",")])


def _tag(text: str) -> int:
    digits = text.strip().removeprefix("W/").strip('"')
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else -1
