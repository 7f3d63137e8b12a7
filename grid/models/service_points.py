"""Service points (便民服务站) and mediation rooms: where residents get something done, and when."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ServicePoint(models.Model):
    """A counter or a mediation room. `can` names what is done there; `post` gets the work.

    `hours` are spans of a week, `{"days": [1, …, 7], "from": "09:00", "until": "17:00"}`; none means always open.
    """

    class Kind(models.TextChoices):
        SERVICE = "service", _("Service point")
        MEDIATION = "mediation", _("Mediation room")

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind)
    area = models.ForeignKey("grid.Area", on_delete=models.PROTECT, related_name="service_points")
    post = models.ForeignKey("grid.Post", on_delete=models.PROTECT, related_name="service_points")
    lat = models.FloatField()
    lon = models.FloatField()
    can = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    hours = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("service point")
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                name="service_point_is_on_earth", condition=Q(lat__range=(-90, 90), lon__range=(-180, 180))
            ),
        )
        indexes = (models.Index(fields=("kind", "area"), name="service_point_kind_area"),)

    def __str__(self) -> str:
        return self.name
