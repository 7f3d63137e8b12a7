"""Seal personal data with the newest of PERSONAL_DATA_KEYS: after the first key is set, and after each new one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casework.services.sealing import seal_all
from grid.sealing import KeyMissing


class Command(BaseCommand):
    help = "Seal personal data with the newest key, in batches, while the product runs. Repeatable."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=500, help="rows of one transaction")

    def handle(self, *_args: Any, batch: int, **_options: Any) -> None:
        try:
            sealed = seal_all(size=max(1, batch))
        except KeyMissing as error:
            raise CommandError(f"{error} Add the key that sealed it, and run this again.") from error
        for name, rows in sealed.items():
            self.stdout.write(f"{name}: {rows} sealed")
