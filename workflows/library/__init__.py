"""The matters that come with the product: one folder each, read as it lies there. Knows no database.

A folder holds `process.bpmn`, `matter.json` (title, icon, categories, stages, outcomes, facts), `forms/<key>.json`,
`tables/<key>.dmn` and `scenarios/*.json` (the format of `manage.py scenario`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LIBRARY = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class ShippedMatter:
    key: str
    folder: Path
    bpmn: bytes
    about: Mapping[str, Any]
    forms: Mapping[str, Any] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return str(self.about["title"]["zh"])

    @property
    def title_en(self) -> str:
        return str(self.about["title"]["en"])

    @property
    def scenarios(self) -> tuple[Path, ...]:
        return tuple(sorted(self.folder.glob("scenarios/*.json")))

    @property
    def kept_scenarios(self) -> dict[str, Any]:
        """As they live with a version: it has the diagram and tables itself, so files are not named."""
        found = {path.stem: json.loads(path.read_bytes()) for path in self.scenarios}
        return {
            key: {name: value for name, value in scenario.items() if name not in ("files", "tables")}
            for key, scenario in found.items()
        }


def shipped_matters(library: Path = LIBRARY) -> tuple[ShippedMatter, ...]:
    return tuple(_matter(found.parent) for found in sorted(library.glob("*/matter.json")))


def _matter(folder: Path) -> ShippedMatter:
    return ShippedMatter(
        key=folder.name,
        folder=folder,
        bpmn=(folder / "process.bpmn").read_bytes(),
        about=json.loads((folder / "matter.json").read_bytes()),
        forms={path.stem: json.loads(path.read_bytes()) for path in sorted(folder.glob("forms/*.json"))},
        tables={path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("tables/*.dmn"))},
    )
