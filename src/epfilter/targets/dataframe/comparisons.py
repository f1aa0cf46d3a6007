"""Comparisons of one column, written so that no engine changes the type of a value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from operator import and_, or_
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import narwhals as nw

from epfilter.ast import LOWER_BOUND_OPERATORS, Operator
from epfilter.targets.dataframe.coercion import COMPARE, is_text
from epfilter.targets.dataframe.columns import Column
from epfilter.targets.representable import EVERY_INT64, Comparison

_WIDE_INTEGERS = (nw.UInt64, nw.Int128, nw.UInt128)
MAX_COMPARED = 4
"""Up to so many values are compared one by one; engines look up more of them in a set."""


def compare(column: Column, comparison: Comparison) -> nw.Expr:
    """Return a comparison: null for null, but false for NaN, which some engines sort last."""
    value = to_literal(comparison.value, column)
    expr: nw.Expr = COMPARE[comparison.op](comparable_expr(column), value)
    if comparison.op in LOWER_BOUND_OPERATORS and column.dtype.is_float():
        return expr & ~column.expr.is_nan()
    return expr


def comparable_expr(column: Column) -> nw.Expr:
    """Return the column; as text if it holds categories, which some engines order by number."""
    if isinstance(column.dtype, (nw.Categorical, nw.Enum)):
        return column.expr.cast(nw.String)
    dtype, expr = column.dtype, column.expr
    if not isinstance(dtype, nw.Datetime):
        return expr
    if column.engine == "Polars" and dtype.time_zone:
        # Polars compares timestamps of the same time zone only; the zone of a column is a label.
        expr = expr.dt.convert_time_zone("UTC")
    # As in a filter, what is finer than a microsecond is cut.
    return expr.dt.truncate("1us") if dtype.time_unit == "ns" else expr


def is_any_of(column: Column, values: Sequence[Any]) -> nw.Expr:
    """Return whether the value is one of these, which the column can hold."""
    dtype = column.dtype
    is_exact = is_text(dtype) or (dtype.is_integer() and not isinstance(dtype, _WIDE_INTEGERS))
    if len(values) > MAX_COMPARED:
        if column.look_up is not None:
            return column.look_up(comparable_expr(column), values, is_list=False)
        if is_exact:
            return comparable_expr(column).is_in(values)
    return join_balanced([compare(column, Comparison(Operator.EQ, value)) for value in values], or_)


def join_balanced(
    conditions: Sequence[nw.Expr], join: Callable[[nw.Expr, nw.Expr], nw.Expr]
) -> nw.Expr:
    """Join conditions as a balanced tree, so that no engine recurses too deep."""
    while len(conditions) > 1:
        pairs = zip(conditions[::2], conditions[1::2], strict=False)
        odd = conditions[-1:] if len(conditions) % 2 else ()
        conditions = [*(join(left, right) for left, right in pairs), *odd]
    return conditions[0]


def join_all(terms: Sequence[nw.Expr | None]) -> nw.Expr | None:
    """Return the condition that all terms hold; None if one of them, being None, never does."""
    conditions = [term for term in terms if term is not None]
    return join_balanced(conditions, and_) if len(conditions) == len(terms) else None


def join_any(terms: Sequence[nw.Expr | None]) -> nw.Expr | None:
    """Return the condition that any term holds; None if each of them, being None, never does."""
    conditions = [term for term in terms if term is not None]
    return join_balanced(conditions, or_) if conditions else None


def is_missing(column: Column) -> nw.Expr:
    """Return whether the value is null or NaN, which pandas does not distinguish."""
    if column.dtype.is_float():
        return column.expr.is_null() | column.expr.is_nan()
    return column.expr.is_null()


def to_literal(value: Any, column: Column) -> Any:
    """Return a value that the column can hold in the form that the engine takes unchanged."""
    engine, dtype = column.engine, column.dtype
    if engine == "Spark" and isinstance(value, date):
        return _spark_literal(value)
    if isinstance(value, datetime):
        return _timestamp_literal(value, column)
    if isinstance(value, Decimal):
        return nw.lit(value, dtype)
    if isinstance(dtype, nw.UInt64) and engine in ("pandas", "narwhals", "PyArrow", "Ibis"):
        # PyArrow has no plain integer above 2**63 - 1, but reads its text. When a column of PyArrow
        # does not fit into a signed integer, pandas compares floats.
        return nw.lit(str(value)).cast(dtype) if value > EVERY_INT64[1] else nw.lit(value, dtype)
    return value


def _timestamp_literal(value: datetime, column: Column) -> Any:
    dtype = column.dtype
    if not isinstance(dtype, nw.Datetime):
        return value
    if dtype.time_zone and column.engine == "narwhals":
        # Polars compares timestamps of the same time zone only.
        return nw.lit(_to_zone(value, dtype.time_zone), dtype)
    if dtype.time_zone and dtype.time_unit == "us":
        return value
    return nw.lit(value, nw.Datetime(dtype.time_unit, "UTC" if dtype.time_zone else None))


def _to_zone(value: datetime, zone: str) -> datetime:
    """Return the same point in time in a zone; unchanged at the ends of time."""
    try:
        return value.astimezone(ZoneInfo(zone))
    except (OverflowError, ValueError, ZoneInfoNotFoundError):
        return value


def _spark_literal(value: date) -> nw.Expr:
    """Return a date or a time as a text that Spark reads as it is written.

    It takes a naive time of Python for local time, and dates before 1582 for those of the Julian
    calendar.
    """
    if not isinstance(value, datetime):
        return nw.lit(value.isoformat()).cast(nw.Date())
    zone = "UTC" if value.tzinfo else None
    return nw.lit(value.isoformat(" ", "microseconds")).cast(nw.Datetime("us", zone))
