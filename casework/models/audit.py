"""What was done beside the cases and has to be answered for: lists taken out, looks through somebody else's eyes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

PERSON = settings.AUTH_USER_MODEL


class AccessKind(models.TextChoices):
    EXPORTED = "exported", _("Took a list out")
    LOOK_BEGAN = "look_began", _("Began to see as somebody else")
    LOOK_ENDED = "look_ended", _("Ended seeing as somebody else")


class AccessEntry(models.Model):
    """One such act. Rows are only ever added (a trigger keeps it so)."""

    kind = models.CharField(max_length=12, choices=AccessKind.choices)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    post = models.CharField(_("post acted for"), max_length=120, blank=True)
    about = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "access entries"
        indexes = [
            models.Index(fields=["-at", "-id"], name="access_newest"),
            models.Index(fields=["by", "-at", "-id"], name="access_by"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.by_id}"
