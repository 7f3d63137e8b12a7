"""`manage.py scenario DIR …`: walk scenario files and say which run right. Needs no database."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from casework.clocks import WorkCalendar
from workflows.scenarios import Result, play, scenarios_in


class Command(BaseCommand):
    help = "Walk the scenarios of one or more folders, saving and loading between all steps."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("places", nargs="+", type=Path, metavar="DIR")
        parser.add_argument("--only", default="", help="a part of the ids to walk")

    def handle(self, *args: Any, places: list[Path], only: str, **options: Any) -> None:
        results = []
        calendar = WorkCalendar(zone=ZoneInfo(settings.TIME_ZONE))
        for place in places:
            if not place.exists():
                raise CommandError(f"{place} does not exist.")
            results += [
                self._tell(play(path, calendar=calendar)) for path in scenarios_in(place) if only in path.stem
            ]
        counts = Counter(result.outcome for result in results)
        words = ", ".join(f"{counts[kind]} {kind}" for kind in ("right", "refused", "wrong", "error"))
        self.stdout.write(f"{len(results)} scenarios: {words}")
        if any(not result.is_fine for result in results):
            raise SystemExit(1)

    def _tell(self, result: Result) -> Result:
        self.stdout.write(f"{result.outcome:8} {result.id}" + (f"  {result.detail}" if result.detail else ""))
        return result
