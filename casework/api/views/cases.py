"""Cases: open one, list them, read one with its history."""

from __future__ import annotations

from typing import Any

from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from casework.access import Viewer
from casework.api import answers
from casework.api.answers import page_of
from casework.api.bodies import CaseBody, CasesQuery
from casework.api.docs import IDEMPOTENCY_KEY, call, example
from casework.api.incoming import idempotency_key, knows_version, storable
from casework.api.paging import PageQuery, after_moment, after_number, page_response
from casework.api.viewer import viewer_of
from casework.queries import api as queries
from casework.queries.api import CaseFilter
from casework.services.idempotency import once
from casework.services.intake import NewCase, open_case


def etag(revision: int) -> str:
    return f'"{revision}"'


@call(
    "Cases that you may see, the newest first",
    name="cases_list",
    tag="cases",
    methods=["GET"],
    query=CasesQuery,
    answers={200: page_of(answers.Case)},
    refuses=(422,),
)
@call(
    "Open a case",
    tag="cases",
    methods=["POST"],
    body=CaseBody,
    answers={201: answers.Case},
    headers=[IDEMPOTENCY_KEY],
    refuses=(400, 403, 422, 423),
    examples=[
        example(
            "A case",
            {"matter": "old-housing", "area": "500101026001", "title": "3 号楼改造", "data": {"户数": 42}},
        )
    ],
)
@api_view(["GET", "POST"])
def cases(request: Request) -> Response:
    return _open(request) if request.method == "POST" else _list(request)


def _list(request: Request) -> Response:
    viewer = viewer_of(request)
    query = CasesQuery(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    asked = query.validated_data
    wanted = CaseFilter(
        matter=asked["matter"],
        status=asked["status"],
        area=asked["area"],
        category=asked["category"],
        reporter_id=viewer.user_id if asked["reporter"] == "me" else None,
        q=asked["q"],
        opened_after=asked["opened_after"],
    )
    page = queries.cases_page(viewer, wanted, after=after_moment(asked["cursor"]), size=asked["page_size"])
    return page_response(request, page)


def _open(request: Request) -> Response:
    viewer = viewer_of(request)
    key = idempotency_key(request)
    given = CaseBody.taken(request.data)
    new = NewCase(**given)
    if key is None:
        opened = _opened(new, viewer)
    else:
        opened = once(
            user_id=viewer.user_id,
            key=key,
            call="cases",
            body=given,
            act=lambda: (201, storable(_opened(new, viewer))),
        ).body
    return Response(opened, status=201, headers={"ETag": etag(opened["revision"])})


def _opened(new: NewCase, viewer: Viewer) -> dict[str, Any]:
    return queries.case_json(open_case(new, by=viewer), viewer)


@call(
    "One case",
    name="case_retrieve",
    tag="cases",
    answers={200: answers.Case},
    refuses=(404,),
)
@api_view(["GET"])
def case(request: Request, number: str) -> Response:
    viewer = viewer_of(request)
    found = queries.case_for(viewer, number)
    headers = {"ETag": etag(found.version)}
    if knows_version(request, present=found.version):
        return Response(status=304, headers=headers)
    return Response(queries.case_json(found, viewer), headers=headers)


@call(
    "What can be begun in the parts of a case's process that have no order",
    name="case_offers",
    tag="cases",
    answers={200: answers.Offers},
    refuses=(404,),
)
@api_view(["GET"])
def offers(request: Request, number: str) -> Response:
    return Response({"results": queries.offers_json(queries.case_for(viewer_of(request), number))})


@call(
    "What happened to a case, in order",
    tag="cases",
    query=PageQuery,
    answers={200: page_of(answers.Event)},
    refuses=(404, 422),
)
@api_view(["GET"])
def history(request: Request, number: str) -> Response:
    query = PageQuery(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    asked = query.validated_data
    found = queries.case_for(viewer_of(request), number)
    page = queries.history_page(found, after=after_number(asked["cursor"]), size=asked["page_size"])
    return page_response(request, page)
