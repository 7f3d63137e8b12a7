"""A report made on the way of a task belongs to it, so that the supervisor sees what patrols bring to light."""

from __future__ import annotations

from datetime import datetime

from casework.access import Viewer
from casework.models import Case, Finding, Task


def link_finding(case: Case, task_id: int, *, by: Viewer, now: datetime) -> bool:
    """Link the case to the reporter's own task; a task that isn't his is passed by, the report counts without it."""
    task = Task.objects.filter(pk=task_id, post__in=by.post_codes).values_list("pk", flat=True).first()
    if task is None:
        return False
    Finding.objects.get_or_create(case=case, defaults={"task_id": task, "at": now})
    return True
