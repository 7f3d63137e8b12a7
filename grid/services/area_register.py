"""The register of areas: read from CSV or GeoJSON, checked as a whole, stored as a whole."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid import codes
from grid.models import Area
from grid.services.locate import stamp_outlines
from grid.services.registers import BadLine, Changes, RegisterRefused, bring_in_step, remove_unused
from grid.services.tables import Line, read_table, read_text

COLUMNS = {"code": "编码", "name": "名称", "kind": "类型", "outline": "边界"}
FIELDS = ("name", "level", "parent_id", "outline", "kind", "synthetic")
NAME_LENGTH = 100


@dataclass(frozen=True, kw_only=True)
class AreaEntry:
    """One area of a register. Level and parent are in its code. No outline keeps the one there is."""

    number: int
    code: str
    name: str
    kind: str = Area.Kind.ORDINARY
    outline: dict[str, Any] | None = None
    synthetic: bool = False


def read_areas(path: Path) -> list[AreaEntry]:
    """Raises RegisterRefused with every bad line, not only the first."""
    lines = _features(path) if path.suffix.lower() in {".geojson", ".json"} else _rows(path)
    entries: list[AreaEntry] = []
    bad: list[BadLine] = []
    for line, geometry in lines:
        entry = _entry(line, geometry)
        if isinstance(entry, BadLine):
            bad.append(entry)
        else:
            entries.append(entry)
    bad += _bad_family(entries, among_bad=bool(bad))
    if bad:
        raise RegisterRefused(bad)
    return entries


@transaction.atomic
def store_areas(entries: Sequence[AreaEntry], *, remove_missing: bool = False) -> Changes:
    """Add and change areas. What lies inside the file's topmost areas and isn't in the file is missing:
    named, and removed only if asked and if nothing depends on it."""
    stored = Area.objects.in_bulk([entry.code for entry in entries], field_name="code")
    wanted = {entry.code: _area(entry, stored.get(entry.code)) for entry in sorted(entries, key=_by_code)}
    changes = bring_in_step(Area, wanted, fields=FIELDS)
    missing = _missing(wanted)
    if remove_missing:
        _remove(missing)
        changes = changes.with_removed(missing)
    else:
        changes = changes.with_missing(missing)
    if changes:
        stamp_outlines()
    return changes


def _rows(path: Path) -> list[tuple[Line, Any]]:
    lines = read_table(path, columns=COLUMNS, required=("code", "name"))
    return [(line, line.values.get("outline", "")) for line in lines]


def _features(path: Path) -> list[tuple[Line, Any]]:
    """`number` counts features, the first is 1."""
    try:
        collection = json.loads(read_text(path))
    except (
        ValueError,
        RecursionError,
    ) as error:  # beside what is no JSON: nested too deeply, endless numbers
        number, why = getattr(error, "lineno", 0), getattr(error, "msg", error)
        raise RegisterRefused(
            [BadLine(number=number, code="json", message=_("This isn't JSON: %s") % why)]
        ) from error
    if not isinstance(collection, dict) or not isinstance(collection.get("features"), list):
        message = _("This isn't a GeoJSON FeatureCollection.")
        raise RegisterRefused([BadLine(number=0, code="geojson", message=message)])
    if _names_other_system(collection.get("crs")):
        message = _("The coordinates must be WGS-84 degrees; the file names another system.")
        raise RegisterRefused([BadLine(number=0, code="crs", message=message)])
    return [_feature(number, feature) for number, feature in enumerate(collection["features"], 1)]


def _feature(number: int, feature: Any) -> tuple[Line, Any]:
    feature = feature if isinstance(feature, dict) else {}
    properties = feature.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    values = {
        name: str(properties.get(name, properties.get(chinese)) or "").strip()
        for name, chinese in COLUMNS.items()
    }
    geometry = feature.get("geometry")
    return Line(number=number, values=values), json.dumps(geometry) if geometry else ""


def _names_other_system(crs: Any) -> bool:
    return crs is not None and not any(
        known in json.dumps(crs) for known in ("CRS84", "EPSG::4326", "EPSG:4326")
    )


def _entry(line: Line, outline: str) -> AreaEntry | BadLine:
    try:
        code = codes.parse(line.values["code"])
    except codes.BadAreaCode as error:
        return line.bad(error.code, _(error.message) % error.params)  # noqa: INT003 (texts of codes.py)
    name, kind = line.values["name"], _kind(line.values.get("kind", ""))
    if not (0 < len(name) <= NAME_LENGTH and name.isprintable()):
        return line.bad("name", _("An area needs a name of at most 100 characters."))
    if kind is None:
        return line.bad("kind", _("Unknown kind of area: %s") % line.values["kind"])
    shape = _shape(outline) if outline else None
    if isinstance(shape, str):
        return line.bad("outline", shape)
    return AreaEntry(number=line.number, code=code, name=name, kind=kind, outline=shape)


def _kind(text: str) -> str | None:
    """A kind by its key or by the Chinese word offices use."""
    chinese = {"街道": "subdistrict", "镇": "town", "乡": "township", "社区": "community", "村": "village"}
    kind = chinese.get(text, text)
    return kind if kind in Area.Kind.values else None


def _shape(outline: str) -> dict[str, Any] | str:
    """The outline as GeoJSON, or what is wrong with it. Well-known text is understood too."""
    try:
        from_text = shapely.from_geojson if outline.startswith("{") else shapely.from_wkt
        shape = from_text(outline)
    except shapely.errors.ShapelyError:
        return str(_("The outline is neither GeoJSON nor well-known text."))
    if shape is None or shape.is_empty or shape.geom_type not in {"Polygon", "MultiPolygon"}:
        return str(_("The outline must be a polygon."))
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return str(_("The coordinates must be WGS-84 degrees, longitude before latitude."))
    if not shape.is_valid:
        return str(_("The outline isn't a proper area: %s") % shapely.is_valid_reason(shape))
    geometry: dict[str, Any] = json.loads(shapely.to_geojson(shape))
    return geometry


def _bad_family(entries: Sequence[AreaEntry], *, among_bad: bool) -> list[BadLine]:
    """Codes that come twice, and areas whose parent is nowhere.

    While other lines are bad themselves, a missing parent may be one of them: then only doubles are told.
    """
    bad: list[BadLine] = []
    first: dict[str, int] = {}
    for entry in entries:
        if entry.code in first:
            text = _("%(code)s is in line %(line)d already.") % {
                "code": entry.code,
                "line": first[entry.code],
            }
            bad.append(BadLine(number=entry.number, code="twice", message=text))
        first.setdefault(entry.code, entry.number)
    if among_bad:
        return bad
    parents = {entry.code: codes.parent(entry.code) for entry in entries}
    elsewhere = {parent for parent in parents.values() if parent and parent not in first}
    known = set(Area.objects.filter(code__in=elsewhere).values_list("code", flat=True))
    for entry in entries:
        if (parent := parents[entry.code]) in elsewhere - known:
            text = _("The area above, %s, is neither in the file nor known.") % parent
            bad.append(BadLine(number=entry.number, code="parent", message=text))
    return bad


def _area(entry: AreaEntry, stored: Area | None) -> Area:
    kept = stored if stored and entry.outline is None else None
    return Area(
        code=entry.code,
        name=entry.name,
        level=codes.level(entry.code),
        parent_id=codes.parent(entry.code),
        kind=entry.kind,
        outline=kept.outline if kept else entry.outline,
        # A made-up outline that is kept stays made up, whoever confirms the name.
        synthetic=entry.synthetic or bool(kept and kept.outline and kept.synthetic),
    )


def _by_code(entry: AreaEntry) -> str:
    return entry.code


def _missing(wanted: Iterable[str]) -> tuple[str, ...]:
    present = set(wanted)
    inside = Q()
    for code in present:
        if codes.parent(code) not in present:
            inside |= Q(code__startswith=code)
    within = Area.objects.filter(inside) if inside else Area.objects.none()
    return tuple(code for code in within.values_list("code", flat=True) if code not in present)


def _remove(missing: Sequence[str]) -> None:
    """The deepest first, as an area is protected by the areas in it."""
    for level in reversed(codes.LEVELS):
        remove_unused(Area.objects.at(level).filter(code__in=missing))
