"""A report (上报) becomes a case; an officer opens a case at the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from casework import forms
from casework.access import HeldPost, Viewer, may_register, may_report
from casework.errors import FormRefused, NotValid, NotYours
from casework.facts import FIXED
from casework.models import Case, Urgency
from casework.queries.areachoices import area_choices
from casework.services import journal
from casework.services.assignment import assigner
from casework.services.attachments import attach_photos, attach_recordings, ensure_few
from casework.services.calendars import work_calendar
from casework.services.idempotency import once
from casework.services.locks import database_now
from casework.services.progress import follow
from casework.services.tasks.findings import link_finding
from grid.models import Area, Post, Report, User
from grid.services.reports import Sighting, record_report
from workflows import services as workflows
from workflows.models import Version
from workflows.projection import settle
from workflows.rows import Batch

TITLE = 60


@dataclass(frozen=True, kw_only=True)
class NewReport:
    """A report as phone and API give it. `photos` and `recordings` are SHA-256 of
    what has arrived; `token` is the key."""

    token: UUID
    matter: str
    summary: str = ""
    category: str = ""
    urgent: bool = False
    lat: float | None = None
    lon: float | None = None
    accuracy: float | None = None
    address: str = ""
    area: str | None = None
    seen_at: datetime | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    photos: Sequence[str] = ()
    recordings: Sequence[str] = ()
    task: int | None = None  # on whose way it was seen
    source: str = ""  # where it comes from, if not from our own people
    language: str = "zh-hans"


def submit_report(report: NewReport, *, by: Viewer) -> Case:
    """Store the report and open its case, once for each token: five times sent is one case.

    Raises NotYours, NotValid, FormRefused, KeyReused, NothingPublished, GridError.
    """
    said = once(
        user_id=by.user_id,
        key=str(report.token),
        call="report",
        body=_body(report),
        act=lambda: (201, {"case": _open_from_report(report, by=by).number}),
    )
    return Case.objects.select_related("matter", "area", "run").get(number=said.body["case"])


def _body(report: NewReport) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, datetime) else value
        for name, value in vars(report).items()
        # Reports without a memo, a task or a source have the hash they had before there were any.
        if name not in ("token", "language") and not (name in ("recordings", "task", "source") and not value)
    }


def _open_from_report(report: NewReport, *, by: Viewer) -> Case:
    ensure_few(report.photos, report.recordings)
    now = database_now()
    version = workflows.published_version(report.matter)
    answers = _answers(version, report, by)
    user = User.objects.get(pk=by.user_id)
    held = by.posts[0] if by.posts else None
    row, _new = record_report(
        _sighting(report, answers, now),
        by=user,
        post=Post.objects.filter(code=held.code).first() if held else None,
        now=now,
    )
    if not may_report(by, area_code=row.area.code):
        raise NotYours
    case = _open(
        version,
        by=by,
        held=_reporting_post(by, row.area.code),
        area=row.area,
        title=_title(report.summary, version),
        summary=report.summary,
        category=report.category,
        urgent=report.urgent,
        answers={
            **answers,
            "地点": _place(report, row),
            **({"来源": report.source} if report.source else {}),
        },
        report=row,
        now=now,
    )
    attach_photos(case, report.photos, label=_("Report"), by=by, now=now)
    _attach_answers(case, version, answers, report.language, by=by, now=now)
    attach_recordings(case, report.recordings, by=by, now=now)
    if report.task is not None:
        link_finding(case, report.task, by=by, now=now)
    return case


def _attach_answers(
    case: Case, version: Version, answers: Mapping[str, Any], language: str, *, by: Viewer, now: datetime
) -> None:
    """Photos that answer a question of the report belong to the case like its others, under the question's words."""
    definition = version.forms.get(version.about.get("report_form", ""))
    if definition is None:
        return
    for asked in forms.read_form(definition).fields:
        photos = answers.get(asked.name) or [] if asked.kind is forms.FieldKind.PHOTO else []
        if photos:
            label = asked.label.in_language(language)[:64]
            attach_photos(case, photos, label=label, field=asked.name, by=by, now=now)


def _reporting_post(by: Viewer, area_code: str) -> HeldPost | None:
    """The post the report is made from: the one that stands there, else the first."""
    there = [post for post in by.posts if area_code.startswith(post.area_code)]
    return max(there, key=lambda post: len(post.area_code), default=by.posts[0] if by.posts else None)


