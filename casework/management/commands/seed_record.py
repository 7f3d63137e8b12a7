"""`manage.py seed_record`: fill the tables of classes, provisions and retention with what the product comes with."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from casework.services.seeds import seed_record_tables


class Command(BaseCommand):
    help = "Add classes, legal provisions and retention terms that are not there yet; changed rows stay."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(_("%(count)d rows added.") % {"count": seed_record_tables()})
