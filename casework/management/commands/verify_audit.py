"""`manage.py verify_audit [--case NUMBER]`: prove that no line of the journal was changed, cut out or reordered."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casework.models import Case, CaseEvent
from casework.services.journal import breaks


class Command(BaseCommand):
    help = "Check the hash chain of every case's journal."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--case", help="the number of one case")

    def handle(self, *args: Any, **options: Any) -> None:
        case_id = None
        if options["case"]:
            case_id = Case.objects.filter(number=options["case"]).values_list("pk", flat=True).first()
            if case_id is None:
                raise CommandError(f"There is no case {options['case']}.")
        found = 0
        for line in breaks(case_id=case_id):
            found += 1
            self.stdout.write(line)
        if found:
            raise CommandError(f"{found} breaks in the journal.")
        self.stdout.write(f"{CaseEvent.objects.count()} lines, every chain holds.")
