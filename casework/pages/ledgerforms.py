"""The form of a ledger record: fields by kind, personal data never in the page but as a masked hint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from casework.forms.widgets import DateInput, Line, Lines, NumberInput, Renderer
from grid.models import LedgerRecord
from grid.services.ledgers.errors import ChangedMeanwhile, ValuesRefused
from grid.services.ledgers.fields import FIELDS, Field, Holds, mask
from grid.services.ledgers.keeping import Keeper, grids_kept, tags_of
from grid.services.ledgers.writing import values_of

MOST_GRIDS = 300  # in a list to choose from; beyond that the code is typed


def record_form(
    kind: str,
    *,
    keeper: Keeper,
    record: LedgerRecord | None = None,
    posted: QueryDict | None = None,
    only: Sequence[str] = (),
    start: Mapping[str, Any] | None = None,
) -> forms.Form:
    """An unbound form of what the record holds, or one bound to what was typed."""
    values = values_of(record) if record is not None else dict(start or {})
    form = forms.Form(posted, auto_id="f-%s", renderer=Renderer())
    form.fields |= {
        field.name: _control(field, kind, keeper, values)
        for field in FIELDS[kind]
        if not only or field.name in only
    }
    return form


def typed(form: forms.Form, posted: QueryDict) -> dict[str, object]:
    """What was typed into the fields of the form; a field that the page did not send is not touched."""
    shown = {name for name in form.fields if name in posted}
    # A browser sends nothing for tags that are all unticked; the hidden name beside them says they were there.
    ticked = {name for name, field in form.fields.items() if isinstance(field, forms.MultipleChoiceField)}
    found: dict[str, object] = {name: posted.get(name, "") for name in shown - ticked}
    found |= {name: posted.getlist(name) for name in ticked if name in shown or f"{name}.shown" in posted}
    return found


def told_wrong(form: forms.Form, error: ValuesRefused) -> None:
    """Each refusal at its field, and what belongs to none above all."""
    form.is_valid()
    for name, texts in error.fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)


def clash_lines(kind: str, error: ChangedMeanwhile) -> list[dict[str, str]]:
    """What both changed, masked where it is personal."""
    fields = {field.name: field for field in FIELDS[kind]}
    return [
        {
            "label": str(fields[clash.name].label),
            "was": _text(fields[clash.name], clash.was),
            "now": _text(fields[clash.name], clash.now),
            "mine": _text(fields[clash.name], clash.mine),
        }
        for clash in error.clashes
    ]


def _text(field: Field, value: Any) -> str:  # Any: what a field holds
    text = "、".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return mask(field, text)


def _control(field: Field, kind: str, keeper: Keeper, values: Mapping[str, Any]) -> forms.Field:
    value = values.get(field.name)
    options: dict[str, Any] = {"label": field.label, "required": False}
    match field.holds:
        case Holds.TAGS:
            names = [tag.name for tag in tags_of(kind)]
            return _ticks(options, [*names, *(tag for tag in value or () if tag not in names)], value or [])
        case Holds.CHOICE:
            return _select(options, [(one, one) for one in field.choices], value or "")
        case Holds.AREA:
            return _area(options, keeper, value or "", is_required=field.is_required)
        case _ if field.is_personal:
            return _hidden_personal(field, options, str(value or ""))
        case Holds.DATE:
            return forms.CharField(**options, initial=value, widget=DateInput())
        case Holds.LONG:
            return forms.CharField(**options, initial=value, widget=Lines(attrs={"rows": 2}))
        case Holds.NUMBER | Holds.DECIMAL | Holds.DEGREES:
            return forms.CharField(**options, initial=value, widget=NumberInput())
        case _:
            hint = "" if value else _must(field)
            return forms.CharField(**options, initial=value, help_text=hint, widget=Line())


def _must(field: Field) -> str:
    if field.name == "code":
        return _("Left empty, a code is given.")
    return _("Needed.") if field.is_required else ""


def _hidden_personal(field: Field, options: dict[str, Any], value: str) -> forms.Field:
    """The page shows what is there only masked; what is left empty stays."""
    widget = Line()
    if field.holds is Holds.PHONE:
        widget.attrs["inputmode"] = "tel"
    widget.attrs["autocomplete"] = "off"
    hint = ""
    if value:
        shown = mask(field, value)
        hint = _("Now %(shown)s. Leave it empty to keep that.") % {"shown": shown}
        if not field.is_required:
            hint = _("Now %(shown)s. Leave it empty to keep that; a hyphen empties it.") % {"shown": shown}
    elif field.is_required:
        hint = _("Needed.")
    return forms.CharField(**options, help_text=hint, widget=widget)


def _ticks(options: dict[str, Any], names: Iterable[str], value: list[str]) -> forms.Field:
    return forms.MultipleChoiceField(
        **options,
        choices=[(name, name) for name in names],
        initial=value,
        widget=forms.CheckboxSelectMultiple(),
    )


def _select(options: dict[str, Any], choices: list[tuple[str, str]], value: str) -> forms.Field:
    widget = forms.Select(attrs={"class": "input select"}, choices=[("", "—"), *choices])
    return forms.CharField(**options, initial=value, widget=widget)


def _area(options: dict[str, Any], keeper: Keeper, value: str, *, is_required: bool) -> forms.Field:
    grids = list(grids_kept(keeper).values_list("code", "name")[: MOST_GRIDS + 1])
    if len(grids) > MOST_GRIDS:
        return forms.CharField(**options, initial=value, help_text=_("15 digits."), widget=Line())
    options["label"] = _("Grid")
    start = value or (grids[0][0] if len(grids) == 1 and is_required else "")
    return _select(options, grids, start)
