"""Fixtures that all tests share."""

from tests.world import world as world
