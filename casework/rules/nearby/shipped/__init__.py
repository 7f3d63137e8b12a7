"""The tables the product comes with: defaults that a district has to confirm or to replace by its own."""

from functools import lru_cache
from importlib.resources import files

from casework.rules.nearby.asking import ASKED, Table
from casework.rules.sheets import read_sheet


def shipped_text(key: str) -> str:
    """The DMN file of one table."""
    return files(__package__).joinpath(f"{key}.dmn").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def shipped_tables() -> dict[str, Table]:
    return {key: Table(key=key, version=0, tables=read_sheet(shipped_text(key))[0]) for key in ASKED}
