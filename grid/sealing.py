"""The one place where personal data are sealed for the database, and made findable there without being readable.

Sealed texts are Fernet tokens behind a mark, so that rows from before stay readable until the command has sealed them.
What has to be found again has a keyed hash beside it; its key is another one and outlives the sealing keys.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

MARK: Final = "sealed:1:"
_MARK_BYTES: Final = MARK.encode()
MARK_LENGTH: Final = 12  # 48 bits: enough to tell two signs from others


class KeyMissing(Exception):
    """Something was sealed with a key that is not among PERSONAL_DATA_KEYS any more."""


def seal(text: str) -> str:
    """What may stand in the database; nothing stays nothing."""
    return seal_bytes(text.encode()).decode() if text else text


def opened(text: str) -> str:
    """What was sealed, or a text from before that never was. Raises KeyMissing."""
    return opened_bytes(text.encode()).decode() if is_sealed(text) else text


def seal_bytes(content: bytes) -> bytes:
    return _MARK_BYTES + _keys()[0].encrypt(content)


def opened_bytes(content: bytes) -> bytes:
    """The same of a file. Raises KeyMissing."""
    if not content.startswith(_MARK_BYTES):
        return content
    try:
        return MultiFernet(_keys()).decrypt(content[len(_MARK_BYTES) :])
    except InvalidToken as error:
        raise KeyMissing("No key of PERSONAL_DATA_KEYS opens this.") from error


def is_sealed(text: str) -> bool:
    return text.startswith(MARK)


def is_current(content: bytes) -> bool:
    """Whether the newest key sealed it; nothing needs no seal."""
    if not content.startswith(_MARK_BYTES):
        return not content
    try:
        _keys()[0].decrypt(content[len(_MARK_BYTES) :])
    except InvalidToken:
        return False
    return True


def blind(purpose: str, text: str) -> str:
    """The keyed hash by which a text is found again. Two purposes never share one."""
    key = sha256(b"index/" + settings.PERSONAL_DATA_INDEX_KEY.encode()).digest()
    return hmac.new(key, f"{purpose}/{text}".encode(), sha256).hexdigest()


def blind_marks(purpose: str, signs: Iterable[str]) -> list[str]:
    """Short keyed hashes of parts of a text, for a search by parts."""
    return sorted({blind(purpose, sign)[:MARK_LENGTH] for sign in signs})


def _keys() -> list[Fernet]:
    return _fernets(tuple(settings.PERSONAL_DATA_KEYS))


@lru_cache(maxsize=8)
def _fernets(secrets: tuple[str, ...]) -> list[Fernet]:
    """Newest first. Secrets are long random texts, so that one hash is enough to make a key of them."""
    return [Fernet(urlsafe_b64encode(sha256(b"seal/" + secret.encode()).digest())) for secret in secrets]
