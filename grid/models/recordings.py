"""What people said on the ground: voice memos."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Recording(models.Model):
    """A stored voice memo. `sha256` is of the bytes as the phone sent them; the file holds just these bytes."""

    class Kind(models.TextChoices):
        WEBM = "webm", "WebM"
        OGG = "ogg", "Ogg"
        MP4 = "mp4", "MP4"

    sha256 = models.CharField(max_length=64)
    owner = models.ForeignKey("grid.User", on_delete=models.PROTECT, related_name="recordings")
    file = models.FileField(max_length=200)
    kind = models.CharField(max_length=4, choices=Kind)
    bytes = models.PositiveIntegerField()
    stored_at = models.DateTimeField()

    class Meta:
        verbose_name = _("recording")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("owner", "sha256"), name="recording_once_per_owner"),
            models.CheckConstraint(
                name="recording_sha256_is_hex", condition=Q(sha256__regex="^[0-9a-f]{64}$")
            ),
        )
        indexes = (models.Index(fields=("sha256",), name="recording_sha256"),)

    def __str__(self) -> str:
        return self.sha256
