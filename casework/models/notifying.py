"""Who follows a case, and how somebody wants to be told beside the bell."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case

PERSON = settings.AUTH_USER_MODEL


class Follow(models.Model):
    """关注: somebody is told when the case comes to another stage, rests, or is over."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="follows")
    user = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="follows")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="followed_once_per_person")]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.case_id}"


class NoticeChoice(models.Model):
    """Over which channels somebody is told outside the product, and when he is left in peace."""

    user = models.OneToOneField(PERSON, on_delete=models.CASCADE, related_name="notice_choice")
    channels = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_have_two_ends",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {', '.join(self.channels)}"
