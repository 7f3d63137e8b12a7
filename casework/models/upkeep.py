"""What the processes of one site have to know of each other: how often somebody asked, how far a look around has come."""

from __future__ import annotations

from django.db import models


class Tally(models.Model):
    """How often somebody did something within a minute; rows of past minutes are dropped by later ones."""

    scope = models.CharField(max_length=16)
    who = models.CharField(max_length=64)
    minute = models.BigIntegerField()
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [models.UniqueConstraint(fields=["minute", "scope", "who"], name="one_tally_a_minute")]

    def __str__(self) -> str:
        return f"{self.scope} {self.who}: {self.count}"


class Patrol(models.Model):
    """A look at everything, a part at a time. Whoever goes on with it holds the row's lock, so one goes at a time."""

    key = models.CharField(max_length=16, unique=True)
    place = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key} at {self.place}"
