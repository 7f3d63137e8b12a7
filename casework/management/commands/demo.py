"""`manage.py demo`: database, example district, web server, queue and pump, until interrupted."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from casework.launch import demo
from casework.launch.console import Trouble


class Command(BaseCommand):
    help = "Run the whole product on this machine with an example district."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", default=os.environ.get("PORT") or "8000", help="default: PORT, else 8000"
        )

    def handle(self, *_args: Any, port: str, **_options: Any) -> None:
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise SystemExit(f"A port is a number from 1 to 65535, not “{port}”.")
        try:
            demo.run(port=int(port))
        except Trouble as trouble:
            raise SystemExit(f"\n{trouble}") from trouble
        except OSError as error:
            raise SystemExit(f"\nStopped: {error.strerror}: {error.filename}") from error
