"""Conditions on one column, written so that no engine changes the type of a value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from operator import or_
from typing import Any

import narwhals as nw

from epfilter.ast import LOWER_BOUND_OPERATORS, Operator
from epfilter.targets.dataframe.columns import Column
from epfilter.targets.dataframe.representable import COMPARED, Bound, is_text

_LONG = 2**63
_WIDE = (nw.UInt64, nw.Int128, nw.UInt128)
_FEW = 4
"""So many values are compared one by one; engines look up more of them in a set."""


def compared(column: Column, bound: Bound) -> nw.Expr:
    """A comparison; null where the value is, but false for NaN, which to some is the greatest."""
    expr: nw.Expr = COMPARED[bound.op](plain(column), literal(bound.value, column))
    if bound.op in LOWER_BOUND_OPERATORS and column.dtype.is_float():
        return expr & ~column.expr.is_nan()
    return expr


def plain(column: Column) -> nw.Expr:
    """The column; as text where it holds categories, which some engines order by their number."""
    if isinstance(column.dtype, (nw.Categorical, nw.Enum)):
        return column.expr.cast(nw.String)
    dtype = column.dtype
    if column.engine == "Polars" and isinstance(dtype, nw.Datetime) and dtype.time_zone:
        # Polars compares points in time of one zone only; that of a column is but a label.
        return column.expr.dt.convert_time_zone("UTC")
    return column.expr


def among(column: Column, values: Sequence[Any]) -> nw.Expr:
    """Whether the value is one of these, which the column can hold."""
    dtype = column.dtype
    sure = is_text(dtype) or (dtype.is_integer() and not isinstance(dtype, _WIDE))
    if sure and len(values) > _FEW:
        return plain(column).is_in(values)
    return balanced([compared(column, Bound(Operator.EQ, value)) for value in values], or_)


def balanced(conditions: Sequence[nw.Expr], join: Any) -> nw.Expr:
    """The conditions joined two by two, so that no engine recurses deeper than it can."""
    while len(conditions) > 1:
        pairs = zip(conditions[::2], conditions[1::2], strict=False)
        odd = conditions[-1:] if len(conditions) % 2 else ()
        conditions = [*(join(one, other) for one, other in pairs), *odd]
    return conditions[0]


def missing(column: Column) -> nw.Expr:
    """Whether there is no value: null, and NaN, which pandas does not tell from null."""
    if column.dtype.is_float():
        return column.expr.is_null() | column.expr.is_nan()
    return column.expr.is_null()


def literal(value: Any, column: Column) -> Any:
    """A value that the column can hold, as the engine takes it without changing its type."""
    engine, dtype = column.engine, column.dtype
    if isinstance(value, datetime):
        return _time(value, column)
    if isinstance(value, Decimal):
        return nw.lit(value, dtype)
    if isinstance(dtype, nw.UInt64) and engine in ("PyArrow", "Ibis"):
        # PyArrow compares with a whole number of 64 bits with sign, or else with a decimal.
        if engine == "PyArrow" and value >= _LONG:
            return nw.lit(Decimal(value))
        return nw.lit(value, dtype)
    return value


def _time(value: datetime, column: Column) -> Any:
    dtype = column.dtype
    if not isinstance(dtype, nw.Datetime) or (dtype.time_unit == "us" and dtype.time_zone):
        return value
    if column.engine == "Spark":
        # Spark takes a time without zone for local time; of a text it takes what is written.
        return nw.lit(value.isoformat(" ", "microseconds")).cast(nw.Datetime("us"))
    return nw.lit(value, nw.Datetime(dtype.time_unit, "UTC" if dtype.time_zone else None))
