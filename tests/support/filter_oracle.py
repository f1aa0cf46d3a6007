"""Whether a row matches a filter: the meaning of the language as simple code, for tests."""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, assert_never
from uuid import UUID

from epfilter.ast import (
    And,
    Comparison,
    ComparisonOperator,
    Filter,
    IsNull,
    Membership,
    Operator,
    Or,
)
from epfilter.errors import FilterValueError
from epfilter.values import from_text

_TYPES = (bool, int, Decimal, datetime, UUID)
"""A bool is an int, so it comes first; dates are already their midnight."""

_ORDER = {
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
}


def matches(f: Filter, row: Mapping[str, Any]) -> bool:
    """Return whether a row matches: values are read as the type of the row's value."""
    if isinstance(f, And):
        return all(matches(term, row) for term in f.terms)
    if isinstance(f, Or):
        return any(matches(term, row) for term in f.terms)
    assert isinstance(f, (Comparison, Membership, IsNull))
    values = _select(row, f.field)
    if not values or isinstance(f, IsNull):
        return not values and isinstance(f, IsNull)
    elements = [
        element for value in values for element in (value if isinstance(value, list) else [value])
    ]
    if isinstance(f, Membership):
        held = [any(_equal(element, text) for element in elements) for text in f.values]
        return all(held) if f.op is Operator.CONTAINS_ALL else any(held)
    return any(_holds(f.op, element, f.value) for element in elements)


def _select(row: Mapping[str, Any], field: str) -> list[Any]:
    """Return the values of a field: one, or one of each object of a list on the path."""
    if field in row or not re.search(r"[.\[]", field):
        return [row[field]] if row.get(field) is not None else []
    path: list[str | int] = []
    for part in field.split("."):
        indexed = re.fullmatch(r"([^\[\]]+)((?:\[[0-9]{1,3}\])+)", part)
        path.append(indexed[1] if indexed else part)
        path += [int(index) for index in re.findall("[0-9]+", indexed[2])] if indexed else []
    values: list[Any] = [row]
    for number, step in enumerate(path, 1):
        values = [
            each for value in values for each in _follow(value, step, last=number == len(path))
        ]
    return values


def _follow(value: Any, step: str | int, *, last: bool) -> list[Any]:
    if isinstance(step, int):
        value = value[step] if isinstance(value, list) and step < len(value) else None
    elif isinstance(value, list) and step == "length" and last:
        value = len(value)
    elif isinstance(value, list):
        values = [each.get(step) for each in value if isinstance(each, dict)]
        return [each for each in values if each is not None]
    else:
        value = value.get(step) if isinstance(value, dict) else None
    return [] if value is None else [value]


def _holds(op: ComparisonOperator, value: Any, text: str) -> bool:
    value = _normalize(value)
    bound = _read(value, text)
    match op:
        case Operator.EQ | Operator.CONTAINS:
            return _equal(value, text)
        case Operator.LIKE | Operator.ILIKE | Operator.TEXT:
            return isinstance(value, str) and _like(value, text, fold=op is not Operator.LIKE)
        case Operator.GT | Operator.GE | Operator.LT | Operator.LE:
            return bound is not None and bool(_ORDER[op](value, bound))
        case _:
            assert_never(op)


def _equal(value: Any, text: str) -> bool:
    value = _normalize(value)
    bound = _read(value, text)
    return bound is not None and bool(value == bound)


def _normalize(value: Any) -> Any:
    """Return the value as one of the compared types; None for NaN."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal) and value.is_nan():
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if isinstance(value, datetime) and value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return value


def _read(value: Any, text: str) -> Any:
    if isinstance(value, str):
        return text
    kind: type[Any] | None = next((kind for kind in _TYPES if isinstance(value, kind)), None)
    if kind is None:
        return None
    try:
        return from_text(text, Decimal if kind is int else kind)
    except FilterValueError:
        return None


def _like(value: str, pattern: str, *, fold: bool) -> bool:
    if fold:
        value, pattern = _fold(value), _fold(pattern)
    starts, ends = pattern[:1] == "*", pattern[1:][-1:] == "*"
    if pattern == "*":
        return True
    inner = pattern[starts : len(pattern) - ends]
    if starts and ends:
        return inner in value
    if starts:
        return value.endswith(inner)
    return value.startswith(inner) if ends else value == inner


def _fold(text: str) -> str:
    """Return a text after simple case folding: `ſ` is an `s`, and the sign for kelvin a `k`."""
    folded = ""
    for char in text:
        single = [each for each in (char.casefold(), char.lower(), char) if len(each) == 1]
        folded += single[0]
    return folded
