"""The pages of a case in every state that acts on it can bring about: each opens for who works there and who reported."""

import pytest
from django.test import Client

from tests.services.acting import at_handling, in_days, on_case, opened, present, step

pytestmark = pytest.mark.django_db


def _suspended(world, case):
    on_case(case, "suspend", world.planning, comment="待年度计划", until=in_days(30))


def _void(world, case):
    on_case(case, "void", world.duty_officer, comment="误报")
    on_case(case, "grant", world.duty_chief)


def _merged(world, case):
    on_case(case, "merge", world.duty_officer, case=opened(world, title="同一处").number)


def _closed(world, case):
    step(case, "handle", "complete", world.planning)


def _reopened(world, case):
    _closed(world, case)
    on_case(case, "rate", world.grid_worker, rating=1, is_solved=False, comment="裂缝还在")


def _busy(world, case):
    on_case(case, "supervise", world.leader, reason_code="leader", comment="报结果", until=in_days(3))
    on_case(case, "extend", world.planning, comment="材料未到", until=in_days(20))
    on_case(
        case,
        "whistle",
        world.duty_officer,
        posts=["500101000000-housing/reviewer"],
        place="三巷",
        until=in_days(2),
    )
    on_case(case, "split", world.duty_officer, title="违搭", matter="m", comment="另案")
    on_case(case, "escalate", world.planning, reason_code="beyond", comment="需要资金")


STATES = (_suspended, _void, _merged, _closed, _reopened, _busy)


def test_the_pages_of_a_case_open_in_every_state(world):
    found = {}
    for state in STATES:
        case = at_handling(world)
        state(world, case)
        for name, pages in {
            "duty_chief": (
                "/desk/cases/{}/",
                "/desk/cases/{}/diagram/",
                "/api/v1/cases/{}/record/",
                "/api/v1/cases/{}/",
            ),
            "planning": ("/desk/cases/{}/",),
            "grid_worker": ("/m/cases/{}/", "/desk/cases/{}/"),
        }.items():
            client = Client()
            client.force_login(getattr(world, name))
            for page in pages:
                address = page.format(present(case).number)
                found[state.__name__, name, page] = client.get(address).status_code

    assert {key for key, status in found.items() if status != 200} == set()
