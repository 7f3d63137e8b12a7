"""Cases for the demo district, so that the desk has something to show: each a report and what people did about it so far.

Nothing is made up behind the product's back: reports and acts go through the same doors as everybody's, by whoever holds
the post. A second run finds what the first did and changes nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any, Final
from uuid import UUID, uuid5

import shapely
import shapely.affinity
from django.utils import timezone
from PIL import Image, ImageDraw

from casework.errors import CaseworkError
from casework.models import Case
from casework.queries.nearby import held_seats
from casework.queries.viewers import viewer_for
from casework.rules.nearby import Seat
from casework.services import approvals, intake
from casework.services.calendars import work_calendar
from casework.services.clockwork import tick_until_quiet
from casework.services.intake import NewReport
from casework.services.said import Said
from grid.models import Area, Post, Report, User
from grid.queries.posts import holders_of
from grid.services.photos import store_photo
from workflows.models import Step, StepKind, StepStatus

NAMES: Final = UUID("6d0d0f0e-6c1b-4b53-9a53-2f6f1f0f5e11")
#: Where a form wants a photo, one is drawn.
PHOTO: Final = "photo"
#: Where it wants a day, that many days from today.
TODAY: Final = timedelta()


@dataclass(frozen=True, kw_only=True)
class Deed:
    """What the holder of the post that a step went to did. `instance` picks one of several steps by its item.

    In `fields` a Seat stands for the post on it that is nearest to the case, a tuple for the rows of a table.
    """

    element: str
    verb: str = "complete"
    fields: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""
    instance: str = ""


@dataclass(frozen=True, kw_only=True)
class Story:
    """A report from a grid, and the deeds that followed it. The key keeps a second run from reporting it again."""

    key: str
    matter: str
    category: str
    summary: str
    address: str = ""
    urgent: bool = False
    answers: Mapping[str, Any] = field(default_factory=dict)
    deeds: Sequence[Deed] = ()


def tell(stories: Sequence[Story], *, grid: str) -> tuple[str, ...]:
    """Bring every story to where it stands; the numbers of their cases. `grid` is the code of the reporting grid."""
    return tuple(_told(story, grid=grid).number for story in stories)


def _told(story: Story, *, grid: str) -> Case:
    reporter = holder(f"{grid}-team/grid_worker")
    token = uuid5(NAMES, f"{grid}:{story.key}")
    lat, lon = _where(token, grid=grid)
    report = NewReport(
        token=token,
        lat=lat,
        lon=lon,
        matter=story.matter,
        area=grid,
        summary=story.summary,
        address=story.address,
        category=story.category,
        urgent=story.urgent,
        answers=_answers(story.answers, reporter, area=grid),
    )
    case = intake.submit_report(report, by=viewer_for(reporter))
    _let_machines_answer(case)
    told: Counter[tuple[str, str]] = Counter()
    for deed in story.deeds:
        place = deed.element, deed.instance
        told[place] += 1
        if _is_done(case, deed, told[place]):
            continue
        if not _do(case, deed):
            break
    return case


def _where(token: UUID, *, grid: str) -> tuple[float | None, float | None]:
    """A place in the grid that is the same every time; a story that was told without one stays without."""
    told = Report.objects.filter(token=token).values_list("lat", "lon").first()
    if told is not None:
        return told
    outline = Area.objects.get(code=grid).outline
    if outline is None:
        return None, None
    # Shrunk about its middle, so that what is drawn there isn't read as lying on a border.
    shape = shapely.from_geojson(json.dumps(outline))
    west, south, east, north = shapely.affinity.scale(shape, 0.8, 0.8).bounds
    for number in range(50):
        seed = sha256(f"{token}:{number}".encode()).digest()
        lon, lat = west + (east - west) * seed[0] / 255, south + (north - south) * seed[1] / 255
        if shape.contains(shapely.Point(lon, lat)):
            return round(lat, 6), round(lon, 6)
    return shape.centroid.y, shape.centroid.x


def _is_done(case: Case, deed: Deed, time: int) -> bool:
    done = Step.objects.filter(run=case.run_id, element=deed.element, status=StepStatus.DONE)
    return sum(_is_of(step, deed.instance) for step in done) >= time


def _is_of(step: Step, instance: str) -> bool:
    return not instance or instance in step.instance.values()


def _do(case: Case, deed: Deed) -> bool:
    """False when the case has gone another way meanwhile, by time or by somebody who tried the demo out."""
    steps = Step.objects.open().filter(run=case.run_id, element=deed.element).order_by("pk")
    step = next((step for step in steps if _is_of(step, deed.instance)), None)
    who = _somebody(step) if step is not None else None
    if step is None or who is None:
        return False
    viewer = viewer_for(who)
    fields = _answers(deed.fields, who, area=case.area_code)
    try:
        if step.wants_signature and step.claimed_by_id is None:
            approvals.act(step.pk, "claim", by=viewer, said=Said())
        if not step.ends_with_signature:
            approvals.act(step.pk, deed.verb, by=viewer, said=Said(fields=fields, comment=deed.comment))
    except CaseworkError:
        return False
    _let_machines_answer(case)
    return True


def _let_machines_answer(case: Case) -> None:
    if Step.objects.open().filter(run=case.run_id, kind=StepKind.MACHINE).exists():
        tick_until_quiet()


def _somebody(step: Step) -> User | None:
    if step.claimed_by_id is not None:
        return User.objects.get(pk=step.claimed_by_id)
    if not step.candidates:
        return User.objects.get(pk=step.run.case.reporter_id)
    posts = Post.objects.filter(code__in=step.candidates).order_by("pk")
    found = (holders_of(post.pk, on=timezone.localdate()) for post in posts)
    return next((holders[0] for holders in found if holders), None)


def holder(code: str) -> User:
    post = Post.objects.get(code=code)
    return holders_of(post.pk, on=timezone.localdate())[0]


def _answers(fields: Mapping[str, Any], owner: User, *, area: str) -> dict[str, Any]:
    return {name: _answer(value, owner, seed=n, area=area) for n, (name, value) in enumerate(fields.items())}


def _answer(value: Any, owner: User, *, seed: int, area: str) -> Any:
    if value is PHOTO:
        return [store_photo(_picture(owner.pk * 31 + seed), owner=owner).sha256]
    if isinstance(value, timedelta):
        return (timezone.localdate() + value).isoformat()
    if isinstance(value, Seat):
        found = held_seats([value], area, now=timezone.now(), zone=work_calendar(area).zone)
        return found[0].code if found else ""
    if isinstance(value, tuple):
        return [_answers(row, owner, area=area) for row in value]
    return value


def _picture(seed: int) -> bytes:
    """A house by a road under the sky: enough to see that photos are there."""
    sky = (150 + seed % 60, 190 + seed % 40, 225)
    picture = Image.new("RGB", (640, 480), sky)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 330, 640, 480), fill=(110, 112, 116))
    for x in range(20, 640, 120):
        draw.rectangle((x, 398, x + 60, 406), fill=(230, 230, 220))
    left = 60 + seed * 37 % 260
    draw.rectangle((left, 120, left + 240, 330), fill=(196, 176 - seed % 40, 150))
    for row, column in _windows():
        x, y = left + 22 + column * 56, 145 + row * 58
        draw.rectangle((x, y, x + 30, y + 36), fill=(70, 90, 110))
    stored = BytesIO()
    picture.save(stored, "JPEG", quality=70)
    return stored.getvalue()


def _windows() -> Iterator[tuple[int, int]]:
    return ((row, column) for row in range(3) for column in range(4))
