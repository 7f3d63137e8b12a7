"""What a form asks, as frozen data. Made by `reading`, which alone knows the JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from workflows.expressions import Expression


class FieldKind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    DATE = "date"
    PHOTO = "photo"
    PLACE = "place"
    PERSON = "person"
    POST = "post"
    TABLE = "table"
    NOTE = "note"
    MONEY = "money"
    DATETIME = "datetime"
    AREA = "area"
    POSITION = "position"
    ADDRESS = "address"
    RATING = "rating"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    CREDIT_CODE = "credit_code"
    PLATE = "plate"
    SECTION = "section"


class Access(StrEnum):
    """What a step makes of a field."""

    HIDDEN = "hidden"
    READ = "read"
    WRITE = "write"
    REQUIRED = "required"


NOT_ASKED = frozenset({FieldKind.NOTE, FieldKind.SECTION})


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text in both languages; an author who wrote no English is read in Chinese."""

    zh: str
    en: str = ""

    def in_language(self, language: str) -> str:
        return self.en if language.startswith("en") and self.en else self.zh


@dataclass(frozen=True, kw_only=True)
class Choice:
    value: str
    label: Text


@dataclass(frozen=True, kw_only=True)
class FieldDefinition:
    """`least` and `most` bound a number's value, a text's length, and how many photos or rows there are.

    `access` says what a step makes of it, by the step's element; a step that isn't named takes it as it is.
    """

    name: str
    kind: FieldKind
    label: Text
    hint: Text | None = None
    required: bool = False
    read_only: bool = False
    hidden: bool = False
    whole: bool = False
    unit: Text | None = None
    least: float | None = None
    most: float | None = None
    choices: tuple[Choice, ...] = ()
    columns: tuple[FieldDefinition, ...] = ()
    show_if: Expression | None = field(default=None, compare=False)
    show_if_text: str = ""
    access: Mapping[str, Access] = field(default_factory=dict, hash=False)

    @property
    def is_asked(self) -> bool:
        """Whether people give its value; the others only show or keep what the case knows."""
        return not (self.read_only or self.hidden or self.kind in NOT_ASKED)

    def at(self, element: str) -> FieldDefinition:
        """The field as this step has it."""
        match self.access.get(element):
            case None:
                return self
            case Access.HIDDEN:
                return replace(self, hidden=True, read_only=False, required=False)
            case Access.READ:
                return replace(self, hidden=False, read_only=True, required=False)
            case wanted:
                must = wanted is Access.REQUIRED
                return replace(self, hidden=False, read_only=False, required=must)


@dataclass(frozen=True, kw_only=True)
class Check:
    """A rule that the answers keep together, and what to say where they don't."""

    must: Expression = field(compare=False)
    must_text: str
    message: Text


@dataclass(frozen=True, kw_only=True)
class FormDefinition:
    key: str
    title: Text
    fields: tuple[FieldDefinition, ...]
    checks: tuple[Check, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.fields)

    def asks(self, kind: FieldKind) -> bool:
        """Whether such a field stands anywhere in it, in its tables too."""
        return any(kind in (each.kind, *(column.kind for column in each.columns)) for each in self.fields)

    def at(self, element: str) -> FormDefinition:
        """The form as this step asks it: the same fields, each hidden, shown, asked or demanded."""
        if not any(element in each.access for each in self.fields):
            return self
        return replace(self, fields=tuple(each.at(element) for each in self.fields))
