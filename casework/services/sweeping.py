"""What every sweep over cases does: each in a transaction of its own, and one that fails stops none of the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import InterfaceError, OperationalError

Key = TypeVar("Key")
log = logging.getLogger(__name__)


def one_by_one(keys: Iterable[Key], act: Callable[[Key], int]) -> int:
    """How many it was done to. What fails is logged and comes round again; that the database is away is raised."""
    done = 0
    for key in keys:
        try:
            done += act(key)
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # whatever it is, the cases behind this one must go on
            log.exception("%s failed for %s", act, key)
    return done
