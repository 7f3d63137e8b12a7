"""Places, units, posts and people, and what people saw on the ground."""

from grid.models.areas import Area
from grid.models.ledgers import (
    LedgerChange,
    LedgerImport,
    LedgerKind,
    LedgerReading,
    LedgerRecord,
    LedgerTag,
    LedgerVisit,
)
from grid.models.outlines import AreaOutline, OutlineStamp
from grid.models.people import User
from grid.models.posts import Appointment, Post, Unit
from grid.models.recordings import Recording
from grid.models.service_points import ServicePoint
from grid.models.sightings import Photo, Report

__all__ = [
    "Appointment",
    "Area",
    "AreaOutline",
    "LedgerChange",
    "LedgerImport",
    "LedgerKind",
    "LedgerReading",
    "LedgerRecord",
    "LedgerTag",
    "LedgerVisit",
    "OutlineStamp",
    "Photo",
    "Post",
    "Recording",
    "Report",
    "ServicePoint",
    "Unit",
    "User",
]
