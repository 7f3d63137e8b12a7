"""What the database itself refuses, whoever writes."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from grid.models import Appointment, Area, Photo, Post, Report, Unit
from tests.world import GRID, TOWN

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def _area(**changes):
    return lambda world: Area.objects.create(
        **{"code": f"{TOWN}009", "name": "新社区", "level": "community", "parent_id": TOWN} | changes
    )


def _appointment(**changes):
    def create(world):
        post = world.post_of(world.planning)
        row = {"post": post, "user": world.planning, "starts_on": date(2026, 1, 1)}
        return Appointment.objects.create(**row | changes)

    return create


def _report(**changes):
    def create(world):
        row = {
            "token": uuid4(),
            "by": world.grid_worker,
            "area": world.area(GRID),
            "located": "chosen",
            "matter_key": "noise",
            "seen_at": NOW,
            "received_at": NOW,
        }
        return Report.objects.create(**row | changes)

    return create


def _photo(**changes):
    row = {"sha256": "a" * 64, "file": "x.jpg", "width": 1, "height": 1, "bytes": 1}
    return lambda world: Photo.objects.create(owner=world.grid_worker, **row | changes)


def _self_standing_in(world):
    row = _appointment(kind="temporary")(world)
    Appointment.objects.filter(pk=row.pk).update(stand_in_for=row)


def _own_parent(world):
    unit = world.post_of(world.planning).unit
    Unit.objects.filter(pk=unit.pk).update(parent=unit)


def _second_post_of_role(world):
    unit = world.post_of(world.planning).unit
    return Post.objects.create(code=f"{unit.code}x/planning", unit=unit, role="planning", name="规划")


@pytest.mark.parametrize(
    ("rule", "write"),
    [
        ("area_code_has_digits_of_level", _area(level="grid", parent=None)),
        ("area_code_has_digits_of_level", _area(code=f"{TOWN}00A")),
        ("area_parent_is_prefix_of_code", _area(parent_id="500101025")),
        ("area_parent_is_prefix_of_code", _area(parent_id="500101")),
        ("area_has_name", _area(name="")),
        ("grid_area_code_key", _area(code=f"{TOWN}001")),
        ("appointment_main_does_not_overlap", _appointment()),
        ("appointment_ends_after_start", _appointment(kind="temporary", ends_on=date(2025, 12, 31))),
        ("appointment_stands_in_for_another", _self_standing_in),
        ("unit_is_not_its_own_parent", _own_parent),
        ("post_role_once_per_unit", _second_post_of_role),
        ("report_position_is_on_earth", _report(lat=91, lon=108)),
        ("report_position_is_on_earth", _report(lat=30.7)),
        ("report_accuracy_is_distance", _report(accuracy=-1)),
        ("photo_sha256_is_hex", _photo(sha256="Z" * 64)),
        ("photo_position_is_on_earth", _photo(lon=108.4)),
        ("photo_accuracy_is_distance", _photo(accuracy=-0.5)),
    ],
)
def test_database_refuses(world, rule, write):
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        write(world)


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("post_code_ends_in_role", {"role": "plannings"}),
        ("post_powers_are_known", {"powers": ["dispatch", "everything"]}),
    ],
)
def test_database_refuses_a_changed_post(world, rule, changes):
    post = world.post_of(world.planning)

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Post.objects.filter(pk=post.pk).update(**changes)


def test_token_counts_once_per_person_and_hash_once_per_owner(world):
    report = _report()(world)
    _photo()(world)

    with pytest.raises(IntegrityError, match="report_token_once_per_person"), transaction.atomic():
        _report(token=report.token)(world)
    with pytest.raises(IntegrityError, match="photo_once_per_owner"), transaction.atomic():
        _photo()(world)
    _report(token=report.token, by=world.planning)(world)


def test_main_appointments_may_follow_each_other_and_posts_may_be_shared(world):
    Appointment.objects.filter(user=world.planning).update(ends_on=date(2026, 6, 30))

    _appointment(starts_on=date(2026, 7, 1))(world)
    _appointment(user=world.enforcement)(world)

    assert world.post_of(world.planning).appointments.count() == 3
