"""Value sets: their algebra agrees with Python's, and every operator is handled."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter.analysis.value_sets import ValueSet, build_value_sets
from epfilter.ast import Comparison, Operator
from epfilter.resources import integer, string, timestamp
from support.filter_oracle import matches
from support.rows import for_each
from support.sizes import divide_examples

NUMBERS = range(-1, 8)
WITH_VALUE_SETS = {
    *("eq", "in", "gt", "ge", "lt", "le", "like", "ilike"),
    *("contains", "contains_any", "contains_all"),
}


def contains(values: ValueSet, number: int) -> bool:
    if values.points is not None:
        return number in values.points
    above = (
        values.low is None or number > values.low or (number == values.low and not values.low_open)
    )
    below = (
        values.high is None
        or number < values.high
        or (number == values.high and not values.high_open)
    )
    return above and below


def members(values: ValueSet) -> set[int]:
    return {number for number in NUMBERS if contains(values, number)}


bounds = st.integers(1, 5)
points = st.frozensets(bounds, max_size=3).map(
    lambda numbers: ValueSet(min(numbers, default=None), max(numbers, default=None), points=numbers)
)
intervals = st.builds(ValueSet, st.none() | bounds, st.none() | bounds)
value_sets = points | intervals


@given(value_sets, value_sets)
def test_disjoint_sets_have_no_member_in_common(left: ValueSet, right: ValueSet) -> None:
    if left.is_disjoint(right):
        assert not members(left) & members(right)
    assert left.is_disjoint(right) == right.is_disjoint(left)


@given(value_sets, value_sets)
def test_the_members_of_a_subset_are_members_of_the_other_set(
    inner: ValueSet, outer: ValueSet
) -> None:
    if inner.is_subset(outer):
        assert members(inner) <= members(outer)


@given(value_sets)
def test_a_set_is_a_subset_of_itself(values: ValueSet) -> None:
    assert values.is_subset(values)


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        (Operator.EQ, {3}),
        (Operator.IN, {3}),
        (Operator.GT, {4, 5, 6, 7}),
        (Operator.GE, {3, 4, 5, 6, 7}),
        (Operator.LT, {-1, 0, 1, 2}),
        (Operator.LE, {-1, 0, 1, 2, 3}),
    ],
)
def test_the_set_of_an_operator(op: Operator, expected: set[int]) -> None:
    (typed,) = build_value_sets(op, ["3"], integer())
    assert members(typed) == expected


TEXTS = ["".join(letters) for count in range(5) for letters in product("abA", repeat=count)]
pattern_calls = st.tuples(
    st.sampled_from((Operator.LIKE, Operator.ILIKE, Operator.EQ)),
    st.from_regex(r"\*?[abA]{0,2}\*?", fullmatch=True),
)


def texts_of(op: Operator, value: str) -> set[str]:
    f = Comparison(op=op, field="x", value=value)
    return {text for text in TEXTS if matches(f, {"x": text})}


@divide_examples(2)
@given(pattern_calls, pattern_calls)
def test_the_texts_of_patterns_are_compared(
    left: tuple[Operator, str], right: tuple[Operator, str]
) -> None:
    (first,), (second,) = (build_value_sets(op, [text], string()) for op, text in (left, right))
    if first.is_disjoint(second):
        assert not texts_of(*left) & texts_of(*right)
    if first.is_subset(second):
        assert texts_of(*left) <= texts_of(*right)
    assert first.is_disjoint(second) == second.is_disjoint(first)
    assert first.is_subset(first)


@for_each(
    ("inner", "outer", "is_subset", "is_disjoint"),
    [
        ("ab*", "a*", True, False),
        ("a*", "ab*", False, False),
        ("a*", "b*", False, True),
        ("*a", "*b", False, True),
        ("a*", "*b", False, False),
        ("*ab*", "*a*", True, False),
        ("ab", "a*", True, False),
        ("ab", "b*", False, True),
        ("a*", "*", True, False),
    ],
)
def test_patterns_without_difference_of_case(
    inner: str,
    outer: str,
    is_subset: bool,  # noqa: FBT001 - a parameter of the test
    is_disjoint: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    for op in (Operator.LIKE, Operator.ILIKE):
        (first,), (second,) = (build_value_sets(op, [text], string()) for text in (inner, outer))
        assert (first.is_subset(second), first.is_disjoint(second)) == (is_subset, is_disjoint)


def test_an_interval_is_not_compared_with_a_pattern() -> None:
    (interval,) = build_value_sets(Operator.GT, ["a"], string())
    (pattern,) = build_value_sets(Operator.LIKE, ["a*"], string())
    assert not interval.is_subset(pattern)
    assert not pattern.is_subset(interval)
    assert not interval.is_disjoint(pattern)


@for_each("op", Operator)
def test_every_operator_is_handled(op: Operator) -> None:
    """A new operator must be added to the `match` of the module, which mypy checks too."""
    assert bool(build_value_sets(op, ["3"], None)) == (op.value in WITH_VALUE_SETS)


def test_a_text_of_another_type_has_no_set() -> None:
    assert build_value_sets(Operator.GT, ["three"], integer()) == ()
    assert build_value_sets(Operator.IN, ["3", "three"], integer()) == ()


@pytest.mark.parametrize("field_type", [None, timestamp()], ids=["untyped", "timestamp"])
def test_a_timestamp_finer_than_a_microsecond_has_no_set(field_type: object) -> None:
    text = "2018-09-01T00:00:00.0000001Z"
    assert build_value_sets(Operator.GT, [text], field_type) == ()  # type: ignore[arg-type] # pytest's parameters have no type
