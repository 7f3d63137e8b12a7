"""How many queries each page, call and act makes. Meant to be changed: `UPDATE_QUERY_COUNTS=1 pytest` writes it anew."""

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casework.models import Case
from casework.queries.viewers import viewer_for
from casework.services import approvals, intake
from casework.services.approvals import Said
from casework.services.intake import NewCase
from tests.diagrams import chain, flow, publish, task
from tests.world import GRID
from workflows.models import Step

pytestmark = pytest.mark.django_db

KEPT = Path(__file__).with_name("query_counts.json")
SURVEY = (
    '<startEvent id="s"/>'
    + task("survey", level="town", post="planning", verbs="complete return", limit="2wd")
    + '<exclusiveGateway id="g" default="g_e"/><endEvent id="e"/>'
    + chain("s", "survey", "g")
    + flow("g", "e")
    + flow("g", "survey", "结论 == '退回'")
)
PAGES = {
    "desk: work list": ("planning", "/desk/"),
    "desk: pool": ("planning", "/desk/?tab=pool"),
    "desk: cases": ("planning", "/desk/cases/"),
    "desk: case": ("planning", "/desk/cases/{number}/"),
    "phone: today": ("grid_worker", "/m/"),
    "phone: my cases": ("grid_worker", "/m/cases/"),
    "phone: case": ("grid_worker", "/m/cases/{number}/"),
    "api: cases": ("planning", "/api/v1/cases/"),
    "api: case": ("planning", "/api/v1/cases/{number}/"),
    "api: history": ("planning", "/api/v1/cases/{number}/history/"),
    "api: steps": ("planning", "/api/v1/steps/?pool=true"),
    "api: step": ("planning", "/api/v1/steps/{step}/"),
}


def opened(world) -> Case:
    new = NewCase(matter="m", area=GRID, title="三巷 12 号院墙体开裂")
    return intake.open_case(new, by=viewer_for(world.grid_worker))


def step_of(case: Case) -> Step:
    return Step.objects.open().get(run=case.run)


def visits(world) -> dict[str, int]:
    """Each page as it is for somebody who has been there before."""
    case = opened(world)
    counts = {}
    for name, (who, path) in PAGES.items():
        client = Client()
        client.force_login(getattr(world, who), backend="django.contrib.auth.backends.ModelBackend")
        address = path.format(number=case.number, step=step_of(case).pk)
        assert client.get(address).status_code == 200, name
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        counts[name] = len(asked)
    return counts


def acts(world) -> dict[str, int]:
    """Each act on a fresh case, in a process that has seen the matter before."""
    opener, clerk = viewer_for(world.grid_worker), viewer_for(world.planning)
    approvals.act(step_of(opened(world)).pk, "complete", by=clerk)
    counts = {}
    with CaptureQueriesContext(connection) as asked:
        intake.open_case(NewCase(matter="m", area=GRID, title="三巷 12 号院墙体开裂"), by=opener)
    counts["act: open a case"] = len(asked)
    for verb, comment in (("claim", ""), ("complete", ""), ("return", "请补充照片")):
        step = step_of(opened(world))
        with CaptureQueriesContext(connection) as asked:
            approvals.act(step.pk, verb, by=clerk, said=Said(comment=comment))
        counts[f"act: {verb}"] = len(asked)
    return counts


def test_pages_calls_and_acts_make_no_more_queries_than_is_known(world):
    publish("m", SURVEY, now=timezone.now())

    counts = {**acts(world), **visits(world)}

    if os.environ.get("UPDATE_QUERY_COUNTS"):
        KEPT.write_text(json.dumps(counts, indent=1, sort_keys=True) + "\n")
    assert counts == json.loads(KEPT.read_text())
