"""Positions in every encoding of the protocol."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from epfilter.server.positions import Positions
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
