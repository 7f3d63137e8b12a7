"""加签 and 减签: signers of a running countersign, with what is seen of them in rows."""

import pytest
from django.utils import timezone

from casework.queries.viewers import viewer_for
from casework.services import approvals
from casework.services.locks import database_now
from casework.services.progress import follow, rebuild_differences, walk_of
from tests.diagrams import chain, publish
from tests.services.test_walk import opened
from workflows import services as workflows
from workflows.errors import StepNotOpen
from workflows.models import Step

pytestmark = pytest.mark.django_db

HOUSING, URBAN, FINANCE = "housing", "urban_management", "finance"


def countersign(*, sequential=False):
    return (
        '<startEvent id="s"/><userTask id="sign" name="会签" cw:level="district" '
        'cw:unit="=部门" cw:post="reviewer" cw:verbs="approve reject">'
        f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        '<loopDataInputRef>会签部门</loopDataInputRef><inputDataItem name="部门"/>'
        "</multiInstanceLoopCharacteristics></userTask>"
        '<userTask id="after" name="汇总" cw:level="town" cw:post="planning"/><endEvent id="e"/>'
        + chain("s", "sign", "after", "e")
    )


@pytest.fixture
def case(world):
    publish("m", countersign(), now=timezone.now())
    return opened(world, 会签部门=[HOUSING, URBAN])


def signers(case):
    return [step.instance["部门"] for step in Step.objects.open().filter(run=case.run, element="sign")]


def moved(case, verb, **named):
    """One move by a service that holds the case."""
    now = database_now()
    walk, assign = walk_of(case, now=now)
    step = Step.objects.open().filter(run=case.run).first()
    follow(case, getattr(workflows, verb)(walk, step, **named), assign=assign, now=now)
    assert rebuild_differences(case, now=now) == []


def test_added_signer_gets_a_step_of_his_own_and_is_waited_for(case, world):
    moved(case, "add_instance", item=FINANCE)

    assert signers(case) == [HOUSING, URBAN, FINANCE]
    added = Step.objects.open().get(run=case.run, instance__部门=FINANCE)
    assert added.candidates == ["500101000000-finance/reviewer"]
    for _ in range(3):
        step = Step.objects.open().filter(run=case.run).first()
        assert step.element == "sign"
        moved_on = approvals.act(step.pk, "approve", by=viewer_for(holder(world, step)))
    assert [s.element for s in Step.objects.open().filter(run=moved_on.run)] == ["after"]


def holder(world, step):
    return {HOUSING: world.housing_reviewer, URBAN: world.urban_reviewer, FINANCE: world.finance_reviewer}[
        step.instance["部门"]
    ]


def test_removed_signer_is_not_waited_for(case):
    moved(case, "remove_instance")

    assert signers(case) == [URBAN]
    gone = Step.objects.get(run=case.run, instance__部门=HOUSING)
    assert gone.status == "cancelled"

    moved(case, "remove_instance")
    assert Step.objects.open().get(run=case.run).element == "after"


def test_signer_before_oneself_in_a_sequence(world):
    publish("m", countersign(sequential=True), now=timezone.now())
    case = opened(world, 会签部门=[HOUSING, URBAN])
    moved(case, "add_instance", item=FINANCE, place="before")

    assert signers(case) == [FINANCE]
    moved(case, "remove_instance")
    assert signers(case) == [HOUSING]


def test_step_that_stands_alone_has_no_signers_to_add(world):
    alone = '<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>' + chain("s", "a", "e")
    publish("m", alone, now=timezone.now())
    case = opened(world)
    with pytest.raises(StepNotOpen):
        moved(case, "add_instance", item=FINANCE)
