"""Area codes: the code is the path. District 6 digits, town 9, community 12, grid 15, micro-grid 17."""

from typing import Final

DIGITS: Final = {"district": 6, "town": 9, "community": 12, "grid": 15, "microgrid": 17}
