"""Loading the example district into a database that has nothing yet."""

from io import StringIO
from time import perf_counter

import pytest
from django.core.management import CommandError, call_command

from grid.services.demo import LOGINS, PASSWORD, load_demo
from tests.grid.test_demo import counts


def test_it_takes_a_few_seconds(db):
    started = perf_counter()
    load_demo()

    assert perf_counter() - started < 15


def test_production_refuses_demo_people(db, settings):
    settings.PRODUCTION = True

    with pytest.raises(CommandError):
        call_command("demo_data", stdout=StringIO())

    assert counts() == [0] * 5


def test_the_command_prints_who_can_log_in(db):
    out = StringIO()

    call_command("demo_data", stdout=out)

    assert PASSWORD in out.getvalue()
    assert all(username in out.getvalue() for _role, username, _who in LOGINS)
