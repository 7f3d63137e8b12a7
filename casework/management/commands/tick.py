"""`manage.py tick [--at TIME]`: do what is due (timers, outbox, clocks) once, as of that time."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from casework.services.clockwork import tick_until_quiet


class Command(BaseCommand):
    help = "Do what is due (timers, outbox, clocks) once, as of now or of --at TIME."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", help="a moment in ISO 8601, e.g. 2026-12-01T09:00:00+08:00")

    def handle(self, *args: Any, **options: Any) -> None:
        did = tick_until_quiet(at=_moment(options["at"]))
        self.stdout.write(f"{did.timers} timers, {did.parcels} parcels, {did.clocks} clocks")


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        at = parse_datetime(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is no moment: {error}") from error
    if at is None:
        raise CommandError(f"{text!r} is no moment; write it like 2026-12-01T09:00:00+08:00")
    return timezone.make_aware(at) if timezone.is_naive(at) else at
