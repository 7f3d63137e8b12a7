"""`python -m tests.bench [--quick|--large] [--no-peers]`: measure in a database of its own, print one table."""

import argparse
import os

import django

from casework.launch import postgres

parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
sizes = parser.add_mutually_exclusive_group()
sizes.add_argument("--quick", action="store_true", help="small numbers: less than a minute")
sizes.add_argument(
    "--large", action="store_true", help="a million open cases and timers: half an hour and 8 GB"
)
parser.add_argument("--no-peers", action="store_true", help="leave other engines out")


def main() -> None:
    asked = parser.parse_args()
    with postgres.temporary(settings=(*postgres.CAREFUL, "max_wal_size=4GB")) as cluster:
        os.environ["DATABASE_URL"] = cluster.url
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casework.settings")
        django.setup()
        # Only now, for what follows reads the settings.
        from tests.bench import table  # noqa: PLC0415

        size = table.QUICK if asked.quick else table.LARGE if asked.large else table.USUAL
        table.print_table(size, url=cluster.url, with_peers=not asked.no_peers)


if __name__ == "__main__":
    main()
