"""The tags and visit cycles to begin with, from the editable list in `grid/seed/ledger_tags.csv`."""

from __future__ import annotations

import csv
from pathlib import Path

from grid.models import LedgerTag

SEED = Path(__file__).resolve().parents[2] / "seed" / "ledger_tags.csv"


def ensure_tags() -> None:
    """Add those that are missing; what the district changed about the others stays."""
    with SEED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    LedgerTag.objects.bulk_create(
        (
            LedgerTag(
                kind=row["kind"],
                name=row["name"],
                cycle_days=int(row["cycle_days"]) if row["cycle_days"] else None,
                position=position,
            )
            for position, row in enumerate(rows, 1)
        ),
        ignore_conflicts=True,
    )
