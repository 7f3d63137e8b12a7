"""Messages are looked at in English: the catalogue is built, and need not be there."""

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield
