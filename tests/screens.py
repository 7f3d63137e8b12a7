"""A real Chromium at the sizes of a phone and of a desk; what it complains about fails the test."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)
from playwright.sync_api import Error as PlaywrightError

from casework.launch import chromium
from tests.site import Site

PATIENCE = 30_000  # ms; how long a busy machine may take, not how fast a page should be
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
)
CHINA: dict[str, Any] = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
PHONE = CHINA | {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
DESK = CHINA | {"viewport": {"width": 1440, "height": 900}}
REPORT_POLICY_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`refused by the content security policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


class Complaints:
    """Errors in the console, exceptions, refused contents, requests that leave the site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._expected: list[str] = []
        self._heard: list[str] = []

    def expect(self, text: str) -> None:
        """Chromium reports every answer of 400 and more: name those that the test is about."""
        self._expected.append(text)

    def listen(self, context: BrowserContext) -> None:
        context.add_init_script(REPORT_POLICY_VIOLATIONS)
        context.on("console", self._hear_message)
        context.on("weberror", lambda error: self._heard.append(str(error.error)))
        context.on("request", self._hear_request)

    def unexpected(self) -> list[str]:
        return [line for line in self._heard if not any(text in line for text in self._expected)]

    def _hear_message(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._heard.append(f"{message.text} ({message.location.get('url', '')})")

    def _hear_request(self, request: Request) -> None:
        if not request.url.startswith((self._site.url, "data:", "blob:", "about:")):
            self._heard.append(f"a request left the site: {request.url}")


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """One a module, no longer: while it runs, Django takes this thread for an asynchronous one."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as started:
        yield started


class Chromium:
    """One browser for the tests of a module, killed when it hangs and started anew when it is gone."""

    def __init__(self, playwright: Playwright) -> None:
        program = chromium.find()
        if not program:
            pytest.fail(chromium.NONE_FOUND)
        self._playwright, self._program = playwright, program
        self._mark = f"--of-tests={uuid4()}"  # no switch that Chromium knows: only its first process keeps it
        self._browser: Browser | None = None

    def browser(self) -> Browser:
        if self._browser is None or not self._browser.is_connected():
            start = self._playwright.chromium.launch
            self._browser = start(executable_path=self._program, args=[*FLAGS, self._mark])
        return self._browser

    def clear(self, *, patience: float = 20) -> None:
        """Close whatever a test left open; what does not let itself be closed is killed, and so the next is fresh."""
        if self._browser is None:
            return
        watch = Timer(patience, self.kill)
        watch.start()
        try:
            for context in self._browser.contexts:
                with suppress(PlaywrightError):  # killed meanwhile
                    context.close()
        finally:
            watch.cancel()

    def close(self) -> None:
        self.clear()
        if self._browser is not None:
            self._browser.close()

    def kill(self) -> None:
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def processes(self) -> list[int]:
        """By what they were started with; none where the system has no /proc."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                if self._mark.encode() in path.read_bytes():
                    found.append(int(path.parent.name))
        return found


@pytest.fixture(scope="module")
def chromium_of_the_module(playwright: Playwright) -> Iterator[Chromium]:
    started = Chromium(playwright)
    yield started
    started.close()


@pytest.fixture
def browser(chromium_of_the_module: Chromium) -> Iterator[Browser]:
    """What a test opens in it is closed after the test."""
    yield chromium_of_the_module.browser()
    chromium_of_the_module.clear()


@pytest.fixture
def complaints(site: Site) -> Iterator[Complaints]:
    heard = Complaints(site)
    yield heard
    assert heard.unexpected() == [], heard.unexpected()


@pytest.fixture
def phone(browser: Browser, site: Site, complaints: Complaints) -> Page:
    """A page as on a phone whose browser has no service worker; addresses are relative to the site.

    What goes through a service worker is not always told to a test that listens for requests.
    """
    return _page(browser.new_context(base_url=site.url, service_workers="block", **PHONE), complaints)


@pytest.fixture
def phone_with_worker(browser: Browser, site: Site, complaints: Complaints) -> Page:
    """A page as on a phone whose browser has one, which opens pages without a net."""
    return _page(browser.new_context(base_url=site.url, **PHONE), complaints)


@pytest.fixture
def desk(browser: Browser, site: Site, complaints: Complaints) -> Page:
    """A page as on an office screen."""
    return _page(browser.new_context(base_url=site.url, **DESK), complaints)


def sign_in(page: Page, username: str, password: str) -> None:
    """What the form of the log-in sends, without drawing it; no page is open afterwards that was not before."""
    page.request.get("/login/")
    token = next(each["value"] for each in page.context.cookies() if each["name"] == "csrftoken")
    given: dict[str, str | float | bool] = {
        "username": username,
        "password": password,
        "csrfmiddlewaretoken": token,
    }
    answer = page.request.post("/login/", form=given, max_redirects=0)
    assert answer.status == 302, answer.status


def sign_in_by_hand(page: Page, username: str, password: str) -> None:
    page.goto("/login/")
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(password)
    page.locator("form:has(input[name=password]) button[type=submit]").click()
    page.wait_for_url(lambda url: "/login/" not in url)


def _page(context: BrowserContext, complaints: Complaints) -> Page:
    context.set_default_timeout(PATIENCE)
    complaints.listen(context)
    return context.new_page()
