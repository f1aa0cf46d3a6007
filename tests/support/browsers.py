"""The Chromium that is installed here."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

CHROMIUM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
)
OPTIONS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",  # Chromium refuses to run as root with one, and it sees this machine only
)

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start Chromium without a window, and end it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@contextmanager
def open_page(
    browser: Browser, *, console: Literal["ignored", "without errors", "empty"], **options: Any
) -> Iterator[Page]:
    """Open a page in a context with these options; no script of it may fail until it is closed."""
    failures: list[str] = []

    def read_console(message: ConsoleMessage) -> None:
        if console == "empty" or (console == "without errors" and message.type == "error"):
            failures.append(message.text)

    with browser.new_context(**options) as context:
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on("console", read_console)
        yield page
    assert failures == []
