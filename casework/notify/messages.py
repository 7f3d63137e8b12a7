"""What each kind of channel wants to be sent, how it is signed, and how it says yes, later or never. Pure.

A message holds the number of a case, the name of its matter and a link. What a case says about people stays inside.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote_plus

from casework.notify.channels import Channel
from casework.notify.outgoing import Answer

# What the vendors answer when a robot speaks too often; anything else that isn't 0 stays wrong however often it is sent.
TOO_OFTEN: Final = frozenset({130101, 410100, 45009, 45033, -1, 9499, 11232, 11233})
AGAIN: Final = frozenset({408, 425, 429})


@dataclass(frozen=True, kw_only=True)
class Told:
    """What there is to say. `phone` is where a text message goes to; it is never part of a text."""

    number: str
    matter: str
    link: str
    phone: str = ""

    @property
    def text(self) -> str:
        return f"案件 {self.number}（{self.matter}）有新的提醒，请查看：{self.link}"


@dataclass(frozen=True, kw_only=True)
class Request:
    url: str
    body: bytes
    headers: Mapping[str, str]


class Later(Exception):
    """Not now: worth another try."""


class Never(Exception):
    """The other side refuses it, and would again."""


def request_for(channel: Channel, told: Told, *, key: str, at: float) -> Request:
    """The whole request, signed for this moment. `key` is the same at every try, for a gateway that can tell repeats."""
    url, body = _SHAPES[channel.kind](channel, told, at)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "casework",
        "Idempotency-Key": key,
    }
    if channel.is_personal and channel.secret:
        headers["Authorization"] = f"Bearer {channel.secret}"
    return Request(url=url, body=json.dumps(body, ensure_ascii=False).encode(), headers=headers)


def ensure_taken(channel: Channel, answer: Answer) -> None:
    """Whether the other side took it: by status, and by the code that robots put into a 200. Raises Later, Never."""
    if answer.status in AGAIN or answer.status >= 500:
        raise Later(f"{channel.name}: HTTP {answer.status}")
    if not 200 <= answer.status < 300:
        raise Never(f"{channel.name}: HTTP {answer.status}")
    code = _code(answer.body)
    if code in TOO_OFTEN:
        raise Later(f"{channel.name}: too often ({code})")
    if code != 0 and not (channel.is_personal and code is None):
        raise Never(f"{channel.name}: refused with code {code}")


def _code(body: bytes) -> int | None:
    try:
        said = json.loads(body)
    except ValueError:
        return None
    if not isinstance(said, dict):
        return None
    code = next((said[name] for name in ("errcode", "code", "StatusCode") if name in said), None)
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _signature(key: str, message: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()).decode()


def _text(channel: Channel, told: Told) -> str:
    return f"{channel.word} {told.text}".strip()


def _dingtalk(channel: Channel, told: Told, at: float) -> tuple[str, dict[str, Any]]:
    """Time and signature go into the address."""
    body = {"msgtype": "text", "text": {"content": _text(channel, told)}}
    if not channel.secret:
        return channel.url, body
    stamp = str(int(at * 1000))
    sign = quote_plus(_signature(channel.secret, f"{stamp}\n{channel.secret}"))
    between = "&" if "?" in channel.url else "?"
    return f"{channel.url}{between}timestamp={stamp}&sign={sign}", body


def _wecom(channel: Channel, told: Told, at: float) -> tuple[str, dict[str, Any]]:
    """The key in the address is all there is."""
    return channel.url, {"msgtype": "text", "text": {"content": _text(channel, told)}}


def _feishu(channel: Channel, told: Told, at: float) -> tuple[str, dict[str, Any]]:
    """Time and signature go into the body; the time and the secret are the key, and what is signed is empty."""
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": _text(channel, told)}}
    if channel.secret:
        stamp = str(int(at))
        body |= {"timestamp": stamp, "sign": _signature(f"{stamp}\n{channel.secret}", "")}
    return channel.url, body


def _sms(channel: Channel, told: Told, at: float) -> tuple[str, dict[str, Any]]:
    """By template: the gateway has the text, we give what changes in it."""
    params = {"number": told.number, "matter": told.matter, "link": told.link}
    return channel.url, {"template": channel.template, "phone": told.phone, "params": params}


_SHAPES: Mapping[str, Callable[[Channel, Told, float], tuple[str, dict[str, Any]]]] = {
    "dingtalk": _dingtalk,
    "wecom": _wecom,
    "feishu": _feishu,
    "sms": _sms,
}
