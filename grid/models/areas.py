"""Areas: district, town, community, grid and micro-grid, each named by a code that is also its path."""

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from grid.codes import DIGITS


class AreaQuerySet(models.QuerySet["Area"]):
    def inside(self, code: str) -> "AreaQuerySet":
        """The area itself and everything below it; an empty code means everywhere."""
        return self.filter(code__startswith=code)

    def at(self, level: str) -> "AreaQuerySet":
        return self.filter(level=level)


def _code_fits_level() -> Q:
    fits = Q()
    for level, length in DIGITS.items():
        fits |= Q(level=level, code__regex=rf"^[0-9]{{{length}}}$")
    return fits


def _parent_is_prefix() -> Q:
    """A root has no parent; any other area's parent is its own code, cut to the level above."""
    levels = list(DIGITS)
    fits = Q(parent__isnull=True)
    for above, level in zip(levels, levels[1:], strict=False):
        fits |= Q(level=level, parent=Left(F("code"), Value(DIGITS[above])))
    return fits


class Area(models.Model):
    """A place with people in charge. Inside another area means: its code begins with the other's code."""

    class Level(models.TextChoices):
        DISTRICT = "district", _("District")
        TOWN = "town", _("Town or sub-district")
        COMMUNITY = "community", _("Village or community")
        GRID = "grid", _("Grid")
        MICROGRID = "microgrid", _("Micro-grid")

    class Kind(models.TextChoices):
        ORDINARY = "", _("Ordinary")
        SUBDISTRICT = "subdistrict", _("Sub-district")
        TOWN = "town", _("Town")
        TOWNSHIP = "township", _("Township")
        COMMUNITY = "community", _("Community")
        VILLAGE = "village", _("Village")
        SPECIAL = "special", _("Special grid")

    code = models.CharField(max_length=17, unique=True)
    name = models.CharField(max_length=100)
    level = models.CharField(max_length=10, choices=Level)
    # The parent is kept by code, so that the database itself can compare it with this area's code.
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        to_field="code",
        db_column="parent_code",
        null=True,
        blank=True,
        related_name="children",
    )
    outline = models.JSONField(null=True, blank=True)
    kind = models.CharField(max_length=20, choices=Kind, blank=True, default=Kind.ORDINARY)
    synthetic = models.BooleanField(default=False)

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("area")
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(name="area_code_has_digits_of_level", condition=_code_fits_level()),
            models.CheckConstraint(name="area_parent_is_prefix_of_code", condition=_parent_is_prefix()),
            models.CheckConstraint(name="area_has_name", condition=~Q(name="")),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"
