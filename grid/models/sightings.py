"""What people saw on the ground: reports (上报) and photos."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def _is_a_position() -> Q:
    """Both coordinates or none, and on this globe."""
    on_earth = Q(lat__range=(-90, 90), lon__range=(-180, 180))
    # A check passes on NULL, so that half a position has to be refused by name.
    return Q(lat__isnull=True, lon__isnull=True) | Q(on_earth, lat__isnull=False, lon__isnull=False)


def _is_a_distance(field: str) -> Q:
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": 0})


class Report(models.Model):
    """One observation as it came from the ground; `token` is made on the phone, so that a repeat is known."""

    class Located(models.TextChoices):
        INSIDE = "inside", _("The position lies in this grid")
        NEAREST = "nearest", _("The position lies outside every grid; this is the nearest community")
        CHOSEN = "chosen", _("Chosen by the reporter")

    token = models.UUIDField()
    by = models.ForeignKey("grid.User", on_delete=models.PROTECT, related_name="reports")
    post = models.ForeignKey(
        "grid.Post", on_delete=models.PROTECT, null=True, blank=True, related_name="reports"
    )
    area = models.ForeignKey("grid.Area", on_delete=models.PROTECT, related_name="reports")
    located = models.CharField(max_length=10, choices=Located)
    matter_key = models.CharField(max_length=100)
    category = models.CharField(max_length=100, blank=True)
    summary = models.CharField(max_length=500, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    accuracy = models.FloatField(null=True, blank=True)
    seen_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("report")
        ordering = ("-received_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("by", "token"), name="report_token_once_per_person"),
            models.CheckConstraint(name="report_position_is_on_earth", condition=_is_a_position()),
            models.CheckConstraint(name="report_accuracy_is_distance", condition=_is_a_distance("accuracy")),
        )
        indexes = (
            models.Index(fields=("by", "-received_at"), name="report_by_received"),
            models.Index(fields=("area", "-received_at"), name="report_area_received"),
            # What else of this kind was seen close by: a band of latitude of one category is a few rows.
            models.Index(fields=("matter_key", "category", "lat", "lon"), name="report_kind_place"),
        )

    def __str__(self) -> str:
        return self.summary or str(self.token)


class Photo(models.Model):
    """A stored photo. `sha256` is of the bytes as the phone sent them, by which the phone knows it again;
    the file is our own JPEG of it, with position and time moved out of the picture into these columns."""

    sha256 = models.CharField(max_length=64)
    owner = models.ForeignKey("grid.User", on_delete=models.PROTECT, related_name="photos")
    file = models.FileField(max_length=200)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveIntegerField()
    taken_at = models.DateTimeField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    accuracy = models.FloatField(null=True, blank=True)

    class Meta:
        verbose_name = _("photo")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("owner", "sha256"), name="photo_once_per_owner"),
            models.CheckConstraint(name="photo_sha256_is_hex", condition=Q(sha256__regex="^[0-9a-f]{64}$")),
            models.CheckConstraint(name="photo_position_is_on_earth", condition=_is_a_position()),
            models.CheckConstraint(name="photo_accuracy_is_distance", condition=_is_a_distance("accuracy")),
        )
        indexes = (models.Index(fields=("sha256",), name="photo_sha256"),)

    def __str__(self) -> str:
        return self.sha256

    @property
    def thumb_name(self) -> str:
        """Name of the small version in the storage, beside the file."""
        return str(self.file.name).removesuffix(".jpg") + "-thumb.jpg"
