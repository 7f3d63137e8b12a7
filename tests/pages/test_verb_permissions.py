"""Who may use which verb on a step: every verb against every kind of person, as the step waits and as somebody has it.

What a step says one may do is what one is let do. Everything is tried in one transaction each, which is taken back.
"""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import transaction

from casework.verbs import STEP_VERBS
from grid.models import User
from tests.api.conftest import Api
from tests.services.shapes import at_b
from workflows.models import Step

POLICE = "500101026000-safety/police"
PEOPLE = (
    "nobody", "stranger", "enforcement", "police", "grid_worker", "planning", "community_secretary", "duty_officer",
    "leader", "sibling_enforcement", "sibling_duty_officer", "district_dispatcher", "operator",
)  # fmt: skip
BODIES = {
    "return": {"comment": "重勘", "to_element": "A"},
    "reject": {"comment": "不同意"},
    "transfer": {"comment": "属公安", "to_post": POLICE},
    "reassign": {"comment": "改派", "to_post": POLICE},
    "delegate": {"to_post": POLICE},
    "add-sign": {"posts": [POLICE], "position": "beside"},
    "remove-sign": {"posts": ["500101026000-safety/safety"]},
    "cc": {"posts": [POLICE]},
}

# The step waits for 综合执法岗; the grid worker reported it and 规划建设岗 has done its part.
# Columns: nobody, stranger | enforcement, police | reporter, planning | community, duty officer, district leader |
# another town's enforcement, its duty officer | district dispatcher, operator.
FREE = """
claim        401 404 | 200 404 | 403 403 | 403 403 403 | 404 404 | 403 200
complete     401 404 | 409 404 | 403 403 | 403 403 403 | 404 404 | 403 409
approve      401 404 | 200 404 | 403 403 | 403 403 403 | 404 404 | 403 200
return       401 404 | 200 404 | 403 403 | 403 403 403 | 404 404 | 403 200
reject       401 404 | 200 404 | 403 403 | 403 403 403 | 404 404 | 403 200
transfer     401 404 | 200 404 | 403 403 | 403 403 403 | 404 404 | 403 200
release      401 404 | 200 404 | 403 403 | 403 403 403 | 404 404 | 403 200
delegate     401 404 | 200 404 | 403 403 | 403 403 403 | 404 404 | 403 200
add-sign     401 404 | 200 404 | 403 403 | 403 403 403 | 404 404 | 403 200
remove-sign  401 404 | 409 404 | 403 403 | 403 403 403 | 404 404 | 403 409
withdraw     401 404 | 403 404 | 403 403 | 403 403 403 | 404 404 | 403 403
reassign     401 404 | 403 404 | 403 403 | 403 200 403 | 404 404 | 200 200
urge         401 404 | 409 404 | 200 200 | 200 200 200 | 404 404 | 200 200
cc           401 404 | 200 404 | 403 409 | 403 200 200 | 404 404 | 200 200
"""
# Now 综合执法岗 has signed for it and asked 平安建设岗 to sign beside him.
TAKEN = """
claim        401 404 | 200 404 | 403 403 | 403 403 403 | 404 404 | 403 409
complete     401 404 | 409 404 | 403 403 | 403 403 403 | 404 404 | 403 409
approve      401 404 | 200 404 | 403 403 | 403 403 403 | 404 404 | 403 409
return       401 404 | 200 404 | 403 403 | 403 403 403 | 404 404 | 403 409
reject       401 404 | 200 404 | 403 403 | 403 403 403 | 404 404 | 403 409
transfer     401 404 | 200 404 | 403 403 | 403 403 403 | 404 404 | 403 409
release      401 404 | 200 404 | 403 403 | 403 403 403 | 404 404 | 403 409
delegate     401 404 | 200 404 | 403 403 | 403 403 403 | 404 404 | 403 409
add-sign     401 404 | 200 404 | 403 403 | 403 403 403 | 404 404 | 403 409
remove-sign  401 404 | 200 404 | 403 403 | 403 403 403 | 404 404 | 403 409
withdraw     401 404 | 200 404 | 403 403 | 403 403 403 | 404 404 | 403 403
reassign     401 404 | 403 404 | 403 403 | 403 200 403 | 404 404 | 200 200
urge         401 404 | 409 404 | 200 200 | 200 200 200 | 404 404 | 200 200
cc           401 404 | 200 404 | 403 409 | 403 200 200 | 404 404 | 200 200
"""


@pytest.fixture
def people(world):
    operator = User.objects.create_superuser("operator", password="x" * 16)
    found = {name: getattr(world, name, None) for name in PEOPLE}
    return found | {"operator": operator}


def rows(table):
    return {
        line.split()[0]: [int(n) for n in line.replace("|", " ").split()[1:]]
        for line in table.strip().splitlines()
    }


@pytest.mark.parametrize("state", ["free", "taken"])
def test_who_may_use_which_verb_on_a_step(state, people, world):
    at = at_b(world, "plain")
    if state == "taken":
        at.act("claim", "enforcement")
        at.act("add-sign", "enforcement", posts=["500101026000-safety/safety"], position="beside")
    expected = rows(FREE if state == "free" else TAKEN)
    assert set(expected) == set(STEP_VERBS)

    got = {verb: [_tried(people[name], at.mine.pk, verb) for name in PEOPLE] for verb in STEP_VERBS}

    assert got == expected


@pytest.mark.parametrize("state", ["free", "taken"])
def test_what_a_step_offers_is_what_one_may_do(state, people, world):
    at = at_b(world, "countersign")
    if state == "taken":
        at.act("add-sign", "enforcement", posts=["500101026000-safety/safety"], position="before")
    for name in PEOPLE[1:]:
        answer = Api(user=people[name]).get(f"steps/{at.mine.pk}/")
        if answer.status_code == 404:
            continue
        offered = set(answer.json()["verbs"])
        done = {verb for verb in STEP_VERBS if _tried(people[name], at.mine.pk, verb) == 200}
        assert offered == done - _changes_nothing(people[name], at.mine.pk), name


def _changes_nothing(person, step):
    """Signing again for what one has signed for is let pass and offered to nobody."""
    held = Step.objects.filter(pk=step, claimed_by=person).exists()
    return {"claim"} if held else {"release"}


def _tried(person, step, verb):
    cache.clear()
    with transaction.atomic():
        status = Api(user=person).post(f"steps/{step}/{verb}/", BODIES.get(verb, {})).status_code
        transaction.set_rollback(True)
    return status
