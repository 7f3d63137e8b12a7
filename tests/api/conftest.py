"""A client that speaks JSON with a token, and matters to open cases of."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from django.core.cache import cache
from django.test import Client
from rest_framework.authtoken.models import Token

from casework.api import throttles
from grid.models import User
from tests.api import diagrams

API = "/api/v1/"


@dataclass(kw_only=True)
class Api:
    """Requests of one person, each with his token."""

    user: User | None = None

    def __post_init__(self) -> None:
        self.client = Client()
        self.headers = {"HTTP_ACCEPT_LANGUAGE": "en"}
        if self.user is not None:
            token, _new = Token.objects.get_or_create(user=self.user)
            self.headers["HTTP_AUTHORIZATION"] = f"Token {token.key}"

    def get(self, path, query=None, **headers):
        return self.client.get(_address(path), query or {}, **self.headers, **headers)

    def post(self, path, body=None, **headers):
        raw = body if isinstance(body, bytes | str) else json.dumps({} if body is None else body)
        return self.send("post", path, raw, "application/json", **headers)

    def put(self, path, raw, content_type="application/xml", **headers):
        return self.send("put", path, raw, content_type, **headers)

    def send(self, method, path, raw, content_type, **headers):
        call = getattr(self.client, method)
        return call(_address(path), data=raw, content_type=content_type, **self.headers, **headers)

    def publish(self, key, xml):
        """Create a matter, keep the diagram, publish it; the version's number."""
        assert self.post("matters/", {"key": key, "title": key}).status_code == 201
        assert self.put(f"matters/{key}/draft/", xml).status_code == 200
        published = self.post(f"matters/{key}/publish/", {"note": ""})
        assert published.status_code == 200, published.content.decode()
        return published.json()["version"]

    def open(self, matter, area, **more):
        opened = self.post("cases/", {"matter": matter, "area": area, "title": "一件事", **more})
        assert opened.status_code == 201, opened.content.decode()
        return opened.json()


def _address(path: str) -> str:
    return path if path.startswith(("/", "http")) else API + path


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()
    throttles.forget()


@pytest.fixture
def as_user():
    """Requests as a person: `as_user(world.duty_officer)`."""
    return lambda user: Api(user=user)


@pytest.fixture
def nobody():
    return Api()


@pytest.fixture
def operator(db) -> Api:
    user = User.objects.create_superuser("operator", password="x" * 16, display_name="运维")
    return Api(user=user)


@pytest.fixture
def administrator(world) -> Api:
    return Api(user=world.administrator)


@pytest.fixture
def plain(administrator) -> str:
    """A matter of one step that names no post."""
    administrator.publish("plain", diagrams.plain())
    return "plain"


@pytest.fixture
def reviewed(administrator) -> str:
    administrator.publish("reviewed", diagrams.with_review())
    return "reviewed"
