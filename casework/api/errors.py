"""One mapping from what went wrong to `{code, detail, fields?}` with its status; nothing is ever shown as a trace."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.core.exceptions import (
    NON_FIELD_ERRORS,
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as ModelRefused
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404
from django.http.request import UnreadablePostError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from psycopg import errors as pg
from rest_framework import exceptions as drf
from rest_framework.response import Response

from casework.errors import CaseBusy, CaseworkError, NotFound, NotValid, NotYours
from grid.codes import BadAreaCode
from grid.errors import GridError, PhotoTooLarge, RecordingTooLarge
from workflows.bpmn import DiagramRefused, Problem
from workflows.errors import DraftChanged, NoDraft, NotPublishable, StepNotOpen, WorkflowsError

log = logging.getLogger(__name__)
LOST_FOR = "5"  # seconds until a client may try again after the database was lost
BUSY_FOR = "1"


class BadJson(CaseworkError):
    code = "bad_json"
    message = _("The body is no JSON.")
    status = 400


class TooLarge(CaseworkError):
    code = "too_large"
    status = 413

    def __init__(self, most: int) -> None:
        super().__init__(_("The body is larger than %(most)d kB.") % {"most": most // 1024})


class KeyMissing(NotValid):
    code = "key_missing"

    def __init__(self) -> None:
        words = _("Send a key with the report, so that it can be repeated without harm.")
        super().__init__(words, fields={"Idempotency-Key": [str(words)]})


class BadCredentials(CaseworkError):
    code = "bad_credentials"
    message = _("Name or password is wrong.")
    status = 401


class LockedOut(CaseworkError):
    code = "locked_out"
    message = _("Too many failed attempts. Try again in a quarter of an hour.")
    status = 423


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """An error as the client gets it."""

    status: int
    code: str
    detail: str
    fields: Mapping[str, list[str]] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        said: dict[str, Any] = {"code": self.code, "detail": self.detail}
        if self.fields:
            said["fields"] = dict(self.fields)
        return {**said, **self.more}

    def response(self, **more: Any) -> Response:  # Any: JSON
        return Response({**self.body, **more}, status=self.status, headers=dict(self.headers))


def answer(error: Exception, context: Mapping[str, Any]) -> Response:
    """The exception handler of all calls."""
    return refusal_of(error).response()


def refusal_of(error: Exception) -> Refusal:
    """What to say about this error."""
    match error:
        case CaseworkError():
            return _ours(error)
        case WorkflowsError() | DiagramRefused():
            return _of_workflows(error)
        case GridError():
            status = 413 if isinstance(error, PhotoTooLarge | RecordingTooLarge) else 422
            return Refusal(status=status, code=error.code, detail=str(error.message))
        case BadAreaCode():
            return Refusal(status=422, code=error.code, detail=area_words(error))
        case drf.APIException():
            return _of_framework(error)
        case _:
            return _of_surroundings(error)


def _ours(error: CaseworkError) -> Refusal:
    fields = error.fields if isinstance(error, NotValid) else {}
    headers = {"Retry-After": BUSY_FOR} if isinstance(error, CaseBusy) else {}
    if error.status == 401:
        headers = {"WWW-Authenticate": "Token"}
    return Refusal(
        status=error.status, code=error.code, detail=str(error.message), fields=fields, headers=headers
    )


def _of_workflows(error: WorkflowsError | DiagramRefused) -> Refusal:
    match error:
        case DiagramRefused():
            words = _("This file is not a diagram that can be read.")
            more = {"problems": problems_json(error.problems)}
            return Refusal(status=422, code="diagram_refused", detail=str(words), more=more)
        case NotPublishable():
            more = {"problems": problems_json(error.problems)}
            return Refusal(status=422, code=error.code, detail=str(error.message), more=more)
        case StepNotOpen() | NoDraft() | DraftChanged():
            return Refusal(status=409, code=error.code, detail=str(error.message))
        case _:
            return Refusal(status=422, code=error.code, detail=str(error.message))


def problems_json(problems: Iterable[Problem], *, language: str | None = None) -> list[dict[str, Any]]:
    """Problems of a diagram in the language of the request."""
    lang = language or get_language() or "zh-hans"
    return [
        {
            "severity": problem.severity,
            "code": problem.code,
            "element": problem.element,
            "line": problem.line,
            "message": problem.text(lang),
            "hint": problem.hint(lang),
        }
        for problem in problems
    ]


def area_words(error: BadAreaCode) -> str:
    from_catalogue = str(_(error.message))
    return from_catalogue % error.params


_CODES = {
    400: "bad_request",
    401: "not_authenticated",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    415: "unsupported_media_type",
    422: "not_valid",
    429: "throttled",
}


def _of_framework(error: drf.APIException) -> Refusal:
    if isinstance(error, drf.ValidationError):
        return Refusal(
            status=422, code=NotValid.code, detail=str(NotValid.message), fields=_flat(error.detail)
        )
    status, headers = error.status_code, {}
    if isinstance(error, drf.NotAuthenticated | drf.AuthenticationFailed):
        status, headers = 401, {"WWW-Authenticate": "Token"}
    if isinstance(error, drf.Throttled):
        headers = {"Retry-After": str(max(1, round(getattr(error, "wait", None) or 1)))}
    return Refusal(
        status=status, code=_CODES.get(status, "refused"), detail=str(error.detail), headers=headers
    )


def _flat(detail: Any, name: str = "") -> dict[str, list[str]]:  # Any: nested lists and dicts of messages
    if isinstance(detail, Mapping):
        found: dict[str, list[str]] = {}
        for key, value in detail.items():
            found.update(_flat(value, f"{name}.{key}" if name else str(key)))
        return found
    if isinstance(detail, list):
        if any(isinstance(item, Mapping | list) for item in detail):
            return _flat({str(n): item for n, item in enumerate(detail) if item}, name)
        return {name: [str(item) for item in detail]}
    return {name: [str(detail)]}


def _of_surroundings(error: Exception) -> Refusal:
    """What Django and the database raise."""
    match error:
        case Http404() | ObjectDoesNotExist():
            return _ours(NotFound())
        case PermissionDenied():
            return _ours(NotYours())
        case ModelRefused():
            return Refusal(
                status=422, code=NotValid.code, detail=str(NotValid.message), fields=_fields_of(error)
            )
        case RequestDataTooBig():
            return _ours(TooLarge(1024 * 1024))
        case SuspiciousOperation() | UnreadablePostError():
            return Refusal(status=400, code="bad_request", detail=str(_("The request did not arrive whole.")))
        case IntegrityError():
            return Refusal(
                status=409, code="conflict", detail=str(_("Somebody else has just made the same thing."))
            )
        case DataError():
            return Refusal(
                status=422,
                code=NotValid.code,
                detail=str(_("A value cannot be kept: too large or too long.")),
            )
        case OperationalError() | InterfaceError():
            return _of_database(error)
        case _:
            return _fault(error)


def _fields_of(error: ModelRefused) -> dict[str, list[str]]:
    if hasattr(error, "error_dict"):
        return {name: list(messages) for name, messages in error.message_dict.items()}
    return {NON_FIELD_ERRORS: list(error.messages)}


def _of_database(error: Exception) -> Refusal:
    """A lock that somebody holds is a matter of a moment; anything else means the database is away."""
    if isinstance(error.__cause__, pg.LockNotAvailable | pg.DeadlockDetected | pg.SerializationFailure):
        return _ours(CaseBusy())
    log.warning("database: %s", error)
    words = _("The database cannot be reached right now. Nothing was changed; try again in a moment.")
    return Refusal(status=503, code="unavailable", detail=str(words), headers={"Retry-After": LOST_FOR})


def _fault(error: Exception) -> Refusal:
    """A fault of ours: the client gets an id that the log has too."""
    error_id = uuid4().hex[:8]
    log.error("error %s", error_id, exc_info=error)
    words = _("Something went wrong here. The fault has the number %(id)s.") % {"id": error_id}
    return Refusal(status=500, code="fault", detail=str(words), more={"id": error_id})
