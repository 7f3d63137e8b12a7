from datetime import date

import pytest

from grid.models import Appointment
from grid.queries.posts import holders_by_post, holders_of, posts_for, posts_of
from tests.world import COMMUNITY, DISTRICT, GRID, OTHER_GRID, SIBLING_GRID, TOWN

TODAY = date(2026, 11, 23)


def _codes(posts):
    return [post.code for post in posts]


@pytest.mark.parametrize(
    ("case", "area", "level", "role", "unit_key", "found"),
    [
        ("own grid", GRID, "grid", "grid_worker", None, [f"{GRID}-team/grid_worker"]),
        ("not the next grid", OTHER_GRID, "grid", "grid_head", None, []),
        (
            "a community stands for all its grids",
            COMMUNITY,
            "grid",
            "grid_worker",
            None,
            [f"{GRID}-team/grid_worker", f"{OTHER_GRID}-team/grid_worker"],
        ),
        ("a town doesn't", TOWN, "grid", "grid_worker", None, []),
        (
            "community of the grid",
            GRID,
            "community",
            "community_secretary",
            None,
            [f"{COMMUNITY}-committee/community_secretary"],
        ),
        ("town of the grid", GRID, "town", "planning", None, [f"{TOWN}000-economy/planning"]),
        ("town by unit too", GRID, "town", "planning", "sector_economy", [f"{TOWN}000-economy/planning"]),
        ("another unit hasn't the role", GRID, "town", "planning", "sector_safety", []),
        (
            "the sibling's own town",
            SIBLING_GRID,
            "town",
            "duty_officer",
            None,
            ["500101025000-centre/duty_officer"],
        ),
        ("department", GRID, "district", "reviewer", "housing", [f"{DISTRICT}000000-housing/reviewer"]),
        ("a district has no town", DISTRICT, "town", "planning", None, []),
        ("no level: the area's own", TOWN, None, "planning", None, [f"{TOWN}000-economy/planning"]),
        ("no role: the whole unit", GRID, "town", None, "sector_economy", [f"{TOWN}000-economy/planning"]),
        ("unknown role", GRID, "town", "astronaut", None, []),
    ],
)
def test_work_from_an_area_goes_to(world, case, area, level, role, unit_key, found):
    posts = posts_for(area, level=level, role=role, unit_key=unit_key, on=TODAY)

    assert _codes(posts) == found


def test_all_reviewers_of_the_district_without_a_unit(world):
    posts = posts_for(GRID, level="district", role="reviewer", on=TODAY)

    assert len(posts) == 6


def test_work_does_not_go_to_a_vacant_post(world):
    Appointment.objects.filter(user=world.planning).update(ends_on=date(2026, 11, 22))

    assert posts_for(GRID, level="town", role="planning", on=TODAY) == []
    assert _codes(posts_for(GRID, level="town", role="planning", on=date(2026, 11, 22))) == [
        f"{TOWN}000-economy/planning"
    ]


def test_a_person_locked_out_leaves_the_post_vacant(world):
    world.planning.is_active = False
    world.planning.save(update_fields=["is_active"])

    assert posts_for(GRID, level="town", role="planning", on=TODAY) == []
    assert holders_of(world.post_of(world.planning).pk, on=TODAY) == []


def test_a_stand_in_holds_the_post_too_while_it_lasts(world):
    absent = Appointment.objects.get(user=world.planning)
    Appointment.objects.create(
        post=absent.post,
        user=world.enforcement,
        kind="temporary",
        starts_on=date(2026, 11, 20),
        ends_on=date(2026, 11, 23),
        stand_in_for=absent,
    )
    own, stood_in = world.post_of(world.enforcement), absent.post

    assert posts_of(world.enforcement.pk, on=TODAY) == [own, stood_in]
    assert posts_of(world.enforcement.pk, on=date(2026, 11, 24)) == [own]
    assert holders_of(stood_in.pk, on=TODAY) == [world.planning, world.enforcement]
    assert holders_by_post([stood_in.code, own.code, "gone/planning"], on=TODAY) == {
        stood_in.code: [world.planning, world.enforcement],
        own.code: [world.enforcement],
        "gone/planning": [],
    }


def test_posts_come_with_what_a_viewer_is_made_of_in_one_query(world, django_assert_num_queries):
    with django_assert_num_queries(1):
        [post] = posts_of(world.grid_worker.pk, on=TODAY)

        assert (post.unit.name, post.unit.area.code) == ("沱口社区第一网格", GRID)
