"""Positions of the protocol: lines and code units, in the encoding that the client chose."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from lsprotocol import types

from epfilter.errors import Edit, Span
from epfilter.linter.files import LineIndex


class Positions:
    r"""The positions of a text: offsets of code points, and lines with code units.

    Lines end with `\n`, `\r\n` or `\r`, as the protocol defines them.

    >>> positions = Positions("é\nx = '😀'", "utf-16")
    >>> positions.position_of(8)
    1:7
    >>> positions.offset_of(positions.position_of(8))
    8
    """

    def __init__(self, text: str, encoding: str) -> None:
        self._lines = LineIndex(text)
        self._encoding = encoding
        self._length = len(text)
        self._columns: dict[int, Sequence[int]] = {}

    def position_of(self, offset: int) -> types.Position:
        """Return the position of an offset."""
        number = self._lines.number_of(offset)
        columns = self._columns_of(number)
        index = min(offset - self._lines.span_of(number).start, len(columns) - 1)
        return types.Position(number - 1, columns[index])

    def offset_of(self, position: types.Position) -> int:
        """Return the offset of a position; one after the end of its line is that end."""
        number = position.line + 1
        if number > self._lines.number_of(self._length):
            return self._length
        index = bisect_right(self._columns_of(number), position.character) - 1
        return self._lines.span_of(number).start + index

    def range_of(self, span: Span) -> types.Range:
        """Return the range of a span."""
        return types.Range(self.position_of(span.start), self.position_of(span.end))

    def span_of(self, range_: types.Range) -> Span:
        """Return the span of a range."""
        return Span(self.offset_of(range_.start), self.offset_of(range_.end))

    def text_edit_of(self, edit: Edit) -> types.TextEdit:
        """Return an edit as the protocol has it."""
        return types.TextEdit(self.range_of(edit.span), edit.text)

    def count_units(self, text: str) -> int:
        """Return the length of a text in code units."""
        return self._measure(text)[-1]

    def _columns_of(self, number: int) -> Sequence[int]:
        """Return the columns of a line in code units; each line is measured once."""
        columns = self._columns.get(number)
        if columns is None:
            columns = self._columns[number] = self._measure(self._lines.text_of(number))
        return columns

    def _measure(self, text: str) -> Sequence[int]:
        """Return the code units before each character of a text, and before its end."""
        if text.isascii() or self._encoding == "utf-32":
            return range(len(text) + 1)
        return [*accumulate(map(self._count_units, text), initial=0)]

    def _count_units(self, char: str) -> int:
        if self._encoding == "utf-8":
            return len(char.encode("utf-8", "surrogatepass"))
        return 1 + (char > "\uffff")
