"""Tasks as people see them: those of today for my posts, one of them, and how far a place has come with its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from casework.access import Viewer
from casework.errors import NotFound
from casework.models import Task, TaskState, TaskTemplate
from casework.services.tasks.doing import OF_VISITS, asks_more
from grid.models import Area

GRIDS = 200  # offered one by one
MOST = 200  # of one day, for one person
ICONS = {"patrol": "walk", "visit": "elder", "check": "hazard", "round": "ledger"}
COUNTED = ("total", "done", "overdue", "missed", "uncovered", "found")
BELOW = {6: ("town", 9), 9: ("community", 12), 12: ("grid", 15)}


@dataclass(frozen=True, kw_only=True)
class TaskLine:
    """A task in the day's list; `tap` is what one tap does: arrive, no_change, or nothing where more is asked."""

    task: Task
    icon: str
    tap: str

    @property
    def title(self) -> str:
        return self.task.title or self.task.template.title

    @property
    def due_at(self) -> datetime:
        return self.task.due_at

    @property
    def position(self) -> tuple[float, float] | None:
        task = self.task
        return None if task.lat is None or task.lon is None else (task.lat, task.lon)


def tasks_today(viewer: Viewer, *, on: date) -> list[Task]:
    """What is open for my posts, and what has been done today, by the clock. One query over two partial indexes."""
    posts = list(viewer.post_codes)
    if not posts:
        return []
    is_open = Q(post__in=posts, state=TaskState.OPEN, opens_on__lte=on)
    was_done = Q(post__in=posts, state=TaskState.DONE, done_on=on)
    rows = Task.objects.filter(is_open | was_done).select_related("template", "area").defer("area__outline")
    return list(rows.order_by("due_at", "pk")[:MOST])


def open_tasks(viewer: Viewer, *, on: date) -> QuerySet[Task]:
    """What is open for my posts on this day."""
    rows = Task.objects.filter(post__in=list(viewer.post_codes), state=TaskState.OPEN, opens_on__lte=on)
    rows = rows.select_related("template", "area", "done_by").defer("area__outline")
    return rows.order_by("due_at", "pk")


def tasks_after(viewer: Viewer, *, on: date, after: tuple[datetime, int] | None, size: int) -> list[Task]:
    """A page of what is open for my posts, by the clock."""
    rows = open_tasks(viewer, on=on).select_related("template__case")
    if after is not None:
        moment, number = after
        rows = rows.filter(Q(due_at__gt=moment) | Q(due_at=moment, pk__gt=number))
    return list(rows[:size])


def task_for(viewer: Viewer, task_id: int) -> Task:
    """A task of my posts, or of a place I see. Raises NotFound."""
    rows = Task.objects.select_related("template__case", "area", "done_by", "arrived_by")
    task = rows.prefetch_related("photos__photo", "findings__case__matter").filter(pk=task_id).first()
    if task is None or not (task.post in viewer.post_codes or viewer.sees_area(task.area_code)):
        raise NotFound
    return task


def is_mine(viewer: Viewer, task: Task) -> bool:
    return viewer.is_operator or task.post in viewer.post_codes


def line_of(task: Task) -> TaskLine:
    return TaskLine(task=task, icon=ICONS[task.template.kind], tap=_tap(task))


def answers_of(task: Task) -> list[tuple[str, str]]:
    """Each question with its answer, as they were asked."""
    asked = (task.template.form or {}).get("fields", [])
    given = task.answers or {}
    return [(each["label"]["zh"], str(given[each["name"]])) for each in asked if given.get(each["name"])]


def under_way(viewer: Viewer, *, on: date) -> Task | None:
    """The task that somebody is at: he has arrived there last and has not said how it came out."""
    rows = open_tasks(viewer, on=on).filter(arrived_by_id=viewer.user_id, arrived_at__isnull=False)
    return rows.order_by("-arrived_at").first()


def task_named(viewer: Viewer, text: str) -> Task | None:
    """One's own task by its number, if it is one."""
    if not text.isdecimal() or len(text) > 18:
        return None
    rows = Task.objects.filter(pk=int(text), post__in=list(viewer.post_codes))
    return rows.select_related("template").first()


def _tap(task: Task) -> str:
    template = task.template
    if template.kind in OF_VISITS:
        return "" if template.needs_photo else "no_change"
    if task.arrived_at is not None and asks_more(template):
        return ""
    return "arrive"


# --- for those who answer for a place


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How a place stands with the tasks that were open on a day."""

    code: str
    name: str
    total: int = 0
    done: int = 0
    overdue: int = 0
    missed: int = 0
    uncovered: int = 0
    found: int = 0

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.total) if self.total else 0

    @property
    def is_grid(self) -> bool:
        return len(self.code) >= 15


@dataclass(frozen=True, kw_only=True)
class CoveragePage:
    """A place, the places in it, and what is overdue there, the longest overdue first."""

    place: Coverage
    parts: tuple[Coverage, ...]
    overdue: tuple[Task, ...]
    above: tuple[tuple[str, str], ...]


def coverage(viewer: Viewer, *, area: str, on: date, now: datetime) -> CoveragePage:
    """Raises NotFound for a place the viewer doesn't see."""
    row = Area.objects.filter(code=area).first()
    if row is None or not viewer.sees_area(area):
        raise NotFound
    counts = _counts(area, on=on, now=now)
    parts = tuple(_parts(area, counts))
    late = (
        _of_day(area, on=on).filter(state=TaskState.OPEN, due_at__lte=now).select_related("template", "area")
    )
    return CoveragePage(
        place=_sum(row.code, row.name, [*counts.values()]),
        parts=parts,
        overdue=tuple(late.order_by("due_at", "pk")[:50]),
        above=tuple(_above(viewer, area)),
    )


