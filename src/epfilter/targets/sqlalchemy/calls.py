"""A filter over columns: each call with its column, and its values as the column's type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from epfilter.arguments import describe_type
from epfilter.ast import TEXT_OPERATORS, CallOperator, Operator
from epfilter.errors import FilterTypeError, UnsupportedFilterError
from epfilter.resources import BoundCall, BoundValue
from epfilter.semantics import PathStep
from epfilter.targets.sqlalchemy.columns import ColumnLocation, ColumnType, sql_type_name
from epfilter.values import from_text_or_none

_CAST_HINT = "pass columns={…} with an expression of that type, made by type_coerce or cast"

_READABLE: dict[str, tuple[type[Any], tuple[type[Any], ...]]] = {
    "integer": (Decimal, (int, Decimal)),
    "number": (Decimal, (int, Decimal)),
    "float": (Decimal, (int, Decimal)),
    "boolean": (bool, (bool,)),
    "date": (datetime, (date,)),
    "datetime": (datetime, (date,)),
    "uuid": (UUID, (UUID,)),
}
"""For each column type: as what a text is read, and the typed values that compare with it."""


_SHORT_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)


class TypeConflictError(Exception):
    """A value whose declared type cannot be compared with the column's type."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the filter: the index of its column, and its values as that column's type."""

    op: CallOperator
    field: str
    column_index: int
    type: ColumnType
    path: tuple[PathStep, ...]
    """The path inside the column."""
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class OwnCondition:
    """A condition of the caller: the index of its expression among the columns."""

    column_index: int


@dataclass(frozen=True, slots=True)
class Group:
    """Several terms, all or any of which hold."""

    connective: Literal["AND", "OR"]
    terms: tuple[Call | OwnCondition | Group, ...]


def coerce_values(call: BoundCall, location: ColumnLocation) -> tuple[Any, ...]:
    """Return the values as the column's type, without those that no column value can equal.

    `contains_all` keeps None for each of these, because then it never holds.

    Raises UnsupportedFilterError for a column that cannot be compared, and FilterTypeError if the
    resource declares another type than the column has.
    """
    if call.op is Operator.IS_NULL:
        return ()
    values = call.values
    type_ = location.type.item or location.type
    if type_.name in ("other", "list"):
        raise UnsupportedFilterError(
            call.op,
            call.path,
            "SQL",
            f"values of a filter cannot be compared with the column's type, {sql_type_name(type_)}",
            "pass columns={…} with an expression of another type, made by type_coerce or cast",
        )
    if call.op in TEXT_OPERATORS:
        return values
    if type_.name == "json":
        for value in values:
            if not isinstance(value, (str, int, Decimal)):
                raise UnsupportedFilterError(
                    call.op,
                    call.path,
                    "SQL",
                    f"JSON has no {type(value).__name__}, only texts in many notations",
                    _CAST_HINT,
                )
        return values
    if type_.name == "enum":
        return values
    try:
        coerced = [coerce_value(type_.name, value) for value in values]
    except TypeConflictError:
        raise FilterTypeError(
            f"the resource declares `{call.path}` as {describe_type(values[0])}, but its column is "
            f"of type {sql_type_name(type_)}.",
            hint=_CAST_HINT,
        ) from None
    if call.op is Operator.CONTAINS_ALL:
        return tuple(coerced)
    return tuple([value for value in coerced if value is not None])


def coerce_value(type_name: str, value: BoundValue) -> Any:
    """Return a value as one of a column type; None for a text that does not read as one.

    For a column of integers, an integer of 64 bits is an int, and any other number a Decimal.

    Raises TypeConflictError for a typed value of another type.

    >>> coerce_value("integer", "05"), coerce_value("integer", "5.5"), coerce_value("date", "x")
    (5, Decimal('5.5'), None)
    """
    if type_name == "text":
        if isinstance(value, str):
            return str(value)
        raise TypeConflictError
    if type_name == "integer" and isinstance(value, str) and _SHORT_INTEGER.fullmatch(value):
        return int(value)
    text_type, types = _READABLE[type_name]
    if isinstance(value, str):
        return from_text_or_none(value, text_type)
    is_boolean_type = type_name == "boolean"
    if not isinstance(value, types) or (isinstance(value, bool) and not is_boolean_type):
        raise TypeConflictError
    if is_boolean_type or not isinstance(value, int):
        return value
    return value if type_name == "integer" and abs(value) < 2**63 else Decimal(value)
