"""What is done to a case as a whole: suspended, extended, supervised, whistled for, joined, split, rated, done again."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case
from casework.models.time import Clock
from grid.models import Unit
from workflows.models import Run

PERSON = settings.AUTH_USER_MODEL


def _posts() -> ArrayField[list[str], list[str]]:
    return ArrayField(models.CharField(max_length=120), default=list, blank=True)


class Suspension(models.Model):
    """挂起: from when to when a case rested, why, and when it has to be looked at again."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="suspensions")
    reason = models.TextField(_("reason"))
    review_at = models.DateTimeField(_("review date"))
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at__isnull=True), name="one_open_suspension_per_case"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="suspension_says_why"),
            models.CheckConstraint(condition=Q(review_at__gt=F("at")), name="suspension_is_reviewed_later"),
        ]
        indexes = [
            models.Index(fields=["review_at"], condition=Q(ended_at__isnull=True), name="suspension_due")
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.reason[:40]}"


class RequestKind(models.TextChoices):
    EXTEND = "extend", _("extension")
    FORCE_CLOSE = "force-close", _("forced close")
    VOID = "void", _("voiding")
    REOPEN = "reopen", _("reopening")


class RequestState(models.TextChoices):
    PENDING = "pending", _("pending")
    GRANTED = "granted", _("granted")
    REFUSED = "refused", _("refused")
    LAPSED = "lapsed", _("lapsed")


