"""Who else has a draft open, who kept it last, and the drawings that were set aside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from casework.access import Viewer
from casework.errors import NotFound
from casework.models import Drawer, SetAside
from casework.queries.changes import Changes
from casework.queries.studio import changes_since, draft_or_none, published_or_none
from casework.services.drawing_together import UNHEARD
from workflows.models import Definition, Version


def company(matter: Definition, *, viewer: Viewer, now: datetime) -> dict[str, Any]:
    """What the head of the drawing board says about the others, as JSON."""
    others = Drawer.objects.filter(matter=matter, seen_at__gte=now - UNHEARD).exclude(
        person_id=viewer.user_id
    )
    draft = draft_or_none(matter)
    return {
        "others": [
            {"name": str(one.person), "since": one.since}
            for one in others.select_related("person").order_by("since")
        ],
        "saved": {"who": str(draft.author or ""), "at": draft.saved_at, "sha256": draft.sha256}
        if draft
        else None,
        "aside": [
            {
                "url": reverse("studio:aside", args=[matter.key, one.pk]),
                "who": str(one.author or ""),
                "at": one.kept_at,
            }
            for one in SetAside.objects.filter(matter=matter).select_related("author").defer("bpmn")
        ],
    }


def aside_for(matter: Definition, pk: int) -> SetAside:
    """Raises NotFound."""
    found = SetAside.objects.filter(matter=matter, pk=pk).select_related("author", "matter").first()
    if found is None:
        raise NotFound
    return found


def standing(matter: Definition) -> Version:
    """What a drawing set aside is compared with: the draft, else what is in force. Raises NotFound."""
    found = draft_or_none(matter) or published_or_none(matter)
    if found is None:
        raise NotFound
    return found


def differences(now_there: Version, aside: SetAside) -> Changes:
    """What taking it over would change; forms and tables stay as they are."""
    taken = Version(
        definition=aside.matter,
        bpmn=aside.bpmn,
        sha256=aside.sha256,
        forms=now_there.forms,
        tables=now_there.tables,
    )
    return changes_since(now_there, taken)
