"""A value beside what a column can hold, so that no engine ever compares two types.

A column of whole numbers is greater than 5.5 where it is greater than 5, and never equal to it; a
column of milliseconds never equals a microsecond; all of a column of bytes is less than 1000.
"""

from __future__ import annotations

import math
import operator
import struct
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from typing import Any, NamedTuple, TypeVar

import narwhals as nw

from epfilter.ast import LOWER_BOUND_OPERATORS, Operator

G = TypeVar("G", int, date, datetime)

COMPARED: dict[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQ: operator.eq,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
}
"""What an operator asks of a value and its bound."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TEXTS = (nw.String, nw.Categorical, nw.Enum)
_INTEGERS: dict[type[nw.dtypes.DType], tuple[int, int]] = {
    nw.Int8: (-(2**7), 2**7 - 1),
    nw.Int16: (-(2**15), 2**15 - 1),
    nw.Int32: (-(2**31), 2**31 - 1),
    nw.Int64: (-(2**63), 2**63 - 1),
    nw.Int128: (-(2**127), 2**127 - 1),
    nw.UInt8: (0, 2**8 - 1),
    nw.UInt16: (0, 2**16 - 1),
    nw.UInt32: (0, 2**32 - 1),
    nw.UInt64: (0, 2**64 - 1),
    nw.UInt128: (0, 2**128 - 1),
}
_LARGEST = 100
"""Decimal digits before the point that no column holds."""


class Bound(NamedTuple):
    """The same question with a value that the column can hold."""

    op: Operator
    value: Any


def is_text(dtype: nw.dtypes.DType) -> bool:
    """Whether a column holds text."""
    return isinstance(dtype, _TEXTS)


def point(value: date) -> datetime:
    """The point in time that a date or a timestamp is, in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime.combine(value, time(), UTC)


def nearest(op: Operator, value: Any, dtype: nw.dtypes.DType) -> Bound | bool:
    """The question as one that the column can answer; True holds for every value, False for none.

    >>> nearest(Operator.GT, Decimal("5.5"), nw.Int64()).value
    5
    >>> nearest(Operator.LT, Decimal(1000), nw.Int8())
    True
    """
    if is_text(dtype):
        return Bound(op, value)
    if isinstance(dtype, nw.Boolean):
        held = [either for either in (False, True) if COMPARED[op](either, value)]
        return Bound(Operator.EQ, held[0]) if len(held) == 1 else bool(held)
    if isinstance(dtype, nw.Date):
        day = value.date() if isinstance(value, datetime) else value
        return _on_grid(op, day, point(day) == point(value), date.min, date.max)
    if isinstance(dtype, nw.Datetime):
        return _at_time(op, value, dtype)
    if dtype.is_float():
        return _at_float(op, value, single=isinstance(dtype, (nw.Float32, nw.Float16)))
    if dtype.is_decimal():
        return _at_decimal(op, value, dtype)
    floor = math.floor(_clamped(value))
    least, most = _INTEGERS[type(dtype)]
    return _on_grid(op, floor, floor == value, least, most)


def _on_grid(op: Operator, floor: G, exact: bool, least: G, most: G) -> Bound | bool:  # noqa: FBT001 - of five values only one is a bool
    """`floor` is the greatest value of the column's type that is no greater than the value."""
    if op is Operator.EQ:
        return exact and least <= floor <= most and Bound(op, floor)
    if not least <= floor <= most:
        return (floor < least) is (op in LOWER_BOUND_OPERATORS)
    if not exact:
        op = {Operator.GE: Operator.GT, Operator.LT: Operator.LE}.get(op, op)
    return Bound(op, floor)


def _at_time(op: Operator, value: datetime, dtype: nw.dtypes.DType) -> Bound | bool:
    assert isinstance(dtype, nw.Datetime)  # noqa: S101 - as the caller has seen
    step = {"s": 1_000_000, "ms": 1_000}.get(dtype.time_unit, 1)
    floor = value - timedelta(microseconds=value.microsecond % step)
    least, most = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    if dtype.time_unit == "ns":
        whole = 2**63 // 1000
        least = _EPOCH - timedelta(microseconds=whole)
        most = _EPOCH + timedelta(microseconds=whole)
    found = _on_grid(op, floor, floor == value, least, most)
    if isinstance(found, Bound) and dtype.time_zone is None:
        return Bound(found.op, found.value.replace(tzinfo=None))
    return found


def _clamped(value: Decimal) -> Decimal:
    """The value itself, or one as good that no column reaches: 1e999999 is not written out."""
    if value and value.adjusted() > _LARGEST:
        return Decimal((value.is_signed(), (1,), _LARGEST))
    if value and value.adjusted() < -_LARGEST:
        return Decimal((value.is_signed(), (1,), -_LARGEST))
    return value


def _at_decimal(op: Operator, value: Decimal, dtype: nw.dtypes.DType) -> Bound | bool:
    assert isinstance(dtype, nw.Decimal)  # noqa: S101 - as the caller has seen
    value = _clamped(value)
    # Exact: the precision holds every digit that a value can have.
    exactly = Context(prec=20_000, Emax=MAX_EMAX, Emin=MIN_EMIN)
    shifted = exactly.scaleb(value, dtype.scale)
    floor, most = math.floor(shifted), 10**dtype.precision - 1
    found = _on_grid(op, floor, floor == shifted, -most, most)
    if isinstance(found, Bound):
        return Bound(found.op, exactly.scaleb(Decimal(found.value), -dtype.scale))
    return found


def _at_float(op: Operator, value: Decimal, *, single: bool) -> Bound | bool:
    """A float stands for the number that its shortest text is: 0.1 for 0.1."""
    near = float(value)
    written = repr(near)
    if single:
        near, written = _single(near)
    over = Decimal(written).compare(value)
    if op is Operator.EQ:
        return not over and Bound(op, near)
    if op in LOWER_BOUND_OPERATORS:
        reaches = over > 0 or (op is Operator.GE and not over)
        return Bound(Operator.GE if reaches else Operator.GT, near)
    reaches = over < 0 or (op is Operator.LE and not over)
    return Bound(Operator.LE if reaches else Operator.LT, near)


def _single(near: float) -> tuple[float, str]:
    """The nearest number of 32 bits and its shortest text."""
    try:
        near = struct.unpack("f", struct.pack("f", near))[0]
    except OverflowError:
        near = math.copysign(math.inf, near)
    if math.isinf(near):
        return near, repr(near)
    for digits in range(1, 10):
        written = f"{near:.{digits}g}"
        if struct.unpack("f", struct.pack("f", float(written)))[0] == near:
            return near, written
    raise AssertionError(near)
