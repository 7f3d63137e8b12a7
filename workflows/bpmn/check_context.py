"""What a diagram may name that lies outside it."""

from __future__ import annotations

from dataclasses import dataclass

Names = frozenset[str] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckContext:
    """The names there are, by kind; None leaves that kind unchecked.

    ``posts`` are the keys of posts, ``called`` the processes that are published, ``variables`` what forms and handlers
    are known to write beside what the diagram itself writes.
    """

    forms: Names = None
    services: Names = None
    called: Names = None
    tables: Names = None
    posts: Names = None
    variables: Names = None
