"""A request that comes twice: the same key and body get the same answer, another body is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import transaction

from casework.errors import KeyReused
from casework.models import IdempotentRequest


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was answered; `repeated` when it is a saved answer."""

    status: int
    body: dict[str, Any]
    repeated: bool = False


def body_hash(body: Mapping[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return sha256(text.encode()).hexdigest()


@transaction.atomic
def once(
    *,
    user_id: int,
    key: str,
    call: str,
    body: Mapping[str, Any],
    act: Callable[[], tuple[int, dict[str, Any]]],
) -> Answer:
    """Do `act` once for this user and key, in one transaction with the saved answer.

    A second request that comes while the first is under way waits on the unique index. When `act` raises,
    nothing is kept, so that the mended request may use the key again. Raises KeyReused.
    """
    digest = body_hash(body)
    row, created = IdempotentRequest.objects.get_or_create(
        user_id=user_id, key=key, defaults={"call": call[:160], "body_sha256": digest}
    )
    if not created:
        if row.body_sha256 != digest or row.call != call[:160]:
            raise KeyReused
        return Answer(status=row.status, body=row.answer, repeated=True)
    status, answer = act()
    row.status, row.answer = status, answer
    row.save(update_fields=["status", "answer"])
    return Answer(status=status, body=answer)
