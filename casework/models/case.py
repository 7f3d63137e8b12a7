"""A case (案件) of one matter (一件事), and the photos that belong to it."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.access import CONFIDENTIAL, Viewer
from grid.models import Area, Photo, Report
from workflows.models import Definition, Run, Step


class CaseStatus(models.TextChoices):
    OPEN = "open", _("in progress")
    SUSPENDED = "suspended", _("suspended")
    CLOSED = "closed", _("closed")
    VOID = "void", _("void")


class Urgency(models.TextChoices):
    """How fast (普通/紧急/特急); apart from how grave (domain.md, section 4.3)."""

    ORDINARY = "ordinary", _("ordinary")
    URGENT = "urgent", _("urgent")
    CRITICAL = "critical", _("critical")


class Gravity(models.TextChoices):
    """The four statutory grades of an event, I to IV."""

    GENERAL = "general", _("general (IV)")
    LARGER = "larger", _("larger (III)")
    MAJOR = "major", _("major (II)")
    EXTREME = "extreme", _("extreme (I)")


class WarningColour(models.TextChoices):
    """How a warning that was issued is coloured, IV to I; none is the usual."""

    NONE = "", _("no warning")
    BLUE = "blue", _("blue")
    YELLOW = "yellow", _("yellow")
    ORANGE = "orange", _("orange")
    RED = "red", _("red")


class Confidentiality(models.TextChoices):
    """Who inside sees a case by its place alone: everybody who watches the area, or only those who may supervise."""

    ORDINARY = "ordinary", _("ordinary")
    CONFIDENTIAL = "confidential", _("confidential")


class HandlingLevel(models.TextChoices):
    """The level that has the case in hand (两就近): where it stands now, not where it happened."""

    GRID = "grid", _("grid")
    COMMUNITY = "community", _("community")
    TOWN = "town", _("sub-district")
    DISTRICT = "district", _("district")


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> CaseQuerySet:
        return self.filter(status__in=[CaseStatus.OPEN, CaseStatus.SUSPENDED])

    def within(self, area_code: str) -> CaseQuerySet:
        return self.filter(area_code__startswith=area_code)

    def visible_to(self, viewer: Viewer) -> CaseQuerySet:
        """Own subtree of areas, own reports, and what one of the viewer's posts had or has to do with.

        Confidential cases are seen by their place only where the viewer may supervise. `access.may_see` says the
        same of one case that is at hand.
        """
        seen = Q(reporter_id=viewer.user_id)
        for prefix in viewer.trusted_prefixes:
            seen |= Q(area_code__startswith=prefix)
        for prefix in set(viewer.area_prefixes) - set(viewer.trusted_prefixes):
            seen |= Q(area_code__startswith=prefix) & ~Q(confidentiality=CONFIDENTIAL)
        if viewer.post_codes:
            seen |= Q(touched_by__overlap=list(viewer.post_codes))
        return self.filter(seen)


class Case(models.Model):
    number = models.CharField(_("case number"), max_length=20, unique=True)
    matter = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="cases")
    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="case")
    report = models.OneToOneField(
        Report, null=True, blank=True, on_delete=models.PROTECT, related_name="case"
    )
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    area_code = models.CharField(max_length=17)
    level = models.CharField(_("gravity"), max_length=10, choices=Gravity.choices, default=Gravity.GENERAL)
    urgency = models.CharField(max_length=10, choices=Urgency.choices, default=Urgency.ORDINARY)
    warning = models.CharField(
        _("warning colour"), max_length=6, choices=WarningColour.choices, default="", blank=True
    )
    category = models.CharField(max_length=64, blank=True)
    handling_level = models.CharField(
        max_length=10,
        choices=HandlingLevel.choices,
        default="",
        blank=True,
        help_text=_("Set by the first escalation or push-down; before that the diagram alone says it."),
    )
    confidentiality = models.CharField(
        max_length=12, choices=Confidentiality.choices, default=Confidentiality.ORDINARY
    )
    keep_until = models.DateField(_("to be kept until"), null=True, blank=True)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reported_cases"
    )
    reporter_post = models.CharField(max_length=120, blank=True)
    data = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=10, choices=CaseStatus.choices, default=CaseStatus.OPEN)
    outcome = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(_("number of changes, for If-Match"), default=1)
    touched_by = ArrayField(
        models.CharField(max_length=120), verbose_name=_("posts that had work here"), default=list, blank=True
    )
    lines = models.PositiveIntegerField(_("lines of the journal"), default=0)
    last_hash = models.CharField(_("hash of the last line"), max_length=64, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(status__in=["closed", "void"], closed_at__isnull=False) & ~Q(outcome="")
                    | Q(status__in=["open", "suspended"], closed_at__isnull=True, outcome="")
                ),
                name="case_closed_has_outcome_and_time",
            ),
        ]
        indexes = [
            models.Index(fields=["area_code"], name="case_area_prefix", opclasses=["varchar_pattern_ops"]),
            GinIndex(fields=["touched_by"], name="case_touched_by"),
            models.Index(fields=["reporter", "-opened_at"], name="case_reporter"),
            models.Index(fields=["-opened_at", "-id"], name="case_newest"),
            models.Index(fields=["category", "-opened_at"], name="case_category_newest"),
            models.Index(
                fields=["due_at"], condition=Q(status__in=["open", "suspended"]), name="case_open_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_open(self) -> bool:
        return self.status in (CaseStatus.OPEN, CaseStatus.SUSPENDED)

    @property
    def is_urgent(self) -> bool:
        return self.urgency != Urgency.ORDINARY

    def touch(self, codes: Iterable[str]) -> None:
        """Posts that get work here see the case from now on, and still when the work has gone elsewhere."""
        self.touched_by = sorted({*self.touched_by, *codes})


class Attachment(models.Model):
    """A photo in its place: which case, which step's form, which field."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attachments")
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="attachments")
    step = models.ForeignKey(
        Step, null=True, blank=True, on_delete=models.PROTECT, related_name="attachments"
    )
    field = models.CharField(max_length=64, blank=True)
    label = models.CharField(max_length=64, blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "photo", "step", "field"], nulls_distinct=False, name="photo_once_per_field"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.label or self.field}"
