"""`manage.py demo_data`: the demo district. Repeatable: a second run changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from grid.management.report import tell_briefly
from grid.services.demo import LOGINS, PASSWORD, DemoRefused, load_demo


class Command(BaseCommand):
    help = "Load the demo district: Wanzhou, one sub-district complete, with people who can log in."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changes = load_demo()
        except DemoRefused as refused:
            raise CommandError(str(refused)) from refused
        for title, change in (
            (_("areas"), changes.areas),
            (_("units"), changes.organisation.units),
            (_("posts"), changes.organisation.posts),
            (_("people"), changes.people),
            (_("appointments"), changes.appointments),
            (_("ledger records"), changes.ledgers),
        ):
            tell_briefly(title, change, out=self.stdout)
        self.stdout.write(_("Everybody's password: %s") % PASSWORD)
        for role, username, who in LOGINS:
            self.stdout.write(f"  {username:<14} {role}  {who}")
