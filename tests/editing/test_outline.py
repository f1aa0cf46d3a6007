"""The outline of a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given

from epfilter import parse_located
from epfilter.editing import Symbol, symbols
from epfilter.errors import FilterTypeError, Span
from epfilter.located import list_calls
from support.editing_cases import EditingCase, read_cases
from support.filter_strategies import any_text, nested_garbage
from support.rows import for_each


def draw(found: Iterable[Symbol], level: int = 0) -> Iterator[str]:
    for symbol in found:
        name = f"call {symbol.name}" if symbol.kind == "call" else symbol.kind
        yield "- " * level + name
        yield from draw(symbol.children, level + 1)


@for_each("case", read_cases("symbols.txt"), ids=lambda case: case.name)
def test_a_text_has_the_outline_of_the_case(case: EditingCase) -> None:
    assert list(draw(symbols(case.text))) == case.lines


def require_nested(found: Iterable[Symbol], outer: Span) -> None:
    for symbol in found:
        assert outer.start <= symbol.span.start <= symbol.selection.start
        assert symbol.selection.end <= symbol.span.end <= outer.end
        require_nested(symbol.children, symbol.span)


@given(any_text | nested_garbage)
def test_the_outline_has_every_call_within_its_group(text: str) -> None:
    found = symbols(text)
    require_nested(found, Span(0, len(text)))
    calls = [line for line in draw(found) if "call " in line]
    assert len(calls) == len(list(list_calls(parse_located(text))))


def test_invalid_arguments_raise() -> None:
    with pytest.raises(FilterTypeError, match="must be a str"):
        symbols(b"eq(a,1)")  # type: ignore[arg-type] # a wrong type on purpose
