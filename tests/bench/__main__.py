"""`python -m tests.bench [--cases N]`: measure in a database of its own and print one table."""

import argparse
import os

import django

from casework.launch import postgres

parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
parser.add_argument("--cases", type=int, default=150, help="how many cases are walked (150)")
parser.add_argument("--turns", type=int, default=300, help="how often the loop is sent back (300)")


def main() -> None:
    asked = parser.parse_args()
    with postgres.temporary(settings=postgres.CAREFUL) as cluster:
        os.environ["DATABASE_URL"] = cluster.url
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casework.settings")
        django.setup()
        # Only now, for what follows reads the settings.
        from tests.bench.table import print_table  # noqa: PLC0415

        print_table(cases=asked.cases, turns=asked.turns)


if __name__ == "__main__":
    main()
