"""The district's rules and calendars: read, change, try out. All need the power “studio”."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from rest_framework.decorators import api_view, throttle_classes
from rest_framework.request import Request
from rest_framework.response import Response

from casework.api import ruleanswers as answers
from casework.api.docs import call, example
from casework.api.rulebodies import HolidaysBody, RuleTableBody, RuleTryBody, WorkingTimesBody
from casework.api.throttles import Costly, PerPerson
from casework.api.viewer import viewer_of
from casework.models import Holiday, WorkingTime
from casework.queries.nearby import Spot
from casework.rules.nearby import PlaceFacts
from casework.services import rulebook, timetables
from casework.services.calendars import holiday_horizon
from casework.services.locks import database_now
from casework.services.rehearsal import Tried, rehearse
from casework.services.rulebook import NewTable, Shown
from casework.services.timetables import Hours, SpecialDay

TAG = "rules"


@call(
    "The rule tables that hold now",
    name="rules_list",
    tag=TAG,
    answers={200: answers.RuleTables},
    refuses=(403,),
)
@api_view(["GET"])
def tables(request: Request) -> Response:
    shown = rulebook.tables_shown(viewer_of(request), now=database_now())
    return Response({"results": [_table(one) for one in shown]})


@call(
    "One rule table",
    name="rules_retrieve",
    tag=TAG,
    methods=["GET"],
    answers={200: answers.RuleTable},
    refuses=(403, 404),
)
@call(
    "Keep the next version of a rule table",
    name="rules_put",
    tag=TAG,
    methods=["PUT"],
    body=RuleTableBody,
    answers={200: answers.RuleTable},
    refuses=(400, 403, 404, 422),
    examples=[
        example(
            "Coming down again",
            {
                "inputs": ["事由"],
                "outputs": ["去向", "说明"],
                "rows": [{"tests": [""], "results": ['"下派一级"', '"上级说了算"']}],
                "after": 0,
            },
        )
    ],
)
@api_view(["GET", "PUT"])
@throttle_classes([PerPerson, Costly])
def table(request: Request, key: str) -> Response:
    viewer, now = viewer_of(request), database_now()
    if request.method == "PUT":
        rulebook.ensure_may_edit(viewer)
        body = RuleTableBody(data=request.data)
        body.is_valid(raise_exception=True)
        rulebook.put_table(key, _new(body.validated_data), by=viewer, now=now)
        now = database_now()
    return Response(_table(rulebook.table_shown(key, by=viewer, now=now)))


@call(
    "Versions of a rule table, the newest first",
    name="rules_versions",
    tag=TAG,
    answers={200: answers.RuleVersions},
    refuses=(403, 404),
)
@api_view(["GET"])
def versions(request: Request, key: str) -> Response:
    rows = rulebook.versions_of(key, by=viewer_of(request))
    return Response(
        {
            "results": [
                {
                    "version": row.version,
                    "is_confirmed": row.is_confirmed,
                    "note": row.note,
                    "valid_from": row.valid_from,
                    "saved_at": row.saved_at,
                    "saved_by": str(row.saved_by or ""),
                    "sha256": row.sha256,
                }
                for row in rows
            ]
        }
    )


@call(
    "Try the rules on a made-up matter; nothing is kept",
    name="rules_try",
    tag=TAG,
    body=RuleTryBody,
    answers={200: answers.Rehearsed},
    refuses=(400, 403, 404, 422),
    examples=[example("Street vending", {"area": "500101026001001", "category": "占道经营"})],
)
@api_view(["POST"])
@throttle_classes([PerPerson, Costly])
def try_out(request: Request) -> Response:
    viewer = viewer_of(request)
    rulebook.ensure_may_edit(viewer)
    body = RuleTryBody(data=request.data)
    body.is_valid(raise_exception=True)
    return Response(rehearse(_tried(body.validated_data), by=viewer, now=database_now()))


@call(
    "Working time of all areas",
    name="working_times_list",
    tag=TAG,
    methods=["GET"],
    answers={200: answers.WorkingTimes},
    refuses=(403,),
)
@call(
    "Put another table of working time in its place",
    name="working_times_put",
    tag=TAG,
    methods=["PUT"],
    body=WorkingTimesBody,
    answers={200: answers.WorkingTimes},
    refuses=(400, 403, 422),
    examples=[
        example(
            "Summer and winter",
            {
                "rows": [
                    {"first_day": "06-01", "last_day": "09-30", "opens": "08:30", "lunch_from": "12:00",
                     "lunch_until": "15:00", "closes": "18:00"},
                    {"first_day": "10-01", "last_day": "05-31", "opens": "09:00", "lunch_from": "12:00",
                     "lunch_until": "14:00", "closes": "18:00"},
                ]
            },
        )
    ],
)  # fmt: skip
@api_view(["GET", "PUT"])
def working_times(request: Request) -> Response:
    viewer = viewer_of(request)
    if request.method == "GET":
        return Response({"rows": [_hours(row) for row in timetables.working_times(viewer)]})
    rulebook.ensure_may_edit(viewer)
    body = WorkingTimesBody(data=request.data)
    body.is_valid(raise_exception=True)
    rows = timetables.put_working_times([Hours(**row) for row in body.validated_data["rows"]], by=viewer)
    return Response({"rows": [_hours(row) for row in rows]})


@call(
    "Days off and swapped working days of a year",
    name="holidays_list",
    tag=TAG,
    methods=["GET"],
    answers={200: answers.Holidays},
    refuses=(403, 404),
)
@call(
    "Put a year's days as decreed in their place",
    name="holidays_put",
    tag=TAG,
    methods=["PUT"],
    body=HolidaysBody,
    answers={200: answers.Holidays},
    refuses=(400, 403, 404, 422),
    examples=[example("New Year", {"days": [{"day": "2027-01-01", "works": False, "name": "元旦"}]})],
)
@api_view(["GET", "PUT"])
def holidays(request: Request, year: int) -> Response:
    viewer = viewer_of(request)
    if request.method == "GET":
        return Response(_year(timetables.holidays_of(year, by=viewer)))
    rulebook.ensure_may_edit(viewer)
    body = HolidaysBody(data=request.data)
    body.is_valid(raise_exception=True)
    days = [SpecialDay(**day) for day in body.validated_data["days"]]
    return Response(_year(timetables.put_holidays(year, days, by=viewer)))


def _table(one: Shown) -> dict[str, Any]:
    return {
        "key": one.sheet.key,
        "title": one.sheet.title,
        "version": one.version,
        "is_confirmed": one.is_confirmed,
        "note": one.note,
        "valid_from": one.valid_from,
        "saved_at": one.saved_at,
        "saved_by": one.saved_by,
        "inputs": one.sheet.inputs,
        "outputs": one.sheet.outputs,
        "rows": [{"tests": row.tests, "results": row.results} for row in one.sheet.rows],
    }


def _new(given: Mapping[str, Any]) -> NewTable:
    rows = [(row["tests"], row["results"]) for row in given["rows"]]
    plain = {name: value for name, value in given.items() if name not in ("rows", "key")}
    return NewTable(**plain, rows=rows)


def _tried(given: Mapping[str, Any]) -> Tried:
    return Tried(
        facts=PlaceFacts(
            category=given["category"],
            urgent=given["urgent"],
            bar=given["bar"],
            refused=frozenset(given["refused"]),
            chosen=given["chosen"],
        ),
        spot=Spot(area_code=given["area"], lat=given["lat"], lon=given["lon"]),
        level=given["level"],
        reason=given["reason"],
        times=given["times"],
        drafts={draft["key"]: _new(draft) for draft in given["drafts"]},
    )


def _hours(row: WorkingTime) -> dict[str, Any]:
    return {
        "area": row.area_code,
        "first_day": row.first_day,
        "last_day": row.last_day,
        "opens": row.opens,
        "lunch_from": row.lunch_from,
        "lunch_until": row.lunch_until,
        "closes": row.closes,
    }


def _year(rows: list[Holiday]) -> dict[str, Any]:
    horizon = holiday_horizon(today=timezone.localdate())
    return {
        "days": [{"day": row.day, "works": row.works, "name": row.name} for row in rows],
        "known_until": horizon.known_until,
        "is_near": horizon.is_near,
    }
