"""What comes from the ground beside reports: voice memos, evidence for a case of somebody else, reports handed in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case
from grid.models import Recording

PERSON = settings.AUTH_USER_MODEL


class CaseRecording(models.Model):
    """A voice memo that belongs to a case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="recordings")
    recording = models.ForeignKey(Recording, on_delete=models.PROTECT, related_name="cases")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "recording"], name="recording_once_per_case"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.recording_id}"


class Evidence(models.Model):
    """“This is the one”: somebody saw what is reported already. Who gives evidence follows the case from then on."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="evidence")
    post = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    text = models.CharField(_("what was said"), max_length=500, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    metres = models.PositiveIntegerField(_("from the first report"), null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="evidence_position_is_whole",
                condition=Q(lat__isnull=True, lon__isnull=True)
                | Q(lat__isnull=False, lon__isnull=False, lat__range=(-90, 90), lon__range=(-180, 180)),
            ),
        ]
        indexes = [models.Index(fields=["by", "-at"], name="evidence_of_person")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.by_id}"


class HandedIn(models.Model):
    """A report that came as a file from a phone that could not send it; its phone learns the case by the token."""

    token = models.UUIDField()
    owner = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="handed_in")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "token"], name="handed_in_once_per_report"),
        ]

    def __str__(self) -> str:
        return str(self.token)
