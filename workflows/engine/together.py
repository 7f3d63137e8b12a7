"""What a host may do about who does a step: let others sign it too, do it for its people, or mend what came before."""

from __future__ import annotations

from collections.abc import Sequence

from workflows.engine import errands, surgery
from workflows.engine.core import READY, Token
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
    home = errands.root(host).frame
    while home.region is None and home.host is not None:
        home = home.host.frame
    return errands.mend(host, host.element, errand, posts=posts, home=home)


def drop(run: Run, token: int, posts: Sequence[str]) -> tuple[str, ...]:
    """Those of these posts who were asked by this step and have not done it need not; which they were."""
    return errands.drop(_step(run, token), posts)


def asked(run: Run, token: int) -> tuple[str, ...]:
    """The posts that this step has asked and that have not done it, those who come after it too."""
    return errands.asked(_step(run, token))


def offer(run: Run, token: int, posts: Sequence[str], *, added: bool = False) -> None:
    """A step is for these posts, whatever the diagram says; `added`: it is no original part of its multi-instance."""
    errands.offer(_step(run, token), posts, added=added)


def is_instance(run: Run, token: int) -> bool:
    """Whether a step is one of parallel instances, beside which another can be put."""
    found = _step(run, token)
    loop = found.element.loop
    return found.frame.kind == "many" and loop is not None and loop.loop.kind == "parallel"


def is_added(run: Run, token: int) -> bool:
    return (_step(run, token).mark or {}).get("as") == "added"


def is_held_up(run: Run, token: int) -> bool:
    """Whether others have to be done before this step can end."""
    return errands.holds_up(_step(run, token))


def _step(run: Run, token: int) -> Token:
    found = run._machine.tokens.get(token)
    if found is None or found.wait is not None or found.state != READY or not found.element.rests(found):
        raise NotOpen
    return found
