"""The channels that this installation has: robots of DingTalk, WeCom and 飞书, and a gateway for text messages.

They come from the environment (`NOTICE_CHANNELS`), as their addresses are secrets: whoever has one can write to the group.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

log = logging.getLogger(__name__)
KINDS = ("dingtalk", "wecom", "feishu", "sms")
KEY_LENGTH = 32


class ChannelsUnreadable(ValueError):
    """The setting doesn't describe channels; the words say what is wrong with which."""


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One way out. `areas` are code prefixes: it is offered to whoever has a post there; none means everybody.

    `secret` signs for DingTalk and 飞书, and is the bearer token of a text message gateway. `template` is the gateway's
    own name of the text. `word` stands first in the text, where a robot listens to a keyword only.
    """

    key: str
    kind: str
    name: str
    url: str
    secret: str = ""
    template: str = ""
    word: str = ""
    areas: tuple[str, ...] = ()

    @property
    def is_personal(self) -> bool:
        """A text message goes to one person; a robot writes to a group, where one message is enough for all in it."""
        return self.kind == "sms"

    @property
    def is_listed(self) -> bool:
        """Whether its host may be called at all."""
        return (urlsplit(self.url).hostname or "") in {host.lower() for host in settings.NOTICE_HOSTS}

    def serves(self, area_codes: Iterable[str]) -> bool:
        return not self.areas or any(code.startswith(self.areas) for code in area_codes)


def channels() -> Mapping[str, Channel]:
    """All of them by key; none while the setting can't be read, as the sweep has other things to do as well."""
    try:
        return read()
    except ChannelsUnreadable:
        log.exception("NOTICE_CHANNELS can't be read")
        return {}


def read() -> Mapping[str, Channel]:
    """The same for the check at the start. Raises ChannelsUnreadable."""
    return _read(json.dumps(settings.NOTICE_CHANNELS, sort_keys=True))


def offered(area_codes: Iterable[str]) -> dict[str, Channel]:
    """Those that whoever has posts in these areas may choose."""
    codes = list(area_codes)
    return {key: one for key, one in channels().items() if one.serves(codes)}


@lru_cache(maxsize=4)
def _read(text: str) -> Mapping[str, Channel]:
    given = json.loads(text)
    if not isinstance(given, dict):
        raise ChannelsUnreadable("NOTICE_CHANNELS is no JSON object of channels by key.")
    return {key: _channel(key, about) for key, about in given.items()}


def _channel(key: str, about: Any) -> Channel:  # Any: JSON
    if not isinstance(about, dict) or about.get("kind") not in KINDS:
        raise ChannelsUnreadable(f"Channel {key!r} needs a kind: {', '.join(KINDS)}.")
    if len(key) > KEY_LENGTH:
        raise ChannelsUnreadable(f"The key of channel {key!r} is longer than {KEY_LENGTH} letters.")
    if not _host(str(about.get("url", ""))):
        raise ChannelsUnreadable(f"Channel {key!r} needs a url with a host.")
    texts = {name: str(about.get(name, "")) for name in ("kind", "url", "secret", "template", "word")}
    areas = tuple(str(code) for code in about.get("areas") or ())
    return Channel(key=key, name=str(about.get("name") or key), areas=areas, **texts)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # brackets that hold no address
        return ""
