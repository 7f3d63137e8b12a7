"""Dispatch to one lead and several who assist, sideways and down at once, each with a clock of its own."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from casework.errors import FormRefused
from casework.models import Case, CaseEvent, Clock
from casework.queries.dispatching import history, suggestion
from casework.queries.posts import post_choices
from casework.queries.viewers import viewer_for
from casework.services import approvals, intake
from casework.services.approvals import Said
from casework.services.clockwork import tick_until_quiet
from casework.services.intake import NewCase
from grid.models import Appointment
from tests.diagrams import chain, publish, task
from tests.world import DISTRICT, GRID, OTHER_GRID, SIBLING_GRID
from workflows.models import Step

pytestmark = pytest.mark.django_db

FORM = {
    "key": "dispatch",
    "title": {"zh": "分派"},
    "fields": [
        {"name": "分派理由", "type": "text", "label": {"zh": "建议"}, "read_only": True},
        {
            "name": "分派",
            "type": "table",
            "label": {"zh": "分派给"},
            "required": True,
            "columns": [
                {"name": "岗位", "type": "post", "label": {"zh": "岗位"}, "required": True},
                {
                    "name": "角色",
                    "type": "choice",
                    "label": {"zh": "角色"},
                    "required": True,
                    "choices": [
                        {"value": "牵头", "label": {"zh": "牵头"}},
                        {"value": "配合", "label": {"zh": "配合"}},
                    ],
                },
                {"name": "时限", "type": "text", "label": {"zh": "时限"}, "required": True},
            ],
        },
    ],
    "checks": [
        {
            "must": "len([项 for 项 in (分派 or []) if 项.角色 == '牵头']) == 1",
            "message": {"zh": "牵头单位要有一个，也只能有一个。"},
        },
    ],
}
BODY = (
    '<startEvent id="s"/><serviceTask id="suggest" cw:operation="suggest_units"/>'
    + task("dispatch", name="分派", level="town", post="duty_officer", form="dispatch", stage="分派")
    + '<userTask id="handle" name="处置" cw:post="=去处.岗位" cw:limit="=去处.时限" cw:stage="处置" '
    'cw:verbs="complete return" cw:outcome="处置结论">'
    '<multiInstanceLoopCharacteristics cw:collection="分派" cw:elementVariable="去处"/></userTask>'
    + task("check", level="grid", post="grid_worker", stage="核查")
    + '<endEvent id="e"/>'
    + chain("s", "suggest", "dispatch", "handle", "check", "e")
)


@pytest.fixture
def matter(world):
    cache.clear()
    publish("m", BODY, forms={"dispatch": FORM}, now=timezone.now())
    return world


def opened(world, category, *, area=GRID, who=None):
    new = NewCase(matter="m", area=area, title="三巷口", category=category)
    case = intake.open_case(new, by=viewer_for(who or world.grid_worker))
    tick_until_quiet()
    return Case.objects.get(pk=case.pk)


def row(world, who, part, limit="auto"):
    return {"岗位": world.post_of(getattr(world, who)).code, "角色": part, "时限": limit}


def dispatch(case, world, rows, *, by="duty_officer"):
    step = Step.objects.open().get(run=case.run, element="dispatch")
    said = Said(fields={"分派": rows})
    return approvals.act(step.pk, "complete", by=viewer_for(getattr(world, by)), said=said)


def handling(case, world, who):
    code = world.post_of(getattr(world, who)).code
    return Step.objects.open().get(run=case.run, element="handle", candidates=[code])


def test_the_form_comes_filled_with_the_lead_and_who_assists_and_says_why(matter):
    case = opened(matter, "占道经营")

    assert case.data["分派"] == [row(matter, "enforcement", "牵头"), row(matter, "urban_handler", "配合")]
    assert case.data["分派理由"] == "占道经营 → 平安法治板块 综合执法岗"
    step = Step.objects.open().get(run=case.run)
    form = approvals.step_form(case, step, language="zh-hans", now=timezone.now())
    assert form.initial["分派"] == case.data["分派"]


def test_each_unit_has_its_own_step_and_clock_sideways_and_down_at_once(matter):
    case = opened(matter, "其他")
    rows = [
        row(matter, "enforcement", "牵头"),
        row(matter, "urban_handler", "配合"),
        row(matter, "sibling_duty_officer", "配合", "1d"),
    ]

    dispatch(case, matter, rows)

    steps = {
        who: handling(case, matter, who) for who in ("enforcement", "urban_handler", "sibling_duty_officer")
    }
    assert [step.clock.rule for step in steps.values()] == ["5wd", "15wd", "1d"]
    assert Clock.objects.running().filter(case=case).count() == 3
    told = CaseEvent.objects.filter(case=case, kind="opened").last().data["steps"]
    assert [one["part"] for one in told] == ["牵头", "配合", "配合"]
    approvals.act(steps["urban_handler"].pk, "complete", by=viewer_for(matter.urban_handler))
    approvals.act(steps["enforcement"].pk, "complete", by=viewer_for(matter.enforcement))
    case = approvals.act(
        steps["sibling_duty_officer"].pk, "complete", by=viewer_for(matter.sibling_duty_officer)
    )
    assert Step.objects.open().get(run=case.run).element == "check"


def test_sent_back_by_one_unit_all_of_them_stop_and_it_is_dispatched_anew(matter):
    case = opened(matter, "其他")
    dispatch(case, matter, [row(matter, "enforcement", "牵头"), row(matter, "urban_handler", "配合")])
    step = handling(case, matter, "enforcement")
    said = Said(comment="不属于本岗", to_element="dispatch")

    approvals.act(step.pk, "return", by=viewer_for(matter.enforcement), said=said)

    assert [one.element for one in Step.objects.open().filter(run=case.run)] == ["dispatch"]
    assert not Clock.objects.running().filter(case=case).exists()
    case = dispatch(case, matter, [row(matter, "planning", "牵头")])
    assert handling(case, matter, "planning").clock.rule == "5wd"
    assert Step.objects.open().filter(run=case.run).count() == 1


def test_the_dispatcher_takes_back_what_nobody_has_begun(matter):
    case = opened(matter, "其他")
    dispatch(case, matter, [row(matter, "enforcement", "牵头"), row(matter, "urban_handler", "配合")])
    step = Step.objects.get(run=case.run, element="dispatch")

    approvals.act(step.pk, "withdraw", by=viewer_for(matter.duty_officer), said=Said(comment="派错了"))

    assert [one.element for one in Step.objects.open().filter(run=case.run)] == ["dispatch"]
    assert not Clock.objects.running().filter(case=case).exists()
    assert not Step.objects.open().filter(run=case.run, element="handle").exists()


@pytest.mark.parametrize("parts", [(), ("配合",), ("牵头", "牵头")])
def test_there_is_exactly_one_lead(parts, matter):
    case = opened(matter, "其他")
    who = ("enforcement", "planning")

    with pytest.raises(FormRefused):
        dispatch(case, matter, [row(matter, name, part) for name, part in zip(who, parts, strict=False)])

    assert [one.element for one in Step.objects.open().filter(run=case.run)] == ["dispatch"]


def test_a_post_that_has_fallen_vacant_cannot_be_chosen(matter):
    case = opened(matter, "其他")
    post = matter.post_of(matter.planning)
    assert post.code in dict(post_choices(case.area_code, on=timezone.localdate()))
    Appointment.objects.filter(post=post).delete()

    with pytest.raises(FormRefused):
        dispatch(case, matter, [row(matter, "planning", "牵头")])


@pytest.mark.parametrize("given", ["vacant", "of another district", "nonsense", "nothing"])
def test_work_for_a_post_that_is_not_there_goes_to_the_duty_desk_and_says_so(given, world):
    code = {
        "vacant": world.post_of(world.planning).code,
        "of another district": "500102001000-centre/duty_officer",
        "nonsense": "a/b",
        "nothing": "",
    }[given]
    Appointment.objects.filter(post=world.post_of(world.planning)).delete()
    body = task("handle", post="=承办", stage="处置") + '<startEvent id="s"/><endEvent id="e"/>'
    publish("m", body + chain("s", "handle", "e"), now=timezone.now())
    new = NewCase(matter="m", area=GRID, title="三巷口", data={"承办": code})

    case = intake.open_case(new, by=viewer_for(world.grid_worker))

    step = Step.objects.open().get(run=case.run)
    assert step.candidates == [world.post_of(world.duty_officer).code]
    told = CaseEvent.objects.get(case=case, kind="opened").data["steps"]
    assert told[0]["vacant"] == (code or "=承办")


def test_a_district_dispatches_down_to_the_duty_desks_of_its_sub_districts(world):
    choices = dict(post_choices(DISTRICT, on=timezone.localdate()))

    assert {
        world.post_of(who).code
        for who in (world.duty_officer, world.sibling_duty_officer, world.urban_handler)
    } <= set(choices)
    assert world.post_of(world.sibling_planning).code not in choices


def handled(world, category, who, *, area=GRID, by="duty_officer", times=1):
    for _ in range(times):
        case = opened(world, category, area=area, who=getattr(world, by))
        dispatch(case, world, [row(world, who, "牵头")], by=by)


def test_the_reason_counts_what_the_post_had_in_thirty_days_in_this_sub_district(matter):
    handled(matter, "占道经营", "enforcement", times=2)
    handled(matter, "占道经营", "enforcement", area=OTHER_GRID)
    handled(matter, "其他", "enforcement")
    handled(matter, "占道经营", "sibling_enforcement", area=SIBLING_GRID, by="sibling_duty_officer")
    old = Case.objects.filter(category="占道经营").earliest("pk")
    Case.objects.filter(pk=old.pk).update(opened_at=timezone.now() - timedelta(days=31))

    case = opened(matter, "占道经营")

    assert case.data["分派理由"] == "占道经营 → 平安法治板块 综合执法岗，近 30 天 2 件"
    assert history(case, now=timezone.now()) == {matter.post_of(matter.enforcement).code: 2}


def test_where_the_table_is_silent_the_usual_post_leads(matter):
    handled(matter, "其他", "planning", times=2)
    handled(matter, "其他", "civil_affairs")

    found = suggestion(opened(matter, "其他"), now=timezone.now())

    assert (found.lead.post, found.lead.lately) == (matter.post_of(matter.planning).code, 2)
    assert found.why == "其他 → 规划建设岗，近 30 天 2 件"
    assert (found.ruled.table, found.ruled.note) == ("dispatch_units", "没有列的类别：由值班员判断")


def test_with_neither_rule_nor_habit_nothing_is_suggested(matter):
    found = suggestion(opened(matter, "其他"), now=timezone.now())

    assert (found.units, found.why) == ((), "“其他”没有清单也没有惯例：请自行选择")
