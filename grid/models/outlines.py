"""One row that says which state the outlines of the areas are in."""

from uuid import uuid4

from django.db import models


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
