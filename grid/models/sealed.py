"""A column whose texts are sealed in the database and plain in Python."""

from __future__ import annotations

from typing import Any

from django.db import models

from grid.sealing import opened, seal


class SealedTextField(models.TextField):  # type: ignore[type-arg]
    """Not to be compared with in a query: the same text is sealed differently each time. Empty stays empty."""

    def get_prep_value(self, value: Any) -> Any:  # Any: as Django has it
        prepared = super().get_prep_value(value)
        return seal(prepared) if isinstance(prepared, str) else prepared

    def from_db_value(self, value: str | None, *_about: object) -> str | None:
        return None if value is None else opened(value)
