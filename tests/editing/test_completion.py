"""Completion: what a user sees at the cursor, and what holds for every text and resource."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import parse_located
from epfilter.ast import Filter
from epfilter.editing import Completion, complete
from epfilter.errors import FilterTypeError, FilterValueError, ResourceError, Span, apply_edits
from epfilter.located import list_calls
from epfilter.printer import print_operand
from epfilter.resources import Resource, all_resources, resource_info
from epfilter.testing import filters
from support.editing_cases import SHORT_TEXTS, EditingCase, mark_span, read_cases, run_everywhere
from support.filter_strategies import any_text, nested_garbage
from support.rows import for_each

TODAY = date(2026, 11, 29)
CASES = read_cases("complete.txt")


def apply(text: str, completion: Completion) -> str:
    return apply_edits(text, [completion.edit])


@for_each("case", CASES, ids=lambda case: case.name)
def test_the_cursor_offers_the_completions_of_the_case(case: EditingCase) -> None:
    found = [
        f"{one.label} → {mark_span(apply(case.text, one), one.selection)}"
        for one in complete(case.text, case.offset, case.resource, today=TODAY)
    ]
    if case.lines[-1:] == ["…"]:
        found = [*found[: len(case.lines) - 1], "…"]
    assert found == case.lines


def test_a_field_is_offered_with_its_type_its_operators_and_its_note() -> None:
    (item,) = complete("eq(manual", 9, "orders")
    assert item.detail == "boolean: eq"
    assert item.note.startswith("not documented; the `manual-orders` resource")
    (alias,) = complete("eq(customer.n", 13, "orders")
    assert (alias.detail, alias.note) == ("string: eq like", "another name of `name`")
    (old,) = complete("eq(billing_name", 15, "orders")
    assert old.deprecated
    assert old.note.endswith("; deprecated since 2022-11-24")


def test_a_date_is_offered_with_its_meaning() -> None:
    found = complete("ge(created_at,", 14, "orders", today=TODAY)
    assert [one.detail for one in found[:2]] == ["today", "yesterday"]
    (today,) = complete("ge(created_at,today", 19, "orders")
    assert abs((date.fromisoformat(today.label) - datetime.now(UTC).date()).days) <= 1


@for_each("today", [date.min, date.max])
def test_the_ends_of_the_calendar_have_dates(today: date) -> None:
    for text in ("ge(created_at,", "", f"ge(created_at,{today}"):
        for one in complete(text, len(text), "orders", today=today):
            assert apply(text, one)


@for_each(
    ("arguments", "error", "message"),
    [
        ((b"eq(a,1)", 0), FilterTypeError, "must be a str"),
        (
            ("eq(a,1)", "0"),
            FilterTypeError,
            "`offset` must be an integer, not a value of type str",
        ),
        (
            ("eq(a,1)", True),
            FilterTypeError,
            "`offset` must be an integer, not a value of type bool",
        ),
        (("eq(a,1)", -1), FilterValueError, "`offset` must be from 0 to 7, not -1"),
        (("eq(a,1)", 8), FilterValueError, "`offset` must be from 0 to 7, not 8"),
        (("eq(a,1)", 0, "order"), ResourceError, "did you mean `orders`"),
        (("eq(a,1)", 0, 5), FilterTypeError, "a resource or its name is expected"),
    ],
)
def test_invalid_arguments_raise(arguments: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        complete(*arguments)
    with pytest.raises(FilterTypeError, match="`today` must be a date"):
        complete("", 0, today=datetime.now(UTC))


def require_no_worse(text: str, offset: int, resource: str | None) -> None:
    most = len(parse_located(text).diagnostics)
    for one in complete(text, offset, resource, today=TODAY):
        new = apply(text, one)
        assert len(parse_located(new).diagnostics) <= most, one
        assert 0 <= one.selection.start <= one.selection.end <= len(new)
        assert one.edit.span.start <= offset <= one.edit.span.end


@pytest.mark.slow
@for_each("text", SHORT_TEXTS)
def test_every_offset_of_every_prefix_completes(text: str) -> None:
    run_everywhere(text, lambda prefix, offset: complete(prefix, offset, "orders"))


@given(st.one_of(nested_garbage, any_text), st.data(), st.sampled_from([None, "orders"]))
def test_no_completion_adds_an_error(text: str, data: st.DataObject, resource: str | None) -> None:
    prefix = text[: data.draw(st.integers(0, len(text)))]
    require_no_worse(prefix, data.draw(st.integers(0, len(prefix))), resource)
    require_no_worse(text, data.draw(st.integers(0, len(text))), resource)


@given(filters("orders"), st.data())
def test_no_completion_breaks_a_filter(f: Filter, data: st.DataObject) -> None:
    text = str(f)
    require_no_worse(text, data.draw(st.integers(0, len(text))), "orders")


def list_names(f: Filter | str) -> Iterator[tuple[str, Span, str]]:
    """Yield the operator and the field of every call, with its span and its kind."""
    for call in list_calls(parse_located(str(f))):
        assert call.op_span
        yield str(f)[slice(*call.op_span)], call.op_span, "operator"
        yield call.operands[0].text, call.operands[0].span, "field"


def require_offered(text: str, name: str, span: Span, resource: str | Resource, kind: str) -> None:
    """Check that the first letter offers the name: at the end of the text, and in the text."""
    offset = span.start + 1
    for unfinished in (text[:offset], text[:offset] + text[span.end :]):
        found = complete(unfinished, offset, resource, today=TODAY)
        assert name in [one.label for one in found if one.kind == kind]


@given(filters("orders"))
def test_the_first_letter_offers_every_operator_and_field(f: Filter) -> None:
    for name, span, kind in list_names(f):
        require_offered(str(f), name, span, "orders", kind)


@for_each("resource", all_resources(), ids=repr)
def test_every_name_of_every_listing_is_offered(resource: Resource) -> None:
    for path, declared in resource_info(resource).fields.items():
        for op in declared.operators[-1:]:
            field = print_operand(path, field=True)
            text = f"{op}({field})" if op == "is_null" else f"{op}({field},x)"
            for name, span, kind in list_names(text):
                require_offered(text, name, span, resource, kind)
