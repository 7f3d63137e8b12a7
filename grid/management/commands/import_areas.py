"""`manage.py import_areas FILE`: the register of areas from CSV or GeoJSON, all or nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from grid.management.report import refuse, tell
from grid.services.area_register import read_areas, store_areas
from grid.services.registers import RegisterRefused


class Command(BaseCommand):
    help = (
        "Add and change areas from a CSV file (code,name,kind,outline; outline as GeoJSON or WKT) or a GeoJSON "
        "FeatureCollection (properties code, name, kind). Coordinates are WGS-84. Any bad line: nothing is stored."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")
        parser.add_argument(
            "--remove-missing",
            action="store_true",
            help="remove areas inside the file's topmost areas that aren't in the file",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            entries = read_areas(options["file"])
            with transaction.atomic():
                changes = store_areas(entries, remove_missing=options["remove_missing"])
                transaction.set_rollback(options["dry_run"])
        except RegisterRefused as refused:
            refuse(refused, err=self.stderr)
        else:
            tell(_("areas"), changes, out=self.stdout)
            if options["dry_run"]:
                self.stdout.write(_("Nothing was stored: this was a trial."))
