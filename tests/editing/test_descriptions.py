"""Hover and signature: what a user reads at the cursor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import parse_located
from epfilter.ast import CALL_OPERATORS, MEMBERSHIPS
from epfilter.editing import hover, signature
from epfilter.editing.operators import form_of
from epfilter.errors import FilterTypeError, FilterValueError, ResourceError
from support.editing_cases import SHORT_TEXTS, EditingCase, mark_span, read_cases, run_everywhere
from support.filter_strategies import any_text, nested_garbage
from support.rows import for_each


@for_each("case", read_cases("hover.txt"), ids=lambda case: case.name)
def test_the_cursor_shows_the_description_of_the_case(case: EditingCase) -> None:
    found = hover(case.text, case.offset, case.resource)
    shown = [case.text[slice(*found.span)], *found.text.splitlines()] if found else []
    assert shown == case.lines


@for_each("case", read_cases("signature.txt"), ids=lambda case: case.name)
def test_the_cursor_shows_the_operands_of_the_case(case: EditingCase) -> None:
    found = signature(case.text, case.offset)
    shown = []
    if found:
        active = found.active
        label = found.label if active is None else mark_span(found.label, found.parameters[active])
        shown = [label, found.meaning]
    assert shown == case.lines


def test_every_operator_has_a_form() -> None:
    for op in CALL_OPERATORS:
        form = form_of(op)
        operands = ",".join(form.label[slice(*span)] for span in form.parameters)
        assert form.label == f"{op}({operands})"
        assert form.repeats == (op in MEMBERSHIPS)
        assert form.repeats == (form.label[-2] == "…")


@for_each("text", SHORT_TEXTS[:4])
def test_every_offset_of_every_prefix_is_described(text: str) -> None:
    def describe(prefix: str, offset: int) -> None:
        found = hover(prefix, offset, "orders")
        assert found is None or found.span.start <= offset <= found.span.end

    run_everywhere(text, describe)
    run_everywhere(text, signature)


@given(st.one_of(nested_garbage, any_text), st.data())
def test_any_text_is_described(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    found = hover(text, offset, "orders")
    if found:
        assert 0 <= found.span.start <= offset <= found.span.end <= len(text)
        assert found.text
    call = signature(text, offset)
    assert call is None or call.active is None or call.parameters[call.active]
    if parse_located(text).node is not None:
        assert found


def test_invalid_arguments_raise() -> None:
    with pytest.raises(FilterValueError, match="`offset` must be from 0 to 7, not 8"):
        hover("eq(a,1)", 8)
    with pytest.raises(FilterValueError, match="`offset` must be from 0 to 7, not -1"):
        signature("eq(a,1)", -1)
    with pytest.raises(FilterTypeError, match="must be a str"):
        signature(b"", 0)  # type: ignore[arg-type] # a wrong type on purpose
    with pytest.raises(ResourceError, match="did you mean `orders`"):
        hover("eq(a,1)", 1, "order")
