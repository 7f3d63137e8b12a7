"""Tests that commit: the test database is emptied after each, which the journal's trigger would forbid."""

import pytest
from django.db import connection


@pytest.fixture(autouse=True)
def committed(transactional_db):
    """The trigger against TRUNCATE stays off in this test database; its own test turns it on for itself."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE casework_caseevent DISABLE TRIGGER casework_journal_is_never_emptied")
