"""What a person decided at a step."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case
from grid.models import Post
from workflows.models import Step


class Decision(models.Model):
    """One act on a step. The final one (办理 同意 驳回 退回) closes it; there is only one of those."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="decisions")
    verb = models.CharField(max_length=16)
    outcome = models.CharField(max_length=64, blank=True)
    comment = models.TextField(_("opinion"), blank=True)
    pins = models.JSONField(_("fields and photos a return points at"), default=list, blank=True)
    values = models.JSONField(_("what the form said"), default=dict, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions")
    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["step"],
                condition=Q(verb__in=["complete", "approve", "reject", "return"]),
                name="one_final_decision_per_step",
            ),
            models.CheckConstraint(
                condition=~Q(verb__in=["reject", "return"]) | ~Q(comment=""), name="a_refusal_says_why"
            ),
        ]
        indexes = [models.Index(fields=["by", "-at"], name="decision_by")]

    def __str__(self) -> str:
        return f"{self.verb} {self.step_id}"
