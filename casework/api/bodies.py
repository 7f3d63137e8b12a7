"""What the calls take: bodies and queries, each name once."""

from __future__ import annotations

from rest_framework import serializers

from casework.api.fields import AreaCode, Flag, Number, Strict, Text, Variables
from casework.api.paging import PageQuery
from casework.models import CaseStatus


class TokenBody(Strict):
    username = Text(max_length=150)
    password = Text(max_length=256, trim_whitespace=False)


class MatterBody(Strict):
    key = Text(max_length=64, help_text="For ever: letters, digits, - and _.")
    title = Text(max_length=120)
    title_en = Text(max_length=120, required=False, default="", allow_blank=True)


class PublishBody(Strict):
    """`sha256` is that of the draft that is meant, as `PUT draft/` answered it; without it whatever is there."""

    note = Text(max_length=500, required=False, default="", allow_blank=True)
    sha256 = Text(max_length=64, required=False, default="", allow_blank=True)


class ReportBody(Strict):
    matter = Text(max_length=64)
    category = Text(max_length=64, required=False, default="", allow_blank=True)
    summary = Text(max_length=500, required=False, default="", allow_blank=True)
    lat = Number(required=False, allow_null=True, default=None, min_value=-90, max_value=90)
    lon = Number(required=False, allow_null=True, default=None, min_value=-180, max_value=180)
    accuracy = Number(
        required=False,
        allow_null=True,
        default=None,
        min_value=0,
        max_value=10_000_000,
        help_text="Metres.",
    )
    area = AreaCode(required=False, allow_null=True, default=None, max_length=40)
    address = Text(max_length=120, required=False, default="", allow_blank=True)
    urgent = Flag(required=False, default=False)
    seen_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    answers = Variables(required=False, default=dict, help_text="The matter's own report form.")
    task = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, help_text="On whose way it was seen."
    )
    photos = serializers.ListField(
        child=Text(max_length=64, min_length=64),
        required=False,
        default=list,
        max_length=9,
        help_text="SHA-256 of photos that have arrived.",
    )
    recordings = serializers.ListField(
        child=Text(max_length=64, min_length=64),
        required=False,
        default=list,
        max_length=3,
        help_text="SHA-256 of voice memos that have arrived.",
    )


class CaseBody(Strict):
    matter = Text(max_length=64)
    area = AreaCode(max_length=40)
    title = Text(max_length=200)
    category = Text(max_length=64, required=False, default="", allow_blank=True)
    urgent = Flag(required=False, default=False)
    data = Variables(required=False, default=dict)  # type: ignore[assignment]  # a field that is called data


class VerbBody(Strict):
    data = Variables(  # type: ignore[assignment]  # a field that is called data
        required=False, allow_null=True, default=None
    )
    comment = Text(max_length=2000, required=False, default="", allow_blank=True)
    pins = serializers.ListField(
        child=Text(max_length=64),
        required=False,
        default=list,
        max_length=50,
        help_text="Fields and photos that a return points at.",
    )
    to_post = Text(
        max_length=120, required=False, default="", allow_blank=True, help_text="Code of the receiving post."
    )
    to_element = Text(
        max_length=128,
        required=False,
        default="",
        allow_blank=True,
        help_text="For return: the id of an earlier step, or “reporter”; without it the diagram says where it leads.",
    )
    straight_back = Flag(
        required=False,
        default=False,
        help_text="For return: what was mended comes straight back, without the steps between.",
    )
    posts = serializers.ListField(
        child=Text(max_length=120),
        required=False,
        default=list,
        max_length=50,
        help_text="Codes of posts: who is to sign, who need not, who gets a copy.",
    )
    position = serializers.ChoiceField(
        ["", "before", "beside", "after"], required=False, default="", help_text="When added signers sign."
    )


class MessageBody(Strict):
    name = Text(max_length=200)
    correlation = Text(max_length=500, required=False, allow_null=True, default=None)
    payload = Variables(required=False, default=dict)


class SignalBody(Strict):
    name = Text(max_length=200)
    payload = Variables(required=False, default=dict)


class CasesQuery(PageQuery):
    matter = Text(required=False, default="", max_length=64)
    status = serializers.ChoiceField(CaseStatus.choices, required=False, default="")
    area = AreaCode(required=False, default="", max_length=40, help_text="This area and all inside it.")
    category = Text(required=False, default="", max_length=64)
    reporter = serializers.ChoiceField(["me"], required=False, default="")
    q = Text(required=False, default="", max_length=100, allow_blank=True, help_text="Number or title.")
    opened_after = serializers.DateTimeField(required=False, default=None)


class StepsQuery(PageQuery):
    case = Text(required=False, default="", max_length=20)
    element = Text(required=False, default="", max_length=128)
    mine = serializers.BooleanField(required=False, default=False, help_text="Signed for by me.")
    pool = serializers.BooleanField(required=False, default=False, help_text="Free, and offered to my posts.")


class IncidentsQuery(PageQuery):
    case = Text(required=False, default="", max_length=20)


class MendBody(Strict):
    comment = Text(max_length=400, help_text="Why; kept in the journal.")
    data = Variables(  # type: ignore[assignment]  # a field that is called data
        required=False,
        allow_null=True,
        default=None,
        help_text="Variables: set before another try, or what the skipped step would have brought.",
    )
    to_element = Text(
        max_length=128, required=False, default="", allow_blank=True, help_text="For move: the element's id."
    )
