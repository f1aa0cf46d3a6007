"""Conditions on a column of lists: what any element satisfies, and what the list holds."""

from __future__ import annotations

from operator import and_, or_
from uuid import UUID

import narwhals as nw

from epfilter.ast import LOWER_BOUND_OPERATORS, PATTERN_OPERATORS, Operator
from epfilter.resources import BoundComparison, BoundMembership
from epfilter.semantics import parse_pattern
from epfilter.targets.dataframe.coercion import read
from epfilter.targets.dataframe.columns import Column, instance
from epfilter.targets.dataframe.literals import balanced, literal
from epfilter.targets.dataframe.representable import COMPARED, is_text, nearest

_SEARCHED = (nw.Boolean, nw.Date, nw.Datetime, nw.String)


def list_condition(call: BoundComparison | BoundMembership, column: Column) -> nw.Expr | None:
    """The condition of a call on a column of lists; None where nothing can satisfy it.

    Raises UnsupportedFilterError for what narwhals has no expression for: patterns with a
    wildcard, the order of lists of floats, booleans or decimals, and lists of anything else.
    """
    assert isinstance(column.dtype, nw.List)  # noqa: S101 - as the caller has seen
    element = column._replace(dtype=instance(column.dtype.inner))
    _demand_searchable(call.op, element)
    if isinstance(call, BoundMembership):
        found = [_holds(call.op, column, element, value) for value in call.values]
        if call.op is Operator.CONTAINS_ALL:
            whole = [each for each in found if each is not None]
            return balanced(whole, and_) if len(whole) == len(found) else None
        some = [each for each in found if each is not None]
        return balanced(some, or_) if some else None
    if call.op in PATTERN_OPERATORS:
        return _like(call, column, element)
    if call.op in (Operator.EQ, Operator.CONTAINS):
        return _holds(call.op, column, element, call.value)
    return _ordered(call, column, element)


def _demand_searchable(op: Operator, element: Column) -> None:
    dtype = element.dtype
    known = isinstance(dtype, _SEARCHED) or dtype.is_numeric()
    # A value is looked for as it is, so it must be of the very type that the engine makes of it.
    if isinstance(dtype, nw.Datetime):
        known = dtype.time_unit == "us" and (
            dtype.time_zone == "UTC" if dtype.time_zone else element.engine != "Spark"
        )
    # Ibis writes a decimal with three places, whatever it has.
    if not known or (dtype.is_decimal() and element.engine == "Ibis"):
        raise element.refused(op, f"lists of {dtype} cannot be searched", "explode the list first")


def _holds(op: Operator, column: Column, element: Column, value: object) -> nw.Expr | None:
    if isinstance(value, UUID) and is_text(element.dtype):
        raise element.refused(
            op, "a UUID may stand in a text in capitals", "explode the list first"
        )
    asked = read(op, value, element)
    bound = nearest(Operator.EQ, asked, element.dtype) if asked is not None else False
    if isinstance(bound, bool):
        return None
    return column.expr.list.contains(bound.value)


def _ordered(call: BoundComparison, column: Column, element: Column) -> nw.Expr | None:
    dtype = element.dtype
    if not (dtype.is_integer() or isinstance(dtype, (nw.String, nw.Date, nw.Datetime))):
        raise element.refused(
            call.op,
            f"lists of {dtype} have no greatest element everywhere",
            "explode the list first",
        )
    asked = read(call.op, call.value, element)
    bound = nearest(call.op, asked, dtype) if asked is not None else False
    if bound is False:
        return None
    if bound is True:
        return ~column.expr.list.max().is_null()
    most = column.expr.list.max() if bound.op in LOWER_BOUND_OPERATORS else column.expr.list.min()
    found: nw.Expr = COMPARED[bound.op](most, literal(bound.value, element))
    return found


def _like(call: BoundComparison, column: Column, element: Column) -> nw.Expr | None:
    if not isinstance(element.dtype, nw.String):
        return None
    text, before, after = parse_pattern(str(call.value))
    if not text and (before or after):
        return ~column.expr.list.max().is_null()
    folds = call.op is Operator.ILIKE and (not text.isascii() or text.lower() != text.upper())
    if before or after or folds:
        raise element.refused(
            call.op, "an element of a list is only compared as a whole", "explode the list first"
        )
    return column.expr.list.contains(text)
