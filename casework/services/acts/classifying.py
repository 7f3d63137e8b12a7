"""定级: how grave, how urgent, which class, which warning, how confidential; each is its own, none follows from another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.case_access import supervises
from casework.errors import AlreadyThere, NotValid, NotYours
from casework.models import Case, Category, Confidentiality, Gravity, Urgency, WarningColour
from casework.services.acts.doing import begin, end
from casework.services.said import Said

CLASSES: Mapping[str, type[models.TextChoices]] = {
    "level": Gravity,
    "urgency": Urgency,
    "warning": WarningColour,
    "confidentiality": Confidentiality,
}


@transaction.atomic
def classify(number: str, *, by: Viewer, said: Said) -> Case:
    """Set what `fields` names; diagrams see the class and the urgency under 类别 and 紧急."""
    doing = begin(number, "classify", by=by, said=said)
    case, wanted = doing.case, _checked(doing.case, said.fields or {})
    changes = {
        name: [getattr(case, name), value] for name, value in wanted.items() if getattr(case, name) != value
    }
    if not changes:
        raise AlreadyThere(_("Nothing of this is new."))
    if "confidentiality" in changes and not supervises(by, case.area_code):
        raise NotYours
    doing.before.remember(case, *changes)
    for name, (_before, value) in changes.items():
        setattr(case, name, value)
    case.data = {**case.data, "类别": case.category, "紧急": case.is_urgent}
    return end(doing, {"changes": changes}, changed=[*changes, "data"])


def _checked(case: Case, fields: Mapping[str, Any]) -> dict[str, str]:
    """What may be set, each with a value that there is. Raises NotValid."""
    wrong: dict[str, list[str]] = {}
    for name, value in fields.items():
        if name == "category":
            if not _is_category(case, value):
                wrong[name] = [_("There is no such category.")]
        elif name not in CLASSES:
            wrong[name] = [_("Unknown field.")]
        elif value not in CLASSES[name].values:
            wrong[name] = [_("One of: %(values)s") % {"values": ", ".join(map(str, CLASSES[name].values))}]
    if wrong or not fields:
        raise NotValid(fields=wrong or {"data": [_("Say what to set.")]})
    return {name: str(value) for name, value in fields.items()}


def _is_category(case: Case, value: object) -> bool:
    """A class of the tree by its code or name, or one of the matter's own."""
    own = {
        str(one.get("key"))
        for one in case.run.version.about.get("categories", [])
        if isinstance(one, Mapping)
    }
    if not isinstance(value, str) or not value:
        return False
    return value in own or Category.objects.filter(Q(code=value) | Q(name=value), is_active=True).exists()
