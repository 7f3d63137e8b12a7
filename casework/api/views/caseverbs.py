"""The verbs on a case as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from casework.access import Viewer
from casework.api import answers
from casework.api.casebodies import CaseVerbBody
from casework.api.docs import IDEMPOTENCY_KEY, IF_MATCH, call, example
from casework.api.errors import refusal_of
from casework.api.incoming import idempotency_key, storable, wanted_version
from casework.api.viewer import viewer_of
from casework.api.views.cases import etag
from casework.errors import NotFound, NotNow, NotValid, Stale
from casework.models import Case
from casework.queries import api as queries
from casework.services.acts import DOING, act_on_case
from casework.services.idempotency import once
from casework.services.said import Said
from grid.models import User


@call(
    "Do something with a case as a whole",
    name="case_verb",
    tag="cases",
    body=CaseVerbBody,
    answers={200: answers.Case},
    headers=[IF_MATCH, IDEMPOTENCY_KEY],
    refuses=(400, 403, 404, 409, 412, 422, 423),
    examples=[
        example("Suspend", {"comment": "待年度计划", "until": "2027-03-01"}),
        example("Report upward", {"reason_code": "beyond", "comment": "需要资金"}),
        example(
            "Whistle",
            {
                "posts": ["500101000000-housing/reviewer"],
                "place": "三巷 12 号",
                "until": "2026-12-01T09:30:00+08:00",
                "comment": "联合踏勘",
            },
        ),
    ],
)
@api_view(["POST"])
def verb(request: Request, number: str, verb: str) -> Response:
    viewer = viewer_of(request)
    if verb not in DOING:
        raise NotFound
    key = idempotency_key(request)
    body = CaseVerbBody(data=request.data)
    body.is_valid(raise_exception=True)
    try:
        said = _said(request, body.validated_data, number=number)
        answer = _answer(number, verb, viewer=viewer, said=said, key=key)
    except (NotNow, Stale) as error:
        return _with_present_state(error, number=number, viewer=viewer)
    return Response(answer, headers={"ETag": etag(answer["revision"])})


def _said(request: Request, given: Mapping[str, Any], *, number: str) -> Said:
    present = 0
    if "If-Match" in request.headers:
        present = Case.objects.filter(number=number).values_list("version", flat=True).first() or 0
    plain = {name: value for name, value in given.items() if name not in ("data", "people")}
    return Said(
        **plain,
        fields=given["data"],
        people=_people(given["people"]),
        version=wanted_version(request, present=present),
        language=get_language() or "zh-hans",
    )


def _people(names: Sequence[str]) -> tuple[int, ...]:
    found = dict(User.objects.filter(username__in=names).values_list("username", "pk"))
    if set(names) - set(found):
        raise NotValid(fields={"people": [_("There is no such person.")]})
    return tuple(found[name] for name in names)


def _answer(number: str, verb: str, *, viewer: Viewer, said: Said, key: str | None) -> dict[str, Any]:
    def once_done() -> dict[str, Any]:
        return queries.case_json(act_on_case(number, verb, by=viewer, said=said), viewer)

    if key is None:
        return once_done()
    body = {name: value for name, value in vars(said).items() if name != "language"}
    return once(
        user_id=viewer.user_id,
        key=key,
        call=f"cases/{number}/{verb}",
        body={**body, "until": str(said.until or "")},
        act=lambda: (200, storable(once_done())),
    ).body


def _with_present_state(error: Exception, *, number: str, viewer: Viewer) -> Response:
    """Whoever comes second sees how things stand now."""
    refusal = refusal_of(error)
    try:
        present = queries.case_for(viewer, number)
    except NotFound:
        return refusal.response()
    shown = refusal.response(case=queries.case_json(present, viewer))
    shown["ETag"] = etag(present.version)
    return shown
