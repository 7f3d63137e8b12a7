"""Several administrators at one draft: who has it open, and what one of them drew while another's was kept."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from workflows.models import Definition


class Drawer(models.Model):
    """Somebody has a matter on the drawing board; who has not been heard of for a while is no longer there."""

    matter = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="drawers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(_("open since"))
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "person"], name="drawer_is_once_at_a_matter")
        ]

    def __str__(self) -> str:
        return f"{self.matter}: {self.person}"


class SetAside(models.Model):
    """A drawing that gave way to another's: nothing that was drawn is lost by keeping one of two."""

    matter = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="set_aside")
    bpmn = models.TextField(_("diagram"))
    sha256 = models.CharField(max_length=64)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["matter", "sha256"], name="drawing_is_set_aside_once")]

    def __str__(self) -> str:
        return f"{self.matter}: {self.author} {self.kept_at}"
