"""Cases of the editing core: texts with a mark at the cursor, and what a user sees there.

A block of a data file is `[resource] text` (`-` for no resource), followed by indented lines. The
cursor is `¦`; `⏎` is the end of a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from epfilter.errors import Span

MARK = "¦"
_DATA = Path(__file__).parents[1] / "editing" / "data"
_BLOCK = re.compile(r"^\[([\w-]+)\] (.*)\n((?:    .*\n)*)", re.MULTILINE)


class EditingCase(NamedTuple):
    """A text, the offset of the cursor in it, and the lines that are expected."""

    name: str
    text: str
    offset: int
    resource: str | None
    lines: list[str]


def read_cases(name: str) -> list[EditingCase]:
    """Return the cases of a data file of `tests/editing/data`."""
    return [
        EditingCase(
            f"{block[1]} {block[2]}",
            block[2].replace(MARK, "").replace("⏎", "\n"),
            max(0, block[2].find(MARK)),
            None if block[1] == "-" else block[1],
            [line.strip() for line in block[3].splitlines()],
        )
        for block in _BLOCK.finditer((_DATA / name).read_text(encoding="utf-8"))
    ]


def mark_span(text: str, span: Span) -> str:
    """Return the text with a mark at an empty span, or marks on both sides of another."""
    inner = text[slice(*span)]
    marked = f"{MARK}{inner}{MARK}" if inner else MARK
    return text[: span.start] + marked + text[span.end :]


def run_everywhere(text: str, run: Callable[[str, int], object]) -> None:
    """Run a function at every offset of every prefix of a text."""
    for end in range(len(text) + 1):
        for offset in range(end + 1):
            run(text[:end], offset)


SHORT_TEXTS = (
    "(eq(a,1)|in(b,'x',\"y\")):is_null(c)",
    'eq(a, "b\\"c" ) : gte( d , 5',
    "filter=eq(a,1)&b=2",
    "eq%28a%2C1%29",
    '{"data":{"filter":"eq(a,1)"}}',
    '"eq(a,1):lt(b,2)"',
    "eq（a，1）：and(eq(b,2),x)",
    "status = paid and total > 5",
    "\ud800eq(a,1)",
)
"""Texts with every kind of place, and every kind of error of a whole text."""
