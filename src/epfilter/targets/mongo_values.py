"""What values are in a Mongo document, and how a value that no document can hold is asked for.

Nothing here needs a driver: numbers are int and float, points in time aware datetimes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import ROUND_FLOOR, Decimal
from math import copysign, isinf
from sys import float_info
from typing import Any, NamedTuple
from uuid import UUID

from epfilter.ast import Operator
from epfilter.errors import FilterTypeError, FilterValueError, describe_type
from epfilter.resources import BoundValue
from epfilter.targets.binding import Untyped
from epfilter.values import from_text, from_text_or_none, to_text

Types = Mapping[str, type[Any]]

_KINDS = (str, int, float, Decimal, bool, date, datetime, UUID)
_UNTYPED = (Decimal, bool, datetime)
"""What an untyped text may stand for besides itself. No UUID: a document holds one as text unless
`types` says otherwise, and PyMongo refuses to send the other form as it is set up by default."""

_INTEGERS = 2**63
"""Whole numbers of 64 bits reach to it; beyond it, Mongo has doubles only."""
_EXACT = 2**53
"""From here on a double is a whole number."""


def checked_types(types: Types | None) -> Types:
    """The types themselves, none where there are none; FilterTypeError for what are none.

    >>> checked_types({"total": int}), checked_types(None)
    ({'total': <class 'int'>}, {})
    """
    if types is None:
        return {}
    if not isinstance(types, Mapping):
        raise FilterTypeError(
            f"types is a mapping of paths to types, not {describe_type(types)}.",
            hint='as in {"total": int}',
        )
    for path, kind in types.items():
        if kind not in _KINDS:
            known = ", ".join(one.__name__ for one in _KINDS)
            raise FilterTypeError(f"the type of `{path}` is one of {known}, not {kind!r}.")
    return types


def readings(value: BoundValue, path: str, kind: type[Any] | None) -> list[Any]:
    """What the value may be in a document: of its kind, or all that an untyped text reads as.

    Raises FilterValueError where it does not read as `kind`.

    >>> readings(Untyped("5.5"), "total", None), readings(Untyped("5.5"), "total", float)
    (['5.5', Decimal('5.5')], [Decimal('5.5')])
    """
    if kind is not None:
        text = to_text(value)
        try:
            return [from_text(text, Decimal if kind is float else kind)]
        except FilterValueError as error:
            raise FilterValueError(f"`{path}`: {error.message}", hint=error.hint) from None
    if isinstance(value, Untyped):
        read = [from_text_or_none(value, one) for one in _UNTYPED]
        return [str(value), *[one for one in read if one is not None]]
    return [str(value) if isinstance(value, UUID) else value]


class Stored(NamedTuple):
    """The value next to another one that a document can hold, and on which side: -1, 0 or 1."""

    value: Any
    side: int


def stored(value: Any, kind: type[Any] | None = None) -> Stored:
    """The nearest value that a document can hold: itself, but for numbers and points in time.

    A Decimal is sent as it is where the field is said to be one; else it is an int of 64 bits or
    the double that is written so.

    >>> stored(Decimal("5.50")), stored(2**64 + 1)
    (Stored(value=5.5, side=0), Stored(value=1.8446744073709552e+19, side=-1))
    >>> stored(date(2018, 9, 1)).value.isoformat()
    '2018-09-01T00:00:00+00:00'
    """
    if isinstance(value, datetime):
        whole = value.replace(microsecond=value.microsecond // 1000 * 1000)
        return Stored(whole, -1 if whole < value else 0)
    if isinstance(value, date):
        return Stored(datetime.combine(value, time(), UTC), 0)
    if isinstance(value, (bool, str, UUID)) or kind is Decimal:
        return Stored(value, 0)
    return _number(Decimal(value))


def _number(value: Decimal) -> Stored:
    if value.adjusted() < 19 and -_INTEGERS <= value < _INTEGERS:
        whole = value.to_integral_value(ROUND_FLOOR)
        if whole == value or abs(value) >= _EXACT:
            return Stored(int(whole), -1 if whole < value else 0)
    number = float(value)
    if isinf(number):
        number = copysign(float_info.max, number)
    held = Decimal(number) if number.is_integer() else Decimal(repr(number))
    return Stored(number, (held > value) - (held < value))


_BELOW = {Operator.GT: "$gt", Operator.GE: "$gt", Operator.LT: "$lte", Operator.LE: "$lte"}
_ITSELF = {Operator.GT: "$gt", Operator.GE: "$gte", Operator.LT: "$lt", Operator.LE: "$lte"}
_ABOVE = {Operator.GT: "$gte", Operator.GE: "$gte", Operator.LT: "$lt", Operator.LE: "$lt"}
_SIDES = {-1: _BELOW, 0: _ITSELF, 1: _ABOVE}

RANGES = frozenset(_ITSELF)
"""The ordered comparisons."""


def limit(op: Operator, value: Any, kind: type[Any] | None) -> dict[str, Any]:
    """An ordered comparison, from the next value that can be stored where this one cannot.

    >>> limit(Operator.GE, datetime(2018, 9, 1, 0, 0, 0, 500, UTC), None)
    {'$gt': datetime.datetime(2018, 9, 1, 0, 0, tzinfo=datetime.timezone.utc)}
    """
    near = stored(value, kind)
    return {_SIDES[near.side][op]: near.value}


def one_of(values: list[Any], kind: type[Any] | None) -> dict[str, Any]:
    """Equal to one of the values; those that no document can hold equal nothing.

    >>> one_of(["a"], None), one_of(["5", Decimal(5)], None), one_of([10**400], None)
    ({'$eq': 'a'}, {'$in': ['5', 5]}, {'$in': []})
    """
    near = [stored(value, kind) for value in values]
    # A number equals a boolean in Python, but not in a document.
    held = {(type(one.value), one.value): one.value for one in near if one.side == 0}
    listed = list(held.values())
    return {"$eq": listed[0]} if len(listed) == 1 else {"$in": listed}
