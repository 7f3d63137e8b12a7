"""Where map tiles come from, if anywhere: the map works without, and then nothing outside is ever asked."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

CRS = ("wgs84", "gcj02")  # of tiles cut in the usual scheme; Baidu's scheme is another


def host_of(url: str) -> list[str]:
    """The one origin that pictures may come from besides our own, as the content security policy wants it."""
    if not url:
        return []
    parts = urlsplit(url)
    if not parts.netloc:
        return []  # our own server
    if parts.scheme not in ("http", "https") or not all(mark in url for mark in ("{x}", "{y}", "{z}")):
        raise ImproperlyConfigured("TILES_URL must be an http(s) address with {x}, {y} and {z} in it.")
    return [f"{parts.scheme}://{parts.netloc.replace('{s}', '*')}"]


def crs_of(name: str) -> str:
    if name not in CRS:
        raise ImproperlyConfigured(f"TILES_CRS must be one of {', '.join(CRS)}.")
    return name
