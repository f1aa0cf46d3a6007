"""A bound tree as a condition on columns: null and NaN satisfy `is_null` and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never
from uuid import UUID

import narwhals as nw

from epfilter.ast import ComparisonOperator, Operator
from epfilter.resources import BoundCall, BoundFilter, fold_bound
from epfilter.semantics import parse_pattern
from epfilter.targets.dataframe.coercion import coerce_value, fit_comparison, is_comparable, is_text
from epfilter.targets.dataframe.columns import Column
from epfilter.targets.dataframe.comparisons import (
    comparable_expr,
    compare,
    is_any_of,
    is_missing,
    join_all,
    join_any,
)
from epfilter.targets.dataframe.lists import list_condition
from epfilter.targets.overrides import Overrides

ColumnOf = Callable[[BoundCall], Column]
"""Returns the column of a call."""

_NULL_IS_NOT_FALSE = ("pandas", "narwhals")


def build_condition(tree: BoundFilter, column_of: ColumnOf, overrides: Overrides) -> nw.Expr | None:
    """Return the condition of a tree, or None if no row can satisfy it.

    The condition may be null for a row with a null value. The language has no NOT, so null counts
    as false; only pandas needs false, because it cannot join null with conditions on columns of
    other back ends.
    """
    return fold_bound(
        tree,
        call=lambda call: (
            build_override(call, overrides)
            if overrides.has(call)
            else _build_call(call, column_of(call))
        ),
        conjunction=join_all,
        disjunction=join_any,
    )


def build_override(call: BoundCall, overrides: Overrides) -> nw.Expr:
    """Return the condition of the caller for a call; raise FilterTypeError for anything else."""
    condition: nw.Expr = overrides.build(
        call, "an expression of narwhals", lambda each: isinstance(each, nw.Expr)
    )
    return condition.fill_null(value=False)


def _build_call(call: BoundCall, column: Column) -> nw.Expr | None:
    condition = _condition(call, column)
    if condition is None or column.engine not in _NULL_IS_NOT_FALSE:
        return condition
    return condition.fill_null(value=False)


def _condition(call: BoundCall, column: Column) -> nw.Expr | None:
    op, dtype = call.op, column.dtype
    if op is Operator.IS_NULL:
        return is_missing(column)
    if op is Operator.TEXT:
        raise column.unsupported(op, "it has no full-text search", "use like or ilike")
    if isinstance(dtype, nw.List):
        return list_condition(call, column)
    if not is_comparable(dtype):
        raise column.unsupported(
            op,
            f"a column of {dtype} cannot be compared with a value of a filter",
            "convert the column first",
        )
    match op:
        case Operator.EQ | Operator.CONTAINS:
            return _compare(Operator.EQ, call, column)
        case Operator.GT | Operator.GE | Operator.LT | Operator.LE:
            return _compare(op, call, column)
        case Operator.LIKE | Operator.ILIKE:
            return _match_pattern(call, column)
        case Operator.IN | Operator.CONTAINS_ANY | Operator.CONTAINS_ALL:
            return _match_values(call, column)
        case _:
            assert_never(op)


def _compare(op: ComparisonOperator, call: BoundCall, column: Column) -> nw.Expr | None:
    (operand,) = call.values
    value = coerce_value(op, operand, column)
    if value is None:
        return None
    comparison = fit_comparison(op, value, column.dtype)
    if isinstance(comparison, bool):
        return ~is_missing(column) if comparison else None
    return compare(_ignore_uuid_case(column, operand), comparison)


def _match_values(call: BoundCall, column: Column) -> nw.Expr | None:
    coerced = [coerce_value(call.op, value, column) for value in call.values]
    comparisons = [
        fit_comparison(Operator.EQ, value, column.dtype) if value is not None else False
        for value in coerced
    ]
    values = [each.value for each in comparisons if not isinstance(each, bool)]
    if call.op is Operator.CONTAINS_ALL and (
        len(values) < len(comparisons) or len(set(values)) > 1
    ):
        return None
    if not values:
        return None
    return is_any_of(_ignore_uuid_case(column, call.values[0]), list(dict.fromkeys(values)))


def _ignore_uuid_case(column: Column, value: object) -> Column:
    """Return the column in lower case if a UUID is compared with its texts."""
    if isinstance(value, UUID) and not column.is_uuid:
        return column._replace(expr=comparable_expr(column).str.to_lowercase(), dtype=nw.String())
    return column


def _match_pattern(call: BoundCall, column: Column) -> nw.Expr | None:
    if not is_text(column.dtype) or column.is_uuid:
        return None
    pattern = parse_pattern(str(call.values[0]))
    if pattern.matches_everything:
        return ~is_missing(column)
    expr, text = comparable_expr(column), pattern.text
    if call.op is Operator.ILIKE:
        if not text.isascii():
            raise column.unsupported(
                call.op,
                f"engines disagree on the case of letters other than A to Z (`{text}`)",
                "use like, or ilike with the part that is ASCII",
            )
        text = text.lower()
        expr = _fold_column(expr, text)
    if pattern.any_prefix and pattern.any_suffix:
        return expr.str.contains(text, literal=True)
    if pattern.any_prefix:
        return expr.str.ends_with(text)
    return expr.str.starts_with(text) if pattern.any_suffix else expr == nw.lit(text)


def _fold_column(expr: nw.Expr, text: str) -> nw.Expr:
    """Return the column in lower case, equal to simple case folding for a pattern of ASCII.

    Only three characters beyond ASCII matter: U+017F folds to `s` but is lower case already, U+0130
    folds to itself but becomes `i` in lower case, and U+212A becomes `k` in both.
    """
    if text == text.upper():
        return expr
    if "s" in text:
        expr = expr.str.replace_all("\u017f", "s", literal=True)
    if "i" in text:
        expr = expr.str.replace_all("\u0130", "\u0131", literal=True)
    return expr.str.to_lowercase()
