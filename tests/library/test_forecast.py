"""The forecast is true: what it names before the button is pressed is what stands there afterwards.

Every scenario of the library is walked as a real case, with the posts of the standing cast; before each step is ended
the forecast is asked with the same answers, and afterwards held against the rows that were written.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import timedelta
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction

from casework.models import Case
from casework.queries.forecast import forecast, works_after
from casework.queries.viewers import viewer_for
from casework.services import approvals, intake, progress
from casework.services.approvals import SIGNED, Said
from casework.services.approvals.deciding import said_to_run
from casework.services.clockwork import fire_due_timers
from casework.services.intake import NewCase
from casework.services.locks import database_now, lock_step
from casework.services.progress import follow, walk_of
from casework.verbs import STEP_VERBS
from tests.library import test_walks
from tests.world import GRID
from workflows import services as workflows
from workflows.expressions import add_duration, parse_duration
from workflows.library import shipped_matters
from workflows.models import Step

pytestmark = pytest.mark.django_db
MATTERS = {matter.key: matter for matter in shipped_matters()}
BY_OUTCOME = {verb.outcome: verb for verb in STEP_VERBS.values() if verb.outcome}


@pytest.fixture
def library(world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    call_command("load_library", stdout=StringIO())
    return world


def told(works):
    """By name: how often, to whom, and when they are due; waits and joins are no rows."""
    rows = defaultdict(lambda: [0, set(), set()])
    for work in works:
        if work.kind in ("human", "machine"):
            row = rows[work.name]
            row[0] += work.times
            row[1] |= {holder.code for holder in work.holders}
            row[2] |= {work.due_at}
    return dict(rows), any(work.kind == "end" for work in works)


def happened(case, before):
    """The same of the rows that this move has written."""
    rows = defaultdict(lambda: [0, set(), set()])
    for step in Step.objects.open().filter(run=case.run).exclude(pk__in=before):
        row = rows[step.name]
        row[0] += 1
        row[1] |= {code for code in step.candidates if not code.startswith("vacant:")}
        row[2] |= {step.due_at}
    return dict(rows), Case.objects.get(pk=case.pk).status == "closed"


class Player:
    """One scenario as a real case. `held` counts the moves at which forecast and truth were compared."""

    def __init__(self, matter, scenario, by):
        self.scenario, self.by, self.held = scenario, by, 0
        start = scenario["steps"][0]["start"]
        self.number = start.get("案件编号")
        new = NewCase(
            matter=matter,
            area=GRID,
            title="一件事",
            urgent=bool(start.get("紧急")),
            category=str(start.get("类别", "")),
            data=start,
        )
        self.case = intake.open_case(new, by=by)
        self.elapsed = timedelta()
        self.machines()

    def play(self):
        for step in self.scenario["steps"][1:]:
            if "complete" in step and not self.complete(step):
                return
            if "advance" in step:
                self.advance(step["advance"])
            if "message" in step:
                mine = step.get("correlation") in (None, self.number)
                key = self.case.number if mine else step["correlation"]
                progress.deliver_message(step["message"], correlation=key, payload=step.get("payload") or {})
            self.machines()

    def complete(self, said):
        """False where the real case stands elsewhere, as its working days are not those of the scenario."""
        open_ = Step.objects.open().filter(run=self.case.run, element=said["complete"]).order_by("token")
        found = open_[said.get("nth", 0) :].first()
        if found is None:
            return False
        values = dict(said.get("data") or {})
        variable = found.settings.get("outcome") or "结论"
        default = STEP_VERBS["claim"] if found.ends_with_signature else STEP_VERBS[found.verbs[0]]
        verb = BY_OUTCOME.get(values.pop(variable, ""), default)
        self.hold_to_it(found.pk, verb, values)
        return True

    @transaction.atomic
    def hold_to_it(self, step_id, verb, values):
        locked = lock_step(step_id)
        case, step, now = locked.case, locked.step, locked.now
        works = works_after(case, step, verb, values, now=now)
        before = set(Step.objects.open().filter(run=case.run).values_list("pk", flat=True))
        walk, assign = walk_of(case, now=now)
        outcome = verb.outcome or SIGNED
        move = workflows.complete(
            walk, step, values={**values, **said_to_run(step, outcome)}, outcome=outcome
        )
        follow(case, move, assign=assign, now=now)
        assert works is not None
        assert told(works) == happened(case, before), (step.element, verb.key, values)
        self.held += 1
        self.case = case

    def advance(self, written):
        start = Case.objects.get(pk=self.case.pk).opened_at
        self.elapsed = add_duration(start + self.elapsed, parse_duration(written)) - start
        fire_due_timers(now=start + self.elapsed + timedelta(seconds=1))

    def machines(self):
        answers = self.scenario.get("machines") or {}
        for _round in range(50):
            step = Step.objects.open().filter(run=self.case.run, kind="machine").first()
            if step is None:
                return
            given = answers.get(step.element) if isinstance(answers, dict) else None
            progress.complete_machine_step(step.pk, values=given or {})


def test_forecast_and_truth_agree_over_every_scenario(library):
    by = viewer_for(library.duty_officer)
    held, asked = {}, {}
    for key, matter in MATTERS.items():
        scenarios = [json.loads(path.read_text(encoding="utf-8")) for path in matter.scenarios]
        players = [Player(key, scenario, by) for scenario in scenarios]
        for player in players:
            player.play()
        held[key] = sum(player.held for player in players)
        asked[key] = sum("complete" in step for scenario in scenarios for step in scenario["steps"])

    # Scenarios end early where their fixed times meet the real calendar, at night and before holidays more of them.
    assert [key for key in MATTERS if not held[key]] == []
    assert sum(held.values()) > sum(asked.values()) * 0.4


WALKS = [
    test_walks.test_an_old_estate_is_renovated,
    test_walks.test_a_loud_square_is_dealt_with_under_the_law_and_measured_again,
]


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
def test_with_the_filled_form_the_forecast_names_the_one_way_it_will_go(walk, library, monkeypatch):
    held = []
    act = approvals.act

    def foretold(step_id, verb, *, by, said=None):
        step = Step.objects.select_related("run__case").get(pk=step_id)
        case = step.run.case
        ends = STEP_VERBS[verb].outcome or step.ends_with_signature
        if not ends:
            return act(step_id, verb, by=by, said=said)
        now = database_now()
        given = (said or Said()).fields or {}
        form = None
        if step.settings.get("form") and STEP_VERBS[verb].takes_form:
            form = approvals.step_form(case, step, language="zh-hans", submitted=given, now=now)
        seen = forecast(case, step, STEP_VERBS[verb], form=form, now=now)
        before = set(Step.objects.open().filter(run=case.run).values_list("pk", flat=True))
        done = act(step_id, verb, by=by, said=said)
        assert [branch.when for branch in seen.branches] == [()], (step.element, verb)
        rows, ended = told(seen.branches[0].works)
        real, really_ended = happened(done, before)
        assert {name: row[:2] for name, row in rows.items()} == {name: row[:2] for name, row in real.items()}
        assert ended == really_ended
        held.append(step.element)
        return done

    monkeypatch.setattr(approvals, "act", foretold)

    walk(library)

    assert len(held) >= 8
