"""The bell for programs: is there something new; and following a case."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from casework.api.docs import call
from casework.api.recordanswers import Notice as NoticeAnswer
from casework.api.viewer import viewer_of
from casework.api.views.record import told_notice
from casework.queries.bell import bell_of, unread
from casework.services.following import follow_case

CURSOR = OpenApiParameter(
    "cursor",
    OpenApiTypes.STR,
    OpenApiParameter.QUERY,
    description="What the last answer gave; 204 while nothing has changed since.",
)


class Poll(serializers.Serializer[Any]):
    cursor = serializers.CharField()
    unread = serializers.IntegerField(help_text="As far as it is counted: 100 at most.")
    notices = NoticeAnswer(many=True)


class Following(serializers.Serializer[Any]):
    following = serializers.BooleanField()


class FollowBody(serializers.Serializer[Any]):
    following = serializers.BooleanField(default=True, help_text="False is the same as DELETE.")


@call(
    "Ask whether there is something new to take note of",
    tag="record",
    query=CURSOR,
    answers={200: Poll, 204: None},
)
@api_view(["GET"])
def poll(request: Request) -> Response:
    viewer = viewer_of(request)
    bell = bell_of(viewer)
    if bell.cursor == request.query_params.get("cursor"):
        return Response(status=204)
    rows = [told_notice(row) for row in unread(viewer)]
    return Response({"cursor": bell.cursor, "unread": bell.unread, "notices": rows})


@call(
    "Follow a case: be told when it comes to another stage and when it is over",
    tag="record",
    body=FollowBody,
    answers={200: Following},
    refuses=(400, 404, 422),
    methods=("PUT",),
    name="case_follow",
)
@call(
    "Follow a case no longer",
    tag="record",
    body=None,
    answers={200: Following},
    refuses=(404,),
    methods=("DELETE",),
    name="case_unfollow",
)
@api_view(["PUT", "DELETE"])
def follow(request: Request, number: str) -> Response:
    is_wanted = request.method == "PUT"
    if is_wanted:
        given = FollowBody(data=request.data)
        given.is_valid(raise_exception=True)
        is_wanted = given.validated_data["following"]
    return Response({"following": follow_case(number, by=viewer_of(request), on=is_wanted)})
