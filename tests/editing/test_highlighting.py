"""Tokens: the kinds that a user sees, and that they cover every text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given

from epfilter.editing import tokens
from epfilter.errors import FilterTypeError, ResourceError
from support.editing_cases import EditingCase, read_cases
from support.filter_strategies import any_text, nested_garbage
from support.rows import for_each


@for_each("case", read_cases("tokens.txt"), ids=lambda case: case.name)
def test_a_text_has_the_tokens_of_the_case(case: EditingCase) -> None:
    found = [
        f"{token.kind} {case.text[slice(*token.span)]}".replace("\n", "⏎")
        for token in tokens(case.text, case.resource)
    ]
    assert found == case.lines


@given(any_text | nested_garbage)
def test_tokens_cover_all_that_is_not_white_space(text: str) -> None:
    for resource in (None, "orders"):
        found = tokens(text, resource)
        assert all(token.span.start < token.span.end for token in found)
        assert all(one.span.end <= other.span.start for one, other in pairwise(found))
        covered = {at for token in found for at in range(*token.span)}
        assert all(at in covered for at, char in enumerate(text) if not char.isspace())


def test_invalid_arguments_raise() -> None:
    with pytest.raises(FilterTypeError, match="must be a str"):
        tokens(5)  # type: ignore[arg-type] # a wrong type on purpose
    with pytest.raises(ResourceError, match="did you mean `orders`"):
        tokens("eq(a,1)", "order")
