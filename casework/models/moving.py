"""Running cases that went over to another version together, and how each of them stood before."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case
from workflows.models import Version


class Moving(models.Model):
    """One batch: which cases were sent to which version, by what mapping of steps. Paused, its parcels wait."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="movings")
    elements = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.version} {self.started_at:%Y-%m-%d %H:%M}"


class MovingState(models.TextChoices):
    WAITING = "waiting", _("on its way")
    MOVED = "moved", _("gone over")
    STAYED = "stayed", _("stayed where it was")
    RETURNING = "returning", _("on its way back")
    RETURNED = "returned", _("gone back")
    KEPT = "kept", _("can't go back")


class MovingCase(models.Model):
    """One case of a batch. `before` is what undoing needs; it goes as soon as nothing can be undone any more.

    `revision` is the case's after it went over: undoing asks that it still is. `why` says why it stayed or can't
    go back, `line` which line of its journal came in between.
    """

    moving = models.ForeignKey(Moving, on_delete=models.CASCADE, related_name="cases")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="movings")
    state = models.CharField(max_length=10, choices=MovingState.choices, default=MovingState.WAITING)
    revision = models.PositiveIntegerField(null=True, blank=True)
    moved_at = models.DateTimeField(null=True, blank=True)
    before = models.JSONField(default=dict, blank=True)
    why = models.CharField(max_length=500, blank=True)
    line = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["moving", "case"], name="case_moves_once_in_a_batch"),
            models.CheckConstraint(
                condition=~Q(state="moved") | Q(revision__isnull=False, moved_at__isnull=False),
                name="moved_case_says_when",
            ),
        ]
        indexes = [models.Index(fields=["moving", "state"], name="moving_state")]

    def __str__(self) -> str:
        return f"{self.moving_id} {self.case_id} {self.state}"
