"""Tasks (任务): what grid workers are asked to do beside cases, by templates that say what, where, who and how often."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case
from grid.models import Area, Photo
from grid.phone_time import came_late

PERSON = settings.AUTH_USER_MODEL


class TaskKind(models.TextChoices):
    PATROL = "patrol", _("patrol")
    VISIT = "visit", _("visit")
    CHECK = "check", _("check")
    ROUND = "round", _("form round")


class Cycle(models.TextChoices):
    """How often a template's tasks come: by the calendar, once, or when the ledger says that a visit is due."""

    ONCE = "once", _("once")
    DAY = "day", _("every day")
    WEEK = "week", _("once a week")
    MONTH = "month", _("once a month")
    QUARTER = "quarter", _("once a quarter")
    LEDGER = "ledger", _("when the ledger says")


class TaskTemplate(models.Model):
    """One row says everything that its tasks have in common; a task sent once has a row of its own too.

    `next_on` is the first day whose tasks have not been made; nothing is to be made any more where it is null.
    """

    class Level(models.TextChoices):
        GRID = "grid", _("every grid")
        COMMUNITY = "community", _("every community")

    kind = models.CharField(max_length=8, choices=TaskKind.choices, default=TaskKind.PATROL)
    title = models.CharField(_("title"), max_length=60)
    text = models.CharField(_("what is to be done"), max_length=500, blank=True)
    form = models.JSONField(_("questions"), null=True, blank=True)
    needs_photo = models.BooleanField(default=False)
    needs_position = models.BooleanField(default=False)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    area_code = models.CharField(max_length=17)
    grids = ArrayField(
        models.CharField(max_length=17), verbose_name=_("only these grids"), default=list, blank=True
    )
    level = models.CharField(max_length=10, choices=Level.choices, default=Level.GRID)
    role = models.CharField(_("post"), max_length=40, default="grid_worker")
    cycle = models.CharField(max_length=8, choices=Cycle.choices, default=Cycle.DAY)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    working_days = models.BooleanField(_("on working days only"), default=False)
    is_spread = models.BooleanField(_("spread over the days"), default=False)
    due_time = models.TimeField(_("due at"))
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    next_on = models.DateField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="task_orders"
    )
    made_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    key = models.UUIDField(_("key of whoever sent it"), null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["made_by", "key"], name="template_sent_once"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="template_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(weekdays__contained_by=[1, 2, 3, 4, 5, 6, 7]), name="template_weekdays_are_known"
            ),
        ]
        indexes = [
            models.Index(fields=["next_on"], condition=Q(is_active=True), name="template_to_make"),
            models.Index(
                fields=["area_code"], name="template_area_prefix", opclasses=["varchar_pattern_ops"]
            ),
        ]

    def __str__(self) -> str:
        return self.title


class TaskState(models.TextChoices):
    OPEN = "open", _("open")
    DONE = "done", _("done")
    MISSED = "missed", _("missed")


class TaskOutcome(models.TextChoices):
    NO_CHANGE = "no_change", _("no change")
    IN_ORDER = "in_order", _("in order")
    FOUND = "found", _("something found")
    NOT_MET = "not_met", _("nobody met")


class Task(models.Model):
    """One thing for one post of one place. `title` is its own where the template's doesn't do (a visit's person).

    `subject_kind` and `subject_id` name the record that it is about, by value: the ledger knows what it means.
    """

    template = models.ForeignKey(TaskTemplate, on_delete=models.PROTECT, related_name="tasks")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    area_code = models.CharField(max_length=17)
    post = models.CharField(_("whose it is"), max_length=120, blank=True)
    title = models.CharField(max_length=120, blank=True)
    subject_kind = models.CharField(max_length=20, blank=True)
    subject_id = models.BigIntegerField(default=0)
    period = models.DateField(_("first day of the period"))
    opens_on = models.DateField()
    due_at = models.DateTimeField()
    lapses_on = models.DateField(_("last day on which it can be done"))
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    state = models.CharField(max_length=6, choices=TaskState.choices, default=TaskState.OPEN)
    arrived_at = models.DateTimeField(null=True, blank=True)
    arrived_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    here_lat = models.FloatField(_("where the phone was"), null=True, blank=True)
    here_lon = models.FloatField(null=True, blank=True)
    accuracy = models.FloatField(null=True, blank=True)
    outcome = models.CharField(max_length=9, choices=TaskOutcome.choices, blank=True)
    answers = models.JSONField(null=True, blank=True)
    comment = models.CharField(max_length=500, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)  # none: from before it was kept
    done_on = models.DateField(null=True, blank=True)
    done_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    done_as = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            # Whoever makes the tasks of a period again makes none twice.
            models.UniqueConstraint(
                fields=["template", "period", "area", "subject_kind", "subject_id"],
                name="task_once_a_period",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="done", done_at__isnull=False, done_on__isnull=False, done_by__isnull=False)
                    & ~Q(outcome="")
                )
                | (~Q(state="done") & Q(done_at__isnull=True, done_on__isnull=True, outcome="")),
                name="task_done_has_outcome_and_person",
            ),
            models.CheckConstraint(
                condition=Q(lapses_on__gte=F("opens_on")), name="task_lapses_after_it_opens"
            ),
        ]
        indexes = [
            # Today for me: both are a handful of rows, however many tasks there are.
            models.Index(fields=["post", "opens_on"], condition=Q(state="open"), name="task_open_of_post"),
            models.Index(fields=["post", "done_on"], condition=Q(state="done"), name="task_done_of_post"),
            models.Index(
                fields=["subject_kind", "subject_id"], condition=~Q(subject_kind=""), name="task_of_subject"
            ),
            models.Index(fields=["lapses_on"], condition=Q(state="open"), name="task_open_lapses"),
            models.Index(
                fields=["area_code", "opens_on"],
                name="task_of_place",
                opclasses=["varchar_pattern_ops", "date_ops"],
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.template_id)

    @property
    def came_late(self) -> bool:
        return came_late(self.done_at, self.received_at)


class TaskPhoto(models.Model):
    """A photo that answers a task."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="photos")
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["task", "photo"], name="photo_once_per_task")]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.photo_id}"


class Finding(models.Model):
    """A case that was reported on the way of a task."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="findings")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="found_on")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.case_id}"
