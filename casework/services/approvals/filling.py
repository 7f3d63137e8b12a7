"""The form of a step: built over the case's data, checked, its photos tied to the case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from casework import forms
from casework.errors import FormRefused, NotValid
from casework.facts import FIXED
from casework.models import Attachment, Case
from casework.queries.areachoices import area_choices
from casework.queries.posts import post_choices
from casework.services.approvals.doing import Doing
from casework.services.said import Said
from grid.models import Photo
from workflows.models import Step

FREE_VALUES = 200  # variables a step without a form may set at once


def step_form(
    case: Case,
    step: Step,
    *,
    language: str,
    now: datetime,
    submitted: Mapping[str, Any] | None = None,
) -> forms.StepForm:
    """The step's form over the case's data; bound when something was submitted. The step must have one."""
    definition = forms.read_form(case.run.version.forms[step.settings["form"]]).at(step.element)
    asks_area = definition.asks(forms.FieldKind.AREA)
    return forms.build(
        definition,
        data={**case.data, **step.instance},
        submitted=submitted,
        language=language,
        posts=post_choices(case.area_code, on=now.date()),
        areas=area_choices(case.area_code) if asks_area else (),
        now=now,
    )


def values_of(doing: Doing) -> dict[str, Any]:
    """The form's cleaned values; a step without a form takes plain JSON variables."""
    key, said = doing.step.settings.get("form", ""), doing.said
    if key not in doing.case.run.version.forms:
        return _free_values(said)
    if not doing.verb.takes_form and not said.fields:
        return {}  # a return or a refusal need not fill in what it refuses
    form = step_form(
        doing.case, doing.step, language=said.language, submitted=said.fields or {}, now=doing.now
    )
    if not form.is_valid():
        raise FormRefused(form)
    return dict(form.values())


def _free_values(said: Said) -> dict[str, Any]:
    values = dict(said.fields or {})
    if len(values) > FREE_VALUES or any(not name or len(name) > 64 for name in values):
        raise NotValid(_("Too many variables, or names that are too long."))
    taken = {name: [_("Nobody can change this.")] for name in FIXED if name in values}
    if taken:
        raise NotValid(fields=taken)
    return values


def attach_photos(doing: Doing, values: Mapping[str, Any]) -> None:
    """Tie the photos that the form names to the case; somebody else's photo is refused."""
    named = {name: value for name, value in values.items() if is_photo_list(value)}
    wanted = {sha for value in named.values() for sha in value}
    if not wanted:
        return
    photos = {p.sha256: p for p in Photo.objects.filter(owner_id=doing.viewer.user_id, sha256__in=wanted)}
    kept = set(
        doing.case.attachments.filter(photo__sha256__in=wanted).values_list("photo__sha256", flat=True)
    )
    missing = wanted - set(photos) - kept
    if missing:
        field_name = next(name for name, value in named.items() if missing & set(value))
        raise NotValid(
            _("A photo has not arrived yet; send it again."), fields={field_name: [_("Photo missing.")]}
        )
    Attachment.objects.bulk_create(
        [
            Attachment(
                case=doing.case,
                photo=photos[sha],
                step=doing.step,
                field=name[:64],
                label=name[:64],
                added_at=doing.now,
                added_by_id=doing.viewer.user_id,
            )
            for name, value in named.items()
            for sha in dict.fromkeys(value)
            if sha in photos
        ],
        ignore_conflicts=True,
    )


def is_photo_list(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(item, str) and len(item) == 64 and set(item) <= set("0123456789abcdef")
            for item in value
        )
    )
