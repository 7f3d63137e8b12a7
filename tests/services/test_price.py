"""What is done cheaply says the same as what it stands for."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.authtoken.models import Token

from casework.access import may_see
from casework.models import Case, CaseEvent
from casework.queries.viewers import held, viewer_by_token, viewer_for
from casework.services import approvals, intake
from casework.services.approvals import Said
from casework.services.intake import NewCase
from casework.services.journal import breaks
from grid.models import Appointment, User
from grid.queries.desks import held_desks
from grid.queries.posts import posts_for, posts_of
from tests.diagrams import ONE_STEP, publish
from tests.world import CAST, COMMUNITY, DISTRICT, GRID, TOWN
from workflows.models import Step, Timer
from workflows.rows import Batch, columns, made
from workflows.services import version_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("area", [DISTRICT, TOWN, COMMUNITY, GRID])
@pytest.mark.parametrize("level", [None, "grid", "community", "town", "district"])
@pytest.mark.parametrize(
    ("role", "unit"),
    [(None, None), ("planning", None), ("reviewer", "housing"), (None, "police"), ("nobody", None)],
)
def test_desks_are_the_posts_that_work_goes_to(area, level, role, unit, world):
    Appointment.objects.filter(user=world.planning).update(ends_on=date(2026, 11, 22))
    User.objects.filter(pk=world.police.pk).update(is_active=False)

    found = held_desks(area, level=level, role=role, unit_key=unit, on=TODAY)

    assert list(found.items()) == [
        (post.code, post.name) for post in posts_for(area, level=level, role=role, unit_key=unit, on=TODAY)
    ]


def opened(world):
    publish("m", ONE_STEP, now=timezone.now())
    new = NewCase(matter="m", area=GRID, title="三巷 12 号院墙体开裂")
    return intake.open_case(new, by=viewer_for(world.grid_worker))


def act(case, verb, user, **said):
    step = Step.objects.open().get(run=case.run)
    return approvals.act(step.pk, verb, by=viewer_for(user), said=Said(**said))


def test_who_may_see_a_case_is_the_same_in_python_and_in_the_database(world):
    case = opened(world)
    act(case, "transfer", world.planning, comment="不属本岗", to_post=world.post_of(world.enforcement).code)
    row = Case.objects.get(pk=case.pk)

    for name in [*CAST, "stranger"]:
        viewer = viewer_for(getattr(world, name))
        assert may_see(viewer, row) == Case.objects.visible_to(viewer).filter(pk=case.pk).exists(), name

    assert may_see(viewer_for(world.planning), row)  # its post had to do with it
    assert may_see(viewer_for(world.enforcement), row)
    assert not may_see(viewer_for(world.sibling_planning), row)


def test_who_somebody_is_says_the_same_by_name_and_by_token(world):
    """Main post first, then others by their dates, those he stands in for last, each once, none that is over."""
    person = world.planning
    for number, (other, stands_in) in enumerate(
        [(world.safety, True), (world.mediation, False), (world.safety, False), (world.police, False)]
    ):
        theirs = Appointment.objects.get(user=other, kind="main")
        Appointment.objects.create(
            user=person,
            post=theirs.post,
            kind="main" if stands_in else "concurrent",
            starts_on=date(2024, 1, 9 - number),
            ends_on=date(2024, 2, 1) if other == world.police else None,
            stand_in_for=theirs if stands_in else None,
        )
    key = Token.objects.create(user=person).key

    viewer = viewer_for(person)

    assert [held(post) for post in posts_of(person.pk, on=timezone.localdate())] == list(viewer.posts)
    assert len(viewer.posts) == 3
    found, by_token = viewer_by_token(key) or (None, None)
    assert (found, by_token) == (person, viewer)
    assert viewer_for(world.stranger).posts == ()
    assert viewer_by_token("0" * 40) is None


def test_a_journal_without_its_end_is_noticed(world):
    case = opened(world)
    assert list(breaks()) == []

    Case.objects.filter(pk=case.pk).update(lines=3)

    assert list(breaks()) == [f"case {case.pk}: line 3, the last that was written, is not the last one here"]


def test_a_step_is_completed_in_two_round_trips_and_its_transaction(world):
    case = opened(world)
    step = Step.objects.open().get(run=case.run)
    viewer = viewer_for(world.planning)
    version_of(step.run)  # kept by a process that has seen this version before

    with CaptureQueriesContext(connection) as asked:
        approvals.act(step.pk, "complete", by=viewer, said=Said(comment="已核实"))

    said = [query["sql"].split(None, 1)[0] for query in asked.captured_queries]
    assert said == ["SAVEPOINT", "SELECT", "UPDATE", "RELEASE"]


def test_rows_written_together_read_back_as_they_were(world):
    case = opened(world)
    run, now = case.run, timezone.now()
    steps = [
        Step(run=run, token=900 + n, element="x", name="巡查", kind="human", opened_at=now, candidates=codes)
        for n, codes in enumerate(
            (
                [],
                ["a/b", '逗,号"引'],
            )
        )
    ]
    timer = Timer(run=run, token=903, element="late", due_at=now)
    batch = Batch()
    batch.insert(steps)
    batch.insert([timer])
    batch.write()
    steps[1].settings, steps[1].name = {"limit": "1wd", "题": ["一", None]}, "100% '是'"
    batch.update(steps[1], "settings", "name")
    batch.insert([])
    batch.write()
    batch.write()

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns(Step)} FROM workflows_step WHERE id = %s", [steps[1].pk])
        read = made(Step, cursor.fetchone())

    stored = Step.objects.get(pk=steps[1].pk)
    fields = [field.attname for field in Step._meta.concrete_fields]
    assert [getattr(read, name) for name in fields] == [getattr(stored, name) for name in fields]
    assert (read.settings, read.name, read.candidates) == (
        {"limit": "1wd", "题": ["一", None]},
        "100% '是'",
        ["a/b", '逗,号"引'],
    )
    assert Step.objects.get(pk=steps[0].pk).candidates == []
    assert Timer.objects.get(pk=timer.pk).due_at == now
    assert CaseEvent.objects.filter(case=case).count() == 2
