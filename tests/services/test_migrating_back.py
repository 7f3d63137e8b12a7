"""A migration is undone: every case that nobody has touched since stands as it stood, row for row; the others say why not."""

import random

import pytest
from django.test import Client
from django.utils import timezone

from casework.access import verbs_allowed
from casework.errors import AlreadyThere, NotYours
from casework.models import Case, CaseEvent, Clock, MovingCase, Outbox, Snapshot
from casework.queries.viewers import viewer_for
from casework.services import migrating, migrating_back, taking_back
from casework.services.clockwork import tick_until_quiet
from casework.services.journal import breaks
from casework.services.locks import database_now
from casework.services.progress import rebuild_differences
from tests.diagrams import chain, flow, publish, task
from tests.services.test_migrating import NEW, OLD
from tests.services.test_walk import act, opened, step_of
from workflows.engine import state
from workflows.models import Definition, Step, Subscription, Timer

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(world):
    return viewer_for(world.administrator)


@pytest.fixture
def moving(world, boss):
    """Three cases that have gone over: untouched, signed for, and one that its worker could still take back."""
    publish("m", OLD, now=timezone.now())
    cases = [opened(world) for _ in range(3)]
    act(step_of(cases[1], "survey"), "claim", world.planning)
    act(step_of(cases[2], "survey"), "complete", world.planning)
    publish("m", NEW, now=timezone.now())
    matter = Definition.objects.get(key="m")
    return migrating.start(matter, matter.versions.published().get(), elements={"check": "plan"}, by=boss)


def stands(case):
    """Everything of a case that a change of version may touch; a token's counter alone may have gone on."""
    case.refresh_from_db()
    run = case.run
    head, main, _numbers, *rows = state.parsed(run.state)
    steps = Step.objects.open().filter(run=run).order_by("pk").values()
    clocks = Clock.objects.running().filter(case=case).order_by("pk").values()
    return {
        "run": (run.version_id, run.status, run.state_version, run.path, head, main, rows),
        "case": (case.data, case.status, case.due_at, case.touched_by),
        "steps": list(steps),
        "timers": list(Timer.objects.filter(run=run, fired_at=None).order_by("pk").values()),
        "events": list(Subscription.objects.filter(run=run).order_by("pk").values()),
        "clocks": list(clocks),
    }


def cases_of(moving):
    return [row.case for row in moving.cases.select_related("case__run")]


def ensure_sound(cases):
    assert list(breaks()) == []
    for case in cases:
        case.refresh_from_db()
        assert rebuild_differences(case, now=database_now()) == []


def states(moving):
    return list(moving.cases.order_by("pk").values_list("state", flat=True))


def test_batch_goes_back_and_every_row_stands_as_before(moving, boss, world):
    cases = cases_of(moving)
    before = [stands(case) for case in cases]
    tick_until_quiet()
    assert states(moving) == ["moved"] * 3
    assert [stands(case) for case in cases] != before

    assert migrating_back.undo(moving.pk, by=boss) == 3
    tick_until_quiet()

    assert states(moving) == ["returned"] * 3
    assert [stands(case) for case in cases] == before
    assert CaseEvent.objects.filter(kind="migrated_back", data__version=1, data__from=2).count() == 3
    ensure_sound(cases)
    taking_back.withdraw(
        Step.objects.get(run=cases[2].run, element="survey").pk,
        by=viewer_for(world.planning),
        said=taking_back.Said(),
    )
    ensure_sound(cases)


def test_case_that_was_acted_on_stays_with_its_reason_and_the_others_go_back(moving, boss, world):
    tick_until_quiet()
    case = cases_of(moving)[0]
    act(step_of(case, "inspect"), "claim", world.planning)
    there = stands(case)

    migrating_back.undo(moving.pk, by=boss)
    tick_until_quiet()

    assert states(moving) == ["kept", "returned", "returned"]
    row = moving.cases.get(case=case)
    assert row.why == "其后案件又有办理。"
    assert CaseEvent.objects.get(case=case, seq=row.line).kind == "claimed"
    assert stands(case) == there


