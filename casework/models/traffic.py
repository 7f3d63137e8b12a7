"""What comes in twice and what goes out: idempotent requests, the outbox, the runners' heartbeats."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case


class IdempotentRequest(models.Model):
    """The saved answer of a request: same key and body → same answer; another body is refused (422)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=128)
    call = models.CharField(max_length=160)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_answer_per_user_and_key")]

    def __str__(self) -> str:
        return f"{self.call} {self.key}"


class OutboxState(models.TextChoices):
    READY = "ready", _("ready")
    LEASED = "leased", _("in work")
    DONE = "done", _("done")
    DEAD = "dead", _("given up")


class Outbox(models.Model):
    """An effect on the world outside the transaction, delivered at least once under one stable key."""

    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=64)
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="outbox")
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=OutboxState.choices, default=OutboxState.READY)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=8)
    run_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_by = models.CharField(max_length=64, blank=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "outbox"
        indexes = [
            models.Index(fields=["run_at"], condition=Q(state__in=["ready", "leased"]), name="outbox_due"),
        ]

    def __str__(self) -> str:
        return self.key


class Heartbeat(models.Model):
    """When each runner last said that it lives."""

    runner = models.CharField(max_length=64, unique=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.runner
