"""A value of a filter as a value of a column's type, or the reason why it cannot be one."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import narwhals as nw

from epfilter.ast import ORDERED_OPERATORS, Operator
from epfilter.targets.binding import Untyped
from epfilter.targets.dataframe.columns import Column
from epfilter.targets.dataframe.representable import is_text, point
from epfilter.values import from_text_or_none

_NAMES = {
    bool: "a boolean",
    int: "a whole number",
    Decimal: "a number",
    str: "text",
    date: "a date",
    datetime: "a timestamp",
    UUID: "a UUID",
}


def comparable(dtype: nw.dtypes.DType) -> bool:
    """Whether values of a column are compared with the values of a filter."""
    return (
        is_text(dtype)
        or dtype.is_numeric()
        or isinstance(dtype, (nw.Boolean, nw.Date, nw.Datetime))
    )


def read(op: Operator, value: object, column: Column) -> Any:
    """The value as one of the column's type; None for an untyped text that is none.

    Raises UnsupportedFilterError where the resource gave the value a type that the column has not.
    """
    dtype = column.dtype
    if isinstance(value, Untyped):
        return str(value) if is_text(dtype) else from_text_or_none(value, _python(dtype))
    if is_text(dtype):
        return _as_text(op, value, column)
    if dtype.is_numeric() and isinstance(value, int | Decimal) and type(value) is not bool:
        return Decimal(value)
    if isinstance(dtype, nw.Boolean) and type(value) is bool:
        return value
    if isinstance(dtype, nw.Date) and isinstance(value, date):
        return value
    if isinstance(dtype, nw.Datetime) and isinstance(value, date):
        return point(value)
    raise _refused(op, value, column)


def _python(dtype: nw.dtypes.DType) -> type[Any]:
    if dtype.is_numeric():
        return Decimal
    if isinstance(dtype, nw.Boolean):
        return bool
    return datetime  # a date is its midnight


def _as_text(op: Operator, value: object, column: Column) -> str:
    """A typed value where the column keeps text; there must be one way only to write it."""
    if type(value) is str:
        return value
    if op not in ORDERED_OPERATORS and type(value) is bool:
        return "true" if value else "false"
    if op not in ORDERED_OPERATORS and isinstance(value, UUID):
        return str(value)
    raise _refused(op, value, column)


def _refused(op: Operator, value: object, column: Column) -> Exception:
    return column.refused(
        op,
        f"the resource says that it is {_NAMES[type(value)]}, and the column holds {column.dtype}",
        "convert the column first",
    )
