"""A bound tree as a condition on columns: null and NaN satisfy `is_null` and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import and_, or_
from uuid import UUID

import narwhals as nw

from epfilter.ast import PATTERN_OPERATORS, Operator
from epfilter.resources import (
    BoundAnd,
    BoundComparison,
    BoundFilter,
    BoundIsNull,
    BoundMembership,
    BoundOr,
)
from epfilter.semantics import parse_pattern
from epfilter.targets.dataframe.coercion import comparable, read
from epfilter.targets.dataframe.columns import Call, Column
from epfilter.targets.dataframe.lists import list_condition
from epfilter.targets.dataframe.literals import among, balanced, compared, missing, plain
from epfilter.targets.dataframe.representable import is_text, nearest

ColumnOf = Callable[[Call], Column]
"""The column that a call asks about."""

_NULL_IS_NOT_FALSE = ("pandas", "narwhals")


def condition(bound: BoundFilter, column_of: ColumnOf) -> nw.Expr | None:
    """The condition of a tree; None where no row can satisfy it.

    It may be null where a value is: the language has no NOT, so that null is as good as false, but
    to pandas, where conditions on columns of different back ends do not mix with null.
    """
    if isinstance(bound, BoundAnd | BoundOr):
        terms = [condition(term, column_of) for term in bound.terms]
        some = [term for term in terms if term is not None]
        if isinstance(bound, BoundOr):
            return balanced(some, or_) if some else None
        return balanced(some, and_) if len(some) == len(terms) else None
    column = column_of(bound)
    found = missing(column) if isinstance(bound, BoundIsNull) else _call(bound, column)
    if found is None or column.engine not in _NULL_IS_NOT_FALSE:
        return found
    return found.fill_null(value=False)


def _call(call: BoundComparison | BoundMembership, column: Column) -> nw.Expr | None:
    op, dtype = call.op, column.dtype
    if op is Operator.TEXT:
        raise column.refused(op, "it has no full-text search", "use like or ilike")
    if isinstance(dtype, nw.List):
        return list_condition(call, column)
    if not comparable(dtype):
        raise column.refused(
            op, f"a column of {dtype} is compared with nothing", "convert the column first"
        )
    if isinstance(call, BoundMembership):
        return _membership(call, column)
    return (_like if op in PATTERN_OPERATORS else _comparison)(call, column)


def _comparison(call: BoundComparison, column: Column) -> nw.Expr | None:
    op = Operator.EQ if call.op is Operator.CONTAINS else call.op
    value = read(op, call.value, column)
    if value is None:
        return None
    found = nearest(op, value, column.dtype)
    if isinstance(found, bool):
        return ~missing(column) if found else None
    return compared(_for(column, call.value), found)


def _membership(call: BoundMembership, column: Column) -> nw.Expr | None:
    values = [read(call.op, value, column) for value in call.values]
    found = [
        nearest(Operator.EQ, value, column.dtype) if value is not None else False
        for value in values
    ]
    held = [each.value for each in found if not isinstance(each, bool)]
    if call.op is Operator.CONTAINS_ALL and (len(held) < len(found) or len(set(held)) > 1):
        return None
    return among(_for(column, call.values[0]), list(dict.fromkeys(held))) if held else None


def _for(column: Column, value: object) -> Column:
    """A UUID in a column of text may stand there in capitals."""
    if isinstance(value, UUID):
        return column._replace(expr=plain(column).str.to_lowercase(), dtype=nw.String())
    return column


def _like(call: BoundComparison, column: Column) -> nw.Expr | None:
    if not is_text(column.dtype):
        return None
    text, before, after = parse_pattern(str(call.value))
    if not text and (before or after):
        return ~missing(column)
    expr = plain(column)
    if call.op is Operator.ILIKE:
        if not text.isascii():
            raise column.refused(
                call.op,
                f"engines disagree on the case of other letters than A to Z (`{text}`)",
                "use like, or ilike with the part that is ASCII",
            )
        text = text.lower()
        expr = _folded(expr, text)
    if before and after:
        return expr.str.contains(text, literal=True)
    if before:
        return expr.str.ends_with(text)
    return expr.str.starts_with(text) if after else expr == nw.lit(text)


def _folded(expr: nw.Expr, text: str) -> nw.Expr:
    """The column in lower case, as far as a pattern of ASCII can tell it from simple case folding.

    Only three characters beyond ASCII have to do with it: U+017F folds to `s` and is in lower case
    already, U+0130 folds to itself and becomes `i` in lower case, and U+212A becomes `k` in both.
    """
    if text == text.upper():
        return expr
    if "s" in text:
        expr = expr.str.replace_all("\u017f", "s", literal=True)
    if "i" in text:
        expr = expr.str.replace_all("\u0130", "\u0131", literal=True)
    return expr.str.to_lowercase()


def calls(bound: BoundFilter) -> Iterator[Call]:
    """The calls of a tree, from left to right."""
    if isinstance(bound, BoundAnd | BoundOr):
        for term in bound.terms:
            yield from calls(term)
    else:
        yield bound
