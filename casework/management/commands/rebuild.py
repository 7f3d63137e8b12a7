"""`manage.py rebuild --check`: prove that steps, timers and subscriptions are what the stored states say."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casework.models import Case
from casework.services.locks import database_now
from casework.services.progress import rebuild_differences


class Command(BaseCommand):
    help = "Compare steps, timers and subscriptions of every run with its state."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", required=True, help="compare only; change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now, cases, found = database_now(), 0, 0
        for case in Case.objects.select_related("run__version", "matter").iterator(chunk_size=500):
            cases += 1
            for line in rebuild_differences(case, now=now):
                found += 1
                self.stdout.write(f"{case.number}: {line}")
        if found:
            raise CommandError(f"{found} differences in {cases} cases.")
        self.stdout.write(f"{cases} cases, a rebuild changes nothing.")
