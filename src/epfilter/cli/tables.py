"""Tables and paragraphs that fit the terminal."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from textwrap import wrap

import click

_GAP = 2
_LAST_AT_LEAST = 28
"""Columns for the last cell of a row; where there are fewer, it stands below the row."""

_WORDS = 22
"""Columns of a cell in the middle; longer ones are wrapped."""


def terminal_width() -> int:
    """The columns of the terminal; 80 where there is none, 120 at most, as lines get hard to read.

    >>> 40 <= terminal_width() <= 120
    True
    """
    return max(40, min(shutil.get_terminal_size((80, 24)).columns, 120))


def indented(text: str, width: int, indent: int, *, hang: int) -> Iterator[str]:
    """A paragraph; `indent` columns stand before its first line and `hang` before the others.

    >>> list(indented("one two three", 11, 2, hang=4))
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


def columns(head: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """A table: its first cell whole, its others wrapped, the last in what is left of the width.

    >>> for line in columns(("field", "type", "note"), [("id", "uuid", "its own")], 60):
    ...     print(click.unstyle(line))
    field  type  note
    id     uuid  its own
    """
    *firsts, _ = zip(head, *rows, strict=True)
    widths = [max(map(len, cells)) for cells in firsts]
    widths[1:] = [min(one, _WORDS) for one in widths[1:]]
    left = width - sum(widths) - _GAP * len(widths)
    below = left < _LAST_AT_LEAST
    if any(row[-1] for row in rows):
        title = _line([*head[:-1], "" if below else head[-1]], widths)
    else:
        title = _line(head[:-1], widths)
    yield click.style(title, bold=True)
    for row in rows:
        sizes = widths if below else [*widths, left]
        cells = [
            wrap(cell, size, break_on_hyphens=False) for cell, size in zip(row, sizes, strict=False)
        ]
        for line in zip_longest(*cells, fillvalue=""):
            yield _line(line, widths)
        if below and row[-1]:
            yield from indented(row[-1], width, 4, hang=4)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell.ljust(size) for cell, size in zip(cells, [*widths, 0], strict=False)]
    return (" " * _GAP).join(padded).rstrip()