def home_of(viewer: Viewer) -> str:
    """The widest place that the viewer sees all of; nothing for who sees none."""
    if viewer.is_operator:
        return Area.objects.at("district").order_by("code").values_list("code", flat=True).first() or ""
    return min((code for code in viewer.area_prefixes), key=len, default="")


def areas_to_plan(viewer: Viewer) -> list[tuple[str, str]]:
    """Districts, sub-districts and communities where the viewer directs the work, the widest first."""
    codes = [post.area_code for post in viewer.posts if "dispatch" in post.powers]
    inside = Q() if viewer.is_operator else Q(pk__in=[])
    for code in codes:
        inside |= Q(code__startswith=code)
    rows = Area.objects.filter(inside, level__in=["district", "town", "community"]).order_by("code")
    return [(code, "\u3000" * (len(code) // 3 - 2) + name) for code, name in rows.values_list("code", "name")]


def grids_in(viewer: Viewer, area: str) -> list[tuple[str, str]]:
    """The grids to choose some of; none where they would be too many to tick."""
    if len(area) < 9 or not viewer.has_power_over("dispatch", area):
        return []
    return list(Area.objects.inside(area).at("grid").order_by("code").values_list("code", "name")[:GRIDS])


def templates_of(viewer: Viewer, *, sent: bool) -> QuerySet[TaskTemplate]:
    """What comes again and again, or what was sent once, in the places where the viewer directs the work or above them."""
    seen = Q()
    if not viewer.is_operator:
        codes = [post.area_code for post in viewer.posts if post.sees == "area"]
        seen = Q(pk__in=[])
        for code in codes:
            seen |= Q(area_code__startswith=code)
    rows = TaskTemplate.objects.filter(seen).select_related("area", "made_by", "case")
    rows = rows.filter(cycle="once") if sent else rows.exclude(cycle="once")
    return rows.order_by("-pk")


def progress_of(templates: Sequence[TaskTemplate]) -> dict[int, tuple[int, int]]:
    """Done and all tasks of templates that were sent once."""
    rows = Task.objects.filter(template__in=templates).values("template").order_by("template")
    rows = rows.annotate(total=Count("pk"), done=Count("pk", filter=Q(state=TaskState.DONE)))
    return {row["template"]: (row["done"], row["total"]) for row in rows}


def _of_day(area: str, *, on: date) -> QuerySet[Task]:
    """What could be done that day: it had opened, and had neither lapsed nor been done before."""
    rows = Task.objects.filter(area_code__startswith=area, opens_on__lte=on, lapses_on__gte=on)
    return rows.filter(Q(done_on__isnull=True) | Q(done_on__gte=on))


def _counts(area: str, *, on: date, now: datetime) -> dict[str, Coverage]:
    done = Q(state=TaskState.DONE, done_on__lte=on)
    counted = {
        "total": Count("pk"),
        "done": Count("pk", filter=done),
        "overdue": Count("pk", filter=Q(state=TaskState.OPEN, due_at__lte=now)),
        "missed": Count("pk", filter=Q(state=TaskState.MISSED)),
        "uncovered": Count("pk", filter=Q(post="", state=TaskState.OPEN)),
        "found": Count("pk", filter=done & Q(outcome="found")),
    }
    rows = _of_day(area, on=on).order_by("area_code").values("area_code").annotate(**counted)
    return {
        code: Coverage(code=code, name="", **dict(zip(counted, numbers, strict=True)))
        for code, *numbers in rows.values_list("area_code", *counted)
    }


def _parts(area: str, counts: dict[str, Coverage]) -> list[Coverage]:
    """Each place right below, with all that lies in it; a place without tasks has none to count."""
    level, digits = BELOW.get(len(area), ("", 0))
    if not level:
        return []
    inside: dict[str, list[Coverage]] = {}
    for code, counted in counts.items():
        inside.setdefault(code[:digits], []).append(counted)
    places = Area.objects.inside(area).at(level).order_by("code").values_list("code", "name")
    return [_sum(code, name, inside.get(code, [])) for code, name in places]


def _sum(code: str, name: str, counted: Sequence[Coverage]) -> Coverage:
    summed = {each: sum(getattr(one, each) for one in counted) for each in COUNTED}
    return Coverage(code=code, name=name, **summed)


def _above(viewer: Viewer, area: str) -> list[tuple[str, str]]:
    """The way down from the widest place the viewer sees."""
    codes = [area[:digits] for digits in (6, 9, 12) if digits < len(area) and viewer.sees_area(area[:digits])]
    names = dict(Area.objects.filter(code__in=codes).values_list("code", "name"))
    return [(code, names[code]) for code in codes if code in names]
