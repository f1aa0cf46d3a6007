"""The sets of values that comparisons match, so that two comparisons can be compared.

The meaning of a value's text depends on the type of the field, which a resource declares. Without
a resource, every type that the text permits is considered, and only what is true for all of them is
certain: `gt(a,10):lt(a,9)` matches nothing if `a` is a number, but it matches the text `5`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, assert_never
from uuid import UUID

from epfilter.ast import PATTERN_OPERATORS, Operator
from epfilter.errors import FilterValueError
from epfilter.resources import FieldType
from epfilter.semantics import Pattern, fold_case, parse_pattern
from epfilter.times import to_timestamp
from epfilter.values import from_text_or_none

Reader = Callable[[str], Any]
"""A function from text to a comparable value; it returns None for a text of another type."""

_SUBMICROSECONDS = re.compile(r"\.[0-9]{7}")
"""More digits than a `datetime` keeps: such timestamps are not compared."""

_BOOLEANS = {"true": True, "false": False}
_UUID_LENGTH = 36

_TEXT_TYPES = ("string", "enum")

_FIRST_OF_NUMBERS = frozenset("+-0123456789")
"""The first characters of numbers and timestamps."""


@dataclass(slots=True)
class ValueSet:
    """A set of values: `points`, the texts of a `pattern`, or the interval from `low` to `high`.

    A bound of None means unbounded, so `ValueSet()` contains every value. With `points`, the bounds
    are the least and the greatest. With `ignores_case`, the pattern is that of `ilike`.
    """

    low: Any = None
    high: Any = None
    low_open: bool = False
    high_open: bool = False
    points: frozenset[Any] | None = None
    pattern: Pattern | None = None
    ignores_case: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether the set was built without values; an interval is never reported as empty."""
        return self.points is not None and not self.points

    def contains(self, value: Any) -> bool:
        """Return whether a value of the type of the set is in it."""
        if self.points is not None:
            return value in self.points
        if self.pattern is not None:
            return self.pattern.matches(_fold(value, self))
        if self.low is not None and (value <= self.low if self.low_open else value < self.low):
            return False
        return self.high is None or bool(
            value < self.high if self.high_open else value <= self.high
        )

    def is_subset(self, other: ValueSet) -> bool:
        """Return whether the other set contains every value of this one."""
        if self.points is not None and other.points is not None:
            return len(self.points) <= len(other.points) and self.points <= other.points
        if self.is_empty:
            return True
        if other.pattern is not None:
            return _is_in_pattern(self, other, other.pattern)
        if other.points is not None or self.pattern is not None:
            return False
        return self.starts_within(other) and self.ends_within(other)

    def starts_within(self, other: ValueSet) -> bool:
        """Return whether no value of this set is below the lower bound of the other."""
        if other.low is None:
            return True
        if self.low is None:
            return False
        is_as_open = other.low_open <= self.low_open
        return bool(self.low > other.low or (self.low == other.low and is_as_open))

    def ends_within(self, other: ValueSet) -> bool:
        """Return whether no value of this set is above the upper bound of the other."""
        if other.high is None:
            return True
        if self.high is None:
            return False
        is_as_open = other.high_open <= self.high_open
        return bool(self.high < other.high or (self.high == other.high and is_as_open))

    def is_disjoint(self, other: ValueSet) -> bool:
        """Return whether the sets have no value in common."""
        if self.is_empty or other.is_empty:
            return True
        if self.points is not None and other.points is not None:
            return self.points.isdisjoint(other.points)
        if self.pattern is not None:
            return _excludes_pattern(other, self, self.pattern)
        if other.pattern is not None:
            return _excludes_pattern(self, other, other.pattern)
        return _is_below(self, other) or _is_below(other, self)


def _is_in_pattern(values: ValueSet, outer: ValueSet, pattern: Pattern) -> bool:
    """Return whether all values match the pattern of `outer`."""
    if pattern.matches_everything:
        return True
    if values.points is not None:
        return all(pattern.matches(_fold(text, outer)) for text in values.points)
    inner = values.pattern
    if inner is None or (values.ignores_case and not outer.ignores_case):
        return False
    # What may come before and after the text of the inner pattern needs a wildcard of the outer.
    is_covered = inner.any_prefix <= pattern.any_prefix and inner.any_suffix <= pattern.any_suffix
    return is_covered and pattern.matches(_fold(inner.text, outer))


def _excludes_pattern(values: ValueSet, other: ValueSet, pattern: Pattern) -> bool:
    """Return whether none of the values matches the pattern of the other set."""
    if values.points is not None:
        return not any(pattern.matches(_fold(text, other)) for text in values.points)
    inner = values.pattern
    if inner is None:
        return False
    if values.ignores_case or other.ignores_case:
        inner, pattern = inner.fold_case(), pattern.fold_case()
    return not _can_match_one_text(inner, pattern)


def _can_match_one_text(left: Pattern, right: Pattern) -> bool:
    """Return whether some text matches both patterns, or this is not certain."""
    if not left.has_wildcard or not right.has_wildcard:
        return left.matches(right.text) if left.has_wildcard else right.matches(left.text)
    shared_start = left.text.startswith(right.text) or right.text.startswith(left.text)
    shared_end = left.text.endswith(right.text) or right.text.endswith(left.text)
    return (left.any_prefix or right.any_prefix or shared_start) and (
        left.any_suffix or right.any_suffix or shared_end
    )


def _fold(text: str, outer: ValueSet) -> str:
    return fold_case(text) if outer.ignores_case else text


