"""The report page: what it posts, what it shows, and what stays when something is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.forms import FieldKind, StepForm, build
from casework.forms.fields import SHA256
from casework.pages.door import ViewerRequest
from casework.pages.saying import form_fields, with_new_photos
from casework.queries.areachoices import area_choices
from casework.queries.categories import LikelyCategory, category_tree, likely_categories
from casework.queries.forecast import Work
from casework.queries.reporting import (
    areas_to_choose,
    first_works,
    place_here,
    published_or_none,
    report_form,
)
from casework.queries.tasks import task_named
from casework.services.attachments import PHOTOS
from casework.services.intake import NewReport
from grid.models import Photo
from grid.services.photos import store_photo

BETWEEN = "|"  # in `kind`: the matter's key and the category


class ReportEntry(forms.Form):
    """The page's own fields. Their names have a dot, which no question of a matter's form can have."""

    token = forms.UUIDField()
    kind = forms.CharField(max_length=130)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    accuracy = forms.FloatField(required=False, min_value=0)
    area = forms.CharField(required=False, max_length=17)
    address = forms.CharField(required=False, max_length=120)
    summary = forms.CharField(required=False, max_length=500)
    urgent = forms.BooleanField(required=False)
    seen_at = forms.DateTimeField(required=False)
    task = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    form = forms.IntegerField(
        required=False, min_value=0, max_value=10**6
    )  # the version whose questions these are

    def __init__(self, posted: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(posted, **options)
        self.fields["kind"].error_messages["required"] = _("Choose what it is.")

    def add_prefix(self, field_name: str) -> str:
        return f"r.{field_name}"

    def kind_parts(self) -> tuple[str, str]:
        """The matter and the category that were chosen, as far as they were."""
        matter, _between, category = self.text("kind").partition(BETWEEN)
        return matter[:64], category[:64]

    def text(self, name: str) -> str:
        """What was said so far, in order or not, without what no database keeps."""
        return str(self[name].value() or "").replace("\x00", "")

    def number(self, name: str) -> float | None:
        """A coordinate typed or measured; None where it is no number."""
        try:
            return float(self[name].value())
        except (TypeError, ValueError):
            return None


def entry_of(given: QueryDict, *, task: int | None = None) -> ReportEntry:
    """The page as it opens: a fresh token, whatever the address already says, and the task that one is at."""
    start = {name: given[f"r.{name}"] for name in ReportEntry.base_fields if f"r.{name}" in given}
    return ReportEntry(initial={"task": task} | start | {"token": uuid4()})


def with_photos(request: ViewerRequest, matter: str) -> QueryDict:
    """What was posted, with every photo that rode along stored and named by its SHA-256. Raises GridError."""
    posted = with_new_photos(request, _questions(request, matter, None))
    for upload in request.FILES.getlist("r.files")[:PHOTOS]:
        posted.appendlist(
            "r.photos", store_photo(upload.read(settings.PHOTO_BYTES + 1), owner=request.user).sha256
        )
    return posted


def hashes(posted: QueryDict, name: str) -> list[str]:
    """SHA-256 of what went ahead of the report, each once: `r.photos`, `r.memos`."""
    return list(dict.fromkeys(sha for sha in posted.getlist(name) if SHA256.fullmatch(sha)))


def is_complete(request: ViewerRequest, entry: ReportEntry, posted: QueryDict) -> bool:
    """Whether the page's own fields and the matter's questions are all in order."""
    questions = _questions(request, entry.kind_parts()[0], posted)
    return entry.is_valid() and (questions is None or questions.is_valid())


def what_is_missing(request: ViewerRequest, entry: ReportEntry, posted: QueryDict) -> tuple[str, str]:
    """The first thing to mend: the question's name and words; call it for a report that is not complete."""
    if not entry.is_valid():
        return "", str(next(iter(entry.errors.values()))[0])
    questions = _questions(request, entry.kind_parts()[0], posted)
    if questions is None or questions.is_valid():
        return "", ""
    name, errors = next(iter(questions.errors.items()))
    if name not in questions.fields:
        return "", str(errors[0])
    told = {"field": questions.fields[name].label, "error": errors[0]}
    return name, _("%(field)s: %(error)s") % told


