"""The condition of a call on its column: on a value, on any element of a list, or inside JSON."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, assert_never

from sqlalchemy import types

from epfilter.ast import (
    LOWER_BOUND_OPERATORS,
    PATTERN_OPERATORS,
    CallOperator,
    Operator,
)
from epfilter.resources import BoundValue
from epfilter.semantics import fold_case, parse_pattern
from epfilter.targets.binding import Untyped
from epfilter.targets.representable import (
    Comparison,
    Representation,
    fit_comparison_to_date,
    to_timestamp,
)
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
from epfilter.values import from_text_or_none

# Values inside lists and JSON have no column, so no index and no declared digits.
_TEXT = ColumnType("text", types.NullType())
_BOOLEAN = ColumnType("boolean", types.Boolean())
_NUMBERS = {
    "number": ColumnType("number", types.NullType()),
    "integer": ColumnType("integer", types.BigInteger()),
    "double": ColumnType("float", types.Double()),
}


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
        index = dialect.bind_index((call.path[0].list_index or 0) + 1)
        return _write_on_value(dialect, call, item, f"({sql})[{index}]")
    if call.op is Operator.IS_NULL:
        return f"{sql} IS NULL"
    if item.name == "text":
        item = _TEXT

    def write(values: tuple[Any, ...]) -> str:
        condition = _any_holds(dialect, call.op, item, "epfilter_item.value", values)
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
        path = JSON_PATHS[type(dialect)](dialect, sql)
        path.follow(call.path)
        return f"NOT {path.exists(path.is_present())}"

    def write(values: tuple[Any, ...]) -> str:
        path = JSON_PATHS[type(dialect)](dialect, sql)
        path.follow(call.path)
        path.elements()
        conditions = _node_conditions(dialect, call.op, path, values)
        possible = [condition for condition in conditions if condition != NEVER]
        if not possible:
            return NEVER
        return path.exists(possible[0] if len(possible) == 1 else join_conditions(possible, "OR"))

    return _join_values(call, write)


def _node_conditions(
    dialect: SqlDialect, op: CallOperator, path: JsonPath, values: tuple[BoundValue, ...]
) -> list[str]:
    """Return the conditions on a node as a text, as a boolean, and as a number."""
    texts = tuple([str(value) for value in values if isinstance(value, str)])
    conditions = [_any_holds(dialect, op, _TEXT, path.text(), texts)]
    if op in PATTERN_OPERATORS:
        return conditions
    booleans = [
        from_text_or_none(value, bool) if isinstance(value, Untyped) else value
        for value in values
        if isinstance(value, (Untyped, bool))
    ]
    known_booleans = tuple([value for value in booleans if value is not None])
    conditions.append(_any_holds(dialect, op, _BOOLEAN, path.boolean(), known_booleans))
    numbers = [
        from_text_or_none(value, Decimal) if isinstance(value, Untyped) else Decimal(value)
        for value in values
        if isinstance(value, (Untyped, int, Decimal)) and not isinstance(value, bool)
    ]
    known_numbers = tuple([value for value in numbers if value is not None])
    for name, node in path.number().items():
        conditions.append(_any_holds(dialect, op, _NUMBERS[name], node, known_numbers))
    return conditions


def _any_holds(
    dialect: SqlDialect, op: CallOperator, type_: ColumnType, sql: str, values: tuple[Any, ...]
) -> str:
    """Return the condition that `sql` satisfies the operator for any value; NULL never does."""
    if not values:
        return NEVER
    if op is Operator.TEXT and type_.name != "text":
        raise dialect.unsupported("full-text search requires a column of text")
    if type_.name == "enum":
        stored = [name for name, text in type_.members if _text_satisfies(op, text, values)]
        return dialect.text_equals(sql, stored, type_.type) if stored else NEVER
    if type_.name == "text":
        return _write_text(dialect, op, type_, sql, values)
    match op:
        case (
            Operator.EQ
            | Operator.IN
            | Operator.CONTAINS
            | Operator.CONTAINS_ANY
            | Operator.CONTAINS_ALL
        ):
            comparisons = [_fit_comparison(dialect, Operator.EQ, type_, value) for value in values]
            exact = [each.value for each in comparisons if not isinstance(each, bool)]
            return dialect.compare(sql, type_, Operator.EQ, exact) if exact else NEVER
        case Operator.GT | Operator.GE | Operator.LT | Operator.LE:
            return _write_comparison(
                dialect, type_, sql, _fit_comparison(dialect, op, type_, values[0])
            )
        case Operator.LIKE | Operator.ILIKE:  # a pattern matches texts only
            return NEVER
        case Operator.TEXT | Operator.IS_NULL:  # handled before
            raise AssertionError(op)
        case _:
            assert_never(op)


def _write_text(
    dialect: SqlDialect, op: CallOperator, type_: ColumnType, sql: str, values: tuple[Any, ...]
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
            return dialect.text_equals(sql, list(values), type_.type)
        case Operator.IS_NULL:  # has no values
            raise AssertionError(op)
        case _:
            assert_never(op)


def _write_comparison(
    dialect: SqlDialect, type_: ColumnType, sql: str, comparison: Representation
) -> str:
    if comparison is False:
        return NEVER
    is_not_nan = dialect.is_not_nan(sql, type_) if type_.name in NUMBER_TYPES else None
    if comparison is True:
        return is_not_nan or f"{sql} IS NOT NULL"
    condition = dialect.compare(sql, type_, comparison.op, [comparison.value])
    if is_not_nan and comparison.op in LOWER_BOUND_OPERATORS:
        return f"({condition} AND {is_not_nan})"
    return condition


def _fit_comparison(
    dialect: SqlDialect, op: Operator, type_: ColumnType, value: Any
) -> Representation:
    """Return the comparison with a value that the column can hold."""
    if type_.name in NUMBER_TYPES:
        return dialect.fit_comparison_to_number(op, value, type_)
    if type_.name == "date":
        return fit_comparison_to_date(op, value)
    return Comparison(op, to_timestamp(value) if type_.name == "datetime" else value)


def _text_satisfies(op: CallOperator, text: str, values: tuple[str, ...]) -> bool:
    """Return whether the value of an enum member satisfies the operator for any value."""
    match op:
        case Operator.LIKE:
            return parse_pattern(values[0]).matches(text)
        case Operator.ILIKE:
            return parse_pattern(values[0]).fold_case().matches(fold_case(text))
        case Operator.GT:
            return text > values[0]
        case Operator.GE:
            return text >= values[0]
        case Operator.LT:
            return text < values[0]
        case Operator.LE:
            return text <= values[0]
        case (
            Operator.EQ
            | Operator.IN
            | Operator.CONTAINS
            | Operator.CONTAINS_ANY
            | Operator.CONTAINS_ALL
        ):
            return text in values
        case Operator.TEXT | Operator.IS_NULL:  # handled before
            raise AssertionError(op)
        case _:
            assert_never(op)
