"""Areas to choose from in a form: what lies around a case, and no more than a list can hold."""

from __future__ import annotations

from django.db.models import Q

from grid.codes import DIGITS
from grid.models import Area

MOST = 400


def area_choices(area_code: str) -> list[tuple[str, str]]:
    """The district's sub-districts, the communities of the case's own, and the grids of its community: code, name."""
    district = area_code[: DIGITS["district"]]
    near = Q(code=district) | Q(code__startswith=district, level="town")
    if len(area_code) >= DIGITS["town"]:
        near |= Q(code__startswith=area_code[: DIGITS["town"]], level="community")
    if len(area_code) >= DIGITS["community"]:
        near |= Q(code__startswith=area_code[: DIGITS["community"]], level="grid")
    return list(Area.objects.filter(near).order_by("code").values_list("code", "name")[:MOST])
