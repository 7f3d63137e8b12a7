"""Opinions kept for the next time (常用语)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from casework.api.docs import call, example
from casework.api.fields import Strict, Text
from casework.api.viewer import viewer_of
from casework.models import Phrase
from casework.services import phrases as kept


class PhraseBody(Strict):
    text = Text(max_length=500)
    unit = Text(
        max_length=60, required=False, default="", allow_blank=True, help_text="For everybody of this unit."
    )
    verb = Text(max_length=16, required=False, default="", allow_blank=True, help_text="For this verb alone.")


class PhraseAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    text = serializers.CharField()
    verb = serializers.CharField(allow_null=True)
    unit = serializers.CharField(allow_null=True, help_text="Null: one's own.")


class PhraseQuery(Strict):
    verb = Text(max_length=16, required=False, default="", help_text="For this verb, and those for all.")


@call(
    "Opinions kept for the next time, one's own first",
    name="phrases_list",
    tag="phrases",
    query=PhraseQuery,
    answers={200: PhraseAnswer(many=True)},
    refuses=(422,),
    methods=["GET"],
)
@call(
    "Keep an opinion, for oneself or for a unit of one's own",
    name="phrase_create",
    tag="phrases",
    body=PhraseBody,
    answers={201: PhraseAnswer},
    refuses=(400, 403, 409, 422),
    examples=[example("For oneself", {"text": "情况属实，同意上报。", "verb": "approve"})],
    methods=["POST"],
)
@api_view(["GET", "POST"])
def phrases(request: Request) -> Response:
    viewer = viewer_of(request)
    if request.method == "GET":
        query = PhraseQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        found = kept.phrases_of(viewer, verb=query.validated_data["verb"])
        return Response([_answer(phrase) for phrase in found])
    body = PhraseBody(data=request.data)
    body.is_valid(raise_exception=True)
    return Response(_answer(kept.add(by=viewer, **body.validated_data)), status=201)


@call("Forget an opinion", name="phrase_delete", tag="phrases", answers={204: None}, refuses=(404,))
@api_view(["DELETE"])
def phrase(request: Request, phrase_id: int) -> Response:
    kept.remove(phrase_id, by=viewer_of(request))
    return Response(status=204)


def _answer(phrase: Phrase) -> dict[str, Any]:
    return {
        "id": phrase.pk,
        "text": phrase.text,
        "verb": phrase.verb or None,
        "unit": phrase.unit.code if phrase.unit else None,
    }
