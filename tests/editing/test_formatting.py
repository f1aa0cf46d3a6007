"""Formatting: the edits, and that they give the canonical or the pretty text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import Filter, parse, pretty, unparse
from epfilter.editing import format as format_text
from epfilter.errors import Edit, FilterTypeError, Span, apply_edits
from support.filter_strategies import any_text, filters
from support.rows import for_each


@for_each(
    ("text", "edits"),
    [
        ("eq( a, '1' )", (Edit(Span(3, 11), "a,1"),)),
        ("eq(a,1) :eq(b,2)", (Edit(Span(7, 8), ""),)),
        ("eq(a,11)\n", (Edit(Span(8, 9), ""),)),
        ("eq(a,1)|lt(b,2):gt(b,1)", (Edit(Span(8, 22), "(lt(b,2):gt(b,1)"),)),
        ("eq(a,1):eq(b,2)", ()),
        ("eq(a,1):eq(b", ()),
        ("", ()),
    ],
)
def test_only_what_differs_is_replaced(text: str, edits: tuple[Edit, ...]) -> None:
    assert format_text(text) == edits


def test_styles() -> None:
    text = "eq(a,1):eq(b,2)"
    assert apply_edits(text, format_text(text, multiline=True)) == "  eq(a,1)\n: eq(b,2)"
    quoted = apply_edits(text, format_text(text, quotes="always"))
    assert quoted == 'eq("a","1"):eq("b","2")'
    long = "in(a,1,2)"
    assert apply_edits(long, format_text(long, multiline=True, width=5, indent=1)) == (
        "in(\n a,\n 1,\n 2\n)"
    )


@given(f=filters, multiline=st.booleans(), was_pretty=st.booleans())
def test_the_result_is_the_printed_text(f: Filter, *, multiline: bool, was_pretty: bool) -> None:
    text = pretty(f) if was_pretty else unparse(f, quotes="always")
    new = apply_edits(text, format_text(text, multiline=multiline))
    assert new == (pretty(f) if multiline else unparse(f))
    assert format_text(new, multiline=multiline) == ()


@given(any_text)
def test_the_meaning_of_any_text_stays(text: str) -> None:
    edits = format_text(text)
    if edits:
        assert parse(apply_edits(text, edits)) == parse(text)


def test_invalid_arguments_raise() -> None:
    with pytest.raises(FilterTypeError, match="must be a str"):
        format_text(b"eq(a,1)")  # type: ignore[arg-type] # a wrong type on purpose
    with pytest.raises(FilterTypeError, match="`width` must be an integer"):
        format_text("eq(a,1)", width="5")  # type: ignore[arg-type] # a wrong type on purpose
