"""What the calls on a case's record answer, for the published schema; field for field the rows of `casework.queries.record`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


def _when(**more: Any) -> serializers.DateTimeField:  # Any: options of the field
    return serializers.DateTimeField(**more)


class Request(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField(help_text="extend, force-close, void or reopen")
    label = serializers.CharField()  # type: ignore[assignment]  # a field that is called label
    reason = serializers.CharField()
    until = _when(allow_null=True)
    outcome = serializers.CharField(allow_blank=True)
    step = serializers.CharField(allow_blank=True)
    state = serializers.CharField(help_text="pending, granted, refused or lapsed")
    state_label = serializers.CharField()
    asked_by = serializers.CharField()
    asked_at = _when()
    ruled_by = serializers.CharField(allow_blank=True)
    ruled_at = _when(allow_null=True)
    opinion = serializers.CharField(allow_blank=True)
    may_rule = serializers.BooleanField()


class Supervision(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField(help_text="overdue, leader or key")
    label = serializers.CharField()  # type: ignore[assignment]  # a field that is called label
    text = serializers.CharField()
    by = serializers.CharField()
    at = _when()
    reply_by = _when(allow_null=True)
    raised_at = _when(allow_null=True)
    reply = serializers.CharField(allow_blank=True)
    replied_by = serializers.CharField(allow_blank=True)
    replied_at = _when(allow_null=True)
    is_open = serializers.BooleanField()
    may_reply = serializers.BooleanField()


class Call(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    unit = serializers.CharField()
    answer = serializers.CharField(allow_blank=True)
    answered_by = serializers.CharField(allow_blank=True)
    answered_at = _when(allow_null=True)
    stars = serializers.IntegerField(allow_null=True)
    rating = serializers.CharField(allow_blank=True)
    may_answer = serializers.BooleanField()


class Whistle(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    text = serializers.CharField()
    place = serializers.CharField()
    gather_at = _when()
    by = serializers.CharField()
    at = _when()
    calls = Call(many=True)


class Relation(serializers.Serializer[Any]):
    how = serializers.CharField(help_text="main, part, merged_here, merged_into or related")
    number = serializers.CharField()
    title = serializers.CharField(allow_blank=True, help_text="Empty for a case that you may not see.")
    public_status = serializers.CharField()
    note = serializers.CharField(allow_blank=True)


class Party(serializers.Serializer[Any]):
    """Masked; in full by the reveal call."""

    id = serializers.IntegerField()
    role = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field that is called label
    name = serializers.CharField()
    phone = serializers.CharField(allow_blank=True)
    id_number = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    is_unit = serializers.BooleanField()
    is_masked = serializers.BooleanField()


class PartyInFull(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    role = serializers.CharField()
    name = serializers.CharField()
    phone = serializers.CharField(allow_blank=True)
    id_number = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)


class FieldInFull(serializers.Serializer[Any]):
    field = serializers.CharField()
    value = serializers.JSONField()


class Place(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field that is called label
    text = serializers.CharField()
    lat = serializers.FloatField(allow_null=True)
    lon = serializers.FloatField(allow_null=True)


class Version(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    name = serializers.CharField()
    media_type = serializers.CharField()
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    by = serializers.CharField()
    at = _when()


class Document(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    title = serializers.CharField()
    versions = Version(many=True)


class Instrument(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field that is called label
    number = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    decided_on = serializers.DateField()
    perform_by = serializers.DateField(allow_null=True)
    amount = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    party = serializers.CharField(allow_blank=True)
    bases = serializers.ListField(child=serializers.CharField())
    is_revoked = serializers.BooleanField()
    revoked_why = serializers.CharField(allow_blank=True)


class Rating(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="handling or help")
    label = serializers.CharField()  # type: ignore[assignment]  # a field that is called label
    about = serializers.CharField(allow_blank=True)
    round = serializers.IntegerField()
    stars = serializers.IntegerField()
    is_solved = serializers.BooleanField(allow_null=True)
    text = serializers.CharField(allow_blank=True)
    at = _when()


class Round(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    outcome = serializers.CharField()
    opened_at = _when()
    closed_at = _when()
    reason = serializers.CharField()


class Rest(serializers.Serializer[Any]):
    reason = serializers.CharField()
    by = serializers.CharField()
    at = _when()
    review_at = _when()
    ended_at = _when(allow_null=True)


class Classes(serializers.Serializer[Any]):
    level = serializers.CharField()
    urgency = serializers.CharField()
    warning = serializers.CharField(allow_blank=True)
    category = serializers.CharField(allow_blank=True)
    category_path = serializers.ListField(child=serializers.CharField())
    confidentiality = serializers.CharField()
    handling_level = serializers.CharField(allow_blank=True)
    keep_until = serializers.DateField(allow_null=True)


class Record(serializers.Serializer[Any]):
    number = serializers.CharField()
    public_status = serializers.CharField()
    classes = Classes()
    may_keep = serializers.BooleanField(
        help_text="Whether you may change the record and reveal what is masked."
    )
    missing_documents = serializers.ListField(child=serializers.CharField())
    requests = Request(many=True)
    supervisions = Supervision(many=True)
    whistles = Whistle(many=True)
    relations = Relation(many=True)
    parties = Party(many=True)
    places = Place(many=True)
    documents = Document(many=True)
    instruments = Instrument(many=True)
    ratings = Rating(many=True)
    rounds = Round(many=True)
    rests = Rest(many=True)
    verbs = serializers.ListField(child=serializers.CharField(), help_text="What you may do to the case now.")


class Notice(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field that is called label
    case = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    by = serializers.CharField(allow_blank=True)
    at = _when()
    read_at = _when(allow_null=True)