def test_one_case_goes_back_by_itself(moving, boss):
    tick_until_quiet()
    row = moving.cases.order_by("pk")[1]

    assert migrating_back.undo(moving.pk, by=boss, only=[row.pk]) == 1
    tick_until_quiet()

    assert states(moving) == ["moved", "returned", "moved"]
    with pytest.raises(AlreadyThere):
        migrating_back.undo(moving.pk, by=boss, only=[row.pk])


def test_second_undo_is_refused_and_nobody_else_may_ask(moving, boss, world):
    tick_until_quiet()
    with pytest.raises(NotYours):
        migrating_back.undo(moving.pk, by=viewer_for(world.planning))
    migrating_back.undo(moving.pk, by=boss)
    with pytest.raises(AlreadyThere):
        migrating_back.undo(moving.pk, by=boss)
    tick_until_quiet()
    lines = CaseEvent.objects.count()
    Outbox.objects.filter(kind=migrating_back.KIND).update(state="ready", attempts=0)
    tick_until_quiet()

    with pytest.raises(AlreadyThere):
        migrating_back.undo(moving.pk, by=boss)
    assert CaseEvent.objects.count() == lines


def test_paused_batch_waits_there_and_back(moving, boss):
    migrating_back.pause(moving.pk, by=boss)
    tick_until_quiet()
    assert states(moving) == ["waiting"] * 3

    migrating_back.go_on(moving.pk, by=boss)
    tick_until_quiet()
    assert states(moving) == ["moved"] * 3

    migrating_back.undo(moving.pk, by=boss)
    migrating_back.pause(moving.pk, by=boss)
    tick_until_quiet()
    assert states(moving) == ["returning"] * 3
    migrating_back.go_on(moving.pk, by=boss)
    tick_until_quiet()
    assert states(moving) == ["returned"] * 3


def test_undone_before_their_turn_cases_never_set_out(moving, boss):
    cases = cases_of(moving)
    before = [stands(case) for case in cases]
    migrating_back.pause(moving.pk, by=boss)
    assert migrating_back.undo(moving.pk, by=boss) == 0
    tick_until_quiet()

    assert states(moving) == ["stayed"] * 3
    assert [stands(case) for case in cases] == before


# --- whatever was drawn, changed and done


def drawn(rng, edits=None):
    """A process of three places, each one a step, a countersign, a pair of branches or a sub-process.

    An edit gives places other settings, guards and names, and puts a step behind them.
    """
    ids, parts, flows = ["s"], ['<startEvent id="s"/>', '<endEvent id="e"/>'], []
    for place in range(3):
        kind = rng.choice(("step", "sign", "pair", "inside"))
        limit = {"limit": rng.choice(("2d", "3wd"))} if rng.random() < 0.6 else {}
        guard = rng.choice(("", "timer", "message"))
        change = edits.choice(("", "settings", "guard", "behind")) if edits else ""
        if change == "settings":
            limit = {"limit": "1d", "verbs": "complete return"}
        if change == "guard":
            guard = {"": "timer", "timer": "message", "message": ""}[guard]
        first, last, body = one_place(f"a{place}", kind, limit, guard)
        parts.append(body)
        flows.append((ids[-1], first))
        ids.append(last)
        if change == "behind":
            parts.append(task(f"n{place}", level="town", post="planning"))
            flows.append((ids[-1], f"n{place}"))
            ids.append(f"n{place}")
    flows.append((ids[-1], "e"))
    return "".join(parts) + "".join(flow(*pair) for pair in flows)


def one_place(id, kind, limit, guard):
    who = {"level": "town", "post": "planning"}
    step = task(id, name=f"环节{id}", **who, **limit) + guarded(id, guard)
    match kind:
        case "pair":
            other = task(f"{id}b", **who)
            fork, join = f"{id}f", f"{id}j"
            gates = f'<parallelGateway id="{fork}"/><parallelGateway id="{join}"/>'
            return fork, join, gates + step + other + chain(fork, id, join) + chain(fork, f"{id}b", join)
        case "inside":
            ends = f'<startEvent id="{id}i"/><endEvent id="{id}o"/>'
            inner = ends + step + chain(f"{id}i", id, f"{id}o")
            return f"{id}s", f"{id}s", f'<subProcess id="{id}s">{inner}</subProcess>'
        case "sign":
            many = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
            signed = task(id, **who, **limit).replace("/>", f">{many}</userTask>")
            return id, id, signed + guarded(id, guard)
        case _:
            return id, id, step


