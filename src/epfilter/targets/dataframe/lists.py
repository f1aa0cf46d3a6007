"""Conditions on a column of lists: on any element, and on the list as a whole."""

from __future__ import annotations

from datetime import date
from typing import Any, assert_never
from uuid import UUID

import narwhals as nw

from epfilter.ast import LOWER_BOUND_OPERATORS, CallOperator, Operator
from epfilter.resources import BoundCall
from epfilter.semantics import parse_pattern
from epfilter.targets.dataframe.coercion import COMPARE, coerce_value, fit_comparison, is_text
from epfilter.targets.dataframe.columns import Column, dtype_instance
from epfilter.targets.dataframe.comparisons import MAX_COMPARED, join_all, join_any, to_literal
from epfilter.targets.representable import EVERY_INT64, Representation

_SEARCHABLE = (nw.Boolean, nw.Date, nw.Datetime, nw.String)
_EXPLODE = "explode the list first"
_GREGORIAN = 1583
"""The first year that Spark reads from Python as it is."""


def list_condition(call: BoundCall, column: Column) -> nw.Expr | None:
    """Return the condition of a call on a column of lists, or None if nothing can satisfy it.

    Raises UnsupportedFilterError for what narwhals has no expression for: patterns with a
    wildcard, the order of lists of floats, booleans or decimals, and lists of other types.
    """
    assert isinstance(column.dtype, nw.List)  # noqa: S101 - as the caller has checked
    element = column._replace(dtype=dtype_instance(column.dtype.inner))
    op = call.op
    _require_searchable(op, element)
    if len(call.values) > MAX_COMPARED and column.look_up is not None:
        return _look_up(call, column, element)
    match op:
        case Operator.EQ | Operator.CONTAINS:
            return _contains(op, column, element, call.values[0])
        case Operator.IN | Operator.CONTAINS_ANY:
            return join_any([_contains(op, column, element, value) for value in call.values])
        case Operator.CONTAINS_ALL:
            return join_all([_contains(op, column, element, value) for value in call.values])
        case Operator.LIKE | Operator.ILIKE:
            return _match_pattern(call, column, element)
        case Operator.GT | Operator.GE | Operator.LT | Operator.LE:
            return _compare_extreme(op, call, column, element)
        case Operator.TEXT | Operator.IS_NULL:  # handled for every column alike
            raise AssertionError(op)
        case _:
            assert_never(op)


def _require_searchable(op: CallOperator, element: Column) -> None:
    dtype = element.dtype
    is_searchable = isinstance(dtype, _SEARCHABLE) or dtype.is_numeric()
    # A value is compared as it is, so it must have exactly the type that the engine gives it.
    if isinstance(dtype, nw.Datetime):
        is_searchable = dtype.time_unit == "us" and (
            dtype.time_zone == "UTC" if dtype.time_zone else element.engine != "Spark"
        )
    # Ibis writes every decimal with three places.
    if not is_searchable or (dtype.is_decimal() and element.engine == "Ibis"):
        raise element.unsupported(op, f"lists of {dtype} cannot be searched", _EXPLODE)


def _contains(op: CallOperator, column: Column, element: Column, operand: object) -> nw.Expr | None:
    comparison = _fit_item(op, operand, element)
    if isinstance(comparison, bool):
        return None
    return column.expr.list.contains(_to_item(op, comparison.value, element))


def _look_up(call: BoundCall, column: Column, element: Column) -> nw.Expr | None:
    """Look up the elements in the set of values."""
    comparisons = [_fit_item(call.op, value, element) for value in call.values]
    values = [each.value for each in comparisons if not isinstance(each, bool)]
    needs_all = call.op is Operator.CONTAINS_ALL
    if not values or (needs_all and len(values) < len(comparisons)):
        return None
    assert column.look_up is not None  # noqa: S101 - as the caller has checked
    return column.look_up(column.expr, values, is_list=True, needs_all=needs_all)


def _fit_item(op: CallOperator, operand: object, element: Column) -> Representation:
    if isinstance(operand, UUID) and is_text(element.dtype):
        raise element.unsupported(op, "a text may hold a UUID in upper case", _EXPLODE)
    value = coerce_value(op, operand, element)
    return fit_comparison(Operator.EQ, value, element.dtype) if value is not None else False


def _to_item(op: CallOperator, value: Any, element: Column) -> Any:
    """Return a value in the form in which the engine searches it in lists."""
    if element.engine == "Spark" and isinstance(value, date) and value.year < _GREGORIAN:
        raise element.unsupported(op, "a list is not searched for times before 1583", _EXPLODE)
    if not isinstance(element.dtype, nw.UInt64):
        return value
    if element.engine in ("PyArrow", "pandas"):
        # PyArrow takes a plain integer for a signed one, which cannot hold every element.
        import pyarrow as pa

        return pa.scalar(value, pa.uint64())
    if element.engine == "Ibis" and value > EVERY_INT64[1]:
        raise element.unsupported(op, "a list is not searched for integers above 2**63 - 1")
    return value


def _compare_extreme(
    op: CallOperator, call: BoundCall, column: Column, element: Column
) -> nw.Expr | None:
    """Compare with the greatest or the least element: any element matches if that one does."""
    dtype = element.dtype
    if not (dtype.is_integer() or isinstance(dtype, (nw.String, nw.Date, nw.Datetime))):
        raise element.unsupported(
            op, f"not every engine finds the greatest element of lists of {dtype}", _EXPLODE
        )
    value = coerce_value(op, call.values[0], element)
    comparison = fit_comparison(op, value, dtype) if value is not None else False
    if comparison is False:
        return None
    if comparison is True:
        return ~column.expr.list.max().is_null()
    is_lower_bound = comparison.op in LOWER_BOUND_OPERATORS
    extreme = column.expr.list.max() if is_lower_bound else column.expr.list.min()
    condition: nw.Expr = COMPARE[comparison.op](extreme, to_literal(comparison.value, element))
    return condition


def _match_pattern(call: BoundCall, column: Column, element: Column) -> nw.Expr | None:
    if not isinstance(element.dtype, nw.String):
        return None
    pattern = parse_pattern(str(call.values[0]))
    if pattern.matches_everything:
        return ~column.expr.list.max().is_null()
    text = pattern.text
    ignores_case = call.op is Operator.ILIKE and (
        not text.isascii() or text.lower() != text.upper()
    )
    if pattern.has_wildcard or ignores_case:
        raise element.unsupported(
            call.op, "the elements of a list can only be compared as a whole", _EXPLODE
        )
    return column.expr.list.contains(text)
