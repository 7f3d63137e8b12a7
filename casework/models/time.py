"""Clocks that run on cases and steps, and the calendar they run by."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case
from workflows.models import Step


class ClockKind(models.TextChoices):
    STEP = "step", _("step")
    STAGE = "stage", _("stage")
    TOTAL = "total", _("whole case")


class ClockQuerySet(models.QuerySet["Clock"]):
    def running(self) -> ClockQuerySet:
        """Not stopped; a paused one counts, as it goes on later."""
        return self.filter(stopped_at=None)


class Clock(models.Model):
    """A time limit: which rule set it, when it started, when it is due, what paused it.

    `chain` are the successive limits on the same problem (stop, penalise, remove), all counted from `starts_at`;
    `rule` and `due_at` are those of the one that runs now, the number `link` of the chain.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clocks")
    step = models.OneToOneField(Step, null=True, blank=True, on_delete=models.PROTECT, related_name="clock")
    kind = models.CharField(max_length=8, choices=ClockKind.choices, default=ClockKind.STEP)
    name = models.CharField(_("stage, or what the limit is for"), max_length=64, blank=True)
    rule = models.CharField(_("limit as written, e.g. 1wd"), max_length=32)
    chain = models.JSONField(_("successive limits"), default=list, blank=True)
    link = models.PositiveSmallIntegerField(_("which of the successive limits runs"), default=0)
    area_code = models.CharField(_("area whose working time counts"), max_length=17, blank=True)
    starts_at = models.DateTimeField()
    due_at = models.DateTimeField()
    warn_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    pauses = models.JSONField(default=list, blank=True)
    extensions = models.JSONField(default=list, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(_("breach told and ruled on"), null=True, blank=True)
    breaches = models.PositiveSmallIntegerField(_("times it was ruled on after running out"), default=0)
    climb_at = models.DateTimeField(_("when it is ruled on again"), null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.CheckConstraint(condition=Q(due_at__gte=F("starts_at")), name="clock_is_due_after_start"),
            models.UniqueConstraint(
                fields=["case", "kind", "name"],
                condition=Q(stopped_at__isnull=True) & ~Q(kind="step"),
                name="one_running_clock_per_stage",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(stopped_at__isnull=True, breached_at__isnull=True, paused_at__isnull=True),
                name="clock_running_due",
            ),
            models.Index(
                fields=["warn_at"],
                condition=Q(
                    stopped_at__isnull=True,
                    warned_at__isnull=True,
                    breached_at__isnull=True,
                    paused_at__isnull=True,
                    warn_at__isnull=False,
                ),
                name="clock_running_warn",
            ),
            models.Index(
                fields=["breached_at"],
                condition=Q(breached_at__isnull=False, told_at__isnull=True),
                name="clock_breach_untold",
            ),
            models.Index(
                fields=["climb_at"],
                condition=Q(stopped_at__isnull=True, paused_at__isnull=True, climb_at__isnull=False),
                name="clock_climbs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} → {self.due_at:%Y-%m-%d %H:%M}"


class Holiday(models.Model):
    """A day that breaks the week: off (休) on a weekday, or worked (班) on a weekend."""

    day = models.DateField(unique=True)
    works = models.BooleanField(_("is worked"))
    name = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


_DAY_OF_YEAR = RegexValidator(
    r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", _("Write month and day, e.g. 06-01.")
)


class WorkingTime(models.Model):
    """The hours worked in an area and all inside it, in a season; the row of the nearest area counts.

    A season may go over the new year ("10-01" to "05-31"). Without an afternoon the morning is the whole day.
    """

    area_code = models.CharField(_("area (empty: everywhere)"), max_length=17, blank=True)
    first_day = models.CharField(max_length=5, default="01-01", validators=[_DAY_OF_YEAR])
    last_day = models.CharField(max_length=5, default="12-31", validators=[_DAY_OF_YEAR])
    opens = models.TimeField()
    lunch_from = models.TimeField(null=True, blank=True)
    lunch_until = models.TimeField(null=True, blank=True)
    closes = models.TimeField()

    class Meta:
        ordering = ["area_code", "first_day"]
        constraints = [
            models.UniqueConstraint(fields=["area_code", "first_day"], name="one_working_time_per_season"),
            models.CheckConstraint(
                condition=Q(lunch_from__isnull=True, lunch_until__isnull=True, closes__gt=F("opens"))
                | Q(
                    lunch_from__gt=F("opens"),
                    lunch_until__gt=F("lunch_from"),
                    closes__gt=F("lunch_until"),
                ),
                name="working_time_goes_forward",
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.area_code or '*'} {self.first_day}–{self.last_day} {self.opens:%H:%M}–{self.closes:%H:%M}"
        )
