"""What the calls about rules, dispatch and calendars answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class Ruled(serializers.Serializer[Any]):
    table = serializers.CharField()
    version = serializers.IntegerField(help_text="0 is the shipped default, -1 a draft that is tried out.")
    rule = serializers.IntegerField(help_text="Number of the row; 0 when none fits.")
    note = serializers.CharField(allow_blank=True)


class RuleCells(serializers.Serializer[Any]):
    tests = serializers.ListField(child=serializers.CharField(allow_blank=True))
    results = serializers.ListField(child=serializers.CharField(allow_blank=True))


class RuleTable(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    version = serializers.IntegerField()
    is_confirmed = serializers.BooleanField(help_text="A shipped default is to be confirmed by the district.")
    note = serializers.CharField(allow_blank=True)
    valid_from = serializers.DateTimeField(allow_null=True)
    saved_at = serializers.DateTimeField(allow_null=True)
    saved_by = serializers.CharField(allow_blank=True)
    inputs = serializers.ListField(child=serializers.CharField())
    outputs = serializers.ListField(child=serializers.CharField())
    rows = RuleCells(many=True)


class RuleTables(serializers.Serializer[Any]):
    results = RuleTable(many=True)


class RuleVersion(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    is_confirmed = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True)
    valid_from = serializers.DateTimeField()
    saved_at = serializers.DateTimeField()
    saved_by = serializers.CharField(allow_blank=True)
    sha256 = serializers.CharField()


class RuleVersions(serializers.Serializer[Any]):
    results = RuleVersion(many=True)


class PassedLevel(serializers.Serializer[Any]):
    level = serializers.CharField()
    why = serializers.CharField(help_text="no_power, nobody, closed, refused or straight")


class RulePlace(serializers.Serializer[Any]):
    kind = serializers.CharField()
    post = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    level = serializers.CharField(allow_blank=True)
    how = serializers.CharField(help_text="straight, chosen, point, power, usual or nobody")
    mark = serializers.CharField(allow_blank=True)
    why = serializers.CharField(allow_blank=True)
    passed = PassedLevel(many=True)
    sign_for = serializers.CharField(allow_blank=True)
    limit = serializers.CharField(allow_blank=True)
    rules = Ruled(many=True)


class RuleMove(serializers.Serializer[Any]):
    action = serializers.CharField(help_text="stay, notify, up, straight or down")
    level = serializers.CharField()
    mark = serializers.CharField(allow_blank=True)
    again = serializers.CharField(allow_blank=True)
    why = serializers.CharField(allow_blank=True)
    rules = Ruled(many=True)


class Rehearsed(serializers.Serializer[Any]):
    place = RulePlace()
    move = RuleMove(allow_null=True)


class WorkingTime(serializers.Serializer[Any]):
    area = serializers.CharField(allow_blank=True)
    first_day = serializers.CharField()
    last_day = serializers.CharField()
    opens = serializers.TimeField()
    lunch_from = serializers.TimeField(allow_null=True)
    lunch_until = serializers.TimeField(allow_null=True)
    closes = serializers.TimeField()


class WorkingTimes(serializers.Serializer[Any]):
    rows = WorkingTime(many=True)


class SpecialDay(serializers.Serializer[Any]):
    day = serializers.DateField()
    works = serializers.BooleanField()
    name = serializers.CharField(allow_blank=True)


class Holidays(serializers.Serializer[Any]):
    days = SpecialDay(many=True)
    known_until = serializers.DateField(allow_null=True, help_text="Up to which day holidays are known.")
    is_near = serializers.BooleanField(help_text="That day is less than 60 days away.")


class SuggestedUnit(serializers.Serializer[Any]):
    post = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField(["lead", "assisting"])
    limit = serializers.CharField(allow_blank=True)
    lately = serializers.IntegerField(help_text="Such cases it had in this sub-district in thirty days.")


class Suggestion(serializers.Serializer[Any]):
    why = serializers.CharField(help_text="For people, in one sentence.")
    units = SuggestedUnit(many=True)
    rule = Ruled()
