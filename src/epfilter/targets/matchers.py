"""Whether a value of a row satisfies a call: one test for each class of values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from numbers import Integral
from operator import index
from typing import Any, assert_never
from uuid import UUID

from epfilter.ast import CallOperator, Operator
from epfilter.resources import BoundValue
from epfilter.semantics import fold_case, parse_pattern
from epfilter.targets.binding import Untyped
from epfilter.targets.representable import to_timestamp
from epfilter.targets.row_paths import cache_by_class
from epfilter.values import from_text_or_none, read_timestamp

Test = Callable[[Any], bool]

_COMPARISONS: dict[str, Callable[[Any], Test]] = {
    "==": lambda operand: lambda value: bool(value == operand),
    ">": lambda operand: lambda value: bool(value > operand),
    ">=": lambda operand: lambda value: bool(value >= operand),
    "<": lambda operand: lambda value: bool(value < operand),
    "<=": lambda operand: lambda value: bool(value <= operand),
    "in": lambda operands: operands.__contains__,
}
"""Makes the test of a Python operator from its right operand."""

_WHOLE_FLOATS = 2**53
"""Up to here every whole number is a float."""

_MAX_INT_DIGITS = 100
"""A whole Decimal of more digits stays a Decimal: `1e999999` as an int would fill the memory."""


@dataclass(slots=True)
class ValueMatcher:
    """The test of one call for a single value.

    `by_class` has a test for each class of values that can match. For some classes `symbols` has
    the same test as a Python expression: the value, an operator, a constant. `timestamp` is such
    an expression for a point in time that is read from a text.
    """

    by_class: dict[type, Test] = field(default_factory=dict)
    symbols: dict[type, tuple[str, object]] = field(default_factory=dict)
    timestamp: tuple[str, object] | None = None

    def matches(self, value: object) -> bool:
        """Return whether a value that is neither null nor a list satisfies the call.

        >>> value_matcher(Operator.GT, (Untyped("5"),)).matches(7)
        True
        """
        test = self.by_class.get(type(value))
        if test is not None:
            return test(value)
        normalized = _normalize(value)
        if normalized is None:
            return False
        class_, value = normalized
        test = self.by_class.get(class_)
        return test is not None and test(value)


def value_matcher(op: CallOperator, values: Sequence[BoundValue]) -> ValueMatcher:
    """Return the matcher of a comparison with one value, or with any of several values.

    The values are all `Untyped`, or all of the type that a resource declares. `contains_all`
    compares with its values one by one, so it is not an operator of a matcher.

    >>> sorted(class_.__name__ for class_ in value_matcher(Operator.EQ, (True,)).by_class)
    ['bool', 'str']
    """
    match op:
        case Operator.LIKE | Operator.ILIKE:
            return ValueMatcher({str: _pattern_test(str(values[0]), op)})
        case Operator.EQ | Operator.CONTAINS:
            return _compare("==", values)
        case Operator.GT:
            return _compare(">", values)
        case Operator.GE:
            return _compare(">=", values)
        case Operator.LT:
            return _compare("<", values)
        case Operator.LE:
            return _compare("<=", values)
        case Operator.IN | Operator.CONTAINS_ANY:
            return _compare("in", values)
        case Operator.CONTAINS_ALL | Operator.TEXT | Operator.IS_NULL:
            raise ValueError(op)
        case _:
            assert_never(op)


def _compare(symbol: str, values: Sequence[BoundValue]) -> ValueMatcher:
    matcher = ValueMatcher()
    if isinstance(values[0], Untyped):
        for type_, add in _ADD_UNTYPED.items():
            operands = [each for text in values if (each := _read(str(text), type_)) is not None]
            if operands:
                add(matcher, symbol, operands, reads_text=False)
        return matcher
    add = next(add for type_, add in _ADD_TYPED.items() if isinstance(values[0], type_))
    add(matcher, symbol, [*values], reads_text=True)
    return matcher


def _read(text: str, type_: type[Any]) -> Any:
    """As `from_text_or_none`, but fast for most texts that are not of the type."""
    if type_ is str:
        return text
    if type_ is bool:
        return {"true": True, "false": False}.get(text)
    if type_ is UUID and len(text) != _UUID_LENGTH:
        return None
    return from_text_or_none(text, type_) if text[:1] in _FIRST_CHARACTERS[type_] else None


_UUID_LENGTH = 36
_FIRST_CHARACTERS = {
    Decimal: frozenset("+-0123456789"),
    datetime: frozenset("+-0123456789"),
    UUID: frozenset("0123456789abcdefABCDEF"),
}


def _constant(symbol: str, operands: list[Any]) -> Any:
    return frozenset(operands) if symbol == "in" else operands[0]


def _add_text(matcher: ValueMatcher, symbol: str, operands: list[Any], *, reads_text: bool) -> None:  # noqa: ARG001 - a text is not read
    constant = _constant(symbol, operands)
    matcher.by_class[str] = _COMPARISONS[symbol](constant)
    matcher.symbols[str] = symbol, constant


def _add_boolean(
    matcher: ValueMatcher, symbol: str, operands: list[Any], *, reads_text: bool
) -> None:
    test = matcher.by_class[bool] = _COMPARISONS[symbol](_constant(symbol, operands))
    if reads_text:
        matcher.by_class[str] = _text_test(bool, test)


def _add_uuid(matcher: ValueMatcher, symbol: str, operands: list[Any], *, reads_text: bool) -> None:
    test = matcher.by_class[UUID] = _COMPARISONS[symbol](_constant(symbol, operands))
    if reads_text:
        matcher.by_class[str] = _text_test(UUID, test)


def _add_number(
    matcher: ValueMatcher, symbol: str, operands: list[Any], *, reads_text: bool
) -> None:
    operands = [_to_int(operand) for operand in operands]
    constant = _constant(symbol, operands)
    test = matcher.by_class[int] = _COMPARISONS[symbol](constant)
    matcher.symbols[int] = symbol, constant
    is_exact = all(type(operand) is int and abs(operand) <= _WHOLE_FLOATS for operand in operands)
    matcher.by_class[float] = (
        test
        if is_exact
        # As in every target, a float is the number of its shortest text: 0.1 is 0.1.
        else lambda value: value == value and test(Decimal(float.__repr__(value)))  # noqa: PLR0124 - NaN
    )
    matcher.by_class[Decimal] = lambda value: not value.is_nan() and test(value)
    if reads_text:
        matcher.by_class[str] = _text_test(Decimal, test)


def _to_int(operand: int | Decimal) -> int | Decimal:
    """Return a whole number as an int, because ints compare fastest."""
    if isinstance(operand, Decimal) and operand.adjusted() < _MAX_INT_DIGITS:
        whole = int(operand)
        return whole if whole == operand else operand
    return operand


def _add_timestamp(
    matcher: ValueMatcher, symbol: str, operands: list[Any], *, reads_text: bool
) -> None:
    are_days = type(operands[0]) is date
    constant = _constant(symbol, [to_timestamp(operand) for operand in operands])
    test = _COMPARISONS[symbol](constant)
    matcher.by_class[datetime] = lambda value: test(_to_utc(value))
    matcher.by_class[date] = lambda value: test(to_timestamp(value))
    matcher.symbols[datetime] = symbol, constant
    if reads_text and are_days:
        matcher.by_class[str] = lambda text: (
            (value := _read_day_or_timestamp(text)) is not None and test(value)
        )
    elif reads_text:
        matcher.by_class[str] = lambda text: (
            (value := read_timestamp(text)) is not None and test(value)
        )
        matcher.timestamp = symbol, constant


def _to_utc(value: datetime) -> datetime:
    """Return the same point in time in UTC, which is the zone of a naive datetime."""
    if value.tzinfo is UTC:
        return value
    if value.utcoffset() is None:
        return value.replace(tzinfo=UTC)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        return value  # at either end of time; it compares correctly all the same


def _read_day_or_timestamp(text: str) -> datetime | None:
    """As `read_timestamp`, but milliseconds are not a day."""
    return read_timestamp(text) if "-" in text[1:] else None


def _text_test(type_: type[Any], test: Test) -> Test:
    return lambda text: (value := from_text_or_none(text, type_)) is not None and test(value)


def _pattern_test(operand: str, op: CallOperator) -> Test:
    pattern = parse_pattern(operand)
    if op is Operator.ILIKE:
        test = _text_part_test(*pattern.fold_case())
        return lambda text: test(fold_case(text))
    return _text_part_test(*pattern)


def _text_part_test(part: str, any_prefix: bool, any_suffix: bool) -> Test:  # noqa: FBT001 - the fields of a pattern
    """As `Pattern.matches`, but decided once and not for each text."""
    if any_prefix and any_suffix:
        return lambda text: part in text
    if any_prefix:
        return lambda text: bool(text.endswith(part))
    if any_suffix:
        return lambda text: bool(text.startswith(part))
    return _COMPARISONS["=="](part)


_ADD_UNTYPED: dict[type[Any], Callable[..., None]] = {
    str: _add_text,
    bool: _add_boolean,
    Decimal: _add_number,
    datetime: _add_timestamp,
    UUID: _add_uuid,
}
"""The types as which an untyped text is read, with the function that adds their tests."""

_ADD_TYPED = {**_ADD_UNTYPED, int: _add_number, date: _add_timestamp}
"""The types of a resource. A bool is an int and a datetime a date, so they come first."""


def _normalize(value: object) -> tuple[type, object] | None:
    """Return a class that has tests and the value as one of it; None for any other class.

    An Enum is its value. An instance of a subclass, such as those of numpy, is one of its base.
    """
    base = _known_base(type(value))
    if base is None:
        return None
    class_, convert = base
    if class_ is Enum:
        member_value = convert(value)
        return None if isinstance(member_value, Enum) else _normalize(member_value)
    try:
        converted = convert(value)
    except TypeError:
        return None  # numpy registers its durations as integers
    return None if converted is None else (class_, converted)


_BASES: tuple[tuple[type, Callable[[Any], object]], ...] = (
    (Enum, lambda value: value.value),
    (str, str.__str__),
    (bool, lambda value: value),
    (Integral, index),
    (float, float.__float__),
    (Decimal, Decimal),
    (datetime, lambda value: value if value == value else None),  # noqa: PLR0124 - NaT
    (date, lambda value: value),
    (UUID, lambda value: value),
)


@cache_by_class
def _known_base(class_: type) -> tuple[type, Callable[[Any], object]] | None:
    for base, convert in _BASES:
        if issubclass(class_, base):
            return (int if base is Integral else base), convert
    return None
