"""Draws a line of a text with carets below a span; knows nothing of filters."""

from __future__ import annotations

import unicodedata

_WIDTH = 100
"""Columns of text shown around the span; longer lines are cut at both ends with `…`."""
_INDENT = "    "


def visible(text: str) -> str:
    r"""The text with every character that would not show, or not print, written as an escape.

    >>> visible("a\tb")
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
        return f"{visible(text[:half])}…{visible(text[-half:])}"
    return visible(text)


def draw(text: str, span: tuple[int, int], message: str, hint: str | None) -> str:
    """`line:column message`, the line, carets below the span, and the hint.

    >>> print(draw("eq(a 1)", (5, 6), "what is this?", "write a comma"))
    1:6 what is this?
        eq(a 1)
             ^
        hint: write a comma
    """
    start, end = span
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    if line_end == -1:
        line_end = len(text)
    line_number = text.count("\n", 0, start) + 1
    first = max(line_start, min(start - _WIDTH // 3, line_end - _WIDTH))
    last = min(line_end, first + _WIDTH)
    before = "…" if first > line_start else ""
    after = "…" if last < line_end else ""
    margin = _columns(before + visible(text[first:start]))
    carets = max(1, _columns(visible(text[start : min(end, last)])))
    lines = [
        f"{line_number}:{start - line_start + 1} {message}",
        f"{_INDENT}{before}{visible(text[first:last])}{after}".rstrip(),
        f"{_INDENT}{' ' * margin}{'^' * carets}",
    ]
    if hint:
        lines.append(f"{_INDENT}hint: {hint}")
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
