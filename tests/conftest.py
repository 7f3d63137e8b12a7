"""Fixtures that all tests share."""

from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from tests.database import database_server as database_server
from tests.database import django_db_modify_db_settings as django_db_modify_db_settings
from tests.screens import browser as browser
from tests.screens import chromium_of_the_module as chromium_of_the_module
from tests.screens import complaints as complaints
from tests.screens import desk as desk
from tests.screens import phone as phone
from tests.screens import phone_with_worker as phone_with_worker
from tests.screens import playwright as playwright
from tests.site import furnished as furnished
from tests.site import site as site
from tests.world import world as world

LONGEST_ID = 80


def pytest_configure(config: pytest.Config) -> None:
    """What costs much and is not what a test in this process asks about; the site has the settings of a real one."""
    # Every test client would look through all static files again.
    settings.WHITENOISE_AUTOREFRESH = True
    settings.PASSWORD_HASHERS = ["tests.world.QuickArgon2", *settings.PASSWORD_HASHERS]


def pytest_make_parametrize_id(val: Any, argname: str) -> str | None:
    """Names of tests travel between processes: megabytes of a bad upload need not."""
    if isinstance(val, str | bytes) and len(val) > LONGEST_ID:
        return f"{argname} of {len(val)}"
    return None


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
