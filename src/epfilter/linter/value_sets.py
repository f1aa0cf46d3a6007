"""Which values a comparison lets through, so that two of them can be compared.

A value is text, and what it stands for depends on the type of the field. With a resource that type
is known. Without one every reading counts that the values allow, and a rule may report only what
holds under all of them: `gt(a,10):lt(a,9)` matches nothing among numbers, but texts do lie between.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from epfilter.ast import LOWER_BOUND_OPERATORS, ORDERED_OPERATORS, Operator
from epfilter.errors import FilterValueError
from epfilter.linter.model import Call
from epfilter.resources import FieldType
from epfilter.values import from_text_or_none

Reading = Callable[[str], Any]
"""Text to a value that can be compared with others of the same reading; None where it is none."""

_FINER = re.compile(r"\.[0-9]{7}")
"""More than microseconds: such timestamps are cut when they are read, so they are not compared."""

_NUMERIC = re.compile(r"[+-]?[0-9]")


@dataclass(frozen=True, slots=True)
class Extent:
    """The values that a comparison lets through: `points`, or all from `low` to `high`.

    Bounds are None where there is none; of points they are the least and the greatest.
    """

    low: Any = None
    high: Any = None
    low_open: bool = False
    high_open: bool = False
    points: frozenset[Any] | None = None

    @property
    def empty(self) -> bool:
        """Whether no value can pass, because none could be read."""
        return self.points is not None and not self.points

    def within(self, other: Extent) -> bool:
        """Whether every value of this one is one of the other."""
        if self.points is not None and other.points is not None:
            return len(self.points) <= len(other.points) and self.points <= other.points
        if self.empty:
            return True
        if other.points is not None:
            return False
        return self.starts_within(other) and self.ends_within(other)

    def starts_within(self, outer: Extent) -> bool:
        """Whether the lower bound of the other keeps nothing of this one out."""
        if outer.low is None:
            return True
        if self.low is None:
            return False
        closer = outer.low_open <= self.low_open
        return bool(self.low > outer.low or (self.low == outer.low and closer))

    def ends_within(self, outer: Extent) -> bool:
        """Whether the upper bound of the other keeps nothing of this one out."""
        if outer.high is None:
            return True
        if self.high is None:
            return False
        closer = outer.high_open <= self.high_open
        return bool(self.high < outer.high or (self.high == outer.high and closer))

    def apart(self, other: Extent) -> bool:
        """Whether no value is in both."""
        if self.empty or other.empty:
            return True
        if self.points is not None and other.points is not None:
            return self.points.isdisjoint(other.points)
        return _passes(self, other) or _passes(other, self)


def _passes(lower: Extent, upper: Extent) -> bool:
    """Whether the one ends before the other begins."""
    if lower.high is None or upper.low is None:
        return False
    meet = not (lower.high_open or upper.low_open)
    return bool(lower.high < upper.low or (lower.high == upper.low and not meet))


def _text(text: str) -> str:
    return text


def _caseless(text: str) -> str:
    return text.lower()


def _number(text: str) -> Any:
    return _typed(text, Decimal)


def _time(text: str) -> Any:
    return None if _FINER.search(text) else _typed(text, datetime)


def _typed(text: str, kind: type[Any]) -> Any:
    # What is no number at all does not pay for an error's words.
    return from_text_or_none(text, kind) if _NUMERIC.match(text) else None


UNTYPED: tuple[Reading, ...] = (_text, _caseless, _number, _time)
"""How a value may be meant where no type is known; caseless as UUIDs are."""


def read_as(kind: FieldType[Any]) -> Reading:
    """The reading of a known type."""

    def read(text: str) -> Any:
        if kind.name == "datetime" and _FINER.search(text):
            return None
        try:
            return kind.read(text)
        except FilterValueError:
            return None

    return read


def extents(call: Call) -> tuple[Extent, ...] | None:
    """What a call lets through, by each reading of its values; None where that cannot be told."""
    if call.read is None:
        call.read = _extents(call) or ()
    return call.read or None


def _extents(call: Call) -> tuple[Extent, ...] | None:
    if call.refused or call.op not in (Operator.EQ, Operator.IN, *ORDERED_OPERATORS):
        return None
    kind = call.kind
    readings = UNTYPED if kind is None else (read_as(kind),)
    texts = [operand.text for operand in call.values]
    if kind is None and any(_FINER.search(text) for text in texts):
        return None
    found = []
    for read in readings:
        values = [read(text) for text in texts]
        if None in values and kind is not None:
            return None
        found.append(_extent(call.op, [value for value in values if value is not None]))
    return tuple(found)


def _extent(op: Operator, values: list[Any]) -> Extent:
    if not values or op not in ORDERED_OPERATORS:
        if not values:
            return Extent(points=frozenset())
        return Extent(low=min(values), high=max(values), points=frozenset(values))
    (bound,) = values
    if type(bound) is int:
        # Between two whole numbers that follow each other there is none.
        if op is Operator.GT:
            return Extent(low=bound + 1)
        if op is Operator.LT:
            return Extent(high=bound - 1)
    if op in LOWER_BOUND_OPERATORS:
        return Extent(low=bound, low_open=op is Operator.GT)
    return Extent(high=bound, high_open=op is Operator.LT)


def holds_several(call: Call) -> bool:
    """Whether the field is known to hold several values, so that two of them can be asked for."""
    return call.listed or (call.match is not None and call.match.declared.multivalued)


def all_within(inner: tuple[Extent, ...], outer: tuple[Extent, ...]) -> bool:
    """Whether the one is within the other by every reading."""
    return all(one.within(other) for one, other in zip(inner, outer, strict=True))


def all_apart(one: tuple[Extent, ...], other: tuple[Extent, ...]) -> bool:
    """Whether the two have nothing in common by any reading."""
    return all(here.apart(there) for here, there in zip(one, other, strict=True))
