"""From a posted page to what somebody says with a verb: the form's fields, an opinion, pins, a receiver."""

from __future__ import annotations

from django.conf import settings
from django.http import QueryDict

from casework.forms import FieldKind, StepForm
from casework.pages.door import ViewerRequest
from casework.services.approvals import Said
from casework.verbs import Verb
from grid.services.photos import store_photo

# The page's own names have a dot, which no field's name can have.
VERSION, PIN, RECEIVER, BACK_TO = "act.version", "act.pin", "act.post", "act.to"
COMMENT = "act.comment."  # and the verb, as each verb's panel has a box of its own
MOST_PHOTOS = 9


def with_new_photos(request: ViewerRequest, form: StepForm | None) -> QueryDict:
    """What was posted, with each new photo stored and named by its SHA-256: no refusal loses it. Raises GridError."""
    posted = request.POST.copy()
    for field in form.definition.fields if form is not None else ():
        if field.kind is not FieldKind.PHOTO or not field.is_asked:
            continue
        for upload in request.FILES.getlist(f"{field.name}-files")[:MOST_PHOTOS]:
            # One byte too many is enough to refuse it; the rest of a huge file stays on the disk.
            photo = store_photo(upload.read(settings.PHOTO_BYTES + 1), owner=request.user)
            posted.appendlist(field.name, photo.sha256)
    return posted


def said(posted: QueryDict, verb: Verb, *, has_form: bool, language: str) -> Said:
    """What this post says with a verb."""
    version = posted.get(VERSION, "")
    return Said(
        fields=form_fields(posted) if has_form and verb.takes_form else None,
        comment=posted.get(f"{COMMENT}{verb.key}", ""),
        pins=posted.getlist(PIN) if verb.key == "return" else (),
        to_post=posted.get(RECEIVER, ""),
        to_element=posted.get(BACK_TO, "")[:128] if verb.key == "return" else "",
        version=int(version) if verb.ends_step and version.isdecimal() and len(version) < 10 else None,
        language=language,
    )


def form_fields(posted: QueryDict) -> QueryDict:
    """The names that belong to the step's form, without those of the page."""
    fields = posted.copy()
    for name in [name for name in fields if "." in name or name == "csrfmiddlewaretoken"]:
        del fields[name]
    return fields


def comments(posted: QueryDict) -> dict[str, str]:
    """What was typed into the verbs' own boxes, by verb."""
    return {name.removeprefix(COMMENT): str(posted[name]) for name in posted if name.startswith(COMMENT)}
