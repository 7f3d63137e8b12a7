"""What the calls about rules and calendars take."""

from __future__ import annotations

from rest_framework import serializers

from casework.api.fields import AreaCode, Flag, Number, Strict, Text
from casework.rules.nearby import ASKED, BARS, CLIMBS, DESCENDS, LEVELS

DAY_OF_YEAR = r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
MOST_ROWS, MOST_COLUMNS = 1000, 20


def _cells() -> serializers.ListField:
    return serializers.ListField(
        child=Text(max_length=500, allow_blank=True, trim_whitespace=False), max_length=MOST_COLUMNS
    )


class RuleRow(Strict):
    """Cells as DMN writes them: `"占道经营"`, `> 3`, empty for anything."""

    tests = _cells()
    results = _cells()


class RuleTableBody(Strict):
    inputs = serializers.ListField(child=Text(max_length=200), max_length=MOST_COLUMNS)
    outputs = serializers.ListField(child=Text(max_length=64), max_length=MOST_COLUMNS)
    rows = RuleRow(many=True, max_length=MOST_ROWS)  # type: ignore[call-arg]  # of the list
    after = serializers.IntegerField(min_value=0, help_text="The version you saw; 0 for the shipped default.")
    note = Text(max_length=500, required=False, default="", allow_blank=True)
    is_confirmed = Flag(required=False, default=True)
    valid_from = serializers.DateTimeField(required=False, allow_null=True, default=None)

    def validate_rows(self, rows: list[dict[str, list[str]]]) -> list[dict[str, list[str]]]:
        if not 0 < len(rows) <= MOST_ROWS:
            raise serializers.ValidationError(f"1 – {MOST_ROWS}")
        return rows


class RuleDraftBody(RuleTableBody):
    key = Text(max_length=40)


class RuleTryBody(Strict):
    area = AreaCode(max_length=40)
    category = Text(max_length=64, required=False, default="", allow_blank=True)
    urgent = Flag(required=False, default=False)
    bar = serializers.ChoiceField(list(BARS), required=False, default="", allow_blank=True)
    lat = Number(required=False, allow_null=True, default=None, min_value=-90, max_value=90)
    lon = Number(required=False, allow_null=True, default=None, min_value=-180, max_value=180)
    refused = serializers.ListField(child=Text(max_length=120), required=False, default=list, max_length=20)
    chosen = Text(max_length=120, required=False, default="", allow_blank=True)
    level = serializers.ChoiceField(list(LEVELS), required=False, default="grid", help_text="Where it is.")
    reason = serializers.ChoiceField(
        [*CLIMBS, *DESCENDS], required=False, default="", allow_blank=True, help_text="Why it should move."
    )
    times = serializers.IntegerField(required=False, default=1, min_value=1, max_value=99)
    drafts = RuleDraftBody(many=True, required=False, default=list, max_length=len(ASKED))  # type: ignore[call-arg]  # of the list


class SolvedBody(Strict):
    photos = serializers.ListField(
        child=Text(max_length=64, min_length=64),
        max_length=9,
        help_text="SHA-256 of photos that have arrived: how it looks now.",
    )
    comment = Text(max_length=500, required=False, default="", allow_blank=True)


class LimitMetBody(Strict):
    comment = Text(max_length=500, required=False, default="", allow_blank=True)


class WorkingTimeRow(Strict):
    area = AreaCode(max_length=40, required=False, default="", allow_blank=True)
    first_day = serializers.RegexField(DAY_OF_YEAR, required=False, default="01-01")
    last_day = serializers.RegexField(DAY_OF_YEAR, required=False, default="12-31")
    opens = serializers.TimeField()
    lunch_from = serializers.TimeField(required=False, allow_null=True, default=None)
    lunch_until = serializers.TimeField(required=False, allow_null=True, default=None)
    closes = serializers.TimeField()


class WorkingTimesBody(Strict):
    rows = WorkingTimeRow(many=True, max_length=MOST_ROWS)  # type: ignore[call-arg]  # of the list


class HolidayRow(Strict):
    day = serializers.DateField()
    works = Flag()
    name = Text(max_length=60, required=False, default="", allow_blank=True)


class HolidaysBody(Strict):
    days = HolidayRow(many=True, max_length=366)  # type: ignore[call-arg]  # of the list
