"""A form's JSON to its definition, or to a list of problems in the author's words."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from casework.errors import CaseworkError
from casework.forms.definition import Access, Check, Choice, FieldDefinition, FieldKind, FormDefinition, Text
from workflows.expressions import Expression, ExpressionError, compile_expression

MOST_FIELDS = 100
MOST_CHOICES = 200
MOST_TEXT = 500
NAME_LENGTH = 40
FORM_KEYS = {"key", "title", "fields", "checks"}
CHECK_KEYS = {"must", "message"}
FIELD_KEYS = {
    "name", "type", "label", "hint", "required", "read_only", "hidden", "whole", "unit", "min", "max",
    "choices", "columns", "show_if", "access",
}  # fmt: skip
FLAGS = ("required", "read_only", "hidden", "whole")
BOUNDED = {
    FieldKind.NUMBER, FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.PHOTO, FieldKind.TABLE, FieldKind.MONEY,
    FieldKind.RATING,
}  # fmt: skip
MOST_STARS = 10
YUAN = Text(zh="元", en="yuan")
IN_A_TABLE = {
    FieldKind.TEXT, FieldKind.NUMBER, FieldKind.CHOICE, FieldKind.YES_NO, FieldKind.DATE, FieldKind.POST,
    FieldKind.MONEY, FieldKind.AREA, FieldKind.ADDRESS, FieldKind.PHONE, FieldKind.ID_NUMBER,
    FieldKind.CREDIT_CODE, FieldKind.PLATE,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FormProblem:
    code: str
    field: str
    message: str


class FormRefused(CaseworkError):
    """The JSON is no usable form; `problems` says why, one entry a mistake."""

    code = "form_unusable"
    message = gettext_lazy("The form can't be used as it is written.")

    def __init__(self, problems: Sequence[FormProblem]) -> None:
        super().__init__()
        self.problems = tuple(problems)


def read_form(raw: object) -> FormDefinition:
    reader = _Reader()
    form = reader.form(raw)
    if reader.problems or form is None:
        raise FormRefused(reader.problems)
    return form


def check_form(raw: object) -> tuple[FormProblem, ...]:
    reader = _Reader()
    reader.form(raw)
    return tuple(reader.problems)


class _Reader:
    """Collects every problem, so that an author sees all of them at once."""

    def __init__(self) -> None:
        self.problems: list[FormProblem] = []

    def form(self, raw: object) -> FormDefinition | None:
        if not isinstance(raw, Mapping):
            self._problem("not_a_form", "", _("A form is an object with a key, a title and fields."))
            return None
        self._unknown_keys(raw, FORM_KEYS, "")
        key = raw.get("key")
        if not isinstance(key, str) or not key:
            self._problem("no_key", "", _("The form has no key."))
        title = self._text(raw.get("title"), "", _("The form has no title in Chinese."))
        fields = self._fields(raw.get("fields"))
        checks = self._checks(raw.get("checks", []))
        return FormDefinition(key=str(key), title=title, fields=fields, checks=checks)

    def _fields(self, raw: object) -> tuple[FieldDefinition, ...]:
        if not isinstance(raw, list):
            self._problem("no_fields", "", _("The form has no list of fields."))
            return ()
        if len(raw) > MOST_FIELDS:
            message = _("A form may have %(most)d fields at most.") % {"most": MOST_FIELDS}
            self._problem("too_many_fields", "", message)
            return ()
        found = [each for item in raw if (each := self._field(item, allowed=set(FieldKind))) is not None]
        self._duplicates([each.name for each in found])
        self._conditions(found)
        return tuple(found)

    def _field(self, raw: object, *, allowed: set[FieldKind]) -> FieldDefinition | None:
        if not isinstance(raw, Mapping):
            self._problem("not_a_field", "", _("A field is an object with a name, a type and a label."))
            return None
        name = self._name(raw.get("name"))
        self._unknown_keys(raw, FIELD_KEYS, name)
        kind = self._kind(raw.get("type"), name, allowed)
        if kind is None:
            return None
        least, most = self._bounds(raw, kind, name)
        show_if = raw.get("show_if")
        return FieldDefinition(
            name=name,
            kind=kind,
            label=self._text(raw.get("label"), name, _("The field has no label in Chinese.")),
            hint=self._text_or_none(raw.get("hint"), name),
            unit=self._text_or_none(raw.get("unit"), name) or (YUAN if kind is FieldKind.MONEY else None),
            least=least,
            most=most,
            choices=self._choices(raw.get("choices"), kind, name),
            columns=self._columns(raw.get("columns"), kind, name),
            show_if=self._condition(show_if, name),
            show_if_text=show_if if isinstance(show_if, str) else "",
            access=self._access(raw.get("access"), name),
            **self._flags(raw, name),
        )

    def _name(self, raw: object) -> str:
        name = unicodedata.normalize("NFKC", raw).strip() if isinstance(raw, str) else ""
        if not name:
            self._problem("no_name", "", _("A field has no name."))
        elif not name.isidentifier() or name.startswith("_") or iskeyword(name) or len(name) > NAME_LENGTH:
            message = _("“%(name)s” can't be a name: use letters, Chinese characters and digits, no spaces, "
                        "signs or emoji, %(most)d at most, and no word of the expression language.")  # fmt: skip
            self._problem("bad_name", name, message % {"name": name[:NAME_LENGTH], "most": NAME_LENGTH})
        return name

    def _kind(self, raw: object, name: str, allowed: set[FieldKind]) -> FieldKind | None:
        kind = FieldKind(raw) if isinstance(raw, str) and raw in set(FieldKind) else None
        if kind is None or kind not in allowed:
            message = _("“%(type)s” is no type of field here. There are: %(types)s.")
            types = ", ".join(sorted(allowed))
            self._problem("unknown_type", name, message % {"type": str(raw)[:40], "types": types})
            return None
        return kind

    def _text(self, raw: object, field: str, message: str) -> Text:
        text = self._text_or_none(raw, field)
        if text is None:
            self._problem("missing_label", field, message)
        return text or Text(zh="")

    def _text_or_none(self, raw: object, field: str) -> Text | None:
        if isinstance(raw, str):
            raw = {"zh": raw}
        if raw is None or not isinstance(raw, Mapping):
            return None
        zh, en = raw.get("zh"), raw.get("en", "")
        if not isinstance(zh, str) or not zh.strip() or not isinstance(en, str):
            return None
        if max(len(zh), len(en)) > MOST_TEXT:
            message = _("A text is longer than %(most)d characters.") % {"most": MOST_TEXT}
            self._problem("text_too_long", field, message)
        return Text(zh=zh.strip(), en=en.strip())

    def _flags(self, raw: Mapping[str, Any], name: str) -> dict[str, bool]:
        for flag in FLAGS:
            if not isinstance(raw.get(flag, False), bool):
                message = _("“%(key)s” must be true or false.") % {"key": flag}
                self._problem("bad_flag", name, message)
        return {flag: raw.get(flag) is True for flag in FLAGS}

    def _access(self, raw: object, name: str) -> dict[str, Access]:
        """What each step makes of the field; an unknown step is a step that was since deleted."""
        if raw is None:
            return {}
        if not isinstance(raw, Mapping) or len(raw) > MOST_CHOICES:
            self._problem("bad_access", name, _("What the steps make of a field is an object by step."))
            return {}
        wrong = [
            str(step) for step, given in raw.items() if not isinstance(given, str) or given not in set(Access)
        ]
        if wrong:
            message = _("At “%(step)s”, the field can be hidden, read, write or required.")
            self._problem("bad_access", name, message % {"step": wrong[0][:NAME_LENGTH]})
            return {}
        return {str(step): Access(given) for step, given in raw.items()}

    def _bounds(
        self, raw: Mapping[str, Any], kind: FieldKind, name: str
    ) -> tuple[float | None, float | None]:
        least, most = (self._bound(raw.get(key), name) for key in ("min", "max"))
        if (least is not None or most is not None) and kind not in BOUNDED:
            self._problem("bad_bounds", name, _("A field of this type has no least and no most."))
        if least is not None and most is not None and least > most:
            self._problem("bad_bounds", name, _("The least is greater than the most."))
        if kind is FieldKind.RATING and not 2 <= (5 if most is None else most) <= MOST_STARS:
            message = _("There can be 2 to %(most)d stars.") % {"most": MOST_STARS}
            self._problem("bad_bounds", name, message)
        return least, most

    def _bound(self, raw: object, name: str) -> float | None:
        if raw is None:
            return None
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not _is_plain_number(raw):
            self._problem("bad_bounds", name, _("The least and the most must be ordinary numbers."))
            return None
        return raw

    def _choices(self, raw: object, kind: FieldKind, name: str) -> tuple[Choice, ...]:
        if kind not in {FieldKind.CHOICE, FieldKind.CHOICES}:
            if raw is not None:
                self._problem("no_choices_here", name, _("Only a choice has choices."))
            return ()
        if not isinstance(raw, list) or not 1 <= len(raw) <= MOST_CHOICES:
            message = _("A choice needs a list of 1 to %(most)d choices.") % {"most": MOST_CHOICES}
            self._problem("no_choices", name, message)
            return ()
        found = [self._choice(each, name) for each in raw]
        if len({each.value for each in found}) < len(found):
            self._problem("duplicate_choice", name, _("Two choices have the same value."))
        return tuple(found)

    def _choice(self, raw: object, name: str) -> Choice:
        raw = {"value": raw, "label": raw} if isinstance(raw, str) else raw
        value = raw.get("value") if isinstance(raw, Mapping) else None
        if not isinstance(raw, Mapping) or not isinstance(value, str) or not value:
            self._problem("bad_choice", name, _("A choice is an object with a value and a label."))
            return Choice(value="", label=Text(zh=""))
        message = _("The choice “%(value)s” has no label in Chinese.") % {"value": value}
        return Choice(value=value, label=self._text(raw.get("label"), name, message))

    def _columns(self, raw: object, kind: FieldKind, name: str) -> tuple[FieldDefinition, ...]:
        if kind is not FieldKind.TABLE:
            if raw is not None:
                self._problem("no_columns_here", name, _("Only a table has columns."))
            return ()
        if not isinstance(raw, list) or not 1 <= len(raw) <= 12:
            self._problem("no_columns", name, _("A table needs a list of 1 to 12 columns."))
            return ()
        found = [each for item in raw if (each := self._field(item, allowed=IN_A_TABLE)) is not None]
        self._duplicates([each.name for each in found])
        return tuple(found)

    def _condition(self, raw: object, name: str) -> Expression | None:
        return None if raw is None else self._expression(raw, name, "bad_show_if")

    def _checks(self, raw: object) -> tuple[Check, ...]:
        if not isinstance(raw, list) or not all(isinstance(each, Mapping) for each in raw):
            self._problem("bad_check", "", _("The checks are a list of objects with a rule and a message."))
            return ()
        return tuple(check for each in raw if (check := self._check(each)) is not None)

    def _check(self, raw: Mapping[str, Any]) -> Check | None:
        self._unknown_keys(raw, CHECK_KEYS, "")
        must = self._expression(raw.get("must"), "", "bad_check")
        message = self._text(raw.get("message"), "", _("A check has no message in Chinese."))
        return Check(must=must, must_text=raw["must"], message=message) if must else None

    def _expression(self, raw: object, field: str, code: str) -> Expression | None:
        if not isinstance(raw, str) or not raw.strip():
            self._problem(code, field, _("A condition must be an expression."))
            return None
        try:
            return compile_expression(raw)
        except ExpressionError as error:
            reason = error.text(get_language() or "en")
            self._problem(code, field, _("The condition can't be read: %(reason)s") % {"reason": reason})
            return None

    def _conditions(self, fields: Sequence[FieldDefinition]) -> None:
        """A condition may look at the case and at fields above it: below would make the page jump about."""
        below = {each.name for each in fields}
        for each in fields:
            condition = each.show_if
            looks_at = condition.names | condition.optional if condition else frozenset()
            for name in sorted(below & looks_at):
                message = _("The condition for showing looks at “%(name)s”, which isn't above this field.")
                self._problem("bad_show_if", each.name, message % {"name": name})
            below.discard(each.name)

    def _duplicates(self, names: Sequence[str]) -> None:
        for name in sorted({each for each in names if each and names.count(each) > 1}):
            message = _("Two fields are named “%(name)s”.") % {"name": name}
            self._problem("duplicate_name", name, message)

    def _unknown_keys(self, raw: Mapping[str, Any], known: set[str], field: str) -> None:
        for key in sorted(str(each) for each in raw if each not in known):
            message = _("“%(key)s” is unknown here.") % {"key": key[:NAME_LENGTH]}
            self._problem("unknown_key", field, message)

    def _problem(self, code: str, field: str, message: str) -> None:
        self.problems.append(FormProblem(code=code, field=field, message=message))


def _is_plain_number(value: float) -> bool:
    return abs(value) <= 1e15  # false for NaN and infinity too
