"""Before publishing asks for less: whoever wants that, and the second person who agrees."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.models.publishing import PublishState
from workflows.models import Definition


class LooseningRequest(models.Model):
    """Somebody wants a rule that lets more through than the one in force; it becomes one when a second person agrees."""

    matter = models.ForeignKey(
        Definition, null=True, blank=True, on_delete=models.CASCADE, related_name="loosening_requests"
    )
    share = models.PositiveSmallIntegerField(
        _("share of the ways that scenarios have to take, in per cent"), validators=[MaxValueValidator(100)]
    )
    needs_second = models.BooleanField(_("a second person has to agree"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=PublishState.choices, default=PublishState.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(share__lte=100), name="loosened_share_is_a_percentage"),
            models.UniqueConstraint(
                fields=["matter"],
                condition=Q(state="waiting"),
                nulls_distinct=False,
                name="one_waiting_loosening",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True)
                | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="loosening_is_decided_with_a_time",
            ),
            # The database keeps it, too: nobody agrees with himself.
            models.CheckConstraint(
                condition=~Q(state="approved") | ~Q(decided_by=models.F("asked_by")),
                name="loosening_is_agreed_to_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter or '*'}: {self.share} %, {self.state}"
