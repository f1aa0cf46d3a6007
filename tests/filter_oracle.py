"""Whether a row matches a filter: the meaning of the language in the fewest words, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from epfilter.ast import And, Comparison, Filter, IsNull, Membership, Operator, Or
from epfilter.errors import FilterValueError
from epfilter.values import from_text

_KINDS = (bool, int, Decimal, datetime, date, UUID)
"""A bool is an int and a datetime is a date, so these stand first."""


def matches(f: Filter, row: Mapping[str, Any]) -> bool:
    """A value is read as the type of the row's; a list holds what any element holds."""
    if isinstance(f, And):
        return all(matches(term, row) for term in f.terms)
    if isinstance(f, Or):
        return any(matches(term, row) for term in f.terms)
    assert isinstance(f, (Comparison, Membership, IsNull))
    value = row.get(f.field)
    if value is None or isinstance(f, IsNull):
        return value is None and isinstance(f, IsNull)
    elements = value if isinstance(value, list) else [value]
    if isinstance(f, Membership):
        held = [any(_equal(element, text) for element in elements) for text in f.values]
        return all(held) if f.op is Operator.CONTAINS_ALL else any(held)
    return any(_holds(f.op, element, f.value) for element in elements)


def _holds(op: Operator, value: Any, text: str) -> bool:
    if op in (Operator.EQ, Operator.CONTAINS):
        return _equal(value, text)
    if op in (Operator.LIKE, Operator.ILIKE, Operator.TEXT):
        return isinstance(value, str) and _like(value, text, fold=op is not Operator.LIKE)
    bound = _read(value, text)
    if bound is None:
        return False
    return bool(
        {
            Operator.GT: value > bound,
            Operator.GE: value >= bound,
            Operator.LT: value < bound,
            Operator.LE: value <= bound,
        }[op]
    )


def _equal(value: Any, text: str) -> bool:
    bound = _read(value, text)
    return bound is not None and bool(value == bound)


def _read(value: Any, text: str) -> Any:
    if isinstance(value, str):
        return text
    kind: type[Any] = next(kind for kind in _KINDS if isinstance(value, kind))
    try:
        return from_text(text, Decimal if kind is int else kind)
    except FilterValueError:
        return None


def _like(value: str, pattern: str, *, fold: bool) -> bool:
    if fold:
        value, pattern = value.lower(), pattern.lower()
    starts, ends = pattern[:1] == "*", pattern[1:][-1:] == "*"
    if pattern == "*":
        return True
    inner = pattern[starts : len(pattern) - ends]
    if starts and ends:
        return inner in value
    if starts:
        return value.endswith(inner)
    return value.startswith(inner) if ends else value == inner
