"""A voice memo, in whole or in part: players ask for ranges, and some play nothing without them."""

from __future__ import annotations

import re

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from casework.errors import NotFound
from casework.pages.door import ViewerRequest, page
from casework.queries.recordings import recording_visible_to

TYPES = {"webm": "audio/webm", "ogg": "audio/ogg", "mp4": "audio/mp4"}
RANGE = re.compile(r"bytes=(\d{0,12})-(\d{0,12})")


@page
@require_GET
def recording(request: ViewerRequest, sha256: str) -> HttpResponse:
    """For those who may see its case or who sent it."""
    found = recording_visible_to(request.viewer, sha256)
    if found is None:
        raise NotFound
    try:
        with found.file.storage.open(str(found.file.name)) as file:
            content = file.read()
    except FileNotFoundError as error:
        raise NotFound from error
    response = _part(content, request.headers.get("Range", ""), TYPES[found.kind])
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = f'inline; filename="{sha256[:12]}.{found.kind}"'
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def _part(content: bytes, asked: str, kind: str) -> HttpResponse:
    """What one range asks for; the whole where none is asked or several are."""
    match = RANGE.fullmatch(asked.strip())
    if match is None or match.groups() == ("", ""):
        return HttpResponse(content, content_type=kind)
    first, last = match.groups()
    size = len(content)
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if start >= size or start > end:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = HttpResponse(content[start : end + 1], content_type=kind, status=206)
    response["Content-Range"] = f"bytes {start}-{end}/{size}"
    return response
