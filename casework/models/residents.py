"""What residents report without logging in: which case it became, and how often somebody tried."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case


class ResidentReport(models.Model):
    """A resident's report. Neither the link nor the telephone number can be read from it.

    `link` is the SHA-256 of the link's secret. `digits` is a keyed hash of the number's last four digits, for looking
    the report up.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="resident_report")
    link = models.CharField(max_length=64, unique=True)
    phone = models.CharField(_("telephone, masked"), max_length=20, blank=True)
    digits = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=10, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.case_id}"


class DayTally(models.Model):
    """How often somebody without a log-in did something in one span of time; `who` is a keyed hash, never an address."""

    scope = models.CharField(max_length=24)
    who = models.CharField(max_length=64)
    span = models.CharField(_("day or hour"), max_length=16)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "day tallies"
        constraints = [models.UniqueConstraint(fields=["span", "scope", "who"], name="one_tally_a_span")]

    def __str__(self) -> str:
        return f"{self.scope} {self.span}: {self.count}"
