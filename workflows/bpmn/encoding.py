"""A diagram as it is stored: always UTF-8, whatever encoding it came in."""

from __future__ import annotations

import codecs
import re

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z][\w.\-]*)["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>\s*")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def as_utf8(data: bytes) -> str:
    """The text of an XML file that `read` has accepted; UTF-8 stays as it came, to the letter.

    A file in another encoding gets a declaration that says UTF-8, as its own would no longer be true.
    """
    declared = _DECLARED.match(data[:200])
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if encoding is None:
        encoding = declared[1].decode("ascii") if declared else "utf-8"
    if encoding.lower() in ("gbk", "gb2312"):
        encoding = "gb18030"  # the superset: what people call GBK often holds its signs
    text = data.decode(encoding)
    if encoding.lower() in ("utf-8", "utf8"):
        return text
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + _DECLARATION.sub("", text, count=1)


def is_misdeclared(data: bytes) -> bool:
    """Whether a file says GBK and is UTF-8: read as it says, its Chinese would be other Chinese, and nobody would know."""
    declared = _DECLARED.match(data[:200])
    if declared is None or not declared[1].lower().startswith((b"gb", b"cp936", b"hz", b"big5")):
        return False
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return any(sign >= "\u0800" for sign in text)
