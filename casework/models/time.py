"""Clocks that run on cases and steps, and the calendar they run by."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case
from workflows.models import Step


class Clock(models.Model):
    """A time limit: which rule set it, when it started, when it is due, what paused it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clocks")
    step = models.OneToOneField(Step, null=True, blank=True, on_delete=models.PROTECT, related_name="clock")
    rule = models.CharField(_("limit as written, e.g. 1wd"), max_length=32)
    starts_at = models.DateTimeField()
    due_at = models.DateTimeField()
    pauses = models.JSONField(default=list, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_at__gte=models.F("starts_at")), name="clock_is_due_after_start"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(stopped_at__isnull=True, breached_at__isnull=True),
                name="clock_running_due",
            )
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
