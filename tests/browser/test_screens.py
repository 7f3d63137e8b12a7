"""What the browser tests stand on: a Chromium that hangs takes neither the run nor the next test along."""

import os
import signal

import pytest

pytestmark = pytest.mark.browser


def test_a_browser_that_hangs_is_killed_and_the_next_test_has_another(chromium_of_the_module):
    browser = chromium_of_the_module.browser()
    browser.new_context().new_page()
    (pid,) = chromium_of_the_module.processes()
    os.kill(pid, signal.SIGSTOP)

    chromium_of_the_module.clear(patience=0.5)

    assert not browser.is_connected()
    page = chromium_of_the_module.browser().new_page()
    assert page.evaluate("1 + 1") == 2


def test_what_a_test_leaves_open_is_closed(chromium_of_the_module):
    browser = chromium_of_the_module.browser()
    browser.new_context().new_page()

    chromium_of_the_module.clear()

    assert browser.contexts == []
    assert browser is chromium_of_the_module.browser()
