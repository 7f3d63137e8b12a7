"""Reports that a phone could not send, read in at a desk from the file that its outbox saved."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.errors import CaseworkError, NotValid
from casework.pages.door import ViewerRequest, page
from casework.pages.reportpage import ReportEntry, hashes, is_complete, new_report, what_is_missing
from casework.services.arrivals import hand_in_evidence, hand_in_report
from casework.services.evidence import NewEvidence
from grid.errors import GridError
from grid.models import User
from grid.services.photos import store_photo
from grid.services.recordings import store_recording
from workflows.errors import WorkflowsError

FORMAT, VERSION = "one-matter-reports", 1
MOST_REPORTS, MOST_PARTS, MOST_PAIRS = 50, 12, 300
FILE_BYTES = 80 * 1024 * 1024
JOINS = re.compile(r"/m/report/same/([\w-]{1,30})/")
Told = Mapping[str, Any]  # Any: JSON of a file


@dataclass(frozen=True, kw_only=True)
class ReadIn:
    """What became of one report of the file."""

    title: str
    owner: str
    number: str
    refused: str


@page
@require_http_methods(["GET", "POST"])
def handover(request: ViewerRequest) -> HttpResponse:
    """Read the file in: each report by itself, so that one that is refused does not hold up the others."""
    context: dict[str, Any] = {"rows": [], "refused": ""}
    status = 200
    if request.method == "POST":
        try:
            context["rows"] = [_read_in(request, told) for told in _reports(request)]
        except NotValid as error:
            context["refused"], status = error.message, 422
    return TemplateResponse(request, "desk/handover.html", context, status=status)


def _reports(request: ViewerRequest) -> list[Told]:
    """Raises NotValid for what is no file of ours."""
    upload = request.FILES.get("file")
    if upload is None:
        raise NotValid(_("Choose the file that the phone saved."))
    if (upload.size or 0) > FILE_BYTES:
        raise NotValid(_("The file is larger than 80 MB. Save the reports in several files."))
    try:
        told = json.loads(upload.read())
    except (ValueError, RecursionError) as error:
        raise NotValid(_("This is not a file that a phone saved, or it is damaged.")) from error
    reports = told.get("reports") if isinstance(told, dict) and told.get("format") == FORMAT else None
    if not isinstance(reports, list) or not all(isinstance(each, dict) for each in reports):
        raise NotValid(_("This is not a file that a phone saved, or it is damaged."))
    if told.get("version") != VERSION:
        raise NotValid(
            _("The file comes from another version of the phone's pages. Open them again and save anew.")
        )
    if len(reports) > MOST_REPORTS:
        raise NotValid(_("At most fifty reports can be read in at a time."))
    return reports


def _read_in(request: ViewerRequest, told: Told) -> ReadIn:
    owner = _owner(request, told)
    title = _kept(str(told.get("title", "")))[:80]
    try:
        number, refused = _case_number(request, told, owner), ""
    except (CaseworkError, WorkflowsError, GridError) as error:
        number, refused = "", str(error.message)
    # Whoever may not read in what others wrote does not learn from a made-up file what people are called.
    is_told = owner.pk == request.user.pk or request.viewer.has_power("register")
    return ReadIn(title=title, owner=str(owner) if is_told else "", number=number, refused=refused)


def _owner(request: ViewerRequest, told: Told) -> User:
    """Who wrote it; somebody this server doesn't know counts as the reader."""
    key = str(told.get("user", ""))
    known = User.objects.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 18 else None
    return known or request.user


def _case_number(request: ViewerRequest, told: Told, owner: User) -> str:
    posted = _posted(told)
    for field, content in _contents(told, "photos"):
        posted.appendlist(field or "r.photos", store_photo(content, owner=request.user).sha256)
    for _field, content in _contents(told, "memos"):
        posted.appendlist("r.memos", store_recording(content, owner=request.user).sha256)
    entry = ReportEntry(posted)
    joins = JOINS.fullmatch(str(told.get("address", "")))
    if joins is not None:
        return hand_in_evidence(_evidence(entry, posted, joins[1]), owner=owner, by=request.viewer).number
    if not is_complete(request, entry, posted):
        raise NotValid(what_is_missing(request, entry, posted)[1])
    report = new_report(request, entry, posted)
    return hand_in_report(report, owner=owner, by=request.viewer).number


def _posted(told: Told) -> QueryDict:
    """The pairs as the phone would have posted them."""
    pairs = told.get("pairs")
    if not isinstance(pairs, list) or len(pairs) > MOST_PAIRS:
        raise NotValid(_("This is not a file that a phone saved, or it is damaged."))
    posted = QueryDict(mutable=True)
    for pair in pairs:
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(each, str) for each in pair)):
            raise NotValid(_("This is not a file that a phone saved, or it is damaged."))
        if pair[0] not in ("r.photos", "r.memos"):
            posted.appendlist(_kept(pair[0]), _kept(pair[1]))
    return posted


def _kept(text: str) -> str:
    """Without what neither a page nor the database can hold: NUL and half characters."""
    return text.replace("\x00", "").encode(errors="replace").decode()


def _contents(told: Told, name: str) -> list[tuple[str, bytes]]:
    """What it brought, each with the question that it answers."""
    parts = told.get(name) or []
    if not isinstance(parts, list) or len(parts) > MOST_PARTS:
        raise NotValid(_("This is not a file that a phone saved, or it is damaged."))
    try:
        contents = [
            (_kept(str(part.get("field") or "")), base64.b64decode(part["data"], validate=True))
            for part in parts
        ]
    except (TypeError, AttributeError, KeyError, ValueError, binascii.Error) as error:
        raise NotValid(_("This is not a file that a phone saved, or it is damaged.")) from error
    if any(len(content) > settings.PHOTO_BYTES for _field, content in contents):
        raise NotValid(_("The photo is larger than 15 MB. Choose a smaller one."))
    return contents


def _evidence(entry: ReportEntry, posted: QueryDict, number: str) -> NewEvidence:
    entry.is_valid()  # the category that it lacks is asked of reports only
    said = entry.cleaned_data
    if "token" not in said:
        raise NotValid(_("This is not a file that a phone saved, or it is damaged."))
    return NewEvidence(
        token=said["token"],
        number=number,
        text=said.get("summary", ""),
        lat=said.get("lat"),
        lon=said.get("lon"),
        photos=hashes(posted, "r.photos"),
        recordings=hashes(posted, "r.memos"),
    )
