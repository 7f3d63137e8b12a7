import pytest
import shapely
from django.db import transaction
from django.utils import timezone

from grid.models import Appointment, Area, LedgerKind, LedgerRecord, Post, Unit, User
from grid.queries.posts import holders_by_post, posts_for, posts_of
from grid.services.demo import LOGINS, PASSWORD, load_demo
from grid.services.demo.places import COMMUNITY, DISTRICT, TOWN, demo_areas
from grid.services.ledgers.writing import values_of
from grid.services.locate import locate

GRID = f"{COMMUNITY}007"


pytestmark = pytest.mark.xdist_group("demo")  # where all of them run, the district is loaded once


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_demo()
        transaction.set_rollback(True)


@pytest.fixture
def demo(loaded, db):
    """Loaded before the test, which rolls back what it does to it."""
    return loaded


def counts():
    return [model.objects.count() for model in (Area, Unit, Post, User, Appointment)]


def _shapes(level, inside=TOWN):
    outlines = Area.objects.at(level).inside(inside).order_by("code").values_list("outline", flat=True)
    return [shapely.geometry.shape(outline) for outline in outlines]


def test_the_district_has_its_52_towns_and_one_is_complete(demo):
    towns = Area.objects.at("town")

    assert towns.count() == 52
    assert len(set(towns.values_list("name", flat=True))) == 52
    assert {kind: towns.filter(kind=kind).count() for kind in ("subdistrict", "town", "township")} == {
        "subdistrict": 14,
        "town": 27,
        "township": 11,
    }
    assert set(towns.filter(synthetic=False).values_list("name", flat=True)) == {
        "百安坝街道",
        "五桥街道",
        "小周镇",
        "大周镇",
    }
    assert Area.objects.at("community").inside(TOWN).count() == 7
    assert Area.objects.at("grid").inside(TOWN).count() == 36
    assert Area.objects.get(code=GRID).name == "沱口社区第七网格"


def test_a_second_run_changes_nothing(demo, django_assert_max_num_queries):
    before = counts()
    User.objects.filter(username="limin").update(password="own", display_name="李小敏")

    with django_assert_max_num_queries(40):
        again = load_demo()

    assert not any(
        (again.areas, again.organisation.units, again.organisation.posts, again.people, again.appointments)
    )
    assert counts() == before
    assert User.objects.get(username="limin").password == "own"


def test_grids_tile_their_communities_and_these_the_town_without_gap_or_overlap(demo):
    grids, [town] = _shapes("grid"), _shapes("town")

    assert shapely.coverage_is_valid(grids)
    assert shapely.union_all(grids).equals(town)
    assert town.geom_type == "Polygon"
    for community in Area.objects.at("community").inside(TOWN):
        cells = _shapes("grid", inside=community.code)
        assert shapely.union_all(cells).equals(shapely.geometry.shape(community.outline))
        # of about one size: none is a sliver
        assert max(cell.area for cell in cells) < 3 * min(cell.area for cell in cells)
    assert all(grid.geom_type == "Polygon" and grid.is_valid for grid in grids)
    assert not Area.objects.filter(outline__isnull=False, synthetic=False).exists()


def test_outlines_are_the_same_every_time():
    assert demo_areas() == demo_areas()


def test_the_middle_of_every_grid_is_found_in_it(demo):
    for grid in Area.objects.at("grid"):
        middle = shapely.geometry.shape(grid.outline).representative_point()

        assert locate(lat=middle.y, lon=middle.x).area_code == grid.code


def test_every_post_is_held_by_one_person_and_everybody_has_one_main_post(demo):
    today = timezone.localdate()
    holders = holders_by_post(list(Post.objects.values_list("code", flat=True)), on=today)

    assert {len(people) for people in holders.values()} == {1}
    main = Appointment.objects.filter(kind="main").values_list("user_id", flat=True)
    assert len(main) == len(set(main)) == User.objects.count()


def test_everybody_in_the_list_of_logins_can_log_in_and_is_who_it_says(demo):
    for _role, username, who in LOGINS:
        user = User.objects.get(username=username)

        assert user.check_password(PASSWORD)
        assert who.startswith(f"{user.display_name}，")
        assert posts_of(user.pk, on=timezone.localdate())


ROUTES = [
    ("grid", "grid_worker", None, "chenxiulan"),
    ("community", "community_secretary", None, "liujianguo"),
    ("community", "general_grid_head", None, "liujianguo"),
    ("town", "duty_officer", "command_centre", "limin"),
    ("town", "duty_chief", None, "wangmin"),
    ("town", "planning", "sector_economy", "zhangzhiqiang"),
    ("town", "enforcement", None, "zhaohaitao"),
    ("town", "civil_affairs", None, "zhouyumei"),
    ("district", "reviewer", "housing", "sunli"),
    ("district", "reviewer", "urban_management", "fengtao"),
    ("district", "leader", None, "zhoujianming"),
]


def test_work_from_the_seventh_grid_reaches_the_cast(demo):
    today = timezone.localdate()

    for level, role, unit, username in ROUTES:
        [post] = posts_for(GRID, level=level, role=role, unit_key=unit, on=today)
        [holder] = holders_by_post([post.code], on=today)[post.code]
        assert (role, holder.username) == (role, username)


def test_the_seat_of_the_studio_is_the_administrators(demo):
    [post] = Post.objects.filter(powers__contains=["studio"])

    assert [
        user.display_name for user in holders_by_post([post.code], on=timezone.localdate())[post.code]
    ] == ["何静"]
    assert post.unit.area.code == DISTRICT


def test_a_grid_team_is_five_three_and_more(demo):
    roles = Post.objects.filter(unit__code=f"{GRID}-team").values_list("role", flat=True)

    assert set(roles) == {
        "grid_head",
        "courtyard_head",
        "building_head",
        "unit_head",
        "grid_worker",
        "part_time_grid_worker",
        "grid_guide",
        "volunteer",
    }


def test_the_towns_ledgers_are_filled_with_nobody_real(demo):
    """Every record is marked, stands in one of its grids, and has no number that anybody could have."""
    records = list(LedgerRecord.objects.all())

    assert {record.kind for record in records} == set(LedgerKind.values)
    assert len({record.area_code for record in records if record.kind == "person"}) == 36
    assert all(record.synthetic and record.area_code.startswith(TOWN) for record in records)
    people = [values_of(record) for record in records if record.kind == "person"]
    assert all(person["id_number"].startswith("500199") for person in people)
    assert {person["phone"][:3] for person in people if person["phone"]} == {"100"}
    assert LedgerRecord.objects.filter(next_visit_on__lte=timezone.localdate()).exists()
    assert load_demo().ledgers.added == ()
