"""The classes of values that a predicate compares, and what counts as a value of one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from numbers import Integral
from operator import index
from typing import Any, cast
from uuid import UUID

from epfilter.targets.row_paths import cache_by_class


def normalize_value(value: object) -> tuple[type, object] | None:
    """Return a class of values and the value as one of it; None for any other class.

    The classes are str, bool, int, float, Decimal, datetime, date and UUID. An Enum is its value.
    An instance of a subclass, such as those of numpy, is one of its base.

    >>> import enum
    >>> normalize_value(enum.Enum("Level", {"HIGH": 3}).HIGH), normalize_value(b"")
    ((<class 'int'>, 3), None)
    """
    base = _known_base(type(value))
    if base is None:
        return None
    class_, convert = base
    if class_ is Enum:
        member_value = convert(value)
        return None if isinstance(member_value, Enum) else normalize_value(member_value)
    try:
        converted = convert(value)
    except TypeError:
        return None  # numpy registers its durations as integers
    return None if converted is None else (class_, converted)


def _cut_nanoseconds(value: datetime) -> datetime:
    """Return a time without what is finer than a microsecond, as in a filter."""
    return (
        cast("Any", value).to_pydatetime(warn=False) if getattr(value, "nanosecond", 0) else value
    )


_BASES: tuple[tuple[type, Callable[[Any], object]], ...] = (
    (Enum, lambda value: value.value),
    (str, str.__str__),
    (bool, lambda value: value),
    (Integral, index),
    (float, float.__float__),
    (Decimal, Decimal),
    (datetime, lambda value: _cut_nanoseconds(value) if value == value else None),  # noqa: PLR0124 - NaT
    (date, lambda value: value),
    (UUID, lambda value: value),
)


@cache_by_class
def _known_base(class_: type) -> tuple[type, Callable[[Any], object]] | None:
    for base, convert in _BASES:
        if issubclass(class_, base):
            return (int if base is Integral else base), convert
    return None
