"""Fields that take exactly what they say: no number for a text, no text for a number, no unknown names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from casework.api.errors import area_words
from grid.codes import BadAreaCode, parse

VARIABLES = 200
NAME_LENGTH = 64


class Strict(serializers.Serializer[Any]):
    """A body or query whose unknown names are refused, so that a slip of the pen never passes for success."""

    @classmethod
    def taken(cls, given: Any) -> dict[str, Any]:  # Any: JSON
        """The checked values, without making all the fields anew for each request. Raises ValidationError."""
        values: dict[str, Any] = _shape(cls).run_validation(given)
        return values

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(str(name) for name in data if name not in self.fields)
            if unknown:
                raise serializers.ValidationError(
                    {name[:100]: [_("Unknown field.")] for name in unknown[:20]}
                )
        return super().to_internal_value(data)


@lru_cache(maxsize=64)
def _shape(of: type[Strict]) -> Strict:
    """Checking keeps nothing in a serializer that was given no data: one serves all threads."""
    return of()


class Text(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Number(serializers.FloatField):
    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=str(data)[:40])
        return data


@extend_schema_field(OpenApiTypes.STR)
class AreaCode(serializers.CharField):
    """An area code in any usual writing; answers with the code as we keep it."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text = super().to_internal_value(data)
        try:
            return parse(text)
        except BadAreaCode as error:
            raise serializers.ValidationError(area_words(error), code=error.code) from error


@extend_schema_field(OpenApiTypes.OBJECT)
class Variables(serializers.DictField):
    """Variables of a case by name."""

    default_error_messages = {
        "too_many": gettext_lazy("More than {most} variables at once."),
        "name": gettext_lazy("A variable's name has 1 to {most} characters."),
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        values: dict[str, Any] = super().to_internal_value(data)
        if len(values) > VARIABLES:
            self.fail("too_many", most=VARIABLES)
        if any(not name.strip() or len(name) > NAME_LENGTH for name in values):
            self.fail("name", most=NAME_LENGTH)
        return values
