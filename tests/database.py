"""The database server of the tests: the one of DATABASE_URL, else an embedded one that is thrown away."""

import os
from collections.abc import Iterator

import pytest
from django.db import connections

from casework.launch import postgres
from casework.launch.places import VAR


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """Its URL; the name in it is a database that tests may connect to but leave alone."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
    else:
        with postgres.temporary() as cluster:
            yield cluster.url


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    database_server: str, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Called by pytest-django before it makes its own database."""
    (VAR / "static").mkdir(parents=True, exist_ok=True)
    if not os.environ.get("DATABASE_URL"):
        connections["default"].settings_dict["HOST"] = database_server.split("?host=")[1]
