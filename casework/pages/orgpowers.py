"""Who may do what, on one page: posts by role, and the levels' powers by category."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from casework.pages.door import ViewerRequest, page
from casework.pages.org import POWER_WORDS
from casework.pages.orgparts import screen
from casework.queries.powers import LEVELS, category_powers, roles
from casework.services.locks import database_now
from casework.services.organising import ensure_may_organise
from grid.models.posts import POWERS


@page
@require_GET
def powers(request: ViewerRequest) -> HttpResponse:
    """A post's rights are changed at the post, a level's in the rule table."""
    ensure_may_organise(request.viewer)
    context = {
        "roles": roles(request.viewer, on=timezone.localdate()),
        "powers": [POWER_WORDS[power] for power in POWERS],
        "levels": LEVELS,
        "categories": category_powers(request.viewer, now=database_now()),
    }
    return screen(request, "powers", context, section="powers")
