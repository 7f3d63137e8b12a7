"""The outlines of an area one after the other, and one row that says which state all of them are in."""

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _


class AreaOutline(models.Model):
    """One state of an area's outline, who made it and why. Rows are only added.

    They begin when an outline is changed for the first time: version 1 is then what was there before.
    """

    class How(models.TextChoices):
        FIRST = "first", _("as it was")
        DRAWN = "drawn", _("drawn")
        RESTORED = "restored", _("put back")
        IMPORTED = "imported", _("read in from a file")

    area = models.ForeignKey("grid.Area", on_delete=models.CASCADE, related_name="outlines")
    version = models.PositiveIntegerField()
    how = models.CharField(max_length=10, choices=How)
    outline = models.JSONField(null=True, blank=True)
    synthetic = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey("grid.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-version",)
        constraints = (
            models.UniqueConstraint(fields=("area", "version"), name="area_outline_once_per_version"),
            models.CheckConstraint(
                name="area_outline_drawn_has_shape_and_author",
                condition=~models.Q(how__in=("drawn", "restored"))
                | models.Q(outline__isnull=False, by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.area_id} v{self.version}"


class OutlineStamp(models.Model):
    """Changes with every change of outlines, in the same transaction, so that each process that keeps
    a search tree of them knows when its own is stale. Random, not counted: a change that is rolled back
    must never look like another that took its number."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    stamp = models.UUIDField(default=uuid4)

    class Meta:
        constraints = (models.CheckConstraint(name="outline_stamp_is_one_row", condition=models.Q(id=1)),)

    def __str__(self) -> str:
        return str(self.stamp)
