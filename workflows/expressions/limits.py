"""The bounds of the language. They are part of its meaning: what passes here always ends, soon and small."""

from __future__ import annotations

from typing import Final

CHARACTERS: Final = 2_000
NODES: Final = 400
DEPTH: Final = 40
STEPS: Final = 20_000
TEXT: Final = 20_000
LIST: Final = 2_000
INTEGER_BITS: Final = 256
RESULT_BYTES: Final = 256 * 1024
SCRIPT_CHARACTERS: Final = 20_000
SCRIPT_LINES: Final = 200
