"""The record of a case: read it whole, add to it, see what is masked with a reason."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from casework.api import recordanswers as answers
from casework.api.casebodies import (
    DocumentQuery,
    InstrumentBody,
    NoticesBody,
    PartyBody,
    PlaceBody,
    ReasonBody,
    RevealFieldBody,
    RevokeBody,
)
from casework.api.docs import call, example
from casework.api.incoming import raw_body
from casework.api.viewer import viewer_of
from casework.errors import NotFound
from casework.models import CasePlace, DocumentVersion, Notice
from casework.queries import api as queries
from casework.queries.masks import masked, masked_row
from casework.queries.record import record as record_of
from casework.queries.recordthings import instrument_row, party_row, version_row
from casework.queries.waitingfor import notices_for
from casework.services import record as keeping
from casework.services.acts.telling import read_notices
from casework.services.record.documents import BYTES

MOST_NOTICES = 100


@call(
    "The record of a case beyond its steps; personal data are masked",
    tag="record",
    answers={200: answers.Record},
    refuses=(404,),
)
@api_view(["GET"])
def record(request: Request, number: str) -> Response:
    viewer = viewer_of(request)
    return Response(_told(record_of(viewer, queries.case_for(viewer, number))))


@call(
    "Add a person or unit with a role",
    tag="record",
    body=PartyBody,
    answers={201: answers.Party},
    refuses=(400, 403, 404, 409, 422, 423),
    examples=[example("A party", {"role": "party", "name": "陈大宇", "phone": "13800005678"})],
)
@api_view(["POST"])
def parties(request: Request, number: str) -> Response:
    body = _checked(PartyBody, request)
    party = keeping.add_party(number, keeping.NewParty(**body), by=viewer_of(request))
    return Response(_told(party_row(party)), status=201)


@call(
    "Take a role away",
    tag="record",
    body=ReasonBody,
    answers={200: answers.Party},
    refuses=(400, 403, 404, 409, 422, 423),
)
@api_view(["POST"])
def party_remove(request: Request, number: str, party_id: int) -> Response:
    body = _checked(ReasonBody, request)
    party = keeping.remove_party(number, party_id, reason=body["reason"], by=viewer_of(request))
    return Response(_told(party_row(party)))


@call(
    "See a person's data in full; who, why and when is kept",
    tag="record",
    body=ReasonBody,
    answers={200: answers.PartyInFull},
    refuses=(400, 403, 404, 409, 422, 423),
    examples=[example("Why", {"reason": "通知到场调解"})],
)
@api_view(["POST"])
def party_reveal(request: Request, number: str, party_id: int) -> Response:
    body = _checked(ReasonBody, request)
    party = keeping.reveal_party(number, party_id, reason=body["reason"], by=viewer_of(request))
    shown = ("role", "name", "phone", "id_number", "address")
    return Response({"id": party.pk, **{name: getattr(party, name) for name in shown}})


@call(
    "See a variable of the case in full; who, why and when is kept",
    tag="record",
    body=RevealFieldBody,
    answers={200: answers.FieldInFull},
    refuses=(400, 403, 404, 409, 422, 423),
)
@api_view(["POST"])
def reveal(request: Request, number: str) -> Response:
    body = _checked(RevealFieldBody, request)
    value = keeping.reveal_field(number, body["field"], reason=body["reason"], by=viewer_of(request))
    return Response({"field": body["field"], "value": value})


@call(
    "Add a place",
    tag="record",
    body=PlaceBody,
    answers={201: answers.Place},
    refuses=(400, 403, 404, 409, 422, 423),
)
@api_view(["POST"])
def places(request: Request, number: str) -> Response:
    body = _checked(PlaceBody, request)
    row: CasePlace = keeping.add_place(number, keeping.NewPlace(**body), by=viewer_of(request))
    told = {"id": row.pk, "kind": row.kind, "label": row.get_kind_display(), "text": masked(row.text)}
    return Response({**told, "lat": row.lat, "lon": row.lon}, status=201)


@call(
    "Hand in the next version of a document; the same bytes again change nothing",
    tag="record",
    query=DocumentQuery,
    body={"application/octet-stream": OpenApiTypes.BINARY},
    answers={201: answers.Version},
    refuses=(403, 404, 409, 413, 422, 423),
)
@api_view(["POST"])
def documents(request: Request, number: str) -> Response:
    query = DocumentQuery(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    content = raw_body(request, at_most=BYTES)
    new = keeping.NewVersion(content=content, **query.validated_data)
    return Response(_told(version_row(keeping.hand_in(number, new, by=viewer_of(request)))), status=201)


@call(
    "A version of a document, as a file to keep",
    tag="record",
    answers={200: OpenApiTypes.BINARY},
    refuses=(404,),
)
@api_view(["GET"])
def document_version(request: Request, number: str, document_id: int, version: int) -> HttpResponseBase:
    """Never shown in the browser as what it says it is: it comes from outside."""
    case = queries.case_for(viewer_of(request), number)
    row = DocumentVersion.objects.filter(document=document_id, document__case=case, number=version).first()
    if row is None or not default_storage.exists(str(row.file.name)):
        raise NotFound
    answer = FileResponse(
        default_storage.open(str(row.file.name)),
        as_attachment=True,
        filename=row.name,
        content_type=row.media_type,
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


@call(
    "Issue an instrument on the law as it is in force on its day",
    tag="record",
    body=InstrumentBody,
    answers={201: answers.Instrument},
    refuses=(400, 403, 404, 409, 422, 423),
)
@api_view(["POST"])
def instruments(request: Request, number: str) -> Response:
    body = _checked(InstrumentBody, request)
    row = keeping.issue(number, keeping.NewInstrument(**body), by=viewer_of(request))
    return Response(_told(instrument_row(row)), status=201)


@call(
    "Revoke an instrument; it stays in the record",
    tag="record",
    body=RevokeBody,
    answers={200: answers.Instrument},
    refuses=(400, 403, 404, 409, 422, 423),
)
@api_view(["POST"])
def instrument_revoke(request: Request, number: str, instrument_id: int) -> Response:
    body = _checked(RevokeBody, request)
    row = keeping.revoke(number, instrument_id, reason=body["comment"], by=viewer_of(request))
    return Response(_told(instrument_row(row)))


@call(
    "What you should take note of, the newest first", tag="record", answers={200: answers.Notice(many=True)}
)
@api_view(["GET"])
def notices(request: Request) -> Response:
    return Response([told_notice(row) for row in notices_for(viewer_of(request))[:MOST_NOTICES]])


@call(
    "Say that notices were read",
    tag="record",
    body=NoticesBody,
    answers={200: answers.Notice(many=True)},
    refuses=(400, 404, 422),
)
@api_view(["POST"])
def notices_read(request: Request) -> Response:
    body, viewer = _checked(NoticesBody, request), viewer_of(request)
    read_notices(body["ids"], by=viewer)
    return Response(
        [told_notice(row) for row in notices_for(viewer, unread=False).filter(pk__in=body["ids"])]
    )


def told_notice(row: Notice) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "label": row.get_kind_display(),
        "case": row.number,  # type: ignore[attr-defined]  # annotated
        "title": masked(row.title),  # type: ignore[attr-defined]  # annotated
        "text": masked(row.text),
        "by": str(row.by or ""),
        "at": row.at,
        "read_at": row.read_at,
    }


def _told(row: Any) -> Any:  # Any: a row of the record, and JSON
    return masked_row(asdict(row))


def _checked(body: type[Any], request: Request) -> dict[str, Any]:
    given = body(data=request.data)
    given.is_valid(raise_exception=True)
    checked: dict[str, Any] = given.validated_data
    return checked
