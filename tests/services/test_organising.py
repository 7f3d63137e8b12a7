"""The organisation as administrators change it: every change in the history, no change that breaks routing."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from casework.errors import AlreadyThere, NotFound, NotNow, NotValid, NotYours
from casework.models import SettingChange
from casework.queries.organisation import organisation, posts_left, vacancies
from casework.queries.viewers import viewer_for
from casework.services import organising
from casework.services.organising import NewAppointment, NewPost, NewUnit
from grid.models import Appointment, Post, Unit, User
from grid.services.registers import RegisterRefused
from tests.diagrams import chain, publish, task
from tests.services.test_walk import opened
from tests.world import DISTRICT, SIBLING, TOWN, post_code

SURVEY = (
    '<startEvent id="s"/>'
    + task("survey", level="town", post="planning")
    + '<endEvent id="e"/>'
    + chain("s", "survey", "e")
)
pytestmark = pytest.mark.django_db
SAFETY, CENTRE, ECONOMY = f"{TOWN}000-safety", f"{TOWN}000-centre", f"{TOWN}000-economy"


@pytest.fixture
def admin(world):
    return viewer_for(world.administrator)


def history():
    rows = SettingChange.objects.order_by("id").values_list("subject", "verb", "before", "after")
    return list(rows)


def appointment(user, **more):
    return NewAppointment(**{"user": user, "kind": "main", "starts_on": timezone.localdate(), **more})


def test_a_unit_is_added_renamed_and_moved_with_a_line_each(admin):
    unit = organising.add_unit(
        NewUnit(name="水务组", key="water", kind="other", area=TOWN, parent=CENTRE), by=admin
    )
    organising.rename_unit(unit.code, name="水务与环保组", by=admin)
    organising.rename_unit(unit.code, name="水务与环保组", by=admin)
    organising.move_unit(unit.code, area=TOWN, parent=ECONOMY, by=admin)

    unit.refresh_from_db()
    assert (unit.code, unit.name, unit.parent.code) == (f"{TOWN}000-water", "水务与环保组", ECONOMY)
    assert [verb for _subject, verb, _b, _a in history()] == ["added", "renamed", "moved"]
    assert history()[1][2:] == ({"name": "水务组"}, {"name": "水务与环保组"})
    assert history()[2][2:] == ({"parent": "基层治理指挥中心"}, {"parent": "经济发展板块"})


@pytest.mark.parametrize(
    ("_case", "area", "parent", "error"),
    [
        ("below itself", TOWN, "child", NotValid),
        ("below a unit of another town", TOWN, f"{SIBLING}000-centre", NotValid),
        ("an area of another level", DISTRICT, "", NotValid),
        ("where there is such a unit", SIBLING, "", AlreadyThere),
        ("an area that is not there", "999999999", "", NotValid),
    ],
)
def test_a_move_that_would_break_the_tree_or_the_routing_is_refused(admin, _case, area, parent, error):
    child = organising.add_unit(
        NewUnit(name="中队", key="squad", kind="other", area=TOWN, parent=SAFETY), by=admin
    )
    before = history()

    with pytest.raises(error):
        organising.move_unit(SAFETY, area=area, parent=child.code if parent == "child" else parent, by=admin)

    assert Unit.objects.get(code=SAFETY).parent is None
    assert history() == before


def test_a_moved_post_keeps_its_code_its_holder_and_what_waits_there(world, admin):
    code = post_code("mediation")

    organising.move_post(code, unit_code=CENTRE, by=admin)

    post = Post.objects.get(code=code)
    assert (post.unit.code, post.appointments.get().user) == (CENTRE, world.mediation)
    assert viewer_for(world.mediation).posts[0].unit_code == CENTRE


def test_a_post_is_closed_only_when_it_is_empty_and_nothing_waits(world, admin):
    publish("m", SURVEY, now=timezone.now())
    case = opened(world)
    code = case.run.steps.open().get().candidates[0]
    yesterday = timezone.localdate() - timedelta(days=1)

    with pytest.raises(NotNow):
        organising.close_post(code, by=admin)
    for row in Appointment.objects.filter(post__code=code):
        organising.end_appointment(row.pk, last_day=yesterday, by=admin)
    with pytest.raises(NotNow):
        organising.close_post(code, by=admin)

    found, _total = vacancies(admin, on=timezone.localdate())
    assert [(one.post.code, one.waiting) for one in found if one.waiting] == [(code, 1)]
    assert Post.objects.get(code=code).closed_on is None


def test_a_closed_unit_takes_its_empty_posts_along_and_opens_again_without_them(world, admin):
    unit = organising.add_unit(NewUnit(name="水务组", key="water", kind="other", area=TOWN), by=admin)
    organising.add_post(unit.code, NewPost(name="水务岗", role="handler"), by=admin)

    organising.close_unit(unit.code, note="并入经济板块", by=admin)
    shown = organisation(admin, TOWN, on=timezone.localdate())
    organising.reopen_unit(unit.code, by=admin)

    assert unit.code not in [node.unit.code for node in shown.units]
    assert Unit.objects.get(pk=unit.pk).closed_on is None
    assert Post.objects.get(unit=unit).closed_on == timezone.localdate()
    assert SettingChange.objects.get(verb="closed").note == "并入经济板块"


def test_somebody_is_appointed_from_a_day_and_ends_on_one(world, admin):
    today = timezone.localdate()
    code = post_code("mediation")

    row = organising.appoint(code, appointment(world.stranger), by=admin)
    held = [post.code for post in viewer_for(world.stranger).posts]
    organising.end_appointment(row.pk, last_day=today, by=admin)

    row.refresh_from_db()
    assert held == [code]
    assert (row.ends_on, posts_left(world.stranger.pk, on=today)) == (today, 0)
    assert [verb for _subject, verb, _b, _a in history()] == ["appointed", "ended"]


def test_nobody_of_another_administrators_reach_is_appointed(world):
    town = Post.objects.get(code=post_code("duty_officer"))
    town.powers = [*town.powers, "studio"]
    town.save(update_fields=["powers"])
    here = viewer_for(world.duty_officer)

    with pytest.raises(NotValid) as refused:
        organising.appoint(
            post_code("mediation"), appointment(world.sibling_planning, kind="temporary"), by=here
        )

    assert set(refused.value.fields) == {"person"}
    assert organising.appoint(
        post_code("mediation"),
        appointment(world.safety, kind="temporary", ends_on=timezone.localdate()),
        by=here,
    )


def test_an_end_takes_the_stand_ins_along(world, admin):
    today = timezone.localdate()
    row = Appointment.objects.get(user=world.mediation)
    until = today + timedelta(days=20)
    stand_in = Appointment.objects.create(
        post=row.post, user=world.safety, kind="temporary", starts_on=today, ends_on=until, stand_in_for=row
    )

    organising.end_appointment(row.pk, last_day=today + timedelta(days=2), by=admin)

    stand_in.refresh_from_db()
    assert stand_in.ends_on == today + timedelta(days=2)


def test_a_prolonged_appointment_meets_no_other_main_post(world, admin):
    today = timezone.localdate()
    soon, late = today + timedelta(days=3), today + timedelta(days=30)
    first = organising.appoint(post_code("mediation"), appointment(world.stranger, ends_on=soon), by=admin)
    organising.appoint(
        post_code("safety"), appointment(world.stranger, starts_on=soon + timedelta(days=5)), by=admin
    )

    organising.end_appointment(first.pk, last_day=soon + timedelta(days=4), by=admin)
    with pytest.raises(AlreadyThere):
        organising.end_appointment(first.pk, last_day=late, by=admin)

    first.refresh_from_db()
    assert first.ends_on == soon + timedelta(days=4)


@pytest.mark.parametrize(
    ("_case", "who", "more", "error"),
    [
        ("himself", "administrator", {"kind": "concurrent"}, NotYours),
        ("a second main post", "safety", {}, AlreadyThere),
        ("who holds it already", "mediation", {"kind": "concurrent"}, AlreadyThere),
        ("in the past", "stranger", {"starts_on": timezone.localdate() - timedelta(days=1)}, NotValid),
        (
            "an end before the start",
            "stranger",
            {"ends_on": timezone.localdate() - timedelta(days=1)},
            NotValid,
        ),
        ("a kind that is none", "stranger", {"kind": "king"}, NotValid),
        ("nobody", None, {}, NotValid),
    ],
)
def test_an_appointment_in_conflict_is_refused(world, admin, _case, who, more, error):
    count = Appointment.objects.count()
    user = getattr(world, who) if who else None

    with pytest.raises(error):
        organising.appoint(post_code("mediation"), appointment(user, **more), by=admin)

    assert Appointment.objects.count() == count
    assert history() == []


def test_nobody_gives_powers_to_a_post_of_his_own(world, admin):
    post = world.post_of(world.administrator)
    more = NewPost(name=post.name, sees=post.sees, powers=[*post.powers, "supervise"])

    with pytest.raises(NotYours):
        organising.change_post(post.code, more, by=admin)
    organising.change_post(post_code("mediation"), NewPost(name="调解岗", powers=["register"]), by=admin)

    post.refresh_from_db()
    assert post.powers == ["studio"]
    assert Post.objects.get(code=post_code("mediation")).powers == ["register"]


def test_a_second_post_is_ones_own_too_while_one_acts_for_the_first(world):
    second = Post.objects.get(code=post_code("mediation"))
    tomorrow = timezone.localdate() + timedelta(days=1)
    Appointment.objects.create(post=second, user=world.administrator, starts_on=tomorrow, kind="concurrent")
    admin = viewer_for(world.administrator, acting_as=world.post_of(world.administrator).code)
    file = (
        "unit_code,unit_key,unit_name,unit_kind,area_code,role,post_name,sees,powers\n"
        f"{SAFETY},sector_safety,平安法治板块,sector,{TOWN},mediation,调解岗,area,dispatch\n"
    )

    with pytest.raises(NotYours):
        organising.change_post(second.code, NewPost(name="调解岗", powers=["dispatch"]), by=admin)
    with pytest.raises(RegisterRefused) as refused:
        organising.import_file("units", name="u.csv", content=file.encode(), by=admin)

    assert [bad.code for bad in refused.value.bad_lines] == ["own_post"]
    second.refresh_from_db()
    assert second.powers == []


def test_an_administrator_of_a_town_reaches_no_other(world):
    Post.objects.filter(code=post_code("commander")).update(powers=["studio"])
    town = viewer_for(world.commander)

    with pytest.raises(NotFound):
        organising.rename_unit(f"{SIBLING}000-centre", name="x", by=town)
    with pytest.raises(NotValid):
        organising.add_unit(NewUnit(name="组", key="team", kind="other", area=SIBLING), by=town)
    with pytest.raises(NotFound):
        organisation(town, SIBLING, on=timezone.localdate())
    with pytest.raises(NotYours):
        organising.rename_unit(CENTRE, name="x", by=viewer_for(world.duty_officer))
    assert organisation(town, "", on=timezone.localdate()).area.code == TOWN


UNITS = f"""unit_code,unit_key,unit_name,unit_kind,area_code,role,post_name,sees,powers
{TOWN}000-water,water,水务组,other,{TOWN},handler,水务岗,assigned,register
"""


def test_a_trial_stores_nothing_and_the_import_everything_with_one_line(admin):
    file = {"name": "units.csv", "content": UNITS.encode()}
    trial = organising.try_file("units", **file, by=admin)
    stored = Unit.objects.filter(key="water").count()

    done = organising.import_file("units", **file, by=admin)
    again = organising.import_file("units", **file, by=admin)

    assert stored == 0
    assert [changes.added for _name, changes in trial.changes] == [
        (f"{TOWN}000-water",),
        (f"{TOWN}000-water/handler",),
    ]
    assert (bool(done), bool(again)) == (True, False)
    assert [verb for _subject, verb, _b, _a in history()] == ["imported"]


@pytest.mark.parametrize(
    ("_case", "name", "content", "codes"),
    [
        (
            "two bad lines",
            "u.csv",
            UNITS.replace("register", "king") + "x,Y,,other,1,,,,\n",
            ["powers", "area_code_length"],
        ),
        ("another kind of file", "u.pdf", UNITS, ["suffix"]),
        ("no workbook", "u.xlsx", UNITS, ["workbook"]),
    ],
)
def test_bad_lines_are_all_named_and_nothing_is_stored(admin, _case, name, content, codes):
    with pytest.raises(RegisterRefused) as refused:
        organising.import_file("units", name=name, content=content.encode(), by=admin)

    assert [bad.code for bad in refused.value.bad_lines] == codes
    assert not Unit.objects.filter(key="water").exists()
    assert history() == []


def test_a_file_reaches_no_farther_than_its_reader(world):
    Post.objects.filter(code=post_code("commander")).update(powers=["studio"])
    town = viewer_for(world.commander)
    sibling = UNITS.replace(TOWN, SIBLING)
    own = f"unit_code,unit_key,unit_name,unit_kind,area_code,role,post_name,sees,powers\n{CENTRE},command_centre,中心,command_centre,{TOWN},commander,指挥长,area,studio supervise\n"

    for content, code in ((sibling, "reach"), (own, "own_post")):
        with pytest.raises(RegisterRefused) as refused:
            organising.import_file("units", name="u.csv", content=content.encode(), by=town)
        assert [bad.code for bad in refused.value.bad_lines] == [code]
    assert history() == []


def test_a_file_fetches_no_post_back_from_where_its_reader_has_no_say(world):
    Post.objects.filter(code=post_code("commander")).update(powers=["studio"])
    moved = Post.objects.get(code=post_code("planning"))
    Post.objects.filter(pk=moved.pk).update(unit=Unit.objects.get(code=f"{SIBLING}000-safety"))
    file = (
        "unit_code,unit_key,unit_name,unit_kind,area_code,role,post_name,sees,powers\n"
        f"{ECONOMY},sector_economy,经济发展板块,sector,{TOWN},planning,规划建设岗,assigned,\n"
    )

    with pytest.raises(RegisterRefused) as refused:
        organising.import_file("units", name="u.csv", content=file.encode(), by=viewer_for(world.commander))

    assert [bad.code for bad in refused.value.bad_lines] == ["reach"]


def test_units_of_a_file_stand_in_no_circle(admin):
    head = "unit_code,unit_key,unit_name,unit_kind,area_code,parent_unit\n"
    lines = f"{TOWN}000-a,a,甲,other,{TOWN},{TOWN}000-b\n{TOWN}000-b,b,乙,other,{TOWN},{TOWN}000-a\n"

    with pytest.raises(RegisterRefused) as refused:
        organising.import_file("units", name="u.csv", content=(head + lines).encode(), by=admin)

    assert [bad.code for bad in refused.value.bad_lines] == ["parent"]


def test_the_history_is_never_rewritten(admin):
    organising.rename_unit(CENTRE, name="治理指挥中心", by=admin)

    for spoil in (SettingChange.objects.all().delete, lambda: SettingChange.objects.update(note="x")):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            spoil()


def test_people_without_an_account_that_works_hold_nothing(world, admin):
    User.objects.filter(pk=world.stranger.pk).update(is_active=False)
    world.stranger.refresh_from_db()

    with pytest.raises(NotValid):
        organising.appoint(post_code("mediation"), appointment(world.stranger), by=admin)
