"""What a form asks, as frozen data. Made by `reading`, which alone knows the JSON."""

from dataclasses import dataclass, field
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
    """`least` and `most` bound a number's value, a text's length, and how many photos or rows there are."""

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
    columns: tuple["FieldDefinition", ...] = ()
    show_if: Expression | None = field(default=None, compare=False)
    show_if_text: str = ""

    @property
    def is_asked(self) -> bool:
        """Whether people give its value; the others only show or keep what the case knows."""
        return not (self.read_only or self.hidden or self.kind is FieldKind.NOTE)


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
