"""How a form asks whom to dispatch to: a table with a row for the one who leads and for each who assists."""

from __future__ import annotations

from casework.forms import FieldDefinition, FieldKind, StepForm
from casework.queries.dispatching import ASSISTING, LEAD

POST, PART, TASK, LIMIT = "岗位", "角色", "任务", "时限"  # its columns; what to do may be left out


def dispatch_table(form: StepForm | None) -> FieldDefinition | None:
    """The form's table of one who leads and others who assist, if it has one that can be filled in."""
    fields = form.definition.fields if form is not None else ()
    return next((field for field in fields if field.is_asked and _dispatches(field)), None)


def _dispatches(field: FieldDefinition) -> bool:
    if field.kind is not FieldKind.TABLE:
        return False
    columns = {column.name: column for column in field.columns}
    if columns.keys() < {POST, PART, LIMIT} or columns.get(POST) is None or PART not in columns:
        return False
    parts = {choice.value for choice in columns[PART].choices}
    return columns[POST].kind is FieldKind.POST and {LEAD, ASSISTING} <= parts
