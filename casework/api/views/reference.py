"""Reference tables: the classes of cases, provisions of the law with their days, how long cases are kept."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from casework.api.docs import call
from casework.api.fields import Flag, Strict, Text
from casework.api.viewer import viewer_of
from casework.models import Category, LegalBasis, RetentionRule
from casework.services import reference


class CategoryRow(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(Category.Kind.values)
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # a field that is called parent
    is_active = serializers.BooleanField()
    to_confirm = serializers.BooleanField(help_text="Shipped, and not yet confirmed by the district.")


class LegalBasisRow(serializers.Serializer[Any]):
    code = serializers.CharField()
    law = serializers.CharField()
    article = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    successor = serializers.CharField(allow_null=True)
    to_confirm = serializers.BooleanField()


class RetentionRow(serializers.Serializer[Any]):
    matter = serializers.CharField(allow_blank=True, help_text="Empty: all others.")
    years = serializers.IntegerField()
    basis = serializers.CharField(allow_blank=True)
    to_confirm = serializers.BooleanField()


class CategoryBody(Strict):
    name = Text(max_length=60)
    kind = serializers.ChoiceField(Category.Kind.values)
    parent = Text(  # type: ignore[assignment]  # a field that is called parent
        max_length=11, required=False, default="", allow_blank=True
    )
    is_active = Flag(required=False, default=True)


class LegalBasisBody(Strict):
    law = Text(max_length=120)
    article = Text(max_length=40, required=False, default="", allow_blank=True)
    text = Text(max_length=4000, required=False, default="", allow_blank=True)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(required=False, allow_null=True, default=None)
    successor = Text(max_length=60, required=False, default="", allow_blank=True)


class RetentionBody(Strict):
    matter = Text(max_length=64, required=False, default="", allow_blank=True)
    years = serializers.IntegerField(min_value=1, max_value=100)
    basis = Text(max_length=200, required=False, default="", allow_blank=True)


@call("All classes of cases", tag="record", answers={200: CategoryRow(many=True)})
@api_view(["GET"])
def categories(_request: Request) -> Response:
    return Response([_category(row) for row in Category.objects.annotate(above=F("parent__code"))])


@call(
    "Add or change a class",
    tag="record",
    body=CategoryBody,
    answers={200: CategoryRow},
    refuses=(400, 403, 404, 422),
)
@api_view(["PUT"])
def category(request: Request, code: str) -> Response:
    body = _checked(CategoryBody, request)
    row = reference.set_category(reference.CategoryEntry(code=code[:11], **body), by=viewer_of(request))
    return Response(_category(Category.objects.annotate(above=F("parent__code")).get(pk=row.pk)))


@call("Provisions of the law with their days", tag="record", answers={200: LegalBasisRow(many=True)})
@api_view(["GET"])
def legal_bases(_request: Request) -> Response:
    return Response([_basis(row) for row in LegalBasis.objects.annotate(next=F("successor__code"))])


@call(
    "Add or change a provision",
    tag="record",
    body=LegalBasisBody,
    answers={200: LegalBasisRow},
    refuses=(400, 403, 404, 422),
)
@api_view(["PUT"])
def legal_basis(request: Request, code: str) -> Response:
    body = _checked(LegalBasisBody, request)
    row = reference.set_legal_basis(reference.LegalBasisEntry(code=code[:60], **body), by=viewer_of(request))
    return Response(_basis(LegalBasis.objects.annotate(next=F("successor__code")).get(pk=row.pk)))


@call("How long cases are kept", tag="record", methods=["GET"], answers={200: RetentionRow(many=True)})
@call(
    "Say how long closed cases of a matter are kept",
    tag="record",
    methods=["PUT"],
    body=RetentionBody,
    answers={200: RetentionRow},
    refuses=(400, 403, 422),
)
@api_view(["GET", "PUT"])
def retention(request: Request) -> Response:
    if request.method == "GET":
        return Response([_rule(row) for row in RetentionRule.objects.all()])
    body = _checked(RetentionBody, request)
    return Response(_rule(reference.set_retention(reference.RetentionEntry(**body), by=viewer_of(request))))


def _category(row: Any) -> dict[str, Any]:  # Any: a class with the code of the one above it
    plain = {name: getattr(row, name) for name in ("code", "name", "kind", "is_active", "to_confirm")}
    return {**plain, "parent": row.above}


def _basis(row: Any) -> dict[str, Any]:  # Any: a provision with the code of its successor
    names = ("code", "law", "article", "text", "valid_from", "valid_to", "to_confirm")
    return {**{name: getattr(row, name) for name in names}, "successor": row.next}


def _rule(row: RetentionRule) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("matter", "years", "basis", "to_confirm")}


def _checked(body: type[Any], request: Request) -> dict[str, Any]:
    given = body(data=request.data)
    given.is_valid(raise_exception=True)
    checked: dict[str, Any] = given.validated_data
    return checked
