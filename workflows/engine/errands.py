"""What one step of a person makes others do: sign with him (加签), do it for him (委托), mend what he sent back.

An errand is a token in a frame that hangs on the step's own token. So it ends with the step, whatever ends that, and none
of it is kept anywhere but in the state. Its `mark` says what for: `as` (sign, delegate, mend), `when` (before, beside),
the `posts` it is offered to and what it sets over the step's settings, all of which mean nothing here. The host's mark
keeps who signs after it (`after`) and what signers have brought for it to leave with (`brought`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from workflows.engine.core import READY, STARTED, Frame, Token
from workflows.engine.errors import HeldUp, NotOpen
from workflows.engine.variables import give_result, instance_of, write

if TYPE_CHECKING:
    from workflows.engine.core import Element

KIND: Final = "errand"
When = Literal["before", "beside", "after"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Errand:
    """Who is to do it, and what of the step is different for him. `posts` None: whoever the diagram says."""

    posts: tuple[str, ...] | None
    name: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)


def ask(host: Token, errands: Sequence[Errand], *, when: When) -> tuple[int, ...]:
    """Others sign too: before the step can end, beside it, or after it before the run goes on."""
    if when == "after":
        mark = dict(host.mark or {})
        mark["after"] = [*mark.get("after", []), *(_said("sign", "after", errand) for errand in errands)]
        host.mark = mark
        return ()
    frame = _frame_of(host)
    return tuple(_begin(frame, host.element, _said("sign", when, errand)).id for errand in errands)


def delegate(host: Token, errand: Errand) -> int:
    """Somebody else does the work; the step's own people decide when it has come back."""
    return _begin(_frame_of(host), host.element, _said("delegate", "before", errand)).id


def mend(host: Token, element: Element, errand: Errand, *, posts: Sequence[str] | None, home: Frame) -> int:
    """An earlier step is done once more while this one waits; then this one begins again, offered to `posts`.

    Nothing that stands elsewhere is touched, as nothing behind the earlier step will be done again.
    """
    if host.inner is not None:  # who was to sign with it need not any more
        host.frame.machine.drop_frame(host.inner)
        host.inner = None
    host.state = STARTED
    mark = {name: value for name, value in (host.mark or {}).items() if name not in ("after", "brought")}
    mark["mending"] = {"posts": None if posts is None else list(posts), "local": host.local}
    host.mark = mark
    said = _said("mend", "before", errand)
    said["at"] = home.host.id if home.host is not None else None
    return _begin(_frame_of(host), element, said).id


def mend_first(host: Token, errand: Errand, *, home: Frame) -> int:
    """Somebody mends what he brought before this step can end."""
    said = _said("mend", "before", errand)
    said["at"] = home.host.id if home.host is not None else None
    return _begin(_frame_of(host), host.element, said).id


def offer(token: Token, posts: Sequence[str], *, of: int) -> None:
    """One more instance, asked for by the instance `of`, is for these posts, whatever the diagram says."""
    token.mark = {"as": "added", "of": of, "posts": list(posts)}


def added_by(host: Token) -> list[Token]:
    """The instances beside this one that it has asked for and that are still there."""
    beside = host.frame.tokens() if host.frame.kind == "many" else []
    return [token for token in beside if token.mark and token.mark.get("of") == host.id]


def drop(host: Token, posts: Sequence[str]) -> tuple[str, ...]:
    """Those who were asked and have not done it yet need not do it any more; the posts that were found."""
    mark, found = dict(host.mark or {}), []
    waiting = [said for said in mark.get("after", []) if not set(said["posts"] or ()) & set(posts)]
    found += [code for said in mark.get("after", []) if said not in waiting for code in said["posts"]]
    if "after" in mark:
        mark["after"] = waiting
        host.mark = {name: value for name, value in mark.items() if value} or None
    for token in _open(host):
        asked = (token.mark or {}).get("posts") or []
        if token.mark and token.mark["as"] != "mend" and set(asked) & set(posts):
            found += asked
            _gone(token)
    return tuple(found)


def asked(host: Token) -> tuple[str, ...]:
    """The posts that were asked and have not done it, those who come after it too."""
    open_ = [token.mark for token in _open(host) if token.mark and token.mark["as"] != "mend"]
    coming = (host.mark or {}).get("after", [])
    added = [token.mark for token in added_by(host)]
    return tuple(code for said in [*open_, *coming, *added] for code in said["posts"] or ())


# --- what the engine asks


def is_errand(token: Token) -> bool:
    return token.frame.kind == KIND


