"""The tables of the record that the product comes with, as editable rows: classes, provisions, how long to keep.

Sources: the city-management classes follow GB/T 47678.5 (codes of five digits: class and sub-class) and, where no number
is published, the names of GB/T 30428.2 under local numbers counted down from 999 as the standard allows; the social
classes, retention terms and every row marked `to_confirm` are defaults that a district has to confirm. The noise law's
articles end on the day before the Ecological and Environmental Code came into force, which is named as their successor;
the Code's own article numbers have to be looked up.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from django.db import transaction

from casework.models import Category, LegalBasis, RetentionRule

SEED = Path(__file__).resolve().parents[1] / "seed"


@transaction.atomic
def seed_record_tables() -> int:
    """Add what is not there yet; rows that are there stay as an administrator left them. Returns how many were added."""
    return _categories() + _legal_bases() + _retention()


def _lines(name: str) -> Iterator[dict[str, str]]:
    with (SEED / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _categories() -> int:
    known = dict(Category.objects.values_list("code", "pk"))
    added = 0
    for line in _lines("categories.csv"):
        if line["code"] in known:
            continue
        row = Category.objects.create(
            code=line["code"],
            name=line["name"],
            kind=line["kind"],
            parent_id=known[line["parent"]] if line["parent"] else None,
            source=line["source"],
        )
        known[row.code] = row.pk
        added += 1
    return added


def _legal_bases() -> int:
    """A successor stands before those that it follows."""
    known = dict(LegalBasis.objects.values_list("code", "pk"))
    added = 0
    for line in _lines("legal_bases.csv"):
        if line["code"] in known:
            continue
        row = LegalBasis.objects.create(
            code=line["code"],
            law=line["law"],
            article=line["article"],
            text=line["text"],
            valid_from=date.fromisoformat(line["valid_from"]),
            valid_to=date.fromisoformat(line["valid_to"]) if line["valid_to"] else None,
            successor_id=known[line["successor"]] if line["successor"] else None,
            source=line["source"],
        )
        known[row.code] = row.pk
        added += 1
    return added


def _retention() -> int:
    known = set(RetentionRule.objects.values_list("matter", flat=True))
    rows = [
        RetentionRule(matter=line["matter"], years=int(line["years"]), basis=line["basis"])
        for line in _lines("retention.csv")
        if line["matter"] not in known
    ]
    RetentionRule.objects.bulk_create(rows)
    return len(rows)
