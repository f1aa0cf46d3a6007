"""A value of a filter as a value of a column's type, or the reason why it cannot be one."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from typing import Any
from uuid import UUID

import narwhals as nw

from epfilter.ast import ORDERED_OPERATORS, CallOperator, Operator
from epfilter.errors import UnsupportedFilterError
from epfilter.targets.binding import Untyped
from epfilter.targets.dataframe.columns import Column
from epfilter.targets.representable import (
    Comparison,
    Representation,
    fit_comparison_to_date,
    fit_comparison_to_decimal,
    fit_comparison_to_float,
    fit_comparison_to_integer,
    fit_comparison_to_timestamp,
)
from epfilter.times import to_timestamp
from epfilter.values import from_text_or_none

COMPARE: dict[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQ: operator.eq,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
}
"""The Python function of an operator of `Comparison`."""

_TYPE_NAMES = {
    bool: "a boolean",
    int: "an integer",
    Decimal: "a number",
    str: "text",
    date: "a date",
    datetime: "a timestamp",
    UUID: "a UUID",
}
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
_STEPS = {"s": 1_000_000, "ms": 1_000}
"""The microseconds of a unit of time; finer units hold every microsecond."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NANOSECOND_RANGE = timedelta(microseconds=2**63 // 1000)
_EXACT = Context(prec=20_000, Emax=MAX_EMAX, Emin=MIN_EMIN)


def is_text(dtype: nw.dtypes.DType) -> bool:
    """Return whether a column holds text."""
    return isinstance(dtype, _TEXTS)


def is_comparable(dtype: nw.dtypes.DType) -> bool:
    """Return whether values of a column can be compared with values of a filter."""
    is_time = isinstance(dtype, (nw.Boolean, nw.Date, nw.Datetime))
    return is_text(dtype) or dtype.is_numeric() or is_time


def coerce_value(op: CallOperator, value: object, column: Column) -> Any:
    """Return the value as one of the column's type; None for an untyped text that is not one.

    Raises UnsupportedFilterError if the resource declares a type that the column does not have.
    """
    dtype = column.dtype
    if column.is_uuid:
        return _to_uuid_text(op, value, column)
    if isinstance(value, Untyped):
        return str(value) if is_text(dtype) else from_text_or_none(value, _python_type(dtype))
    if is_text(dtype):
        return _to_unique_text(op, value, column)
    if dtype.is_numeric() and isinstance(value, int | Decimal) and type(value) is not bool:
        return Decimal(value)
    if isinstance(dtype, nw.Boolean) and type(value) is bool:
        return value
    if isinstance(dtype, nw.Date) and isinstance(value, date):
        return value
    if isinstance(dtype, nw.Datetime) and isinstance(value, date):
        return to_timestamp(value)
    raise _type_conflict(op, value, column)


def _python_type(dtype: nw.dtypes.DType) -> type[Any]:
    if dtype.is_numeric():
        return Decimal
    if isinstance(dtype, nw.Boolean):
        return bool
    return datetime  # a date means 00:00 UTC of that day


def _to_unique_text(op: CallOperator, value: object, column: Column) -> str:
    """Return a typed value as text, if there is only one way to write it."""
    if type(value) is str:
        return value
    if op not in ORDERED_OPERATORS and type(value) is bool:
        return "true" if value else "false"
    if op not in ORDERED_OPERATORS and isinstance(value, UUID):
        return str(value)
    raise _type_conflict(op, value, column)


def _to_uuid_text(op: CallOperator, value: object, column: Column) -> str | None:
    if isinstance(value, Untyped):
        value = from_text_or_none(value, UUID)
    elif not isinstance(value, UUID):
        raise _type_conflict(op, value, column)
    return None if value is None else str(value)


def _type_conflict(op: CallOperator, value: object, column: Column) -> UnsupportedFilterError:
    return column.unsupported(
        op,
        f"the resource declares it as {_TYPE_NAMES[type(value)]}, but the column holds "
        f"{'UUIDs' if column.is_uuid else column.dtype}",
        "convert the column first",
    )


def fit_comparison(op: Operator, value: Any, dtype: nw.dtypes.DType) -> Representation:
    """Return the comparison with a value that the column can hold; see `targets.representable`.

    >>> fit_comparison(Operator.GT, Decimal("5.5"), nw.Int64()).value
    5
    >>> fit_comparison(Operator.LT, Decimal(1000), nw.Int8())
    True
    """
    if is_text(dtype):
        return Comparison(op, value)
    if isinstance(dtype, nw.Boolean):
        matching = [each for each in (False, True) if COMPARE[op](each, value)]
        return Comparison(Operator.EQ, matching[0]) if len(matching) == 1 else bool(matching)
    if isinstance(dtype, nw.Date):
        return fit_comparison_to_date(op, value)
    if isinstance(dtype, nw.Datetime):
        return _fit_comparison_to_timestamp(op, value, dtype)
    if dtype.is_float():
        return fit_comparison_to_float(
            op, value, single=isinstance(dtype, (nw.Float32, nw.Float16))
        )
    if isinstance(dtype, nw.Decimal):
        return _fit_comparison_to_decimal(op, value, dtype)
    return fit_comparison_to_integer(op, value, *_INTEGERS[type(dtype)])


def _fit_comparison_to_timestamp(
    op: Operator, value: datetime, dtype: nw.Datetime
) -> Representation:
    if dtype.time_unit == "ns" and abs(value - _EPOCH) > _NANOSECOND_RANGE:
        if op is Operator.EQ:
            return False
        return (value < _EPOCH) is (op in (Operator.GT, Operator.GE))
    comparison = fit_comparison_to_timestamp(
        op, value.astimezone(UTC), _STEPS.get(dtype.time_unit, 1)
    )
    if isinstance(comparison, bool) or dtype.time_zone is not None:
        return comparison
    return Comparison(comparison.op, comparison.value.replace(tzinfo=None))


def _fit_comparison_to_decimal(op: Operator, value: Decimal, dtype: nw.Decimal) -> Representation:
    step = Decimal((0, (1,), -dtype.scale))
    highest = (10**dtype.precision - 1) * step
    comparison = fit_comparison_to_decimal(op, value, -highest, highest, dtype.scale)
    if isinstance(comparison, bool):
        return comparison
    # Engines take a literal of exactly the column's scale.
    return Comparison(comparison.op, comparison.value.quantize(step, context=_EXACT))
