"""The format of files of filters, such as `refunds.filter`: filters, their lines, and comments.

A file contains one filter or several. A filter goes on in the next line after `(`, `,`, `:` or
`|`, and where that line starts with `)`, `,`, `:` or `|`. Any other line starts a new filter,
unless the whole file is one valid filter. A `#` at the start of a line or after a blank starts a
comment, except in quotes. Blank lines mean nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from epfilter.errors import Span
from epfilter.fast_path import read_tree

_QUOTED = r""""(?:\\.|[^"\\])*+"|'(?:\\.|[^'\\])*+'"""
_QUOTED_OR_COMMENT = re.compile(rf"{_QUOTED}|(?<!\S)(#[^\r\n]*)", re.DOTALL)
_LINE = re.compile(r"[^\r\n]+")
_CODE_BEFORE_COMMENT = re.compile(rf"""(?:[^"'#]|{_QUOTED}|(?<=\S)#)*+(?<!\S)(?=#)""")
"""The code of a line with a comment; after a quote that is not closed there is no comment."""

_BLANKS = " \t"
_OPEN_ENDS = ("(", ",", ":", "|")
_OPEN_STARTS = (")", ",", ":", "|")


class FilterFile(NamedTuple):
    """The spans of the filters and of the comments of a file.

    A filter on one line has no blanks around it. A filter on several lines starts where its first
    line does, and may have comments inside.
    """

    filters: list[Span]
    comments: list[Span]


def split_filters(text: str) -> FilterFile:
    r"""Return where the filters and the comments of a file stand.

    >>> split_filters("# open\neq(a,1)\n  eq(b,2)\n: eq(c,3)\n").filters
    [Span(start=7, end=14), Span(start=15, end=34)]
    """
    filters: list[Span] = []
    comments: list[Span] = []
    count = 0
    for code, comment in _split_lines(text):
        if comment is not None:
            comments.append(comment)
        if code is None:
            continue
        count += 1
        if filters and _goes_on(text, filters[-1].end, code.start):
            filters[-1] = _with_indentation(text, Span(filters[-1].start, code.end))
        else:
            filters.append(code)
    whole = _find_whole(text) if count > 1 else None
    return whole or FilterFile(filters, comments)


def cut_comments(text: str, span: Span, comments: Sequence[Span]) -> Iterator[Span]:
    """Yield the parts of a span between the comments, without the blanks before each comment."""
    start, end = span
    first, last = (bisect_left(comments, Span(position, 0)) for position in span)
    for comment in comments[first:last]:
        yield Span(start, start + len(text[start : comment.start].rstrip(_BLANKS)))
        start = comment.end
    yield Span(start, end)


def _split_lines(text: str) -> Iterator[tuple[Span | None, Span | None]]:
    """Yield the span of the code of each line, and that of its comment."""
    for match in _LINE.finditer(text):
        (start, end), comment = match.span(), None
        before = _CODE_BEFORE_COMMENT.match(match[0]) if "#" in match[0] else None
        if before:
            comment = Span(start + before.end(), start + len(match[0].rstrip()))
            end = comment.start
        yield _strip(text, start, end), comment


def _strip(text: str, start: int, end: int) -> Span | None:
    """Return the span without the blanks around it, or None where it contains nothing else."""
    part = text[start:end]
    first = len(part) - len(part.lstrip())
    last = len(part.rstrip())
    return Span(start + first, start + last) if first < last else None


def _goes_on(text: str, end: int, start: int) -> bool:
    return text[end - 1] in _OPEN_ENDS or text[start] in _OPEN_STARTS


def _find_whole(text: str) -> FilterFile | None:
    """Return the file as one filter, in whose quotes lines may break, if it is a valid filter."""
    found = (match.span(1) for match in _QUOTED_OR_COMMENT.finditer(text) if match[1])
    comments = [Span(start, start + len(text[start:end].rstrip())) for start, end in found]
    parts = [*cut_comments(text, Span(0, len(text)), comments)]
    if read_tree("".join(text[start:end] for start, end in parts)) is None:
        return None
    code = [part for part in (_strip(text, *part) for part in parts) if part is not None]
    whole = Span(code[0].start, code[-1].end)
    return FilterFile([_with_indentation(text, whole)], comments)


def _with_indentation(text: str, span: Span) -> Span:
    line_start = max(text.rfind("\n", 0, span.start), text.rfind("\r", 0, span.start)) + 1
    return Span(line_start, span.end)
