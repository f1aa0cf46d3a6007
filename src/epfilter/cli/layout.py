"""Text for people: tables and paragraphs that fit the terminal, and counts with their nouns."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from textwrap import wrap

import click

from epfilter.snippets import MAX_WIDTH

_GAP = 2
_MIN_LAST_WIDTH = 28
"""Columns for the last cell of a row; where there are fewer, it goes below the row."""

_MIN_WIDTH = 40
"""Columns of the narrowest terminal that output is made for."""

_UNLIMITED = 1000
"""Columns where there is no terminal, and COLUMNS is not set."""

_MAX_MIDDLE_WIDTH = 22
"""Columns of a cell in the middle; longer ones are wrapped."""


def format_count(count: int, noun: str) -> str:
    """Return a number with its noun, in the plural where it is not 1.

    >>> format_count(1, "file"), format_count(2000, "row")
    ('1 file', '2,000 rows')
    """
    return f"{count:,} {noun}{'s' * (count != 1)}"


def terminal_width(limit: int = 120, *, default: int = 80) -> int:
    """Return the columns of the terminal, at most `limit`; `default` without a terminal.

    >>> 40 <= terminal_width() <= 120
    True
    """
    return max(_MIN_WIDTH, min(shutil.get_terminal_size((default, 24)).columns, limit))


def excerpt_width(indent: int) -> int:
    """Return the columns for an excerpt below this indentation, without the `…` at its ends.

    >>> excerpt_width(4) <= MAX_WIDTH
    True
    """
    return min(terminal_width(_UNLIMITED, default=_UNLIMITED) - indent - len("……"), MAX_WIDTH)


def wrap_prose(text: str, *, hang: int = 0) -> str:
    """Return a text whose lines fit the terminal; without one, return it unchanged.

    Further lines of a line are indented as its first word is, and by `hang` columns more.

    >>> wrap_prose("orders whose payment is refunded")
    'orders whose payment is refunded'
    """
    columns = terminal_width(_UNLIMITED, default=_UNLIMITED)
    if columns >= _UNLIMITED:
        return text
    lines: list[str] = []
    for line in text.split("\n"):
        margin = len(line) - len(line.lstrip(" -"))
        lines += wrap_paragraph(line.lstrip(), columns, _indentation(line), hang=margin + hang)
    return "\n".join(lines)


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def wrap_paragraph(text: str, width: int, indent: int, *, hang: int) -> Iterator[str]:
    """Yield the lines of a paragraph, the first indented by `indent`, the others by `hang` columns.

    >>> list(wrap_paragraph("one two three", 11, 2, hang=4))
    ['  one two', '    three']
    """
    yield from wrap(
        text,
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * hang,
        break_long_words=False,
        break_on_hyphens=False,
    )


def render_table(head: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Yield the lines of a table of this width.

    First cells are never wrapped, the others are; the last cell gets the rest of the width. Where
    the width is too small for the columns before it, each row becomes a list of its cells.

    >>> for line in render_table(("field", "type", "note"), [("id", "uuid", "its own")], 60):
    ...     print(click.unstyle(line))
    field  type  note
    id     uuid  its own
    """
    *columns, _ = zip(head, *rows, strict=True)
    widths = [max(map(len, cells)) for cells in columns]
    widths[1:] = [min(column_width, _MAX_MIDDLE_WIDTH) for column_width in widths[1:]]
    last_width = width - sum(widths) - _GAP * len(widths)
    if last_width < -_GAP:
        yield from _render_lists(head, rows, width)
        return
    below = last_width < _MIN_LAST_WIDTH
    if any(row[-1] for row in rows):
        title = _render_row([*head[:-1], "" if below else head[-1]], widths)
    else:
        title = _render_row(head[:-1], widths)
    yield click.style(title, bold=True)
    for row in rows:
        sizes = widths if below else [*widths, last_width]
        cells = [
            wrap(cell, size, break_on_hyphens=False) for cell, size in zip(row, sizes, strict=False)
        ]
        for line in zip_longest(*cells, fillvalue=""):
            yield _render_row(line, widths)
        if below and row[-1]:
            yield from wrap_paragraph(row[-1], width, 4, hang=4)


def _render_row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell.ljust(size) for cell, size in zip(cells, [*widths, 0], strict=False)]
    return (" " * _GAP).join(padded).rstrip()


def _render_lists(head: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Yield the first cell of each row, and below it the name and the text of each other cell."""
    hang = max(map(len, head[1:])) + _GAP
    for first, *cells in rows:
        yield click.style(first, bold=True)
        for name, cell in zip(head[1:], cells, strict=True):
            if cell:
                lines = wrap(cell, width - hang - _GAP, break_on_hyphens=False)
                for title, line in zip_longest((name,), lines, fillvalue=""):
                    yield f"{' ' * _GAP}{title.ljust(hang)}{line}"