def has_changed_since(entry: ReportEntry) -> bool:
    """Whether the matter has been published anew since its questions were answered."""
    answered = entry.number("form")
    version = published_or_none(entry.kind_parts()[0]) if answered else None
    return version is not None and version.number != answered


def new_report(request: ViewerRequest, entry: ReportEntry, posted: QueryDict) -> NewReport:
    """What is handed to the service; without a position and a choice it is the reporter's own grid."""
    said = entry.cleaned_data
    matter, category = entry.kind_parts()
    here = place_here(request.viewer, lat=said["lat"], lon=said["lon"], chosen=said["area"])
    chosen = here.area.code if here is not None and here.how != "fix" else None
    return NewReport(
        token=said["token"],
        matter=matter,
        category=category,
        summary=said["summary"].strip(),
        urgent=said["urgent"],
        lat=said["lat"],
        lon=said["lon"],
        accuracy=said["accuracy"],
        address=said["address"].strip(),
        area=said["area"] or chosen,
        seen_at=said["seen_at"],
        answers=_answers(request, matter, posted),
        photos=hashes(posted, "r.photos"),
        recordings=hashes(posted, "r.memos"),
        task=said["task"],
        language=request.LANGUAGE_CODE or "zh-hans",
    )


def ahead_context(
    request: ViewerRequest, entry: ReportEntry, posted: QueryDict | None = None
) -> dict[str, Any]:
    """What follows from the category and the place chosen so far."""
    matter, category = entry.kind_parts()
    here = place_here(
        request.viewer,
        lat=entry.number("lat"),
        lon=entry.number("lon"),
        chosen=entry.text("area")[:17],
    )
    version = published_or_none(matter) if matter else None
    works: tuple[Work, ...] = ()
    if version is not None and here is not None:
        works = first_works(version, viewer=request.viewer, here=here, category=category, now=timezone.now())
    return {
        "entry": entry,
        "here": here,
        "matter": matter,
        "version": version.number if version is not None else "",
        "works": works,
        "questions": _questions(request, matter, posted),
    }


def _answers(request: ViewerRequest, matter: str, posted: QueryDict) -> dict[str, Any]:
    """The answers to the matter's own questions, as JSON."""
    questions = _questions(request, matter, posted)
    return questions.values() if questions is not None and questions.is_valid() else {}


def _questions(request: ViewerRequest, matter: str, posted: QueryDict | None) -> StepForm | None:
    version = published_or_none(matter) if matter else None
    definition = report_form(version) if version is not None else None
    if definition is None:
        return None
    submitted = form_fields(posted) if posted is not None else None
    return build(
        definition,
        data={},
        submitted=submitted,
        language=request.LANGUAGE_CODE or "zh-hans",
        areas=area_choices(request.viewer.home_area or "") if definition.asks(FieldKind.AREA) else (),
    )


def page_context(
    request: ViewerRequest, entry: ReportEntry, *, posted: QueryDict | None = None, refused: str = ""
) -> dict[str, Any]:
    ahead = ahead_context(request, entry, posted)
    here = ahead["here"]
    likely = likely_categories(request.viewer, area_code=here.area.code if here else None, now=timezone.now())
    photos = hashes(posted, "r.photos") if posted is not None else []
    kept = Photo.objects.filter(owner=request.user, sha256__in=photos).values_list("sha256", flat=True)
    return {
        **ahead,
        "entry": entry,
        "kind": entry.text("kind"),
        "likely": likely,
        "tree": _tree(likely),
        "areas": areas_to_choose(request.viewer),
        "photos": [sha for sha in photos if sha in set(kept)],
        "refused": refused,
        "on_task": task_named(request.viewer, entry.text("task")),
        "sides": [("west", _("West")), ("north", _("North")), ("south", _("South")), ("east", _("East"))],
    }


def _tree(likely: Sequence[LikelyCategory]) -> list[dict[str, Any]]:
    """The other categories, matter by matter."""
    offered = {(one.matter, one.category) for one in likely}
    groups: dict[str, dict[str, Any]] = {}
    for each in category_tree():
        if (each["matter"], each["category"]) not in offered:
            group = groups.setdefault(each["matter"], {"title": each["matter_title"], "entries": []})
            group["entries"].append(each)
    return list(groups.values())
