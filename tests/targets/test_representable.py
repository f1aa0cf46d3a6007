"""A comparison with a value that a column cannot hold selects the same values of the column."""

from __future__ import annotations

import operator
import struct
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter.ast import ORDERED_OPERATORS, Operator
from epfilter.targets.representable import (
    EVERY_INT64,
    Comparison,
    Representation,
    fit_comparison_to_date,
    fit_comparison_to_decimal,
    fit_comparison_to_float,
    fit_comparison_to_integer,
    fit_comparison_to_timestamp,
)
from epfilter.times import to_timestamp

COMPARE: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQ: operator.eq,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
}
OPERATORS = st.sampled_from((Operator.EQ, *ORDERED_OPERATORS))
NUMBERS = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False),
    st.integers(-12, 12).map(lambda tenths: Decimal(tenths) / 4),
    st.sampled_from(
        [Decimal(2) ** 63, Decimal(2) ** 63 - 1, -(Decimal(2) ** 63), Decimal("1e999")]
    ),
)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - limits have no zone


def check(
    op: Operator, value: Any, comparison: Representation, column: Iterable[tuple[Any, Any]]
) -> None:
    """Each value of the column, with what it stands for, satisfies both comparisons or neither."""
    for stored, meaning in column:
        holds = (
            comparison
            if isinstance(comparison, bool)
            else COMPARE[comparison.op](stored, comparison.value)
        )
        assert holds == COMPARE[op](meaning, value), (op, value, comparison, stored)


def floats_near(value: Decimal) -> list[float]:
    near = float(value)
    limit = 1.7976931348623157e308
    near = max(-limit, min(limit, near))
    step = abs(near) * 2.0**-52
    return [near, near - step, near + step, 0.0, -0.5, 0.1, limit, -limit, 2.0**53, 1e23]


def singles_near(value: Decimal) -> list[float]:
    limit = 3.4028234663852886e38
    near = max(-limit, min(limit, float(value)))
    return [
        struct.unpack("<f", struct.pack("<f", each))[0]
        for each in (near, near * (1 - 2.0**-23), 0.1, 0.5, limit, -limit)
    ]


def single_text(value: float) -> str:
    """The shortest text that is this float of 32 bits."""
    texts = (f"{value:.{digits}g}" for digits in range(1, 10))
    for text in texts:
        try:
            if struct.unpack("<f", struct.pack("<f", float(text)))[0] == value:
                return text
        except OverflowError:
            continue
    raise AssertionError(value)


@given(OPERATORS, NUMBERS, st.sampled_from([(-128, 127), (0, 255), EVERY_INT64]))
def test_integers(op: Operator, value: Decimal, limits: tuple[int, int]) -> None:
    lowest, highest = limits
    comparison = fit_comparison_to_integer(op, value, lowest, highest)
    column = {lowest, highest, 0, 1, 2, *(each for each in (-1, -2) if each >= lowest)}
    if lowest <= value <= highest:
        column |= {each for each in (int(value), int(value) + 1) if lowest <= each <= highest}
    check(op, value, comparison, [(each, each) for each in column])
    if isinstance(comparison, Comparison):
        assert lowest <= comparison.value <= highest


@given(OPERATORS, NUMBERS)
def test_decimals_of_two_places(op: Operator, value: Decimal) -> None:
    highest = Decimal("9.99")
    column = [Decimal(hundredths) / 100 for hundredths in range(-999, 1000, 3)]
    comparison = fit_comparison_to_decimal(op, value, -highest, highest, 2)
    check(op, value, comparison, [(each, each) for each in (*column, highest, -highest)])
    if isinstance(comparison, Comparison):
        assert comparison.value == comparison.value.quantize(Decimal("0.01"))


@given(OPERATORS, NUMBERS)
def test_floats_stand_for_their_shortest_text(op: Operator, value: Decimal) -> None:
    column = [(each, Decimal(repr(each))) for each in floats_near(value)]
    check(op, value, fit_comparison_to_float(op, value), column)


@given(OPERATORS, NUMBERS)
def test_floats_of_32_bits(op: Operator, value: Decimal) -> None:
    column = [(each, Decimal(single_text(each))) for each in singles_near(value)]
    check(op, value, fit_comparison_to_float(op, value, single=True), column)


@given(OPERATORS, NUMBERS)
def test_whole_floats_may_stand_for_the_integer_that_they_hold(
    op: Operator, value: Decimal
) -> None:
    column = [
        (each, Decimal(each) if each.is_integer() else Decimal(repr(each)))
        for each in floats_near(value)
    ]
    check(op, value, fit_comparison_to_float(op, value, whole_is_exact=True), column)


@given(OPERATORS, st.dates(date(1990, 1, 1), date(2030, 1, 1)) | MOMENTS)
def test_dates_are_their_midnight(op: Operator, value: date) -> None:
    day = to_timestamp(value).date()
    column = [day + timedelta(days=days) for days in (-1, 0, 1)]
    meanings = [(each, to_timestamp(each)) for each in column]
    check(op, to_timestamp(value), fit_comparison_to_date(op, value), meanings)


@pytest.mark.parametrize("step", [1, 1_000, 1_000_000])
@given(op=OPERATORS, value=MOMENTS)
def test_timestamps_of_a_coarser_unit(op: Operator, value: datetime, step: int) -> None:
    floor = value - timedelta(microseconds=value.microsecond % step)
    column = [floor + timedelta(microseconds=steps * step) for steps in (-1, 0, 1)]
    check(
        op, value, fit_comparison_to_timestamp(op, value, step), [(each, each) for each in column]
    )
