"""The scenarios of a version: run at every check within a time limit, and what of the drawing they take.

They live with the version: kept in the draft, carried over into the next one, and never changed once it is in force.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotFound, NotValid
from casework.services import diagrams
from casework.services.calendars import work_calendar
from workflows import engine
from workflows import services as workflows
from workflows.bpmn import Diagram, DiagramRefused, read
from workflows.models import Definition, Version
from workflows.scenarios import Result, walk_through

SECONDS = 10.0  # for all scenarios of a version together
MOST = 200
KEPT_FOR = (
    600  # seconds; what a result depends on beside the version (other matters, holidays) changes rarely
)


@dataclass(frozen=True, kw_only=True)
class Tested:
    """What came of all scenarios of a version. `elements` is everything that could be taken, `taken` what was."""

    results: tuple[tuple[str, Result], ...]
    elements: frozenset[str]
    taken: frozenset[str]

    @property
    def green(self) -> int:
        return sum(result.outcome == "right" for _key, result in self.results)

    @property
    def is_green(self) -> bool:
        return self.green == len(self.results)

    @property
    def share(self) -> int:
        """In whole per cent, rounded down: a hundred means all."""
        return len(self.taken) * 100 // len(self.elements) if self.elements else 0


def fingerprint(version: Version) -> str:
    """Everything that publishing would bring into force, as one short text."""
    held = [version.bpmn, version.forms, version.tables, version.about, version.scenarios]
    return sha256(json.dumps(held, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def tested(version: Version) -> Tested:
    """Run all scenarios of a version; the answer is remembered for as long as nothing of the version changes."""
    found = tested_lately(version)
    if found is None:
        found = _run_all(version)
        if not any(result.outcome == "late" for _key, result in found.results):
            cache.set(_key(version), found, KEPT_FOR)
    return found


def tested_lately(version: Version) -> Tested | None:
    """What came of the scenarios when they last ran, as far as that is remembered; runs none."""
    found: Tested | None = cache.get(_key(version))
    return found


def _key(version: Version) -> str:
    return f"scenarios:{version.pk}:{fingerprint(version)}"


def _run_all(version: Version) -> Tested:
    elements = paths(read(version.bpmn.encode()))
    plans: dict[str | None, engine.Plan | Result] = {}
    calendar, until = work_calendar(), time.monotonic() + SECONDS
    results = []
    for key, scenario in version.scenarios.items():
        process = scenario.get("process")
        if process not in plans:
            plans[process] = _plan(version, process)
        results.append((key, _run(key, scenario, plans[process], calendar, until)))
    taken = frozenset[str]().union(*(one.passed for _key, one in results if one.outcome == "right"))
    return Tested(results=tuple(results), elements=elements, taken=taken & elements)


def _plan(version: Version, process: str | None) -> engine.Plan | Result:
    try:
        return workflows.fresh_plan(version, process=process)
    except DiagramRefused as refused:
        return Result(id="", outcome="refused", detail=refused.problems[0].text())


def _run(
    key: str, scenario: Mapping[str, Any], plan: engine.Plan | Result, calendar: engine.Calendar, until: float
) -> Result:
    if isinstance(plan, Result):
        return plan
    try:
        return walk_through(key, scenario, plan, calendar, until=until)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        return Result(id=key, outcome="wrong", detail=f"the scenario can't be read: {error!r}")


def paths(diagram: Diagram) -> frozenset[str]:
    """All that a run can take: the steps, events and gateways, and the arrows between them."""
    scopes = [scope for process in diagram.processes for scope in process.scopes()]
    nodes = {node.id for scope in scopes for node in scope.nodes}
    return frozenset(nodes | {flow.id for scope in scopes for flow in scope.flows if flow.id})


# --- kept with the draft


@transaction.atomic
def keep(version: Version, scenario: Mapping[str, Any], *, title: str, by: Viewer) -> str:
    """Keep a scenario with the matter's draft, which begins with this version where there is none; its key comes back.

    Raises NotYours, NotValid.
    """
    diagrams.ensure_may_draw(by)
    draft = _draft_to_change(version, by=by)
    held = dict(draft.scenarios)
    if len(held) >= MOST:
        raise NotValid(_("A version may have %(most)d scenarios at most.") % {"most": MOST})
    title = _title(title)
    key = _free_key(held)
    held[key] = {"id": f"{draft.definition.key}-{key}", "note": title, **scenario}
    _save(draft, held, by=by)
    return key


@transaction.atomic
def rename(version: Version, key: str, *, title: str, by: Viewer) -> None:
    """Raises NotYours, NotFound, NotValid."""
    diagrams.ensure_may_draw(by)
    draft = _draft_to_change(version, by=by)
    if key not in draft.scenarios:
        raise NotFound
    changed = {**draft.scenarios[key], "note": _title(title)}
    _save(draft, {**draft.scenarios, key: changed}, by=by)


@transaction.atomic
def drop(version: Version, key: str, *, by: Viewer) -> None:
    """Raises NotYours, NotFound."""
    diagrams.ensure_may_draw(by)
    draft = _draft_to_change(version, by=by)
    if key not in draft.scenarios:
        raise NotFound
    _save(draft, {name: held for name, held in draft.scenarios.items() if name != key}, by=by)


def _draft_to_change(version: Version, *, by: Viewer) -> Version:
    """Under the matter's lock. What is in force never changes, so a draft is begun with what it holds."""
    matter = Definition.objects.select_for_update(no_key=True).get(pk=version.definition_id)
    draft = matter.versions.filter(status="draft").first()
    if draft is None:
        draft = diagrams.draft_from(matter.key, version.number or 0, by=by)
    return draft


def _save(draft: Version, scenarios: Mapping[str, Any], *, by: Viewer) -> None:
    workflows.save_draft(
        draft.definition, bpmn=draft.bpmn.encode(), scenarios=scenarios, author_id=by.user_id
    )


def _title(title: str) -> str:
    said = title.strip()
    if not said or len(said) > 120:
        raise NotValid(
            _("Give the scenario a name of at most 120 characters."), fields={"title": [_("Give it a name.")]}
        )
    return said


def _free_key(held: Mapping[str, Any]) -> str:
    number = 1
    while f"recorded-{number}" in held:
        number += 1
    return f"recorded-{number}"
