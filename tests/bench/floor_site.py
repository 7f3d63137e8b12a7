"""Two sites that do nothing but the five statements: what HTTP costs before any work. Served by gunicorn.

`application` is what somebody writes by hand: a Django view, no middleware, the statements by the ORM. `bare` is the
least that Python can do: no framework, the statements through a cursor.
"""

import os
from collections.abc import Callable, Iterable
from urllib.parse import parse_qs

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casework.settings")
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpRequest, HttpResponse, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402

from tests.bench import floor  # noqa: E402


def write(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        floor.by_orm(int(request.GET["case"]), seq=int(request.GET["seq"]))
    return JsonResponse({"done": True})


urlpatterns = [path("", write), path("healthz", write)]
settings.MIDDLEWARE = []
settings.ROOT_URLCONF = __name__
application = get_wsgi_application()


def bare(
    environ: dict[str, object], start: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] == "POST":
        asked = parse_qs(str(environ["QUERY_STRING"]))
        floor.by_cursor(int(asked["case"][0]), seq=int(asked["seq"][0]))
    body = b'{"done": true}'
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
