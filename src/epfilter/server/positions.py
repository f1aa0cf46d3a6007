"""Positions of the protocol: lines and code units, in the encoding that the client chose."""

from __future__ import annotations

from lsprotocol import types

from epfilter.errors import Edit, Span
from epfilter.linter.files import LineIndex

_LAST_OF_ONE_UNIT = {"utf-8": "\x7f", "utf-16": "\uffff"}


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

    def position_of(self, offset: int) -> types.Position:
        """Return the position of an offset."""
        number = self._lines.number_of(offset)
        start = self._lines.span_of(number).start
        before = self._lines.text_of(number)[: offset - start]
        return types.Position(number - 1, sum(map(self._count_units, before)))

    def offset_of(self, position: types.Position) -> int:
        """Return the offset of a position; one behind the end of its line is that end."""
        number = position.line + 1
        if number > self._lines.number_of(self._length):
            return self._length
        offset = self._lines.span_of(number).start
        units = position.character
        for char in self._lines.text_of(number):
            units -= self._count_units(char)
            if units < 0:
                break
            offset += 1
        return offset

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
        return sum(map(self._count_units, text))

    def _count_units(self, char: str) -> int:
        if char <= _LAST_OF_ONE_UNIT.get(self._encoding, char):
            return 1
        if self._encoding == "utf-8":
            return len(char.encode("utf-8", "surrogatepass"))
        return 2
