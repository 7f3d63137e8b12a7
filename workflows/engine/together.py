"""What a host may do about who does a step: let others sign it too, do it for its people, or mend what came before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workflows.engine import errands, surgery
from workflows.engine.core import READY, Frame, Token
from workflows.engine.errands import Errand, When
from workflows.engine.errors import NotOpen
from workflows.engine.run import Run


def add_signers(run: Run, token: int, signers: Sequence[Errand], *, when: When) -> tuple[int, ...]:
    """Others sign this step too: before its own people, beside or after them. Returns the steps that are open now."""
    return errands.ask(_step(run, token), signers, when=when)


def delegate(run: Run, token: int, errand: Errand) -> int:
    """Somebody else does this step; it can end when he has."""
    return errands.delegate(_step(run, token), errand)


def mend(run: Run, token: int, to: str, errand: Errand, *, posts: Sequence[str] | None = None) -> int:
    """An earlier step is done again, then this one, offered to `posts`. All others go on. Raises CannotMove."""
    host = _step(run, token)
    element, home = surgery.earlier(host, to)
    return errands.mend(host, element, errand, posts=posts, home=home)


def ask_again(run: Run, token: int, errand: Errand, *, posts: Sequence[str] | None = None) -> int:
    """Somebody who did no step of this run is asked to mend what he brought; then this step begins again."""
    host = _step(run, token)
    return errands.mend(host, host.element, errand, posts=posts, home=_scope_of(host))


def mend_first(run: Run, token: int, errand: Errand) -> int:
    """The same before a step that has just begun: it can end when what was brought is mended."""
    host = _step(run, token)
    return errands.mend_first(host, errand, home=_scope_of(host))


def drop(run: Run, token: int, posts: Sequence[str]) -> tuple[str, ...]:
    """Those of these posts who were asked by this step and have not done it need not; which they were."""
    host = _step(run, token)
    added = [other for other in errands.added_by(host) if set(other.mark["posts"]) & set(posts)]
    found = errands.drop(host, posts) + tuple(code for other in added for code in other.mark["posts"])
    for other in added:
        run.remove_instance(other.id)
    return found


def add_instance(run: Run, token: int, item: Any, posts: Sequence[str]) -> None:
    """One more instance beside this one, for these posts."""
    host = _step(run, token)
    for new in run.add_instance(token, item):
        errands.offer(_step(run, new), posts, of=host.id)


def is_instance(run: Run, token: int) -> bool:
    """Whether a step is one of parallel instances, beside which another can be put."""
    found = _step(run, token)
    loop = found.element.loop
    return found.frame.kind == "many" and loop is not None and loop.loop.kind == "parallel"


def is_held_up(run: Run, token: int) -> bool:
    """Whether others have to be done before this step can end."""
    return errands.holds_up(_step(run, token))


def _scope_of(host: Token) -> Frame:
    home = errands.root(host).frame
    while home.region is None and home.host is not None:
        home = home.host.frame
    return home


def _step(run: Run, token: int) -> Token:
    found = run._machine.tokens.get(token)
    if found is None or found.wait is not None or found.state != READY or not found.element.rests(found):
        raise NotOpen
    return found
