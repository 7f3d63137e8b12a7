"""The organisation from and to Excel: a trial that names every bad line, then all or nothing."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.pages.door import ViewerRequest, page
from casework.pages.orgparts import screen
from casework.queries.org_sheets import organisation_workbook
from casework.services import organising
from casework.services.organising.importing import FILE_BYTES, KINDS
from grid.services.registers import RegisterRefused

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200  # bad lines


@page
@require_http_methods(["GET", "POST"])
def bring_in(request: ViewerRequest) -> HttpResponse:
    """“Try” says what would change and leaves the file in the form; “Store” does it."""
    organising.ensure_may_organise(request.viewer)
    if request.method != "POST":
        return screen(request, "import", {}, section="organisation")
    kind = request.POST.get("kind", "")
    kind = kind if kind in KINDS else KINDS[0]
    file = request.FILES.get("file")
    content = file.read(FILE_BYTES + 1) if file else b""
    name = file.name or "" if file else ""
    store = organising.import_file if request.POST.get("do") == "store" else organising.try_file
    try:
        trial = store(kind, name=name, content=content, by=request.viewer)
    except RegisterRefused as refused:
        lines = refused.bad_lines
        return _answer(request, {"bad": lines[:SHOWN], "bad_in_all": len(lines), "kind": kind}, status=422)
    if store is organising.import_file:
        messages.success(request, _("Stored: %(file)s") % {"file": name})
        return redirect("org:organisation")
    return _answer(request, {"trial": trial, "kind": kind})


def _answer(request: ViewerRequest, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    """Without a script the whole page comes back, and the file has to be chosen again."""
    if request.headers.get("HX-Request"):
        # The page's script puts only successful answers in place; what was found is told either way.
        return TemplateResponse(request, "org/_trial.html", context)
    answer = screen(request, "import", context, section="organisation")
    answer.status_code = status
    return answer


@page
@require_GET
def export(request: ViewerRequest) -> HttpResponse:
    """Units and posts in one's reach, in the form in which they can be read in again."""
    organising.ensure_may_organise(request.viewer)
    book = organisation_workbook(request.viewer)
    named = {"Content-Disposition": "attachment; filename=organisation.xlsx"}
    return HttpResponse(book, content_type=EXCEL, headers=named)
