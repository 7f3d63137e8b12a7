"""What is open in runs: steps with who holds them, and what is awaited. One round trip, however many runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflows.models import Step
from workflows.rows import ask_together, columns, made


@dataclass(frozen=True, kw_only=True)
class OpenWork:
    """Of one run: its open steps, the oldest first, and its waits as JSON."""

    steps: list[Step] = field(default_factory=list)
    waits: list[dict[str, Any]] = field(default_factory=list)  # Any: JSON


_STEPS = f"""
SELECT {columns(Step)}, person.username
  FROM workflows_step LEFT JOIN grid_user person ON person.id = claimed_by_id
 WHERE run_id = ANY(%s::bigint[]) AND status = 'open' ORDER BY opened_at, workflows_step.id
"""  # noqa: S608
_WAITS = """
SELECT run_id, element, 'timer', '', '', due_at FROM workflows_timer
 WHERE run_id = ANY(%s::bigint[]) AND fired_at IS NULL
 UNION ALL
SELECT run_id, element, kind, name, correlation, NULL FROM workflows_subscription WHERE run_id = ANY(%s::bigint[])
 ORDER BY 6, 3, 4, 2
"""


def open_work(runs: Sequence[int]) -> Mapping[int, OpenWork]:
    """By run; `claimed_name` of a step is the account of who holds it."""
    found: dict[int, OpenWork] = defaultdict(OpenWork)
    if not runs:
        return found
    asked = list(runs)
    steps, waits = ask_together((_STEPS, [asked]), (_WAITS, [asked, asked]))
    for *step, person in steps:
        row = made(Step, step)
        row.claimed_name = person  # type: ignore[attr-defined]  # as annotating would
        found[row.run_id].steps.append(row)
    for run, element, kind, name, key, due_at in waits:
        wait = {"element": element, "kind": kind}
        wait |= {"due_at": due_at} if due_at else {"name": name}
        found[run].waits.append({**wait, "correlation": key} if key else wait)
    return found
