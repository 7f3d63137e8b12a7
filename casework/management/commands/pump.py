"""`manage.py pump`: do what is due, again and again, until told to stop."""

import logging
import signal
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from casework.services.clockwork import beat, tick, watch, worker_name

log = logging.getLogger(__name__)

BEAT_EVERY = 15.0  # also how often cases that stand still are looked for
DATABASE_PAUSE = 2.0


class Command(BaseCommand):
    help = "Do what is due (timers, outbox, clocks) until SIGTERM or Ctrl-C."
    stopping = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--idle", type=float, default=0.5, help="seconds to wait when nothing is due")

    def handle(self, *args: Any, **options: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        worker, beaten = worker_name(), 0.0
        while not self.stopping:
            try:
                if time.monotonic() - beaten > BEAT_EVERY:
                    beat(f"pump {worker}"[:64])
                    watch()
                    beaten = time.monotonic()
                busy = bool(tick(worker=worker))
            except (OperationalError, InterfaceError) as error:
                log.warning("the database does not answer, trying again: %s", error)
                connection.close()
                close_old_connections()
                time.sleep(DATABASE_PAUSE)
                continue
            if not busy:
                time.sleep(options["idle"])

    def _stop(self, *_: object) -> None:
        self.stopping = True
