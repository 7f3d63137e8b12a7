"""The frozen facts that rules see. Pure: no Django, no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Messages find a case and routing trusts it by these: nobody opens or handles a case under another's number.
FIXED = ("案件编号", "片区", "上报人")


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """What routing and time limits may depend on."""

    number: str
    matter: str
    area_code: str
    urgent: bool
    category: str
    reporter_post: str
    data: Mapping[str, Any]
    report: int | None = None  # of its row, for the position
