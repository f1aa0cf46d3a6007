"""The differences between targets that the page `meaning.md` lists, each of which a test shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

PAGE = Path(__file__).parents[2] / "docs" / "pages" / "explanation" / "meaning.md"


def _read_differences() -> frozenset[str]:
    table = PAGE.read_text("utf-8").partition("## What differs")[2]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", table, re.MULTILINE)
    return frozenset(f"{where}: {what}" for where, what in rows[1:])


DIFFERENCES = _read_differences()
"""Each line of the table, as `where: what`."""


def shows(*differences: str) -> Callable[[T], T]:
    """Return a decorator of a test that shows these lines of the page.

    Raises ValueError for a line that the page does not have.
    """
    for difference in differences:
        if difference not in DIFFERENCES:
            raise ValueError(f"{PAGE.name} has no line {difference!r}")
    return lambda test: test
