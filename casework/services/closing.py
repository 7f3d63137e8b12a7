"""What the end of a case settles besides its run: what still waited lapses, and how long the record is kept."""

from __future__ import annotations

from datetime import datetime

from casework.models import Case
from workflows.rows import Batch

KEPT_YEARS = 3  # where the table has no rule at all; a default to be confirmed by the archive

_LAPSE = "UPDATE casework_caserequest SET state = 'lapsed' WHERE case_id = %s AND state = 'pending'"
_UNSUPERVISE = "UPDATE casework_supervision SET ended_at = %s WHERE case_id = %s AND replied_at IS NULL AND ended_at IS NULL"
_UNREST = "UPDATE casework_suspension SET ended_at = %s WHERE case_id = %s AND ended_at IS NULL"
_KEEP = """
UPDATE casework_case SET keep_until = (%s::date + make_interval(years => COALESCE(
       (SELECT years FROM casework_retentionrule WHERE matter = %s),
       (SELECT years FROM casework_retentionrule WHERE matter = ''), %s)))::date
 WHERE id = %s
"""


def settle_record(case: Case, batch: Batch, *, matter: str, now: datetime) -> None:
    """Part of the move that ends the case, in the same round trip."""
    batch.run(_LAPSE, case.pk)
    batch.run(_UNSUPERVISE, now, case.pk)
    batch.run(_UNREST, now, case.pk)
    batch.run(_KEEP, now, matter, KEPT_YEARS, case.pk)
