"""System checks that look into the database: `manage.py check --database default`, and with every `migrate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError
from django.utils import timezone

from casework.notify import channels
from casework.services.calendars import holiday_horizon


@register(Tags.database)
def holidays_are_known(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    """Limits in working days are wrong once the holidays of their time are not known."""
    if "default" not in (databases or ()):
        return []
    try:
        horizon = holiday_horizon(today=timezone.localdate())
    except DatabaseError:
        return []  # no tables yet: migrate comes first
    if horizon.known_until is None or not horizon.is_near:
        return [] if horizon.known_until else [_unknown()]
    return [
        Warning(
            f"Holidays are known for {horizon.days_left} more days, until {horizon.known_until}.",
            hint="Enter the State Council's holidays of the next year, or run manage.py seed_holidays.",
            id="casework.W001",
        )
    ]


@register()
def channels_are_readable(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> list[CheckMessage]:
    """Nobody would be told outside, and nobody would know."""
    try:
        known = channels.read()
    except channels.ChannelsUnreadable as error:
        return [Error(str(error), hint="Mend NOTICE_CHANNELS.", id="casework.E001")]
    strange = [key for key, one in known.items() if not one.is_listed]
    return [
        Warning(
            f"The host of channel {key!r} is not on the list NOTICE_HOSTS: nothing will be sent to it.",
            hint="Add the host to NOTICE_HOSTS.",
            id="casework.W002",
        )
        for key in strange
    ]


def _unknown() -> Warning:
    return Warning(
        "No holidays are known: every weekday counts as worked.",
        hint="Run manage.py seed_holidays.",
        id="casework.W001",
    )
