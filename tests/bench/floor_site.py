"""A site that does nothing but the five statements: what HTTP costs before any work. Served by gunicorn."""

import os
from collections.abc import Callable, Iterable
from urllib.parse import parse_qs

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casework.settings")
django.setup()

from tests.bench import floor  # noqa: E402


def application(
    environ: dict[str, object], start: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] == "POST":
        asked = parse_qs(str(environ["QUERY_STRING"]))
        floor.by_cursor(int(asked["case"][0]), seq=int(asked["seq"][0]))
    body = b'{"done": true}'
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
