"""Draws a line of a text with carets below a span; knows nothing of filters."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

_WIDTH = 100
"""Columns of text shown around the span; longer lines are cut at both ends with `…`."""
INDENT = "    "
"""What stands before the lines that are shown."""


def make_printable(text: str) -> str:
    r"""The text with every character that would not show, or not print, written as an escape.

    >>> make_printable("a\tb")
    'a\\tb'
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def shorten(text: str, most: int = 40) -> str:
    """The text made visible, its middle left out where it is longer than `most`.

    >>> shorten("abcdefghij", 7)
    'abc…hij'
    """
    if len(text) > most:
        half = (most - 1) // 2
        return f"{make_printable(text[:half])}…{make_printable(text[-half:])}"
    return make_printable(text)


class Snippet(NamedTuple):
    """A place in a text, as a person is shown it."""

    place: str
    """`line:column`, both from 1."""
    line: str
    carets: str


def extract_snippet(text: str, span: tuple[int, int]) -> Snippet:
    r"""The line of the text with the span, and carets to stand below it.

    A long line is cut at both ends; characters that would not show are written as escapes.

    >>> extract_snippet("eq(a,1)\n:gte(b,2)", (9, 12))
    Snippet(place='2:2', line=':gte(b,2)', carets=' ^^^')
    """
    start, end = span
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    if line_end == -1:
        line_end = len(text)
    first = max(line_start, min(start - _WIDTH // 3, line_end - _WIDTH))
    last = min(line_end, first + _WIDTH)
    before = "…" if first > line_start else ""
    after = "…" if last < line_end else ""
    margin = _columns(before + make_printable(text[first:start]))
    width = max(1, _columns(make_printable(text[start : min(end, last)])))
    return Snippet(
        f"{text.count(chr(10), 0, start) + 1}:{start - line_start + 1}",
        f"{before}{make_printable(text[first:last])}{after}".rstrip(),
        f"{' ' * margin}{'^' * width}",
    )


def draw(text: str, span: tuple[int, int], message: str, hint: str | None) -> str:
    """`line:column message`, the line, carets below the span, and the hint.

    >>> print(draw("eq(a 1)", (5, 6), "what is this?", "write a comma"))
    1:6 what is this?
        eq(a 1)
             ^
        hint: write a comma
    """
    place, line, carets = extract_snippet(text, span)
    lines = [f"{place} {message}", f"{INDENT}{line}".rstrip(), f"{INDENT}{carets}"]
    if hint:
        lines.append(f"{INDENT}hint: {hint}")
    return "\n".join(lines)


def _escape(char: str) -> str:
    known = {"\t": "\\t", "\r": "\\r", "\n": "\\n"}.get(char)
    if known:
        return known
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _columns(text: str) -> int:
    """How many columns a terminal gives the text: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
