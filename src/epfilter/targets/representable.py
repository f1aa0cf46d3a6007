"""A comparison with a value that a column cannot hold, as one with a value that it can.

A database or an engine may refuse or round a value that its column cannot hold. So the comparison
is replaced, in Python, by one that selects the same rows: no integer equals 5.5, and the integers
above 5.5 are those above 5. All functions return a `Comparison` with a value of the column's type,
or True for every value of the column, or False for none.
"""

from __future__ import annotations

import struct
import sys
from datetime import date, datetime, timedelta
from decimal import MAX_EMAX, MIN_EMIN, ROUND_FLOOR, Context, Decimal
from math import copysign, inf, isinf
from typing import Any, NamedTuple, TypeVar

from epfilter.ast import LOWER_BOUND_OPERATORS, UPPER_BOUND_OPERATORS, Operator
from epfilter.times import to_timestamp

V = TypeVar("V", Decimal, date, datetime)

_EXACT = Context(prec=200_000, Emin=MIN_EMIN, Emax=MAX_EMAX)
"""Holds every digit that a value of a filter can have."""
_MAX_SINGLE: float = struct.unpack("<f", bytes.fromhex("ffff7f7f"))[0]
_SINGLE_DIGITS = 9
"""Decimal digits that identify every float of 32 bits."""

EVERY_INT64 = (-(2**63), 2**63 - 1)
"""The least and the greatest integer of 64 bits with a sign."""


class Comparison(NamedTuple):
    """A comparison of a column, by `eq` or an ordered operator, with a value of its type."""

    op: Operator
    value: Any


Representation = Comparison | bool
"""The comparison to use; or True for every value of the column that is not null, False for none."""


def fit_comparison_to_decimal(
    op: Operator, value: Decimal, lowest: Decimal, highest: Decimal, scale: int
) -> Representation:
    """Compare with the numbers from `lowest` to `highest` of `scale` digits after the point.

    >>> fit_comparison_to_decimal(Operator.GE, Decimal("5.5"), Decimal(-9), Decimal(9), 0)
    Comparison(op=<Operator.GT: 'gt'>, value=Decimal('5'))
    >>> fit_comparison_to_decimal(Operator.LT, Decimal(10), Decimal(-9), Decimal(9), 0)
    True
    """
    if value > highest:
        return op in UPPER_BOUND_OPERATORS
    if value < lowest:
        return op in LOWER_BOUND_OPERATORS
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -scale:
        return Comparison(op, value)
    floor = value.quantize(Decimal((0, (1,), -scale)), ROUND_FLOOR, _EXACT)
    return _compare_with_floor(op, floor, exact=floor == value)


def fit_comparison_to_integer(
    op: Operator, value: Decimal, lowest: int, highest: int
) -> Representation:
    """Compare with the integers from `lowest` to `highest`.

    >>> fit_comparison_to_integer(Operator.LT, Decimal("5.5"), *EVERY_INT64)
    Comparison(op=<Operator.LE: 'le'>, value=5)
    >>> fit_comparison_to_integer(Operator.EQ, Decimal("5.5"), *EVERY_INT64)
    False
    """
    comparison = fit_comparison_to_decimal(op, value, Decimal(lowest), Decimal(highest), 0)
    if isinstance(comparison, bool):
        return comparison
    return Comparison(comparison.op, int(comparison.value))


def fit_comparison_to_float(
    op: Operator, value: Decimal, *, single: bool = False, whole_is_exact: bool = False
) -> Representation:
    """Compare with floats of 64 or, if `single`, 32 bits; each is the number of its shortest text.

    With `whole_is_exact` a whole float is the integer that it holds instead: 1e23 is
    99999999999999991611392.

    >>> fit_comparison_to_float(Operator.EQ, Decimal("0.1"))
    Comparison(op=<Operator.EQ: 'eq'>, value=0.1)
    >>> fit_comparison_to_float(Operator.LT, Decimal("1e999"))
    Comparison(op=<Operator.LE: 'le'>, value=1.7976931348623157e+308)
    """
    nearest, text = _nearest_single(value) if single else _nearest_double(value)
    number = Decimal(nearest) if whole_is_exact and nearest.is_integer() else Decimal(text)
    side = number.compare(value)
    if op is Operator.EQ:
        return not side and Comparison(op, nearest)
    if op in LOWER_BOUND_OPERATORS:
        includes = side > 0 or (op is Operator.GE and not side)
        return Comparison(Operator.GE if includes else Operator.GT, nearest)
    includes = side < 0 or (op is Operator.LE and not side)
    return Comparison(Operator.LE if includes else Operator.LT, nearest)


def has_float_digits(value: Decimal) -> bool:
    """Return whether no other number of as few digits is the same float.

    >>> has_float_digits(Decimal("0.10")), has_float_digits(Decimal("0.1234567890123456"))
    (True, False)
    """
    return len(value.normalize(_EXACT).as_tuple().digits) <= sys.float_info.dig


def fit_comparison_to_date(op: Operator, value: date) -> Representation:
    """Compare with dates, each of which means 00:00 UTC of that day.

    >>> from datetime import UTC
    >>> fit_comparison_to_date(Operator.GE, datetime(2020, 1, 1, 12, tzinfo=UTC))
    Comparison(op=<Operator.GT: 'gt'>, value=datetime.date(2020, 1, 1))
    """
    day = value.date() if isinstance(value, datetime) else value
    return _compare_with_floor(op, day, exact=to_timestamp(day) == to_timestamp(value))


def fit_comparison_to_timestamp(op: Operator, value: datetime, step: int) -> Representation:
    """Compare with timestamps that are multiples of `step` microseconds.

    >>> from datetime import UTC
    >>> fit_comparison_to_timestamp(Operator.EQ, datetime(2018, 9, 1, 0, 0, 0, 500, UTC), 1000)
    False
    """
    floor = value - timedelta(microseconds=value.microsecond % step)
    return _compare_with_floor(op, floor, exact=floor == value)


def _compare_with_floor(op: Operator, floor: V, *, exact: bool) -> Representation:
    """Compare with `floor`, the greatest value of the column that is not above the value."""
    if exact:
        return Comparison(op, floor)
    if op is Operator.EQ:
        return False
    return Comparison(Operator.GT if op in LOWER_BOUND_OPERATORS else Operator.LE, floor)


def _nearest_double(value: Decimal) -> tuple[float, str]:
    nearest = float(value)
    if isinf(nearest):
        nearest = copysign(sys.float_info.max, nearest)
    return nearest, repr(nearest)


def _nearest_single(value: Decimal) -> tuple[float, str]:
    nearest = _to_single(float(value))
    if isinf(nearest):
        nearest = copysign(_MAX_SINGLE, nearest)
    for digits in range(1, _SINGLE_DIGITS):
        text = f"{nearest:.{digits}g}"
        if _to_single(float(text)) == nearest:
            return nearest, text
    return nearest, f"{nearest:.{_SINGLE_DIGITS}g}"


def _to_single(value: float) -> float:
    try:
        single: float = struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return copysign(inf, value)
    return single
