"""`manage.py import_units FILE`: units and their posts from CSV, all or nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from grid.management.report import refuse, tell
from grid.services.registers import RegisterRefused
from grid.services.unit_register import read_organisation, store_organisation


class Command(BaseCommand):
    help = (
        "Add and change units and posts from a CSV file, one line a post: unit_code,unit_key,unit_name,unit_kind,"
        "area_code,parent_unit,role,post_name,sees,powers. Any bad line: nothing is stored."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")
        parser.add_argument(
            "--remove-missing",
            action="store_true",
            help="remove posts of the file's units, and units of its areas, that aren't in the file",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            organisation = read_organisation(options["file"])
            with transaction.atomic():
                changes = store_organisation(organisation, remove_missing=options["remove_missing"])
                transaction.set_rollback(options["dry_run"])
        except RegisterRefused as refused:
            refuse(refused, err=self.stderr)
        else:
            tell(_("units"), changes.units, out=self.stdout)
            tell(_("posts"), changes.posts, out=self.stdout)
            if options["dry_run"]:
                self.stdout.write(_("Nothing was stored: this was a trial."))
