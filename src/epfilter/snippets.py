"""Draws a line of a text with carets below a span, and makes any text safe to show."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import NamedTuple

MAX_WIDTH = 100
"""Columns of text shown around the span; longer lines are cut at both ends with `…`."""
INDENT = "    "
"""Indentation of every line below the heading."""

_MAX_BITS_SHOWN = 64
"""A greater count is shown as a power of two."""


def make_printable(text: str) -> str:
    r"""Return the text with an escape for every character that has no visible form.

    >>> make_printable("a\tb")
    'a\\tb'
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def shorten(text: str, limit: int = 40) -> str:
    """Return the printable text, with `…` for its middle where it is longer than `limit`.

    >>> shorten("abcdefghij", 7)
    'abc…hij'
    """
    if len(text) > limit:
        half = (limit - 1) // 2
        return f"{make_printable(text[:half])}…{make_printable(text[-half:])}"
    return make_printable(text)


def format_argument(value: object) -> str:
    """Return a str or a number for a message; of any other value only its type.

    >>> format_argument("a"), format_argument(5), format_argument([])
    ("'a'", '5', 'a value of type list')
    """
    if isinstance(value, str):
        return f"'{shorten(value)}'"
    if type(value) is int:
        try:
            return shorten(str(value))
        except ValueError:  # Python converts at most 4300 digits.
            return "a number of more than 4300 digits"
    if isinstance(value, type):
        return value.__name__
    return f"a value of type {type(value).__name__}"


class Snippet(NamedTuple):
    """A line of a text, and the carets to print below it."""

    line: str
    carets: str


def extract_snippet(text: str, span: tuple[int, int], *, width: int = MAX_WIDTH) -> Snippet:
    r"""Return the line in which the span starts, with carets below the span.

    A line of more than `width` columns is cut at both ends, and characters without a visible form
    become escapes.

    >>> extract_snippet("eq(a,1)\n:gte(b,2)", (9, 12))
    Snippet(line=':gte(b,2)', carets=' ^^^')
    """
    start, end = span
    line_start, line_end = _line_bounds(text, start)
    first, last = _find_window(text, start, line_start, line_end, width)
    before = "…" if first > line_start else ""
    margin = _count_columns(before + make_printable(text[first:start]))
    carets = max(1, _count_columns(make_printable(text[start : min(end, last)])))
    line = _cut_printable(text, first, last, line_start, line_end)
    return Snippet(line.rstrip(), f"{' ' * margin}{'^' * carets}")


def cut_around(text: str, offset: int, *, width: int = MAX_WIDTH) -> str:
    """Return the printable text; of a long one `width` columns around an offset.

    >>> cut_around("abcdefghijklmnopqrstuvwxyz", 13, width=9)
    '…klmnopqrs…'
    """
    first, last = _find_window(text, offset, 0, len(text), width)
    return _cut_printable(text, first, last, 0, len(text))


def _find_window(
    text: str, offset: int, line_start: int, line_end: int, width: int
) -> tuple[int, int]:
    """Return the part of a line to show: a third of `width` before the offset, the rest after it.

    What the line does not need on one side is shown on the other. An offset after the line is
    that of its end.
    """
    offset = min(offset, line_end)
    first = _go_back(text, offset, line_start, width // 3)
    last, columns = offset, _count_columns(make_printable(text[first:offset]))
    while last < line_end and (columns := columns + _columns_of(text[last])) <= width:
        last += 1
    if last == line_end:
        after = _count_columns(make_printable(text[offset:last]))
        first = _go_back(text, offset, line_start, width - after)
    return first, last


def _go_back(text: str, offset: int, limit: int, columns: int) -> int:
    """Return the offset that is up to this number of columns before another one."""
    while offset > limit and (columns := columns - _columns_of(text[offset - 1])) >= 0:
        offset -= 1
    return offset


def _cut_printable(text: str, first: int, last: int, line_start: int, line_end: int) -> str:
    before = "…" if first > line_start else ""
    after = "…" if last < line_end else ""
    return f"{before}{make_printable(text[first:last])}{after}"


def format_position(text: str, offset: int) -> str:
    r"""Return an offset of the text as `line:column`, both counted from 1.

    >>> format_position("eq(a,1)\n:gte(b,2)", 9)
    '2:2'
    """
    line_start, _ = _line_bounds(text, offset)
    return f"{text.count(chr(10), 0, offset) + 1}:{offset - line_start + 1}"


def draw_snippet(  # noqa: PLR0913 - the parts of a snippet, and how they look
    heading: str,
    text: str | None,
    span: tuple[int, int],
    hint: str | None,
    *,
    style_carets: Callable[[str], str] = str,
    width: int = MAX_WIDTH,
) -> str:
    """Return a heading, the line of the text, carets below the span, and the hint.

    Without a text, line and carets are left out. A longer line is cut to `width` columns.
    `style_carets` may add colour to the carets.

    >>> print(draw_snippet("1:6 a comma is missing.", "eq(a 1)", (5, 6), "write a comma"))
    1:6 a comma is missing.
        eq(a 1)
             ^
        hint: write a comma
    """
    lines = [heading]
    if text is not None:
        line, carets = extract_snippet(text, span, width=width)
        lines += [f"{INDENT}{line}".rstrip(), style_carets(f"{INDENT}{carets}")]
    if hint:
        lines.append(f"{INDENT}hint: {hint}")
    return "\n".join(lines)


def _line_bounds(text: str, offset: int) -> tuple[int, int]:
    end = text.find("\n", offset)
    return text.rfind("\n", 0, offset) + 1, len(text) if end == -1 else end


def _escape(char: str) -> str:
    short = {"\t": "\\t", "\r": "\\r", "\n": "\\n"}.get(char)
    if short:
        return short
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _count_columns(text: str) -> int:
    """Return the columns of a terminal: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def _columns_of(char: str) -> int:
    return _count_columns(make_printable(char))


def format_count(count: int) -> str:
    """Return a positive number for a message; a long one as a power of two.

    Python refuses to print integers of more than 4300 digits.

    >>> format_count(6), format_count(2**70 + 1)
    ('6', '2**70 or more')
    """
    bits = count.bit_length() - 1
    return str(count) if bits <= _MAX_BITS_SHOWN else f"2**{bits} or more"
