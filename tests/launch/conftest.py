"""What the tests of the launch share."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def opened_folder() -> Iterator[Path]:
    """One that the database's user may pass through: as root, pytest closes the folders it gives to others."""
    with tempfile.TemporaryDirectory(prefix="casework-test-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@pytest.fixture
def open_folder() -> Iterator[Path]:
    with opened_folder() as folder:
        yield folder
