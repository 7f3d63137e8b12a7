"""`manage.py seed_holidays`: fill the table of holidays and swapped working days as far as they are decreed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.services.calendars import holiday_horizon, seed_holidays


class Command(BaseCommand):
    help = "Fill the holidays of some years. Days that are in the table already stay as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        year = timezone.localdate().year
        parser.add_argument("first", nargs="?", type=int, default=year, help="first year; default: this one")
        parser.add_argument(
            "last", nargs="?", type=int, default=year + 1, help="last year; default: the next"
        )

    def handle(self, *_args: Any, first: int, last: int, **_options: Any) -> None:
        added = seed_holidays(first_year=first, last_year=last)
        self.stdout.write(_("%(count)d days added.") % {"count": added})
        horizon = holiday_horizon(today=timezone.localdate())
        known = horizon.known_until.isoformat() if horizon.known_until else _("no year at all")
        self.stdout.write(_("Holidays are known until %(until)s.") % {"until": known})
