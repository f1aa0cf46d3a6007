"""Positions in every encoding of the protocol."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from epfilter.errors import Span
from epfilter.server.positions import Positions
from support.counted_work import count_lines
from support.filter_strategies import any_text

CODECS = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}


@given(st.one_of(any_text, st.text("a\r\n\u2028😀é")), st.sampled_from(sorted(CODECS)))
def test_each_offset_has_a_position_that_leads_back(text: str, encoding: str) -> None:
    positions = Positions(text, encoding)
    codec = CODECS[encoding]
    for offset in range(len(text) + 1):
        position = positions.position_of(offset)
        # Between the characters of a line end there is no position of its own.
        if text[offset - 1 : offset + 1] != "\r\n" or not offset:
            assert positions.offset_of(position) == offset
            before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
            line = before.rpartition("\n")[2]
            units = len(line.encode(codec, "surrogatepass")) // len("a".encode(codec))
            assert (position.line, position.character) == (before.count("\n"), units)


@given(
    st.text("aé€😀\r\n\ud800"),
    st.sampled_from(sorted(CODECS)),
    st.integers(0, 5),
    st.integers(0, 20),
)
def test_a_position_without_an_offset_of_its_own_has_the_one_before(
    text: str, encoding: str, line: int, character: int
) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    positions = Positions(text, encoding)
    found = positions.offset_of(types.Position(line, character))
    if line >= len(lines):
        assert found == len(text)
        return
    codec = CODECS[encoding]
    unit = len("a".encode(codec))
    sizes = [len(char.encode(codec, "surrogatepass")) // unit for char in lines[line]]
    index = max(i for i in range(len(sizes) + 1) if sum(sizes[:i]) <= character)
    assert positions.position_of(found) == types.Position(line, sum(sizes[:index]))


@pytest.mark.parametrize("item", ['"eq(a,1)",', '"eq(a,é😀)",'])
@pytest.mark.parametrize("encoding", sorted(CODECS))
def test_the_cost_is_linear_in_the_length_of_a_line(item: str, encoding: str) -> None:
    def convert(count: int) -> None:
        positions = Positions(item * count, encoding)
        size = len(item)
        for start in range(0, size * count, size):
            span = Span(start, start + size)
            assert positions.span_of(positions.range_of(span)) == span

    convert(10)
    cost = count_lines(lambda: convert(100))
    assert count_lines(lambda: convert(400)) < 5 * cost
