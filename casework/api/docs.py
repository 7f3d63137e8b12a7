"""Words for the published schema: one decorator a call, so that none forgets its refusals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from casework.api.answers import Conflict, DiagramProblems, Refused

WORDS = {
    400: "The body is no JSON.",
    401: "Not logged in.",
    403: "Not yours.",
    404: "Not there, or not visible to you.",
    409: "Not now; the body shows the present state.",
    412: "If-Match names an older state.",
    413: "Too large.",
    422: "Understood, but refused.",
    423: "Locked: by somebody's change, or after too many failed log-ins.",
    429: "Too often; Retry-After says when.",
    503: "The database is away; Retry-After says when.",
}
EXAMPLES: dict[int, dict[str, Any]] = {  # Any: JSON
    401: {"code": "not_authenticated", "detail": "Authentication credentials were not provided."},
    403: {"code": "not_yours", "detail": "This is not yours to handle."},
    404: {"code": "not_found", "detail": "There is nothing here, or it is not visible to you."},
    409: {"code": "step_not_open", "detail": "Somebody else has already finished this step."},
    412: {"code": "stale", "detail": "You saw an older state of this case."},
    422: {
        "code": "not_valid",
        "detail": "Some fields need another look.",
        "fields": {"area": ["There is no area with this code."]},
    },
}
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The same key and body get the same answer; another body is refused (key_reused).",
)
IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description="The ETag of the state you saw."
)
ALWAYS = (401, 429, 503)


def call(
    summary: str,
    *,
    answers: dict[int, Any],  # Any: a serializer or a description
    body: Any = None,
    query: Any = None,
    headers: Sequence[OpenApiParameter] = (),
    refuses: Sequence[int] = (),
    examples: Sequence[OpenApiExample] = (),
    methods: Sequence[str] | None = None,
    tag: str,
    name: str = "",
    open_to_all: bool = False,
) -> Callable[..., Any]:
    """Describe a call for the schema."""
    parameters = [*([query] if query else []), *headers]
    statuses = sorted({*refuses, *ALWAYS} - ({401} if open_to_all and 401 not in refuses else set()))
    return extend_schema(
        operation_id=name or None,
        summary=summary,
        request=body,
        parameters=parameters,
        responses={**answers, **{status: _refusal(status, tag) for status in statuses}},
        examples=list(examples),
        methods=list(methods) if methods else None,
        tags=[tag],
        auth=[] if open_to_all else None,
    )


def _refusal(status: int, tag: str) -> OpenApiResponse:
    shape = Conflict if status in (409, 412) else Refused
    if status == 422 and tag == "matters":
        shape = DiagramProblems
    examples = (
        [OpenApiExample(EXAMPLES[status]["code"], value=EXAMPLES[status])] if status in EXAMPLES else []
    )
    return OpenApiResponse(shape, description=WORDS[status], examples=examples)


def example(
    name: str, value: Any, *, answers: bool = False, status: int = 200
) -> OpenApiExample:  # Any: JSON
    if answers:
        return OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)])
    return OpenApiExample(name, value=value, request_only=True)


def without_doubles(endpoints: list[tuple[str, str, str, Any]]) -> list[tuple[str, str, str, Any]]:
    """Each call answers with and without the slash at its end; the schema names one of the two."""
    named: dict[tuple[str, str], tuple[str, str, str, Any]] = {}
    for path, regex, method, view in endpoints:
        key = (path.rstrip("/"), method)
        if key not in named:
            named[key] = (path, regex, method, view)
    return list(named.values())
