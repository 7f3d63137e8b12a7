"""Fixtures that all tests share."""

import pytest
from django.conf import settings
from django.utils import translation

from tests.database import database_server as database_server
from tests.database import django_db_modify_db_settings as django_db_modify_db_settings
from tests.screens import browser as browser
from tests.screens import complaints as complaints
from tests.screens import desk as desk
from tests.screens import phone as phone
from tests.screens import phone_with_worker as phone_with_worker
from tests.screens import playwright as playwright
from tests.site import site as site
from tests.world import world as world


@pytest.fixture(autouse=True)
def language_of_the_site():
    """Each test begins in Chinese and leaves no language behind for the next."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All browser tests go to one process, so that one site serves them all."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.xdist_group("browser"))
