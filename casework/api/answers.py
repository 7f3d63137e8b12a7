"""What the calls answer, for the published schema; the tests hold every answer against it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from casework.models import CaseStatus, Urgency
from workflows.models import StepKind, StepStatus


class Refused(serializers.Serializer[Any]):
    """`code` is for programs, `detail` for people, `fields` says where."""

    code = serializers.CharField()
    detail = serializers.CharField()
    fields = serializers.DictField(  # type: ignore[assignment]  # a field that is called fields
        child=serializers.ListField(child=serializers.CharField()), required=False
    )


class Step(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    case = serializers.CharField()
    element = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(StepKind.choices)
    posts = serializers.ListField(child=serializers.CharField())
    claimed_by = serializers.CharField(allow_null=True)
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    verbs = serializers.ListField(child=serializers.CharField(), help_text="What you may do now.")


class StepInFull(Step):
    status = serializers.ChoiceField(StepStatus.choices)
    closed_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField(allow_null=True)
    instance = serializers.DictField()
    form = serializers.DictField(allow_null=True)


class Wait(serializers.Serializer[Any]):
    element = serializers.CharField()
    kind = serializers.CharField(help_text="timer, message, signal or conditional")
    due_at = serializers.DateTimeField(required=False)
    name = serializers.CharField(required=False, allow_blank=True)
    correlation = serializers.CharField(required=False)


class Case(serializers.Serializer[Any]):
    number = serializers.CharField()
    matter = serializers.CharField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    category = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(CaseStatus.choices)
    public_status = serializers.CharField(help_text="In official words, apart from the steps.")
    outcome = serializers.CharField(allow_null=True)
    area = serializers.CharField()
    level = serializers.CharField()
    urgency = serializers.ChoiceField(Urgency.choices)
    warning = serializers.CharField(allow_null=True)
    handling_level = serializers.CharField(allow_null=True)
    confidentiality = serializers.CharField()
    keep_until = serializers.DateField(allow_null=True)
    data = serializers.DictField()  # type: ignore[assignment]  # a field that is called data
    steps = Step(many=True)
    waits = Wait(many=True)
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    revision = serializers.IntegerField(help_text="Number of changes; the ETag says the same.")


class Offer(serializers.Serializer[Any]):
    element = serializers.CharField(help_text="`to_element` of begin.")
    name = serializers.CharField()
    item = serializers.IntegerField(help_text="The part that offers it, where several do.")
    part = serializers.CharField(allow_blank=True)


class Offers(serializers.Serializer[Any]):
    results = Offer(many=True)


class Conflict(Refused):
    """Not now: the present state shows why."""

    case = Case(required=False)


class Problem(serializers.Serializer[Any]):
    severity = serializers.ChoiceField(["error", "warning", "note"])
    code = serializers.CharField()
    element = serializers.CharField(allow_blank=True)
    line = serializers.IntegerField()
    message = serializers.CharField()
    hint = serializers.CharField(allow_blank=True)


class DiagramProblems(Refused):
    problems = Problem(many=True, required=False)


class Checked(serializers.Serializer[Any]):
    problems = Problem(many=True)


class DraftKept(Checked):
    sha256 = serializers.CharField()


class Published(serializers.Serializer[Any]):
    version = serializers.IntegerField()


class Matter(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    title_en = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField(allow_null=True, help_text="The published one.")
    has_draft = serializers.BooleanField()


class MatterVersion(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    status = serializers.ChoiceField(["published", "retired"])
    sha256 = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    published_at = serializers.DateTimeField()
    published_by = serializers.CharField(allow_null=True)


class Token(serializers.Serializer[Any]):
    token = serializers.CharField()


class ReportTaken(serializers.Serializer[Any]):
    case = serializers.CharField(help_text="The number of the case that the report opened.")


class RecordingKept(serializers.Serializer[Any]):
    sha256 = serializers.CharField()
    kind = serializers.CharField()
    bytes = serializers.IntegerField()


class PhotoKept(serializers.Serializer[Any]):
    sha256 = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    bytes = serializers.IntegerField()


class Event(serializers.Serializer[Any]):
    seq = serializers.IntegerField()
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField(allow_null=True)
    on_behalf_of = serializers.CharField(
        allow_null=True, help_text="The absent person whom “by” stood in for."
    )
    post = serializers.CharField(allow_null=True)
    data = serializers.DictField()  # type: ignore[assignment]  # a field that is called data


class Received(serializers.Serializer[Any]):
    cases = serializers.ListField(child=serializers.CharField(), help_text="Numbers of those who took it.")


class Incident(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    case = serializers.CharField()
    element = serializers.CharField(allow_blank=True)
    kind = serializers.CharField()
    message = serializers.CharField()
    attempts = serializers.IntegerField()
    opened_at = serializers.DateTimeField()


def page_of(result: type[serializers.Serializer[Any]]) -> Any:  # Any: a serializer made on the spot
    return inline_serializer(
        name=f"{result.__name__}Page",
        fields={
            "next": serializers.URLField(allow_null=True),
            "results": result(many=True),
        },
    )
