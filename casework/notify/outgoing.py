"""The one way out to addresses that somebody configured: allow-listed hosts, checked addresses, short patience.

The name is resolved once, every address that it has is checked, and the connection goes to the one that was checked: a name
that answers differently the next time leads nowhere else. Redirects are not followed. The whole call has one deadline,
however slowly the other side trickles.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

PATIENCE = 5.0  # seconds for the whole call
MOST_BYTES = 64 * 1024
# Ways to write an IPv4 address as one of version 6, by which a gateway would reach it.
_EMBEDDING = (ip_network("64:ff9b::/96"), ip_network("2002::/16"), ip_network("2001::/32"))
Address = IPv4Address | IPv6Address


class NotAllowed(Exception):
    """This address may not be called at all: no retry makes sense before somebody changes a setting."""


class NoAnswer(Exception):
    """Nobody answered in time, or not as a web server does: worth another try."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    body: bytes


def post(url: str, body: bytes, *, headers: Mapping[str, str], patience: float = PATIENCE) -> Answer:
    """Send it and read the answer. Raises NotAllowed, NoAnswer."""
    parts = _allowed(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _resolve(str(parts.hostname), port)
    connection = _connection(parts, address, port, patience)
    ended = threading.Event()
    watch = threading.Timer(patience, _cut, (connection, ended))
    watch.daemon = True
    watch.start()
    try:
        path = parts.path or "/"
        connection.request("POST", f"{path}?{parts.query}" if parts.query else path, body, dict(headers))
        answer = connection.getresponse()
        said = answer.read(MOST_BYTES + 1)
    except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
        # Cut off from another thread, http.client stumbles over its own closed socket in several ways.
        why = (
            f"no whole answer within {patience:g} s" if ended.is_set() else f"{type(error).__name__}: {error}"
        )
        raise NoAnswer(f"{parts.hostname}: {why}") from error
    finally:
        watch.cancel()
        connection.close()
    if len(said) > MOST_BYTES:
        raise NoAnswer(f"{parts.hostname}: the answer is longer than {MOST_BYTES} bytes")
    if ended.is_set():
        raise NoAnswer(f"{parts.hostname}: no whole answer within {patience:g} s")
    return Answer(status=answer.status, body=said)


def _allowed(url: str) -> SplitResult:
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.username is not None or parts.password is not None:
        raise NotAllowed("an address with a user name in it")
    if host not in _hosts(settings.NOTICE_HOSTS):
        raise NotAllowed(f"{host}: this host is not on the list NOTICE_HOSTS")
    if parts.scheme != "https" and not (parts.scheme == "http" and _may_be_private(host)):
        raise NotAllowed(f"{host}: only https, but for hosts on the list NOTICE_PRIVATE_HOSTS")
    return parts


def _hosts(named: list[str]) -> frozenset[str]:
    return frozenset(host.rstrip(".").lower() for host in named)


def _may_be_private(host: str) -> bool:
    return host.rstrip(".").lower() in _hosts(settings.NOTICE_PRIVATE_HOSTS)


def _resolve(host: str, port: int) -> str:
    """The address to connect to, after all that the name has were looked at: one bad one is enough to refuse."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoAnswer(f"{host}: the name is not known ({error})") from error
    addresses = list(dict.fromkeys(str(row[4][0]) for row in found))
    for text in addresses:
        if not _may_be_private(host) and not is_public(text):
            raise NotAllowed(f"{host}: {text} is an address of an inner network")
    if not addresses:
        raise NoAnswer(f"{host}: the name has no address")
    return addresses[0]


def is_public(text: str) -> bool:
    """Whether an address is one of the open internet, in whichever of its disguises."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    if inner is not None:
        return is_public(str(inner))
    if isinstance(address, IPv6Address) and any(address in net for net in _EMBEDDING):
        return False
    return address.is_global and not address.is_multicast


def _connection(parts: SplitResult, address: str, port: int, patience: float) -> _Plain | _Secure:
    host = str(parts.hostname)
    if parts.scheme == "https":
        return _Secure(host, port, timeout=patience, context=_trust(), address=address)
    return _Plain(host, port, timeout=patience, address=address)


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Plain(http.client.HTTPConnection):
    """To an address that was checked, under the name it was looked up by."""

    wire: socket.socket | None = None

    def __init__(self, host: str, port: int, *, timeout: float, address: str) -> None:
        super().__init__(host, port, timeout=timeout)
        self.address = address

    def connect(self) -> None:
        self.sock = self.wire = socket.create_connection((self.address, self.port), self.timeout)


class _Secure(http.client.HTTPSConnection):
    wire: socket.socket | None = None

    def __init__(
        self, host: str, port: int, *, timeout: float, context: ssl.SSLContext, address: str
    ) -> None:
        super().__init__(host, port, timeout=timeout, context=context)
        self.address, self.trust = address, context

    def connect(self) -> None:
        plain = socket.create_connection((self.address, self.port), self.timeout)
        secure = self.trust.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        self.sock = self.wire = secure  # known before it shakes hands, as that can be made to last, too
        secure.do_handshake()


def _cut(connection: _Plain | _Secure, ended: threading.Event) -> None:
    """The deadline: whoever waits for this socket wakes up with an error.

    http.client itself forgets the socket as soon as an answer begins whose end is the end of the connection.
    """
    ended.set()
    if connection.wire is not None:
        try:
            connection.wire.shutdown(socket.SHUT_RDWR)
        except OSError:
            connection.wire.close()
