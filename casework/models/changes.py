"""What administrators changed in the settings: who, when, what it was and what it is now."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SettingChange(models.Model):
    """One change of one setting. Rows are only ever added (a trigger keeps it so).

    `subject` is the key of what was changed, `label` its name at that time; `area_code` is where it lies, empty for
    what counts everywhere.
    """

    class Section(models.TextChoices):
        ORGANISATION = "organisation", _("Organisation")
        RULES = "rules", _("Two-nearby rules")
        LIMITS = "limits", _("Time limits")
        HOURS = "hours", _("Working time")
        HOLIDAYS = "holidays", _("Holidays")
        CATEGORIES = "categories", _("Categories")
        REFERENCE = "reference", _("Reference tables")

    section = models.CharField(max_length=16, choices=Section.choices)
    subject = models.CharField(max_length=120)
    label = models.CharField(max_length=200)
    verb = models.CharField(max_length=24)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    note = models.CharField(max_length=500, blank=True)
    area_code = models.CharField(max_length=17, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["section", "-id"], name="setting_change_section"),
            models.Index(fields=["subject", "-id"], name="setting_change_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.section} {self.verb} {self.label}"
