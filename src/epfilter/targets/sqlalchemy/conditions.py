"""The condition of a call on its column: on a value, on any element of a list, or inside JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, assert_never

from sqlalchemy import types

from epfilter.ast import (
    LOWER_BOUND_OPERATORS,
    ORDERED_OPERATORS,
    PATTERN_OPERATORS,
    CallOperator,
    Operator,
)
from epfilter.resources import BoundValue
from epfilter.semantics import parse_pattern
from epfilter.targets.binding import Untyped
from epfilter.targets.matchers import value_matcher
from epfilter.targets.representable import Comparison, Representation, fit_comparison_to_date
from epfilter.targets.sqlalchemy.calls import Call
from epfilter.targets.sqlalchemy.columns import ColumnType
from epfilter.targets.sqlalchemy.dialect import (
    NEVER,
    NUMBER_TYPES,
    SYMBOLS,
    SqlDialect,
    join_conditions,
)
from epfilter.targets.sqlalchemy.json_paths import JSON_PATHS, JsonPath
from epfilter.times import to_timestamp
from epfilter.values import from_text_or_none

# Values inside lists and JSON have no column, so no index and no declared digits.
_TEXT = ColumnType("text", types.NullType())
_BOOLEAN = ColumnType("boolean", types.Boolean())


def write_condition(dialect: SqlDialect, call: Call, sql: str) -> str:
    """Return the condition of a call on the column that is written `sql`."""
    type_ = call.type
    if type_.name in ("json", "list") and call.op is Operator.TEXT:
        raise dialect.unsupported("full-text search requires a column of text")
    if type_.name == "json":
        return _write_in_json(dialect, call, sql)
    if type_.item is not None:
        return _write_in_list(dialect, call, type_.item, sql)
    return _write_on_value(dialect, call, type_, sql)


def _write_on_value(dialect: SqlDialect, call: Call, type_: ColumnType, sql: str) -> str:
    if call.op is Operator.IS_NULL:
        return f"{sql} IS NULL"
    return _join_values(call, lambda values: _any_holds(dialect, call.op, type_, sql, values))


def _join_values(call: Call, write: Callable[[tuple[Any, ...]], str]) -> str:
    """Return one condition for each value of `contains_all`, else one for any of the values."""
    if call.op is not Operator.CONTAINS_ALL:
        return write(call.values)
    terms = [NEVER if value is None else write((value,)) for value in call.values]
    return terms[0] if len(terms) == 1 else join_conditions(terms, "AND")


def _write_in_list(dialect: SqlDialect, call: Call, item: ColumnType, sql: str) -> str:
    if not dialect.has_lists:
        raise dialect.unsupported("it has no columns of lists")
    if call.path:
        index = call.path[0].list_index or 0
        if call.op is Operator.IS_NULL:
            return f"{dialect.list_element(sql, index)} IS NULL"

        def write_at_index(values: tuple[Any, ...]) -> str:
            fitted = _fit_values(dialect, call.op, item, values)
            if not fitted:
                return NEVER
            return _write_fitted(dialect, call.op, item, dialect.list_element(sql, index), fitted)

        return _join_values(call, write_at_index)
    if call.op is Operator.IS_NULL:
        return f"{sql} IS NULL"
    value = "epfilter_item.value"
    if item.name == "text":
        value, item = dialect.as_text(value, item.type), _TEXT

    def write(values: tuple[Any, ...]) -> str:
        condition = _any_holds(dialect, call.op, item, value, values)
        if condition == NEVER:
            return NEVER
        return f"EXISTS (SELECT 1 FROM unnest({sql}) AS epfilter_item(value) WHERE {condition})"

    return _join_values(call, write)


def _write_in_json(dialect: SqlDialect, call: Call, sql: str) -> str:
    if type(dialect) not in JSON_PATHS:
        raise dialect.unsupported("epfilter does not support paths into its JSON")
    texts = [step.name for step in call.path] + [v for v in call.values if isinstance(v, str)]
    if not dialect.has_nul_in_json and any("\x00" in text for text in texts):
        raise dialect.unsupported("its texts in JSON end at NUL, the character U+0000")
    if call.op is Operator.IS_NULL:
        path = JSON_PATHS[type(dialect)](dialect, sql, call.type.type)
        path.follow(call.path)
        condition = f"NOT {path.exists(path.is_present())}"
        is_readable = path.is_readable(sql)
        return f"({is_readable} AND {condition})" if is_readable else condition

    def write(values: tuple[Any, ...]) -> str:
        path_type = JSON_PATHS[type(dialect)]
        by_type = [
            (type_, fitted)
            for type_, possible in _node_values(call.op, path_type, values)
            if (fitted := _fit_values(dialect, call.op, type_, possible))
        ]
        if not by_type:
            return NEVER
        path = path_type(dialect, sql, call.type.type)
        path.follow(call.path)
        path.elements()
        conditions = [
            _write_fitted(dialect, call.op, type_, _read_node(path, type_), fitted)
            for type_, fitted in by_type
        ]
        return path.exists(
            conditions[0] if len(conditions) == 1 else join_conditions(conditions, "OR")
        )

    return _join_values(call, write)


def _node_values(
    op: CallOperator, path_type: type[JsonPath], values: tuple[BoundValue, ...]
) -> Iterator[tuple[ColumnType, tuple[Any, ...]]]:
    """Yield the types that a node may have, each with the values that read as it."""
    yield _TEXT, tuple([str(value) for value in values if isinstance(value, str)])
    if op in PATTERN_OPERATORS:
        return
    booleans = [
        from_text_or_none(value, bool) if isinstance(value, Untyped) else value
        for value in values
        if isinstance(value, (Untyped, bool))
    ]
    yield _BOOLEAN, tuple([value for value in booleans if value is not None])
    numbers = [
        from_text_or_none(value, Decimal) if isinstance(value, Untyped) else Decimal(value)
        for value in values
        if isinstance(value, (Untyped, int, Decimal)) and not isinstance(value, bool)
    ]
    known_numbers = tuple([value for value in numbers if value is not None])
    for type_ in path_type.number_types:
        yield type_, known_numbers


def _read_node(path: JsonPath, type_: ColumnType) -> str:
    if type_ is _TEXT:
        return path.text()
    return path.boolean() if type_ is _BOOLEAN else path.number(type_)


def _any_holds(
    dialect: SqlDialect, op: CallOperator, type_: ColumnType, sql: str, values: tuple[Any, ...]
) -> str:
    """Return the condition that `sql` satisfies the operator for any value; NULL never does."""
    fitted = _fit_values(dialect, op, type_, values)
    return _write_fitted(dialect, op, type_, sql, fitted) if fitted else NEVER


def _fit_values(
    dialect: SqlDialect, op: CallOperator, type_: ColumnType, values: tuple[Any, ...]
) -> list[Any]:
    """Return what to compare the column with: nothing if no value of the column satisfies the call.

    For an ordered comparison of a type other than text this is the one `Representation`. Nothing is
    bound yet, because an engine may refuse a parameter that the statement does not contain.
    """
    if not values:
        return []
    if op is Operator.TEXT and type_.name != "text":
        raise dialect.unsupported("full-text search requires a column of text")
    if type_.name == "enum":
        matcher = value_matcher(Operator.EQ if op is Operator.CONTAINS_ALL else op, values)
        return [name for name, value in type_.members if matcher.matches(value)]
    if type_.name == "text":
        return list(values)
    match op:
        case (
            Operator.EQ
            | Operator.IN
            | Operator.CONTAINS
            | Operator.CONTAINS_ANY
            | Operator.CONTAINS_ALL
        ):
            if all(isinstance(value, int) for value in values):
                return list(values)
            comparisons = [_fit_comparison(dialect, Operator.EQ, type_, value) for value in values]
            return [each.value for each in comparisons if not isinstance(each, bool)]
        case Operator.GT | Operator.GE | Operator.LT | Operator.LE:
            comparison = _fit_comparison(dialect, op, type_, values[0])
            return [] if comparison is False else [comparison]
        case Operator.LIKE | Operator.ILIKE:  # a pattern matches texts only
            return []
        case Operator.TEXT | Operator.IS_NULL:  # handled before
            raise AssertionError(op)
        case _:
            assert_never(op)


def _write_fitted(
    dialect: SqlDialect, op: CallOperator, type_: ColumnType, sql: str, fitted: list[Any]
) -> str:
    """Return the condition of a call with the values that `_fit_values` returns."""
    if type_.name in ("enum", "text"):
        sql = dialect.as_text(sql, type_.type)
    if type_.name == "enum":
        return dialect.text_equals(sql, fitted, type_.type)
    if type_.name == "text":
        return _write_text(dialect, op, type_, sql, fitted)
    if op in ORDERED_OPERATORS:
        return _write_comparison(dialect, type_, sql, fitted[0])
    return dialect.compare(sql, type_, Operator.EQ, fitted)


def _write_text(
    dialect: SqlDialect, op: CallOperator, type_: ColumnType, sql: str, values: list[Any]
) -> str:
    match op:
        case Operator.TEXT:
            return dialect.search_text(sql, values[0])
        case Operator.LIKE | Operator.ILIKE:
            pattern = parse_pattern(values[0])
            return dialect.text_matches(sql, pattern, ignore_case=op is Operator.ILIKE)
        case Operator.GT | Operator.GE | Operator.LT | Operator.LE:
            operand = dialect.bind_exact_text(values[0])
            return f"{dialect.exact_text(sql)} {SYMBOLS[op]} {operand}"
        case (
            Operator.EQ
            | Operator.IN
            | Operator.CONTAINS
            | Operator.CONTAINS_ANY
            | Operator.CONTAINS_ALL
        ):
            return dialect.text_equals(sql, values, type_.type)
        case Operator.IS_NULL:  # has no values
            raise AssertionError(op)
        case _:
            assert_never(op)


def _write_comparison(
    dialect: SqlDialect, type_: ColumnType, sql: str, comparison: Representation
) -> str:
    is_not_nan = dialect.is_not_nan(sql, type_) if type_.name in NUMBER_TYPES else None
    if isinstance(comparison, bool):
        return is_not_nan or f"{sql} IS NOT NULL"
    condition = dialect.compare(sql, type_, comparison.op, [comparison.value])
    if is_not_nan and comparison.op in LOWER_BOUND_OPERATORS:
        return f"({condition} AND {is_not_nan})"
    return condition


def _fit_comparison(
    dialect: SqlDialect, op: Operator, type_: ColumnType, value: Any
) -> Representation:
    """Return the comparison with a value that the column can hold."""
    if isinstance(value, int):  # of 64 bits, or a boolean
        return Comparison(op, value)
    if type_.name in NUMBER_TYPES:
        return dialect.fit_comparison_to_number(op, value, type_)
    if type_.name == "date":
        return fit_comparison_to_date(op, value)
    return Comparison(op, to_timestamp(value) if type_.name == "datetime" else value)
