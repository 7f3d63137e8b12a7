"""Diagrams and their runs. `Run.state` is the truth of the flow; Step, Timer and Subscription are its projection."""

from __future__ import annotations

from django.conf import settings as project
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Definition(models.Model):
    """A matter (一件事) as a process: the key is for ever, the versions change."""

    key = models.SlugField(_("key"), max_length=64, unique=True)
    title = models.CharField(_("title"), max_length=120)
    title_en = models.CharField(_("English title"), max_length=120, blank=True)
    about = models.JSONField(_("facts about the matter"), default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title


class VersionStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    RETIRED = "retired", _("retired")


class VersionQuerySet(models.QuerySet["Version"]):
    def published(self) -> VersionQuerySet:
        return self.filter(status=VersionStatus.PUBLISHED)

    def of(self, key: str) -> VersionQuerySet:
        return self.filter(definition__key=key)


class Version(models.Model):
    """One state of a matter's diagram, forms and tables; a published one never changes (trigger)."""

    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"), null=True, blank=True)
    status = models.CharField(max_length=12, choices=VersionStatus.choices, default=VersionStatus.DRAFT)
    bpmn = models.TextField(_("diagram"))
    sha256 = models.CharField(max_length=64)
    forms = models.JSONField(default=dict, blank=True)
    tables = models.JSONField(default=dict, blank=True)
    about = models.JSONField(default=dict, blank=True)
    scenarios = models.JSONField(_("ways through it that are tried at every check"), default=dict, blank=True)
    calls = models.JSONField(
        _("called processes, each bound to the version published then"), default=dict, blank=True
    )
    note = models.CharField(_("note"), max_length=500, blank=True)
    author = models.ForeignKey(
        project.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        project.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["definition", F("number").desc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["definition"], condition=Q(status="draft"), name="one_draft_per_definition"
            ),
            models.UniqueConstraint(
                fields=["definition"], condition=Q(status="published"), name="one_published_per_definition"
            ),
            models.UniqueConstraint(fields=["definition", "number"], name="version_number_is_unique"),
            models.CheckConstraint(
                condition=Q(status="draft", number__isnull=True, published_at__isnull=True)
                | Q(status__in=["published", "retired"], number__isnull=False, published_at__isnull=False),
                name="published_version_has_number_and_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.definition.key} v{self.number or _('draft')}"


class RunStatus(models.TextChoices):
    RUNNING = "running", _("running")
    ENDED = "ended", _("ended")
    CANCELLED = "cancelled", _("cancelled")


class Run(models.Model):
    """One walk through a version. The state is text: jsonb would reorder what the engine wrote."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="runs")
    status = models.CharField(max_length=12, choices=RunStatus.choices, default=RunStatus.RUNNING)
    state = models.TextField(default="")
    state_version = models.PositiveSmallIntegerField(default=0)
    moves = models.PositiveIntegerField(default=0)
    path = models.JSONField(_("elements passed, with counts"), default=dict, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    # Keys for the steps that the next move opens, read together with the lock: they need not be asked for again.
    step_keys: tuple[int, ...] = ()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="running", ended_at__isnull=True)
                | Q(status__in=["ended", "cancelled"], ended_at__isnull=False),
                name="run_has_end_time_when_over",
            ),
            models.CheckConstraint(
                condition=Q(state="", state_version=0) | Q(state_version__gt=0),
                name="state_names_its_version",
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(status="running"), name="run_running")]

    def __str__(self) -> str:
        return f"run {self.pk}"


class StepKind(models.TextChoices):
    HUMAN = "human", _("human")
    MACHINE = "machine", _("machine")


class StepStatus(models.TextChoices):
    OPEN = "open", _("open")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")


MOST_OF_ONE = 100_000


class StepQuerySet(models.QuerySet["Step"]):
    def open(self) -> StepQuerySet:
        return self.filter(status=StepStatus.OPEN)

    def human(self) -> StepQuerySet:
        return self.filter(kind=StepKind.HUMAN)

    def for_posts(self, codes: list[str] | tuple[str, ...]) -> StepQuerySet:
        return self.filter(candidates__overlap=list(codes))

    def found_first(self) -> StepQuerySet:
        """These rows looked up before anything is sorted or cut off.

        A short page makes the planner walk the whole list in the order of the page and throw away what is
        somebody else's: in a city that is nearly all of it. What one person may take is found by index in no
        time; the bound, which nobody reaches, keeps the two apart.
        """
        return self.model._default_manager.filter(pk__in=self.order_by().values("pk")[:MOST_OF_ONE])


class Step(models.Model):
    """A token that waits for a person or a machine. Post codes are opaque here: places are not known to workflows."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    token = models.BigIntegerField()
    element = models.CharField(max_length=128)
    name = models.CharField(max_length=200)
    lane = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=8, choices=StepKind.choices)
    operation = models.CharField(max_length=64, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    instance = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=10, choices=StepStatus.choices, default=StepStatus.OPEN)
    candidates = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    claimed_by = models.ForeignKey(
        project.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="claimed_steps"
    )
    claimed_as = models.CharField(_("post that claimed it"), max_length=120, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="opened",
        help_text=_("The step whose completion opened this one."),
    )
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=64, blank=True)
    is_held_up = models.BooleanField(_("others have to be done with it first"), default=False)
    asked = ArrayField(
        models.CharField(max_length=120),
        verbose_name=_("posts that it asked to sign or do it, and that have not"),
        default=list,
        blank=True,
    )

    objects = StepQuerySet.as_manager()

    class Meta:
        ordering = ["opened_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "token"], name="one_step_per_token"),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True)
                | (~Q(status="open") & Q(closed_at__isnull=False)),
                name="step_is_closed_with_a_time",
            ),
            models.CheckConstraint(
                condition=Q(claimed_by__isnull=True, claimed_at__isnull=True)
                | Q(claimed_by__isnull=False, claimed_at__isnull=False),
                name="claim_has_person_and_time",
            ),
        ]
        indexes = [
            models.Index(fields=["run"], condition=Q(status="open"), name="step_open_run"),
            models.Index(fields=["claimed_by", "due_at"], condition=Q(status="open"), name="step_open_mine"),
            models.Index(fields=["due_at"], condition=Q(status="open"), name="step_open_due"),
            GinIndex(fields=["candidates"], condition=Q(status="open"), name="step_open_pool"),
            # Steps come in the order of time: so small an index finds those of a period.
            BrinIndex(fields=["opened_at"], name="step_opened", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"

    @property
    def is_open(self) -> bool:
        return self.status == StepStatus.OPEN

    @property
    def verbs(self) -> tuple[str, ...]:
        """The verbs the diagram allows at this step, in its order."""
        return tuple((self.settings.get("verbs") or "complete").split())

    @property
    def wants_signature(self) -> bool:
        """Whether it must be signed for (签收) before it can be completed."""
        return str(self.settings.get("signFor", "")) in ("true", "only")

    @property
    def ends_with_signature(self) -> bool:
        """Whether signing for it is all there is to do."""
        return str(self.settings.get("signFor", "")) == "only"


class Timer(models.Model):
    """A wait that time ends. Fired by index with SKIP LOCKED; the database's clock rules."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="timers")
    token = models.BigIntegerField()
    element = models.CharField(max_length=128)
    name = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Since when it waits; not known of old ones.")
    )
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "token", "due_at"], name="one_timer_per_token_and_time"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(fired_at__isnull=True), name="timer_due"),
            models.Index(fields=["run"], condition=Q(fired_at__isnull=True), name="timer_open_run"),
        ]

    def __str__(self) -> str:
        return f"{self.element} @ {self.due_at:%Y-%m-%d %H:%M}"


class SubscriptionKind(models.TextChoices):
    MESSAGE = "message", _("message")
    SIGNAL = "signal", _("signal")
    CONDITIONAL = "conditional", _("condition")


class Subscription(models.Model):
    """A wait that an event ends."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="subscriptions")
    token = models.BigIntegerField()
    element = models.CharField(max_length=128)
    label = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=12, choices=SubscriptionKind.choices)
    name = models.CharField(_("event name"), max_length=200, blank=True)
    correlation = models.CharField(max_length=500, blank=True)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "token", "kind", "name"], name="one_subscription_per_token_and_event"
            ),
        ]
        indexes = [models.Index(fields=["kind", "name", "correlation"], name="subscription_event")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Incident(models.Model):
    """What could not go on, said in plain words, for someone to mend."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="incidents")
    step = models.ForeignKey(Step, null=True, blank=True, on_delete=models.CASCADE, related_name="incidents")
    element = models.CharField(max_length=128, blank=True)
    kind = models.CharField(max_length=64)
    message = models.TextField()
    data = models.JSONField(default=dict, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        project.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    resolution = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["run"], condition=Q(resolved_at__isnull=True), name="incident_open")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.message[:60]}"
