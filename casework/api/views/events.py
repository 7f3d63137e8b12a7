"""Messages and signals from outside, and incidents for those who mend."""

from __future__ import annotations

from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from casework.access import Viewer, event_areas
from casework.api import answers
from casework.api.answers import page_of
from casework.api.bodies import IncidentsQuery, MendBody, MessageBody, SignalBody
from casework.api.docs import call, example
from casework.api.paging import after_number, page_response
from casework.api.viewer import viewer_of
from casework.errors import NobodyReceives, NotYours
from casework.queries import api as queries
from casework.services import incidents as mending
from casework.services.progress import broadcast_signal, deliver_message


def _sender(request: Request) -> Viewer:
    viewer = viewer_of(request)
    if not event_areas(viewer):
        raise NotYours
    return viewer


@call(
    "Give a message to the case that waits for it",
    tag="events",
    body=MessageBody,
    answers={200: answers.Received},
    refuses=(400, 403, 409, 422, 423),
    examples=[
        example("Approved elsewhere", {"name": "联审结果", "correlation": "2026-1123-00082", "payload": {}})
    ],
)
@api_view(["POST"])
def messages(request: Request) -> Response:
    viewer = _sender(request)
    body = MessageBody(data=request.data)
    body.is_valid(raise_exception=True)
    given = body.validated_data
    cases = deliver_message(
        given["name"], correlation=given["correlation"], payload=given["payload"], by=viewer
    )
    if not cases:
        raise NobodyReceives
    return Response({"cases": cases})


@call(
    "Give a signal to every case that waits for it",
    tag="events",
    body=SignalBody,
    answers={200: answers.Received},
    refuses=(400, 403, 422, 423),
    examples=[example("Storm warning", {"name": "暴雨红色预警", "payload": {"等级": "红色"}})],
)
@api_view(["POST"])
def signals(request: Request) -> Response:
    viewer = _sender(request)
    body = SignalBody(data=request.data)
    body.is_valid(raise_exception=True)
    given = body.validated_data
    return Response({"cases": broadcast_signal(given["name"], payload=given["payload"], by=viewer)})


@call(
    "What stands still and why",
    tag="events",
    query=IncidentsQuery,
    answers={200: page_of(answers.Incident)},
    refuses=(422,),
)
@api_view(["GET"])
def incidents(request: Request) -> Response:
    query = IncidentsQuery(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    asked = query.validated_data
    page = queries.incidents_page(
        viewer_of(request),
        case=asked["case"],
        after=after_number(asked["cursor"]),
        size=asked["page_size"],
    )
    return page_response(request, page)


@call(
    "Mend what could not go on: retry, skip, move or end",
    name="incident_verb",
    tag="events",
    body=MendBody,
    answers={200: answers.Case},
    refuses=(400, 403, 404, 409, 422, 423),
    examples=[example("Try again with other data", {"comment": "已与数据岗核实", "data": {"等级": 1}})],
)
@api_view(["POST"])
def incident_verb(request: Request, incident_id: int, verb: str) -> Response:
    viewer = viewer_of(request)
    body = MendBody(data=request.data)
    body.is_valid(raise_exception=True)
    given = body.validated_data
    how = mending.Mending(reason=given["comment"], values=given["data"] or {}, to=given["to_element"])
    case = mending.act(incident_id, verb, by=viewer, how=how)
    return Response(queries.case_json(case, viewer))
