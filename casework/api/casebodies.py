"""What the calls on a case as a whole take: the answers to what its verbs ask, and the pieces of its record."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from casework.api.fields import AreaCode, Flag, Number, Strict, Text, Variables
from casework.models import InstrumentKind, PartyRole
from casework.services.said import YEARS


@extend_schema_field(OpenApiTypes.STR)
class DayOrMoment(serializers.Field[Any, Any, Any, Any]):
    """`2026-12-01` is the end of that day's work; with a time and zone it is that moment."""

    default_error_messages = {"invalid": _("Write a day like 2026-12-01, or a time with its zone.")}

    def to_internal_value(self, data: Any) -> date | datetime:
        try:
            found = parse_date(data) or parse_datetime(data)
        except (TypeError, ValueError):
            found = None
        if found is None or found.year not in YEARS or (isinstance(found, datetime) and found.tzinfo is None):
            self.fail("invalid")
        return found

    def to_representation(self, value: Any) -> Any:
        return value.isoformat()


def _texts(*, at_most: int, long: int, words: str) -> serializers.ListField:
    return serializers.ListField(
        child=Text(max_length=long), required=False, default=list, max_length=at_most, help_text=words
    )


def _text(long: int, words: str = "") -> Text:
    return Text(max_length=long, required=False, default="", allow_blank=True, help_text=words or None)


def _number(words: str, *, least: int = 1, most: int = 2**31 - 1) -> serializers.IntegerField:
    return serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=least, max_value=most, help_text=words
    )


class CaseVerbBody(Strict):
    comment = _text(2000, "The reason, opinion or word that goes with it.")
    posts = _texts(at_most=50, long=120, words="Codes of posts: copies, departments of a whistle.")
    to_post = _text(120, "For push-down: the receiving post.")
    to_element = _text(
        128, "For reopen: the step at which the new round begins. For begin: the step to begin."
    )
    people = _texts(at_most=10, long=150, words="For comment: names by which those mentioned log in.")
    until = DayOrMoment(required=False, allow_null=True, default=None)
    place = _text(200, "For whistle: where to meet.")
    reason_code = _text(32, "Reason of the list, or the kind of a supervision.")
    case = _text(20, "For merge: the number of the main case.")
    cases = _texts(at_most=20, long=20, words="For relate: numbers.")
    title = _text(200, "For split: what the new case is called.")
    matter = _text(64, "For split: the matter of the new case.")
    area = AreaCode(required=False, default="", max_length=40, help_text="For split: where, if elsewhere.")
    outcome = _text(64, "For force-close: one of the matter's outcomes.")
    rating = _number("Stars, one to five.", most=5)
    is_solved = Flag(required=False, allow_null=True, default=None)
    step = _number("Which of several open steps is meant.")
    item = _number("Which request, supervision, call or part is meant.")
    data = Variables(  # type: ignore[assignment]  # a field that is called data
        required=False, allow_null=True, default=None, help_text="For classify: what to set."
    )


class PartyBody(Strict):
    role = serializers.ChoiceField(PartyRole.choices)
    name = _text(100, "Not needed where a unit is named.")
    phone = _text(30)
    id_number = _text(30)
    address = _text(200)
    note = _text(200)
    unit = _text(60, "Code of a unit.")


class ReasonBody(Strict):
    reason = Text(max_length=500, help_text="Why it has to be seen in full; kept with who and when.")


class RevealFieldBody(ReasonBody):
    field = Text(max_length=64, help_text="Name of a variable of the case.")


class PlaceBody(Strict):
    kind = serializers.ChoiceField(["scene", "source", "destination", "meeting", "other"])
    text = Text(max_length=200)
    area = AreaCode(required=False, allow_null=True, default=None, max_length=40)
    lat = Number(required=False, allow_null=True, default=None, min_value=-90, max_value=90)
    lon = Number(required=False, allow_null=True, default=None, min_value=-180, max_value=180)


class InstrumentBody(Strict):
    kind = serializers.ChoiceField(InstrumentKind.choices)
    number = Text(max_length=60)
    title = Text(max_length=120)
    text = _text(20_000)
    decided_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Today, if not said."
    )
    perform_by = serializers.DateField(required=False, allow_null=True, default=None)
    amount = serializers.DecimalField(
        max_digits=12, decimal_places=2, min_value=0, required=False, allow_null=True, default=None
    )
    party = _number("Number of a party of the case.")
    document = _number("Number of a document of the case.")
    bases = _texts(at_most=20, long=60, words="Codes of provisions that were in force on that day.")


class RevokeBody(Strict):
    comment = Text(max_length=2000, help_text="Why.")


class DocumentQuery(Strict):
    kind = Text(max_length=40, help_text="What kind of paper it is, e.g. 方案.")
    title = _text(120, "The kind, if not said.")
    name = Text(max_length=120, help_text="Name of the file.")
    note = _text(200)


class NoticesBody(Strict):
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), min_length=1, max_length=100
    )
