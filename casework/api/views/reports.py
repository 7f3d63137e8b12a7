"""Reports (上报), their photos and voice memos."""

from __future__ import annotations

import re
from typing import cast

from django.conf import settings
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from casework.api import answers
from casework.api.bodies import ReportBody
from casework.api.docs import IDEMPOTENCY_KEY, call, example
from casework.api.incoming import raw_body, report_token
from casework.api.viewer import viewer_of
from casework.services.intake import NewReport, submit_report
from grid.errors import PhotoDamaged, RecordingDamaged
from grid.models import Photo, Recording, User
from grid.services.photos import store_photo
from grid.services.recordings import store_recording

SHA256 = re.compile(r"[0-9a-f]{64}")


@call(
    "Report something",
    tag="reports",
    body=ReportBody,
    answers={201: answers.ReportTaken},
    headers=[IDEMPOTENCY_KEY],
    refuses=(400, 403, 422, 423),
    examples=[
        example(
            "Music at night",
            {
                "matter": "square-dance",
                "category": "noise",
                "summary": "坝坝舞音量过大",
                "lat": 30.7601,
                "lon": 108.4102,
                "accuracy": 12.5,
                "answers": {},
                "photos": [],
            },
        ),
        example("The case", {"case": "2026-1123-00082"}, answers=True, status=201),
    ],
)
@api_view(["POST"])
def reports(request: Request) -> Response:
    viewer = viewer_of(request)
    token = report_token(request, user_id=viewer.user_id)
    body = ReportBody(data=request.data)
    body.is_valid(raise_exception=True)
    report = NewReport(token=token, language=get_language() or "zh-hans", **body.validated_data)
    return Response({"case": submit_report(report, by=viewer).number}, status=201)


@call(
    "Send a photo; sending it again changes nothing",
    tag="reports",
    body={"image/jpeg": OpenApiTypes.BINARY},
    answers={200: answers.PhotoKept, 201: answers.PhotoKept},
    refuses=(413, 422),
)
@api_view(["PUT"])
def photo(request: Request, sha256: str) -> Response:
    announced = sha256.lower()
    if not SHA256.fullmatch(announced):
        raise PhotoDamaged
    content = raw_body(request, at_most=settings.PHOTO_BYTES)
    known = Photo.objects.filter(owner_id=viewer_of(request).user_id, sha256=announced).exists()
    kept = store_photo(content, owner=cast(User, request.user), announced_sha256=announced)
    told = {"sha256": kept.sha256, "width": kept.width, "height": kept.height, "bytes": kept.bytes}
    return Response(told, status=200 if known else 201)


@call(
    "Send a voice memo; sending it again changes nothing",
    tag="reports",
    body={"audio/webm": OpenApiTypes.BINARY},
    answers={200: answers.RecordingKept, 201: answers.RecordingKept},
    refuses=(413, 422),
)
@api_view(["PUT"])
def recording(request: Request, sha256: str) -> Response:
    announced = sha256.lower()
    if not SHA256.fullmatch(announced):
        raise RecordingDamaged
    content = raw_body(request, at_most=settings.RECORDING_BYTES)
    known = Recording.objects.filter(owner_id=viewer_of(request).user_id, sha256=announced).exists()
    kept = store_recording(content, owner=cast(User, request.user), announced_sha256=announced)
    told = {"sha256": kept.sha256, "kind": kept.kind, "bytes": kept.bytes}
    return Response(told, status=200 if known else 201)
