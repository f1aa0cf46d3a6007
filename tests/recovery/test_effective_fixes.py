"""Each fix of a syntax error leaves fewer errors, in any text."""

from __future__ import annotations

import pytest
from hypothesis import given

from epfilter import Diagnostic, Edit, Fix, Span, parse_located
from epfilter.recovery.effective_fixes import keep_effective_fixes
from support.counted_work import count_lines
from support.filter_strategies import any_text, nearly, nested_garbage
from support.rows import for_each
from support.sizes import slow_except


def assert_fixes_help(text: str) -> None:
    errors = parse_located(text).diagnostics
    for error in errors:
        if error.fix:
            fixed = error.fix.apply(text)
            assert len(parse_located(fixed).diagnostics) < len(errors), (error.code, fixed)


@given(any_text)
def test_a_fix_leaves_fewer_errors_in_any_text(text: str) -> None:
    assert_fixes_help(text)


@given(nearly)
def test_a_fix_leaves_fewer_errors_in_a_nearly_valid_text(text: str) -> None:
    assert_fixes_help(text)


@given(nested_garbage)
def test_a_fix_leaves_fewer_errors_in_nested_garbage(text: str) -> None:
    assert_fixes_help(text)


@for_each(
    "text",
    [
        "eq%28a,'",
        "filter=filter==paid",
        'EQ("',
        'eq(")',
        "(eq(",
        ")",
        ":",
        '(eq("a,1é):eq(a,1)，',
        "gte(=\x00：",
        '{"data":{"type":"job","filter":"e)(a,1)"}}',
        "'e=（foo(da=1)'",
        "eq(a,1)&eq(b,x'),lik(c",
    ],
)
def test_texts_with_a_fix_that_did_not_help(text: str) -> None:
    assert parse_located(text).diagnostics
    assert_fixes_help(text)


def make_error(position: int) -> Diagnostic:
    span = Span(position, position + 1)
    return Diagnostic("EPF999", "x.", span, fix=Fix("x", (Edit(span, "-"),), safe=True))


def test_useless_fixes_among_many_are_found() -> None:
    text = "xx?x" * 10
    errors = [make_error(position) for position in range(len(text))]

    def count_errors(changed: str) -> int:
        return len(changed) - sum(
            old == "x" and new == "-" for old, new in zip(text, changed, strict=True)
        )

    checked = keep_effective_fixes(text, errors, count_errors)
    kept = {error.span.start for error in checked if error.fix}
    assert kept
    assert all(text[position] == "x" for position in kept)
    assert [error.span for error in checked] == [error.span for error in errors]


def test_many_fixes_that_overlap_are_tried_in_parts() -> None:
    def make(start: int, end: int) -> Diagnostic:
        fix = Fix("write `-`", (Edit(Span(start, end), "-"),), safe=True)
        return Diagnostic("EPF112", "wrong.", Span(start, end), fix=fix)

    errors = [make(start, start + 2) for start in range(20)]
    checked = keep_effective_fixes("x" * 21, errors, lambda text: 20 - text.count("-"))
    assert all(error.fix for error in checked)


@pytest.mark.parametrize("size", slow_except([100, 10_000, 300_000], 100, 10_000))
def test_a_long_text_is_read_only_a_few_times(size: int) -> None:
    read: list[int] = []

    def count_errors(changed: str) -> int:
        read.append(len(changed))
        return size  # no fix helps

    errors = [make_error(position) for position in range(0, size, 2)]
    checked = keep_effective_fixes("x" * size, errors, count_errors)
    assert not any(error.fix for error in checked)
    assert 2 <= len(read) <= 40
    assert sum(read) <= max(400_000, 2 * size)


CALLS = ["gte(a,1)", "eq(a,1", "eq(a,é)", 'eq("a)', "foo(", ")", "a=1 "]


@pytest.mark.parametrize("call", slow_except(CALLS, "gte(a,1)"))
def test_reading_many_errors_takes_linear_work(call: str) -> None:
    parse_located(call * 20)  # work that is done only once must not count
    once, twice = (
        count_lines(lambda count=count: parse_located(":".join([call] * count)))  # type: ignore[misc] # a default for each
        for count in (100, 200)
    )
    assert twice < 2.5 * once
