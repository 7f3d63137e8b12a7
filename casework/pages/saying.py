"""From a posted page to what somebody says with a verb: the form's fields, and an answer to each thing the verb asks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from casework.errors import NotValid
from casework.forms import FieldKind, StepForm
from casework.pages.door import ViewerRequest
from casework.services.said import YEARS, Said
from casework.verbs import Ask, Verb
from grid.services.photos import store_photo

# The page's own names have a dot, which no field's name can have.
VERSION, PIN, RECEIVER, BACK_TO = "act.version", "act.pin", "act.post", "act.to"
COMMENT = "act.comment."  # and the verb, as each verb's panel has a box of its own
OTHER_CASE = "act.other"  # a number typed beside the cases that are offered
MOST_PHOTOS = 9
MOST = 50  # of posts, pins or cases in one act
_NAMES = {"pins": PIN, "to_post": RECEIVER, "to_element": BACK_TO}


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


def name_of(ask: Ask, verb: Verb) -> str:
    """The input that this is asked by."""
    if ask.name == "comment":
        return f"{COMMENT}{verb.key}"
    return _NAMES.get(ask.name, f"act.{ask.name}")


def said(posted: QueryDict, verb: Verb, *, has_form: bool, language: str, held: bool = False) -> Said:
    """What this post says with a verb. Raises NotValid for what is no date, no number."""
    version = posted.get(VERSION, "")
    answers = {ask.name: _answer(posted, ask, verb) for ask in verb.asks}
    return Said(
        fields=form_fields(posted) if has_form and verb.takes_form else None,
        version=int(version) if verb.ends_step and version.isdecimal() and len(version) < 10 else None,
        language=language,
        held=held,
        **answers,
    )


def _answer(posted: QueryDict, ask: Ask, verb: Verb) -> Any:  # Any: of the type of the attribute of Said
    name = name_of(ask, verb)
    text = posted.get(name, "")
    match ask.kind:
        case "posts" | "pins":
            return tuple(value[:120] for value in posted.getlist(name)[:MOST])
        case "person" if ask.name == "people":
            return tuple(int(value) for value in posted.getlist(name)[:MOST] if _is_number(value))
        case "choice" if ask.name in ("step", "item"):
            return _number(text, ask)
        case "yes_no" if ask.name == "is_solved":
            return {"1": True, "0": False}.get(text)
        case "cases":
            typed = posted.get(OTHER_CASE, "").replace("，", " ").replace(",", " ").split()
            return tuple(dict.fromkeys([*posted.getlist(name), *typed]))[:MOST]
        case "case":
            return posted.get(OTHER_CASE, "").strip() or text
        case "yes_no":
            return bool(text)
        case "stars" | "person":
            return _number(text, ask)
        case "date" | "datetime":
            return _moment(text, ask)
        case "element":
            return text[:128]
        case _:
            return text


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < 10


def _number(text: str, ask: Ask) -> int | None:
    if not text:
        return None
    if not _is_number(text):
        raise NotValid(fields={ask.name: [_("Choose one of these.")]})
    return int(text)


def _moment(text: str, ask: Ask) -> date | datetime | None:
    if not text:
        return None
    try:
        found = parse_date(text) if ask.kind == "date" else parse_datetime(text)
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise NotValid(fields={ask.name: [_("This is no date.")]})
    if isinstance(found, datetime) and timezone.is_naive(found):
        return timezone.make_aware(found)
    return found


def form_fields(posted: QueryDict) -> QueryDict:
    """The names that belong to the step's form, without those of the page."""
    fields = posted.copy()
    for name in [name for name in fields if "." in name or name == "csrfmiddlewaretoken"]:
        del fields[name]
    return fields


def comments(posted: QueryDict) -> dict[str, str]:
    """What was typed into the verbs' own boxes, by verb."""
    return {name.removeprefix(COMMENT): str(posted[name]) for name in posted if name.startswith(COMMENT)}
