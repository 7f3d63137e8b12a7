"""Rules that administrators edit: decision tables in versions, of which the newest that is valid counts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RuleTable(models.Model):
    """One version of a decision table. It is never changed: a correction is the next version."""

    key = models.SlugField(max_length=40, db_index=False)
    version = models.PositiveIntegerField()
    dmn = models.TextField(_("decision table (DMN)"))
    sha256 = models.CharField(max_length=64)
    note = models.CharField(max_length=500, blank=True)
    is_confirmed = models.BooleanField(_("confirmed by the district"), default=True)
    valid_from = models.DateTimeField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["key", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="rule_table_version_is_unique"),
            models.CheckConstraint(condition=Q(version__gte=1), name="rule_table_version_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"
