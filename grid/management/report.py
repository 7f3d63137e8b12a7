"""What the import commands print: every bad line, or what changed."""

from collections.abc import Iterable

from django.core.management.base import CommandError, OutputWrapper
from django.utils.translation import gettext as _

from grid.services.registers import Changes, RegisterRefused

SHOWN = 20


def refuse(refused: RegisterRefused, *, err: OutputWrapper) -> None:
    """Print every bad line and end with exit code 1."""
    for bad in refused.bad_lines:
        place = _("line %d") % bad.number if bad.number else _("file")
        err.write(f"{place}: {bad.message} [{bad.code}]\n")
    raise CommandError(str(refused.message), returncode=1) from refused


def tell(title: str, changes: Changes, *, out: OutputWrapper) -> None:
    out.writelines(
        f"{title}: {word} {len(codes)}{_some(codes)}\n"
        for word, codes in (
            (_("added"), changes.added),
            (_("changed"), changes.changed),
            (_("removed"), changes.removed),
            (_("missing in the file, kept"), changes.missing),
        )
    )


def tell_briefly(title: str, changes: Changes, *, out: OutputWrapper) -> None:
    counts = {"added": len(changes.added), "changed": len(changes.changed)}
    out.write(f"{title}: " + _("%(added)d added, %(changed)d changed") % counts)


def _some(codes: Iterable[str]) -> str:
    codes = list(codes)
    if not codes:
        return ""
    more = f" … +{len(codes) - SHOWN}" if len(codes) > SHOWN else ""
    return f"  ({' '.join(codes[:SHOWN])}{more})"
