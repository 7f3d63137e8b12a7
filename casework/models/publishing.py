"""Before a matter's version is in force: what publishing asks for, who looked at it a second time, who tried it out."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from workflows.models import Definition, Version


class PublishingRule(models.Model):
    """What publishing asks for, of one matter or (without one) of all that have no rule of their own.

    Rows are only added: the newest counts, the others are its history.
    """

    matter = models.ForeignKey(
        Definition, null=True, blank=True, on_delete=models.CASCADE, related_name="publishing_rules"
    )
    share = models.PositiveSmallIntegerField(
        _("share of the ways that scenarios have to take, in per cent"),
        default=0,
        validators=[MaxValueValidator(100)],
    )
    needs_second = models.BooleanField(_("a second person has to agree"), default=False)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(share__lte=100), name="publishing_share_is_a_percentage")
        ]

    def __str__(self) -> str:
        return f"{self.matter or '*'}: {self.share} %"


class PublishState(models.TextChoices):
    WAITING = "waiting", _("waiting for the second person")
    APPROVED = "approved", _("agreed to")
    REFUSED = "refused", _("sent back")
    WITHDRAWN = "withdrawn", _("withdrawn")


class PublishRequest(models.Model):
    """Somebody asks a second person to look at a draft; `fingerprint` is what exactly was shown and meant."""

    matter = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="publish_requests")
    fingerprint = models.CharField(max_length=64)
    note = models.CharField(_("what changes, and why"), max_length=500)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=PublishState.choices, default=PublishState.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    comment = models.CharField(_("a word with it"), max_length=500, blank=True)
    number = models.PositiveIntegerField(_("the version it became"), null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["matter"], condition=Q(state="waiting"), name="one_waiting_publish_request"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True)
                | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="publish_request_is_decided_with_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter}: {self.state}"


class TrialRun(models.Model):
    """An administrator's trial of a version: nothing but what was done so far, walked anew each time it is looked at.

    No case, no step and no parcel comes of it.
    """

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="trials")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    area_code = models.CharField(max_length=20, blank=True)
    begins_at = models.DateTimeField()
    steps = models.JSONField(default=list)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "by"], name="one_trial_of_a_version_each")]

    def __str__(self) -> str:
        return f"{self.version}: {len(self.steps)}"
