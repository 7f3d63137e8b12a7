"""A district where every shipped matter is published."""

from io import StringIO

import pytest
from django.core.management import call_command


@pytest.fixture
def library(world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    call_command("load_library", stdout=StringIO())
    return world