def holds_up(host: Token) -> bool:
    """Whether others have to be done with it before this step can end."""
    return any((token.mark or {}).get("when") == "before" for token in _open(host))


def take_result(token: Token, values: Mapping[str, Any]) -> None:
    """What a step yields. A signer's values wait for the step he signs; what is mended goes where it was made."""
    if holds_up(token):
        raise HeldUp(element=token.element.node.name or token.element.node.id)
    if not is_errand(token):
        give_result(token, values)
        return
    host = token.frame.host
    assert host is not None
    if _as(token) == "mend":
        write(_home(token), None, values)
    elif values and _as(token) == "sign" and (token.mark or {}).get("when") != "before":
        mark = dict(host.mark or {})
        mark["brought"] = {**mark.get("brought", {}), **values}
        host.mark = mark


def may_leave(token: Token) -> bool:
    """Whether nobody signs beside or after this step any more. False: it stays, started, until they have."""
    mark = dict(token.mark or {})
    after = mark.pop("after", [])
    if after:
        token.mark = mark or None
        frame = _frame_of(token)
        for said in after:
            _begin(frame, token.element, said)
    if token.inner is None:
        return True
    token.state = STARTED
    return False


def leave_with(token: Token) -> None:
    """What signers have brought counts more than what the step itself yielded."""
    brought = (token.mark or {}).get("brought")
    if brought:
        give_result(token, brought)


def done(token: Token) -> None:
    """An errand is done."""
    _gone(token)


def root(token: Token) -> Token:
    """The step that an errand was begun for, through all errands of errands."""
    while is_errand(token) and token.frame.host is not None:
        token = token.frame.host
    return token


def settings_of(token: Token) -> Mapping[str, str]:
    over = (token.mark or {}).get("set")
    return {**token.element.node.settings, **over} if over else token.element.node.settings


def name_of(token: Token) -> str:
    return str((token.mark or {}).get("name") or token.element.node.name)


def posts_of(token: Token) -> tuple[str, ...] | None:
    posts = (token.mark or {}).get("posts")
    return None if posts is None else tuple(posts)


def variables_of(token: Token) -> dict[str, Any]:
    """What lies over the case's variables; who mends does not see those of the step he mends for."""
    if is_errand(token) and _as(token) == "mend":
        host = _home(token).host
        return instance_of(host) if host is not None else {}
    return instance_of(token)


# --- inside


def _said(as_: str, when: str, errand: Errand) -> dict[str, Any]:
    said: dict[str, Any] = {"as": as_, "when": when}
    said["posts"] = None if errand.posts is None else list(errand.posts)
    if errand.name:
        said["name"] = errand.name
    if errand.settings:
        said["set"] = dict(errand.settings)
    return said


def _as(token: Token) -> str:
    return str((token.mark or {}).get("as", ""))


def _frame_of(host: Token) -> Frame:
    if host.inner is not None:
        return host.inner
    return host.frame.machine.open_frame(host, kind=KIND, region=None)


def _begin(frame: Frame, element: Element, said: dict[str, Any]) -> Token:
    token = frame.machine.token(element, frame)
    token.mark = said
    frame.machine.arrive(token)
    return token


def _open(host: Token) -> Iterator[Token]:
    inner = host.inner
    return iter(inner.tokens() if inner is not None and inner.kind == KIND else ())


def _gone(token: Token) -> None:
    """An errand is out of the way; with the last one its host goes on."""
    frame = token.frame
    host, machine = frame.host, frame.machine
    assert host is not None
    frame.remove(token)
    if frame.has_tokens():
        return
    machine.drop_frame(frame)
    host.inner = None
    if host.state == READY:
        return
    if "mending" in (host.mark or {}):
        _again(host)
    else:
        host.complete()


def _again(host: Token) -> None:
    """The step that sent something back is there again, as it was when it began."""
    mark = dict(host.mark)
    mending = mark.pop("mending")
    if mending["posts"] is not None:
        mark["posts"] = mending["posts"]
    frame, machine = host.frame, host.frame.machine
    token = machine.token(host.element, frame)
    token.local, token.mark = mending["local"], mark or None
    frame.remove(host)
    machine.arrive(token)


def _home(token: Token) -> Frame:
    """The frame in which the step that is mended would stand."""
    at = (token.mark or {}).get("at")
    place: Token | None = token
    while place is not None:
        host = place.frame.host
        if place.frame.kind != KIND and (host.id if host is not None else None) == at:
            return place.frame
        place = host
    raise NotOpen
