"""The case and what belongs to it."""

from casework.models.case import Attachment, Case, CaseQuerySet, CaseStatus, Urgency
from casework.models.decision import Decision
from casework.models.journal import CaseEvent
from casework.models.time import Clock, Holiday
from casework.models.traffic import Heartbeat, IdempotentRequest, Outbox, OutboxState

__all__ = [
    "Attachment",
    "Case",
    "CaseEvent",
    "CaseQuerySet",
    "CaseStatus",
    "Clock",
    "Decision",
    "Heartbeat",
    "Holiday",
    "IdempotentRequest",
    "Outbox",
    "OutboxState",
    "Urgency",
]
