"""Units (指挥中心, 板块, 部门, 社区 …), the posts (岗位) in them, and who holds which post when."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _


class Unit(models.Model):
    """An organisation that holds posts. `key` says what it is for, the same word in every town."""

    class Kind(models.TextChoices):
        DISTRICT_LEADERSHIP = "district_leadership", _("District leadership")
        DISTRICT_CENTRE = "district_centre", _("District centre")
        DEPARTMENT = "department", _("District department")
        COMMAND_CENTRE = "command_centre", _("Command centre")
        SECTOR = "sector", _("Sector")
        COMMUNITY_COMMITTEE = "community_committee", _("Community committee")
        GRID_TEAM = "grid_team", _("Grid team")
        OTHER = "other", _("Other unit")

    code = models.CharField(max_length=60, unique=True)
    key = models.SlugField(max_length=40, db_index=False)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=Kind)
    area = models.ForeignKey("grid.Area", on_delete=models.PROTECT, related_name="units")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("unit")
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(name="unit_code_has_no_slash", condition=~Q(code__contains="/")),
            models.CheckConstraint(
                name="unit_is_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
            ),
        )
        indexes = (models.Index(fields=("key", "area"), name="unit_key_area"),)

    def __str__(self) -> str:
        return self.name


POWERS = ("dispatch", "studio", "supervise", "register", "audit", "outlines")


class Post(models.Model):
    """A seat in a unit; work is routed to it by its code, whoever sits there."""

    class Sees(models.TextChoices):
        AREA = "area", _("Everything in its area")
        ASSIGNED = "assigned", _("Only what it is assigned")

    code = models.CharField(max_length=101, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    role = models.SlugField(max_length=40, db_index=False)
    name = models.CharField(max_length=100)
    sees = models.CharField(max_length=10, choices=Sees, default=Sees.ASSIGNED)
    powers = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("post")
        ordering = ("code",)
        constraints = (
            models.UniqueConstraint(fields=("unit", "role"), name="post_role_once_per_unit"),
            models.CheckConstraint(
                name="post_code_ends_in_role", condition=Q(code__endswith=Concat(Value("/"), F("role")))
            ),
            models.CheckConstraint(
                name="post_powers_are_known", condition=Q(powers__contained_by=list(POWERS))
            ),
        )
        indexes = (
            models.Index(fields=("role", "unit"), name="post_role_unit"),
            GinIndex(fields=("powers",), name="post_powers"),
        )

    def __str__(self) -> str:
        return self.name


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def in_force(self, on: date) -> "AppointmentQuerySet":
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)


def _as_range(column: str) -> Func:
    """Equality in the words of ranges, which GiST indexes without any extension."""
    return Func(F(column), F(column), Value("[]"), function="int8range")


class Appointment(models.Model):
    """A person holds a post from a day to a day, both included; or stands in for an absent holder."""

    class Kind(models.TextChoices):
        MAIN = "main", _("Main post")
        CONCURRENT = "concurrent", _("Concurrent post")
        TEMPORARY = "temporary", _("Temporary post")
        SECONDED = "seconded", _("Seconded")

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="appointments")
    user = models.ForeignKey("grid.User", on_delete=models.PROTECT, related_name="appointments")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.MAIN)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    stand_in_for = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="stand_ins"
    )

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        ordering = ("post_id", "starts_on", "id")
        constraints = (
            models.CheckConstraint(
                name="appointment_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="appointment_stands_in_for_another",
                condition=Q(stand_in_for__isnull=True) | ~Q(stand_in_for=F("id")),
            ),
            ExclusionConstraint(
                name="appointment_main_does_not_overlap",
                expressions=(
                    (_as_range("post"), RangeOperators.OVERLAPS),
                    (_as_range("user"), RangeOperators.OVERLAPS),
                    (
                        Func(F("starts_on"), F("ends_on"), Value("[]"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ),
                condition=Q(kind="main"),
            ),
        )
        indexes = (models.Index(fields=("user", "starts_on"), name="appointment_user"),)

    def __str__(self) -> str:
        return f"{self.user} — {self.post}"