def _is_below(lower: ValueSet, upper: ValueSet) -> bool:
    """Return whether `lower` ends before `upper` begins."""
    if lower.high is None or upper.low is None:
        return False
    touch = not (lower.high_open or upper.low_open)
    return bool(lower.high < upper.low or (lower.high == upper.low and not touch))


_EMPTY = ValueSet(points=frozenset())


def are_subsets(inner: tuple[ValueSet, ...], outer: tuple[ValueSet, ...]) -> bool:
    """Return whether each inner set is a subset of the outer set of the same type."""
    return all(map(ValueSet.is_subset, inner, outer))


def are_disjoint(left: tuple[ValueSet, ...], right: tuple[ValueSet, ...]) -> bool:
    """Return whether the sets of each type have no value in common."""
    return all(map(ValueSet.is_disjoint, left, right))


def build_value_sets(
    op: Operator, texts: Sequence[str], field_type: FieldType[Any] | None
) -> tuple[ValueSet, ...]:
    """Return the values that an operator with these operands matches, one set per possible type.

    Without a `field_type` these are, in this order, the sets of texts, numbers, timestamps,
    booleans and UUIDs. The result is empty if the values cannot be determined: for `text`,
    `is_null` and a `contains_all` with several values, for a text that is not of the declared type,
    a pattern on a type other than text, or a timestamp that is finer than a microsecond. Two
    results for the same `field_type` that are not empty have the same length.
    """
    if op in PATTERN_OPERATORS:
        return _build_pattern_sets(op, texts[0], field_type)
    if op is Operator.CONTAINS_ALL and len(texts) > 1:
        return ()
    build = _get_set_builder(op)
    if build is None:
        return ()
    if field_type is None:
        if any(_SUBMICROSECONDS.search(text) for text in texts):
            return ()
        values_by_type = zip(*map(_read_untyped, texts), strict=True)
        return (build([*texts]), *[_build_set(build, values) for values in values_by_type])
    read = get_reader(field_type)
    values = [read(text) for text in texts]
    return () if None in values else (build(values),)


def _build_pattern_sets(
    op: Operator, text: str, field_type: FieldType[Any] | None
) -> tuple[ValueSet, ...]:
    """Return the texts that a pattern matches; a value of any other type never matches."""
    pattern, ignores_case = parse_pattern(text), op is Operator.ILIKE
    if ignores_case:
        texts = ValueSet(pattern=pattern.fold_case(), ignores_case=True)
    elif pattern.has_wildcard:
        texts = ValueSet(pattern=pattern)
    else:
        texts = _build_points([pattern.text])
    if field_type is None:
        return (texts, *(_EMPTY,) * _OTHER_TYPES)
    return (texts,) if field_type.name in _TEXT_TYPES else ()


def _build_set(build: Callable[[list[Any]], ValueSet], values: Sequence[Any]) -> ValueSet:
    """Return the set of the values that are not None."""
    known = [value for value in values if value is not None]
    return build(known) if known else _EMPTY


def _get_set_builder(op: Operator) -> Callable[[list[Any]], ValueSet] | None:
    """Return the function from operands to the set that the operator matches, if there is one."""
    match op:
        case (
            Operator.EQ
            | Operator.IN
            | Operator.CONTAINS
            | Operator.CONTAINS_ANY
            | Operator.CONTAINS_ALL
        ):
            return _build_points
        case Operator.GT:
            return _build_greater
        case Operator.GE:
            return lambda values: ValueSet(low=values[0])
        case Operator.LT:
            return _build_less
        case Operator.LE:
            return lambda values: ValueSet(high=values[0])
        case (
            Operator.LIKE
            | Operator.ILIKE
            | Operator.TEXT
            | Operator.IS_NULL
            | Operator.AND
            | Operator.OR
        ):
            return None
    assert_never(op)


def _build_points(values: list[Any]) -> ValueSet:
    return ValueSet(low=min(values), high=max(values), points=frozenset(values))


def _build_greater(values: list[Any]) -> ValueSet:
    (bound,) = values
    # Integers are discrete: greater than 5 is the same as 6 or greater.
    return ValueSet(low=bound + 1) if type(bound) is int else ValueSet(low=bound, low_open=True)


def _build_less(values: list[Any]) -> ValueSet:
    (bound,) = values
    return ValueSet(high=bound - 1) if type(bound) is int else ValueSet(high=bound, high_open=True)


def get_reader(field_type: FieldType[Any]) -> Reader:
    """Return the reader of a declared type.

    >>> from epfilter.resources import integer
    >>> read = get_reader(integer())
    >>> read("012"), read("x")
    (12, None)
    """

    def read(text: str) -> Any:
        try:
            return field_type.read(text)
        except FilterValueError:
            return None

    if field_type.name == "datetime":
        return lambda text: None if _SUBMICROSECONDS.search(text) else read(text)
    if field_type.name == "date":  # a day is its midnight, as in data
        return lambda text: None if (day := read(text)) is None else to_timestamp(day)
    return read


_OTHER_TYPES = 4
"""The number of types beside text that a value may have if no resource is given."""


def _read_untyped(text: str) -> tuple[Decimal | None, datetime | None, bool | None, UUID | None]:
    """Return the number, timestamp, boolean and UUID that a text can mean; None for none."""
    # Its beginning and its length are cheaper than attempts that fail.
    is_number = text[:1] in _FIRST_OF_NUMBERS
    return (
        from_text_or_none(text, Decimal) if is_number else None,
        from_text_or_none(text, datetime) if is_number else None,
        _BOOLEANS.get(text),
        from_text_or_none(text, UUID) if len(text) == _UUID_LENGTH else None,
    )
