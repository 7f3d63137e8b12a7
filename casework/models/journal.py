"""The append-only story of each case, chained by hashes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case


class CaseEvent(models.Model):
    """One line of the journal. A trigger refuses UPDATE, DELETE and TRUNCATE; `hash` covers the line and the one before."""

    # The constraint's index and `event_by` serve these two: an act writes no index twice.
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=32)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    post = models.CharField(_("post acted for"), max_length=120, blank=True)
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    data = models.JSONField(default=dict, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["case", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="one_event_per_case_and_number"),
        ]
        indexes = [
            # For audits: everything of a time, of a person, of a kind, the newest first.
            models.Index(fields=["-at", "-id"], name="event_newest"),
            models.Index(fields=["by", "-at", "-id"], name="event_by"),
            models.Index(fields=["kind", "-at", "-id"], name="event_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}#{self.seq} {self.kind}"