def _sighting(report: NewReport, answers: Mapping[str, Any], now: datetime) -> Sighting:
    return Sighting(
        token=report.token,
        matter_key=report.matter,
        seen_at=report.seen_at or now,
        category=report.category,
        summary=report.summary,
        answers=answers,
        area_code=report.area,
        lat=report.lat,
        lon=report.lon,
        accuracy=report.accuracy,
    )


def _answers(version: Version, report: NewReport, by: Viewer) -> dict[str, Any]:
    """The matter's own report form, where it has one, checked like any other form."""
    definition = version.forms.get(version.about.get("report_form", ""))
    if definition is None:
        if report.answers:
            raise NotValid(
                _("This matter's report asks nothing more."), fields={"answers": [_("Not asked for.")]}
            )
        return {}
    asked = forms.read_form(definition)
    form = forms.build(
        asked,
        data={},
        submitted=dict(report.answers),
        language=report.language,
        areas=area_choices(by.home_area or "") if asked.asks(forms.FieldKind.AREA) else (),
    )
    if not form.is_valid():
        raise FormRefused(form)
    return dict(form.values())


def _place(report: NewReport, row: Report) -> str:
    return report.address.strip()[:120] or row.area.name


def _title(summary: str, version: Version) -> str:
    first = summary.strip().splitlines()[0] if summary.strip() else ""
    return first[:TITLE] or version.definition.title


@dataclass(frozen=True, kw_only=True)
class NewCase:
    """A case opened without a report from the ground."""

    matter: str
    area: str
    title: str
    urgent: bool = False
    category: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def open_case(new: NewCase, *, by: Viewer) -> Case:
    """Raises NotYours, NotValid, NothingPublished, MoveRefused."""
    area = Area.objects.filter(code=new.area).first()
    if area is None:
        raise NotValid(_("There is no area with this code."), fields={"area": [_("Unknown area.")]})
    if not may_register(by, area_code=area.code):
        raise NotYours
    if not new.title.strip():
        raise NotValid(fields={"title": [_("Give the case a title.")]})
    return _open(
        workflows.published_version(new.matter),
        by=by,
        held=_reporting_post(by, area.code),
        area=area,
        title=new.title.strip()[:200],
        summary="",
        category=new.category,
        urgent=new.urgent,
        answers=new.data,
        report=None,
        now=database_now(),
    )


def _open(
    version: Version,
    *,
    by: Viewer,
    held: HeldPost | None,
    area: Area,
    title: str,
    summary: str,
    category: str,
    urgent: bool,
    answers: Mapping[str, Any],
    report: Report | None,
    now: datetime,
) -> Case:
    number = next_number(now)
    facts = first_facts(number, title, category=category, urgent=urgent, area=area, by=by)
    case = Case(
        number=number,
        matter=version.definition,
        report=report,
        title=title,
        summary=summary,
        area=area,
        area_code=area.code,
        urgency=Urgency.URGENT if urgent else Urgency.ORDINARY,
        category=category[:64],
        reporter_id=by.user_id,
        reporter_post=held.code if held else "",
        data={**facts, **answers, **{name: facts[name] for name in FIXED}},
        opened_at=now,
    )
    calendar = work_calendar(case.area_code)
    assign = assigner(case, now=now, calendar=calendar)
    walk = workflows.begin(version, data=case.data, assign=assign, now=now, calendar=calendar, batch=Batch())
    move = settle(walk)
    case.run, case.data = move.run, move.data
    case.save(force_insert=True)
    told = {"matter": version.definition.key, "version": version.number, "area": area.code, "title": title}
    if report is not None and report.located == Report.Located.NEAREST:
        told["outside_every_grid"] = True
    reported = journal.line(case, "reported", now=now, by=by, post=case.reporter_post, data=told)
    follow(case, move, assign=assign, now=now, by=by, told=[reported])
    return case


def first_facts(
    number: str, title: str, *, category: str, urgent: bool, area: Area, by: Viewer
) -> dict[str, Any]:
    """What every diagram may rely on."""
    return {
        "案件编号": number,
        "标题": title,
        "类别": category,
        "紧急": urgent,
        "摘要": title,
        "地点": area.name,
        "片区": area.code,
        "上报人": by.name,
    }


def next_number(now: datetime) -> str:
    """Year-day-serial, like 2026-1123-00082. The serial never repeats, so it can be said alone; gaps are possible."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('casework_case_number')")
        serial = cursor.fetchone()[0]
    local = now.astimezone(work_calendar().zone)
    return f"{local:%Y-%m%d}-{serial:05d}"
