"""The record beyond the token: classes, people, places, documents, decisions and the law they rest on."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case
from grid.models import Area, Unit
from grid.models.sealed import SealedTextField

PERSON = settings.AUTH_USER_MODEL


class Category(models.Model):
    """One class of the tree: components and matters of city management, and social classes. Edited by administrators.

    `to_confirm` marks shipped rows whose code or wording no public source confirms.
    """

    class Kind(models.TextChoices):
        COMPONENT = "component", _("city component")
        EVENT = "event", _("city matter")
        SOCIAL = "social", _("social matter")

    code = models.CharField(max_length=11, unique=True)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    source = models.CharField(max_length=200, blank=True)
    to_confirm = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="category_name_once_per_parent"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="category_is_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PartyRole(models.TextChoices):
    REPORTER = "reporter", _("reporter")
    PARTY = "party", _("party")
    OTHER_PARTY = "other_party", _("other party")
    WITNESS = "witness", _("witness")
    OWNER = "owner", _("owner")
    HANDLER = "handler", _("handler")
    LEAD = "lead", _("lead unit")
    ASSISTING = "assisting", _("assisting unit")
    MEDIATOR = "mediator", _("mediator")
    CONTACT = "contact", _("contact")


class Party(models.Model):
    """A person or unit that has a role in a case. Names, numbers and addresses are sealed, and shown masked everywhere."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parties")
    role = models.CharField(max_length=12, choices=PartyRole.choices)
    name = SealedTextField(max_length=100)
    phone = SealedTextField(max_length=30, blank=True)
    id_number = SealedTextField(max_length=30, blank=True)
    address = SealedTextField(max_length=200, blank=True)
    note = SealedTextField(max_length=200, blank=True)
    user = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["added_at", "pk"]
        verbose_name_plural = "parties"
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="party_has_a_name"),
            models.UniqueConstraint(
                fields=["case", "role", "user"],
                condition=Q(user__isnull=False, removed_at__isnull=True),
                name="person_once_per_role",
            ),
            models.UniqueConstraint(
                fields=["case", "role", "unit"],
                condition=Q(unit__isnull=False, removed_at__isnull=True),
                name="unit_once_per_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.case_id}"


class Reveal(models.Model):
    """Who was shown personal data in full, whose or which field of the case, why and when. Kept for audits."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reveals")
    party = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="reveals")
    field = models.CharField(max_length=64, blank=True)
    reason = models.TextField()
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="reveals")
    post = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="reveal_says_why"),
            models.CheckConstraint(
                condition=Q(party__isnull=False, field="") | (Q(party__isnull=True) & ~Q(field="")),
                name="reveal_of_a_party_or_a_field",
            ),
        ]
        indexes = [models.Index(fields=["by", "-at"], name="reveal_by")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.party_id or self.field}"


class CasePlace(models.Model):
    """A place that a case has to do with: where it happened, where it came from, where it went."""

    class Kind(models.TextChoices):
        SCENE = "scene", _("scene")
        SOURCE = "source", _("source")
        DESTINATION = "destination", _("destination")
        MEETING = "meeting", _("meeting place")
        OTHER = "other", _("other place")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="places")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.CharField(max_length=200)
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    added_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="place_has_words"),
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lon__isnull=True)
                | Q(lat__range=(-90, 90), lon__range=(-180, 180), lat__isnull=False, lon__isnull=False),
                name="place_is_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Document(models.Model):
    """A paper of a case by its kind (方案, 证据, 承诺书 …); what it says is in its versions."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "title"], name="document_once_per_kind_and_title"
            ),
            models.CheckConstraint(condition=~Q(kind="") & ~Q(title=""), name="document_has_kind_and_title"),
        ]

    def __str__(self) -> str:
        return self.title


class DocumentVersion(models.Model):
    """One state of a document as it was handed in; never changed, only followed by the next."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(max_length=200)
    name = models.CharField(_("name of the file"), max_length=120)
    media_type = models.CharField(max_length=100)
    bytes = models.PositiveIntegerField()
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["document", "number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="version_number_once_per_document"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} v{self.number}"


class LegalBasis(models.Model):
    """A provision as it is in force from a day to a day. When the law moves, the old row ends and names its successor."""

    code = models.SlugField(max_length=60, unique=True)
    law = models.CharField(max_length=120)
    article = models.CharField(max_length=40, blank=True)
    text = models.TextField(_("what it says, in short"), blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(_("last day in force"), null=True, blank=True)
    successor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )
    source = models.CharField(max_length=200, blank=True)
    to_confirm = models.BooleanField(default=True)

    class Meta:
        ordering = ["law", "code"]
        verbose_name_plural = "legal bases"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="law_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"《{self.law}》{self.article}"

    def is_in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class InstrumentKind(models.TextChoices):
    PENALTY = "penalty", _("penalty decision")
    ORDER = "order", _("order to correct")
    WARNING = "warning", _("warning")
    AGREEMENT = "agreement", _("mediation agreement")
    COMMITMENT = "commitment", _("letter of commitment")
    HANDOVER = "handover", _("letter of transfer")


class Instrument(models.Model):
    """文书: a decision on paper that has effect of its own, with the provisions it rests on."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="instruments")
    kind = models.CharField(max_length=12, choices=InstrumentKind.choices)
    number = models.CharField(_("document number"), max_length=60)
    title = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    decided_on = models.DateField()
    perform_by = models.DateField(_("to be performed by"), null=True, blank=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    party = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="instruments"
    )
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="instruments"
    )
    bases = models.ManyToManyField(LegalBasis, blank=True, related_name="instruments")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    revoked_why = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="instrument_number_once_per_case"),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="amount_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True, revoked_why="")
                | (Q(revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(revoked_why="")),
                name="revocation_has_person_time_and_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class RetentionRule(models.Model):
    """How many years a closed case of a matter is kept; the rule without a matter is for all others."""

    matter = models.SlugField(_("the matter's key"), max_length=64, unique=True, blank=True)
    years = models.PositiveSmallIntegerField()
    basis = models.CharField(max_length=200, blank=True)
    to_confirm = models.BooleanField(default=True)

    class Meta:
        ordering = ["matter"]
        constraints = [
            models.CheckConstraint(condition=Q(years__range=(1, 100)), name="kept_for_one_to_hundred_years")
        ]

    def __str__(self) -> str:
        return f"{self.matter or '*'}: {self.years}"
