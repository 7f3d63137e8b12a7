"""What goes with handling a step: what can be taken back, urging, opinions one need not type again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case
from grid.models import Unit
from workflows.models import Run, Step

PERSON = settings.AUTH_USER_MODEL


class Snapshot(models.Model):
    """How a case stood before the newest act of a person, so that he can take it back; one per case.

    `state` is the run's, empty where the run did not move. `data` holds the variables that the act changed: what
    they were, and which are new. `rows` are other rows as they were, `made` those that the act wrote, `parcels` the
    keys of what it put into the outbox. `run` is the one before, where the act began another round; `others` are the
    versions of the other cases that it changed or opened, by their keys. It holds as long as the case's version, and
    those of the others, are still the ones after the act.
    """

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.PROTECT, related_name="snapshot")
    version = models.PositiveIntegerField(_("version of the case after the act"))
    verb = models.CharField(max_length=32)
    step = models.ForeignKey(Step, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.TextField(blank=True)
    path = models.JSONField(default=dict, blank=True)
    data = models.JSONField(default=dict, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    rows = models.JSONField(default=list, blank=True)
    made = models.JSONField(default=list, blank=True)
    parcels = models.JSONField(default=list, blank=True)
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    others = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"{self.case_id} v{self.version} {self.verb}"


class Urge(models.Model):
    """催办: somebody asks for a step to be done. Repeats within half an hour are one with the first; read once."""

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="urges")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="urges")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    post = models.CharField(_("post acted for"), max_length=120, blank=True)
    text = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    times = models.PositiveSmallIntegerField(default=1)
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(read_at__isnull=True, read_by__isnull=True)
                | Q(read_at__isnull=False, read_by__isnull=False),
                name="urge_read_by_person_and_time",
            )
        ]
        indexes = [models.Index(fields=["step", "by", "-at"], name="urge_step_by")]

    def __str__(self) -> str:
        return f"{self.step_id} {self.at:%Y-%m-%d %H:%M}"


class Phrase(models.Model):
    """常用语: an opinion kept for the next time, by a person for himself or for everybody of a unit."""

    owner = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.CASCADE, related_name="phrases")
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.CASCADE, related_name="phrases")
    verb = models.CharField(_("for this verb; empty for all"), max_length=16, blank=True)
    text = models.CharField(max_length=500)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False, unit__isnull=True)
                | Q(owner__isnull=True, unit__isnull=False),
                name="phrase_of_a_person_or_a_unit",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="phrase_says_something"),
            models.UniqueConstraint(
                fields=["owner", "unit", "verb", "text"], nulls_distinct=False, name="phrase_kept_once"
            ),
        ]

    def __str__(self) -> str:
        return self.text
