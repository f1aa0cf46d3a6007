"""Checks of a web page in a browser: nothing is wider than the window, and axe-core finds nothing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from editor_build import MODULES, UnavailableError, install_packages
from playwright.sync_api import Page

SCREENSHOTS = os.environ.get("EPFILTER_TEST_SCREENSHOTS")
"""A folder for pictures of the pages, to look at them."""


def check_page(page: Page, name: str, part: str = "html", *, ignored: Sequence[str] = ()) -> None:
    """Require that a page fits into its window, and that axe-core finds no obstacle for people.

    `part` is the selector of what axe-core checks, and `ignored` are the names of its rules that
    are left out.

    Without Node, the test is skipped.
    """
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS, f"{name}.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    # As a debugger does, because the policy of the page allows no inline script.
    page.evaluate(_read_axe())
    # The list of completions scrolls with the arrow keys.
    rules = {name: {"enabled": False} for name in ("scrollable-region-focusable", *ignored)}
    found = page.evaluate("([part, rules]) => axe.run(part, { rules })", [part, rules])
    obstacles = [
        (one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]
    ]
    assert not obstacles, obstacles


@cache
def _read_axe() -> str:
    try:
        install_packages()
    except UnavailableError as error:
        pytest.skip(str(error))
    return (MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