class CaseRequest(models.Model):
    """申请: what one person asks for and another has to rule on. `posts` are those who may."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=12, choices=RequestKind.choices)
    clock = models.ForeignKey(Clock, null=True, blank=True, on_delete=models.PROTECT, related_name="requests")
    until = models.DateTimeField(_("new due time"), null=True, blank=True)
    outcome = models.CharField(max_length=64, blank=True)
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    asked_post = models.CharField(max_length=120, blank=True)
    asked_at = models.DateTimeField()
    posts = _posts()
    state = models.CharField(max_length=8, choices=RequestState.choices, default=RequestState.PENDING)
    ruled_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ruled_post = models.CharField(max_length=120, blank=True)
    ruled_at = models.DateTimeField(null=True, blank=True)
    opinion = models.TextField(_("opinion"), blank=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "clock"],
                condition=Q(state="pending"),
                nulls_distinct=False,
                name="one_pending_request_per_kind_and_clock",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "lapsed"], ruled_by__isnull=True)
                | Q(state__in=["granted", "refused"], ruled_by__isnull=False, ruled_at__isnull=False),
                name="a_ruling_has_person_and_time",
            ),
            models.CheckConstraint(
                condition=Q(ruled_by__isnull=True) | ~Q(ruled_by=F("asked_by")),
                name="nobody_rules_on_his_own_request",
            ),
            models.CheckConstraint(
                condition=~Q(kind="extend") | Q(clock__isnull=False, until__isnull=False),
                name="extension_names_clock_and_time",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="request_says_why"),
        ]
        indexes = [
            GinIndex(fields=["posts"], condition=Q(state="pending"), name="request_waits_for"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.case_id}"


class SupervisionKind(models.TextChoices):
    OVERDUE = "overdue", _("overdue")
    LEADER = "leader", _("leader's")
    KEY = "key", _("key matter")


class Supervision(models.Model):
    """督办: shown until it is answered; raised again when its date passes without a reply."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="supervisions")
    kind = models.CharField(max_length=8, choices=SupervisionKind.choices)
    text = models.TextField(_("what is demanded"))
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    posts = _posts()
    reply_by = models.DateTimeField(null=True, blank=True)
    raised_at = models.DateTimeField(null=True, blank=True)
    reply = models.TextField(blank=True)
    replied_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    replied_post = models.CharField(max_length=120, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(_("over without a reply: the case was closed"), null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="supervision_says_what"),
            models.CheckConstraint(
                condition=Q(reply="", replied_by__isnull=True, replied_at__isnull=True)
                | (~Q(reply="") & Q(replied_by__isnull=False, replied_at__isnull=False)),
                name="reply_has_text_person_and_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["reply_by"],
                condition=Q(replied_at__isnull=True, ended_at__isnull=True, raised_at__isnull=True),
                name="supervision_due",
            ),
            GinIndex(
                fields=["posts"],
                condition=Q(replied_at__isnull=True, ended_at__isnull=True),
                name="supervision_waits_for",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.case_id}"

    @property
    def is_open(self) -> bool:
        return self.replied_at is None and self.ended_at is None


class Whistle(models.Model):
    """吹哨: a sub-district calls departments to a place at a time."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="whistles")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    text = models.TextField(_("what for"))
    place = models.CharField(max_length=200)
    gather_at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text="") & ~Q(place=""), name="whistle_says_what_and_where")
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.gather_at:%Y-%m-%d %H:%M}"


class WhistleCall(models.Model):
    """One department that was called, and its answer (应哨)."""

    whistle = models.ForeignKey(Whistle, on_delete=models.PROTECT, related_name="calls")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    posts = _posts()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_post = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["whistle", "unit"], name="unit_called_once_per_whistle"),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True, answered_at__isnull=True)
                | Q(answered_by__isnull=False, answered_at__isnull=False),
                name="call_answered_by_person_and_time",
            ),
        ]
        indexes = [
            GinIndex(fields=["posts"], condition=Q(answered_at__isnull=True), name="call_waits_for"),
        ]

    def __str__(self) -> str:
        return f"{self.whistle_id} → {self.unit_id}"


class RelationKind(models.TextChoices):
    MERGED = "merged", _("merged into")
    PART = "part", _("split off")
    RELATED = "related", _("related")


class CaseRelation(models.Model):
    """`other` was merged into `main`, or split off from it; or the two are merely related (lower key first)."""

    main = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="relations")
    other = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="relations_back")
    kind = models.CharField(max_length=8, choices=RelationKind.choices)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["main", "other", "kind"], name="relation_once_per_kind"),
            models.UniqueConstraint(
                fields=["other"], condition=Q(kind="merged"), name="case_merged_into_one_main"
            ),
            models.UniqueConstraint(fields=["other"], condition=Q(kind="part"), name="part_of_one_main"),
            models.CheckConstraint(condition=~Q(main=F("other")), name="case_not_related_to_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.other_id} {self.kind} {self.main_id}"


class Round(models.Model):
    """A round that a reopened case has behind it. Its run stays as it ended; the case walks a new one."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="round")
    outcome = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField()
    reopened_at = models.DateTimeField()
    reopened_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("why it was opened again"))

    class Meta:
        ordering = ["case", "number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="round_number_once_per_case")]

    def __str__(self) -> str:
        return f"{self.case_id} #{self.number}"


class RatingKind(models.TextChoices):
    HANDLING = "handling", _("how the case was handled")
    HELP = "help", _("how a department helped")


class Rating(models.Model):
    """评价: the resident rates the handling of a round, the sub-district rates a department that it called."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="ratings")
    kind = models.CharField(max_length=8, choices=RatingKind.choices)
    round = models.PositiveSmallIntegerField(default=1)
    call = models.OneToOneField(
        WhistleCall, null=True, blank=True, on_delete=models.PROTECT, related_name="rating"
    )
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=120, blank=True)
    stars = models.PositiveSmallIntegerField()
    is_solved = models.BooleanField(_("is really solved"), null=True, blank=True)
    text = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(stars__range=(1, 5)), name="one_to_five_stars"),
            models.CheckConstraint(
                condition=Q(kind="help", call__isnull=False)
                | Q(kind="handling", call__isnull=True, is_solved__isnull=False),
                name="rating_of_a_call_or_of_the_handling",
            ),
            models.UniqueConstraint(
                fields=["case", "round", "by"],
                condition=Q(kind="handling"),
                name="handling_rated_once_per_round_and_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.stars}"


class NoticeKind(models.TextChoices):
    COPY = "copy", _("copied to you")
    MENTION = "mention", _("you were mentioned")
    RESUMED = "resumed", _("the review date has come")
    SUPERVISED = "supervised", _("supervised")
    REPLIED = "replied", _("the supervision was answered")
    RAISED = "raised", _("the supervision was not answered in time")
    WHISTLED = "whistled", _("you are called to report")
    ASKED = "asked", _("something to rule on")
    RULED = "ruled", _("your request was ruled on")
    DUE_SOON = "due_soon", _("due soon")
    OVERDUE = "overdue", _("out of time")
    HANDED_UP = "handed_up", _("handed up to you")
    PROGRESS = "progress", _("a case you follow has moved on")
    ENDED = "ended", _("a case you follow is over")
    RESIDENT = "resident", _("a resident's report: see whether it is so")


class Notice(models.Model):
    """Something to take note of: for a person or for whoever sits on a post. Read once, by whom and when is kept."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=12, choices=NoticeKind.choices)
    to_user = models.ForeignKey(
        PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )
    to_post = models.CharField(max_length=120, blank=True)
    text = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    pushed_at = models.DateTimeField(_("handed to the channels outside"), null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_user__isnull=False, to_post="") | (Q(to_user__isnull=True) & ~Q(to_post="")),
                name="notice_to_a_person_or_a_post",
            ),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True, read_by__isnull=True)
                | Q(read_at__isnull=False, read_by__isnull=False),
                name="notice_read_by_person_and_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["to_user", "-at"], condition=Q(read_at__isnull=True), name="notice_unread_person"
            ),
            models.Index(
                fields=["to_post", "-at"], condition=Q(read_at__isnull=True), name="notice_unread_post"
            ),
            models.Index(fields=["id"], condition=Q(pushed_at__isnull=True), name="notice_not_pushed"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.case_id}"
