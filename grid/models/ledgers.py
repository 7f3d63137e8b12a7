"""Ledgers (台账): persons, houses, places and facilities as a grid keeps them, and who read or changed what about them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grid.phone_time import came_late


class LedgerKind(models.TextChoices):
    """Persons 人, houses 房, places 地 and facilities 物; matters 事 are the cases themselves."""

    PERSON = "person", _("Persons")
    HOUSE = "house", _("Houses")
    PLACE = "place", _("Places")
    FACILITY = "facility", _("Facilities")


class LedgerTag(models.Model):
    """A word that marks records of a kind (独居老人, 九小场所 …), and how often that asks for a visit.

    Cycles are shipped defaults until the district has confirmed them: no public source has them.
    """

    kind = models.CharField(max_length=10, choices=LedgerKind)
    name = models.CharField(max_length=30)
    cycle_days = models.PositiveSmallIntegerField(null=True, blank=True)
    to_confirm = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("kind", "position", "name")
        constraints = (
            models.UniqueConstraint(fields=("kind", "name"), name="ledger_tag_once_per_kind"),
            models.CheckConstraint(
                name="ledger_tag_cycle_is_days",
                condition=Q(cycle_days__isnull=True) | Q(cycle_days__range=(1, 3660)),
            ),
        )

    def __str__(self) -> str:
        return self.name


class LedgerRecordQuerySet(models.QuerySet["LedgerRecord"]):
    def standing(self) -> "LedgerRecordQuerySet":
        return self.filter(removed_at__isnull=True)

    def inside(self, prefixes: tuple[str, ...]) -> "LedgerRecordQuerySet":
        """Records of these areas; no areas is no records, the empty prefix is all."""
        if not prefixes:
            return self.none()
        within = Q()
        for prefix in prefixes:
            within |= Q(area_code__startswith=prefix)
        return self.filter(within)


class LedgerRecord(models.Model):
    """One person, house, place or facility. `details` holds the fields of its kind (`grid.services.ledgers.fields`).

    Personal data lie in `details`, each value sealed; `title` and `address` then hold them masked. `identity` is what
    makes it the same when a sheet is read in again: a person's identity number as a keyed hash, else the code. `pairs`
    are the signs of title, code and address two by two, for the search; `marks` are the keyed hashes of those of sealed
    texts. Rows without marks are from before the sealing, and are read as they are.
    """

    Kind = LedgerKind

    kind = models.CharField(max_length=10, choices=LedgerKind)
    code = models.CharField(max_length=40)
    identity = models.CharField(max_length=80)
    title = models.CharField(max_length=100)
    area = models.ForeignKey("grid.Area", on_delete=models.PROTECT, related_name="ledger_records")
    area_code = models.CharField(max_length=17)  # of the area, so that "inside" needs no join
    house = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="residents"
    )
    tags = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    address = models.CharField(max_length=200, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    details = models.JSONField(default=dict, blank=True)
    pairs = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    marks = ArrayField(models.CharField(max_length=12), null=True, blank=True)
    cycle_days = models.PositiveSmallIntegerField(null=True, blank=True)
    last_visited_on = models.DateField(null=True, blank=True)
    next_visit_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("grid.User", on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("grid.User", on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = LedgerRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger record")
        ordering = ("-changed_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "identity"),
                condition=Q(removed_at__isnull=True),
                name="ledger_identity_once_per_kind",
            ),
            models.UniqueConstraint(
                fields=("kind", "code"),
                condition=Q(removed_at__isnull=True),
                name="ledger_code_once_per_kind",
            ),
            models.CheckConstraint(name="ledger_record_has_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="ledger_position_is_whole_and_on_earth",
                condition=Q(lat__isnull=True, lon__isnull=True)
                | Q(lat__range=(-90, 90), lon__range=(-180, 180)),
            ),
            models.CheckConstraint(
                name="ledger_only_persons_live_in_houses", condition=Q(house__isnull=True) | Q(kind="person")
            ),
            models.CheckConstraint(
                name="ledger_house_is_another", condition=Q(house__isnull=True) | ~Q(house=F("id"))
            ),
        )
        indexes = (
            models.Index(
                OpClass(F("area_code"), name="varchar_pattern_ops"), F("kind"), name="ledger_area_kind"
            ),
            models.Index(fields=("kind", "-changed_at", "-id"), name="ledger_newest"),
            models.Index(
                fields=("next_visit_on", "area_code"),
                condition=Q(next_visit_on__isnull=False, removed_at__isnull=True),
                name="ledger_due",
            ),
            GinIndex(fields=("tags",), name="ledger_tags"),
            GinIndex(fields=("pairs",), name="ledger_pairs"),
            GinIndex(fields=("marks",), name="ledger_marks"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class LedgerChange(models.Model):
    """What somebody changed about a record: field by field, from what to what. The version is the one it led to."""

    class How(models.TextChoices):
        CREATED = "created", _("entered")
        EDITED = "edited", _("changed")
        VISITED = "visited", _("changed at a visit")
        IMPORTED = "imported", _("read in from a sheet")
        REMOVED = "removed", _("taken out")

    record = models.ForeignKey(LedgerRecord, on_delete=models.PROTECT, related_name="changes")
    version = models.PositiveIntegerField()
    how = models.CharField(max_length=10, choices=How)
    fields = models.JSONField(default=list)  # of {"field", "old", "new"}; personal data sealed
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey("grid.User", on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-version",)
        constraints = (
            models.UniqueConstraint(fields=("record", "version"), name="ledger_change_once_per_version"),
            models.CheckConstraint(
                name="ledger_removal_says_why", condition=~Q(how="removed") | ~Q(reason="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.record_id} v{self.version}"


class LedgerVisit(models.Model):
    """Somebody was there. The token is made with the form, so that a visit sent twice is one."""

    class Result(models.TextChoices):
        UNCHANGED = "unchanged", _("nothing has changed")
        CHANGED = "changed", _("something has changed")
        ABSENT = "absent", _("nobody was there")

    record = models.ForeignKey(LedgerRecord, on_delete=models.PROTECT, related_name="visits")
    token = models.UUIDField()
    result = models.CharField(max_length=10, choices=Result)
    note = models.CharField(max_length=500, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    accuracy = models.FloatField(null=True, blank=True)
    by = models.ForeignKey("grid.User", on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField(null=True, blank=True)  # none: from before it was kept

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("by", "token"), name="ledger_visit_once_per_token"),
            models.CheckConstraint(
                name="ledger_visit_was_on_earth",
                condition=Q(lat__isnull=True, lon__isnull=True)
                | Q(lat__range=(-90, 90), lon__range=(-180, 180)),
            ),
        )
        indexes = (models.Index(fields=("record", "-at"), name="ledger_visits_of"),)

    def __str__(self) -> str:
        return f"{self.record_id} {self.at:%Y-%m-%d}"

    @property
    def came_late(self) -> bool:
        return came_late(self.at, self.received_at)


class LedgerReading(models.Model):
    """Who saw a record's personal data in full and why, or took a (masked) list away. Kept for audits."""

    class Kind(models.TextChoices):
        REVEAL = "reveal", _("looked at in full")
        EXPORT = "export", _("list taken away")

    kind = models.CharField(max_length=10, choices=Kind)
    record = models.ForeignKey(
        LedgerRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="readings"
    )
    wanted = models.JSONField(default=dict, blank=True)  # what an exported list was narrowed to
    rows = models.PositiveIntegerField(default=1)
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey("grid.User", on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(
                name="ledger_reveal_says_whose_and_why",
                condition=~Q(kind="reveal") | (Q(record__isnull=False) & ~Q(reason="")),
            ),
        )
        indexes = (models.Index(fields=("by", "-at"), name="ledger_read_by"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id or self.rows}"


class LedgerImport(models.Model):
    """A sheet that was tried, and perhaps read in. Its content goes as soon as it is done with."""

    kind = models.CharField(max_length=10, choices=LedgerKind)
    name = models.CharField(max_length=200)
    content = models.BinaryField(null=True, blank=True)  # sealed
    plan = models.CharField(max_length=64)  # digest of what it would change
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    by = models.ForeignKey("grid.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(
                name="ledger_import_keeps_no_content_when_done",
                condition=Q(done_at__isnull=True) | Q(content__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