def guarded(id, guard):
    kinds = {
        "timer": "<timerEventDefinition><timeDuration>PT4H</timeDuration></timerEventDefinition>",
        "message": '<messageEventDefinition messageRef="msg"/>',
    }
    if not guard:
        return ""
    event = f'<boundaryEvent id="{id}x" attachedToRef="{id}" cancelActivity="false">{kinds[guard]}</boundaryEvent>'
    return event + f'<endEvent id="{id}y"/>' + flow(f"{id}x", f"{id}y")


def do_something(case, world, rng):
    """A few acts of the person who has everything here: sign for, finish, put back."""
    for _ in range(rng.randrange(6)):
        steps = list(Step.objects.open().filter(run=case.run_id).order_by("pk"))
        if len(steps) == 0:
            return
        step = rng.choice(steps)
        verbs = verbs_allowed(
            viewer_for(world.planning), step, reporter_id=case.reporter_id, area_code=case.area_code
        )
        chosen = [verb for verb in verbs if verb in ("claim", "release", "complete")]
        if chosen:
            act(step, rng.choice(chosen), world.planning)


@pytest.mark.parametrize("seed", range(16))
def test_whatever_was_drawn_and_done_undoing_brings_back_what_was(seed, world, boss):
    rng, shape = random.Random(seed), random.Random(seed)  # noqa: S311 - the same every time
    heads = '<message id="msg" name="补充"/>'
    publish("m", drawn(shape), now=timezone.now(), heads=heads)
    cases = [opened(world) for _ in range(4)]
    for case in cases:
        do_something(case, world, rng)
    publish("m", drawn(random.Random(seed), edits=rng), now=timezone.now(), heads=heads)  # noqa: S311
    matter = Definition.objects.get(key="m")
    before = {case.pk: stands(case) for case in cases}
    kept = dict(Snapshot.objects.values_list("case", "state"))
    moving = migrating.start(matter, matter.versions.published().get(), elements={}, by=boss)
    tick_until_quiet()
    ensure_sound(cases)
    gone = moving.cases.filter(state="moved").count()
    assert gone > 0

    assert migrating_back.undo(moving.pk, by=boss) == gone
    tick_until_quiet()

    assert MovingCase.objects.filter(state="returned").count() == gone
    assert {case.pk: stands(case) for case in cases} == before
    assert dict(Snapshot.objects.values_list("case", "state")) == kept
    ensure_sound(cases)


# --- the page


def test_page_shows_how_far_they_are_and_undoes_them_all_or_one(moving, world):
    client = Client()
    client.force_login(world.administrator)
    address = f"/studio/m/migrate/{moving.pk}/"
    assert "3 件在途" in client.get(address).content.decode()
    client.post(address, {"act": "pause"})
    assert "已暂停" in client.get(address).content.decode()
    client.post(address, {"act": "go_on"})
    tick_until_quiet()
    one = moving.cases.order_by("pk").first()
    client.post(address, {"act": "undo", "row": one.pk})
    tick_until_quiet()
    assert states(moving) == ["returned", "moved", "moved"]

    client.post(address, {"act": "undo"})
    tick_until_quiet()
    again = client.post(address, {"act": "undo"})

    assert again.status_code == 409
    assert "已经撤销" in again.content.decode()
    assert states(moving) == ["returned"] * 3


def test_case_that_one_may_not_see_is_a_number_alone(world, boss, moving):
    """Whoever draws moves all cases of a matter; what is confidential about them stays so."""
    hidden = cases_of(moving)[0]
    Case.objects.filter(pk=hidden.pk).update(confidentiality="confidential", title="某某举报其邻居")
    client = Client()
    client.force_login(world.administrator)

    before = client.get("/studio/m/migrate/").content.decode()
    tick_until_quiet()
    after = client.get(f"/studio/m/migrate/{moving.pk}/").content.decode()

    assert hidden.number in before
    assert hidden.number in after
    assert "某某举报" not in before + after


def test_a_row_that_is_none_undoes_nothing(world, moving):
    tick_until_quiet()
    client = Client()
    client.force_login(world.administrator)

    client.post(f"/studio/m/migrate/{moving.pk}/", {"act": "undo", "row": "1x"})

    assert set(moving.cases.values_list("state", flat=True)) == {"moved"}
