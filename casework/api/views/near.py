"""What the two-nearby rules offer on a case: whom to dispatch to, and closing it on the spot."""

from __future__ import annotations

from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from casework.api import answers, ruleanswers
from casework.api.docs import IDEMPOTENCY_KEY, call, example
from casework.api.incoming import idempotency_key
from casework.api.rulebodies import LimitMetBody, SolvedBody
from casework.api.viewer import viewer_of
from casework.api.views.cases import etag
from casework.queries import api as queries
from casework.queries.dispatching import suggestion_for
from casework.services.locks import database_now
from casework.services.milestones import meet_limit
from casework.services.nearby import rules_said
from casework.services.on_the_spot import Solved, solve_on_the_spot


@call(
    "Whom this case would best be dispatched to, and why",
    name="cases_suggestion",
    tag="cases",
    answers={200: ruleanswers.Suggestion},
    refuses=(404,),
)
@api_view(["GET"])
def suggestion(request: Request, number: str) -> Response:
    found = suggestion_for(viewer_of(request), number, now=database_now())
    units = [
        {
            "post": unit.post,
            "name": unit.name,
            "role": "lead" if unit is found.lead else "assisting",
            "limit": unit.limit,
            "lately": unit.lately,
        }
        for unit in found.units
    ]
    return Response({"why": found.why, "units": units, "rule": rules_said((found.ruled,))[0]})


@call(
    "Say that one of several limits in a row was met; the next one runs",
    name="cases_limit_met",
    tag="cases",
    body=LimitMetBody,
    answers={200: answers.Case},
    refuses=(400, 403, 404, 409, 422, 423),
    examples=[example("Works have stopped", {"comment": "已停工"})],
)
@api_view(["POST"])
def limit_met(request: Request, number: str, clock_id: int) -> Response:
    viewer = viewer_of(request)
    body = LimitMetBody(data=request.data)
    body.is_valid(raise_exception=True)
    case = meet_limit(number, clock_id, by=viewer, comment=body.validated_data["comment"])
    answer = queries.case_json(queries.case_for(viewer, case.number), viewer)
    return Response(answer, headers={"ETag": etag(answer["revision"])})


@call(
    "Close a case on the spot, with a photo of how it looks now",
    name="cases_solve_there",
    tag="cases",
    body=SolvedBody,
    answers={200: answers.Case},
    headers=[IDEMPOTENCY_KEY],
    refuses=(400, 403, 404, 409, 422, 423),
    examples=[example("Rubbish is gone", {"photos": ["0" * 64], "comment": "已清走"})],
)
@api_view(["POST"])
def solve_there(request: Request, number: str) -> Response:
    viewer, key = viewer_of(request), idempotency_key(request)
    body = SolvedBody(data=request.data)
    body.is_valid(raise_exception=True)
    case = solve_on_the_spot(Solved(number=number, key=key or "", **body.validated_data), by=viewer)
    answer = queries.case_json(case, viewer)
    return Response(answer, headers={"ETag": etag(answer["revision"])})
