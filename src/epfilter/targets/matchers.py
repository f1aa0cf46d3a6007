"""Whether a value of a row satisfies a call: one test for each class of values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from numbers import Integral
from operator import index
from typing import Any, NamedTuple, cast
from uuid import UUID

from epfilter.ast import CallOperator, Operator
from epfilter.resources import BoundValue
from epfilter.semantics import fold_case, parse_pattern
from epfilter.targets.binding import Untyped
from epfilter.targets.representable import to_timestamp
from epfilter.targets.row_paths import cache_by_class
from epfilter.values import from_text_or_none, read_timestamp

Test = Callable[[Any], Any]

_COMPARISONS: dict[str, Callable[[Any], Test]] = {
    "==": lambda operand: lambda value: bool(value == operand),
    ">": lambda operand: lambda value: bool(value > operand),
    ">=": lambda operand: lambda value: bool(value >= operand),
    "<": lambda operand: lambda value: bool(value < operand),
    "<=": lambda operand: lambda value: bool(value <= operand),
    "in": lambda operands: operands.__contains__,
    "find": lambda positions: positions.get,
}
"""Makes the test of a Python operator from its right operand; `find` is a lookup by value."""


_WHOLE_FLOATS = 2**53
"""Up to here every whole number is a float."""

_MAX_INT_DIGITS = 100
"""A whole Decimal of more digits stays a Decimal: `1e999999` as an int would fill the memory."""


class ValueMatcher:
    """The test of one call for a single value.

    For some classes `symbols` has the test as a Python expression: the value, an operator, a
    constant. `timestamp` is such an expression for a point in time that is read from a text.
    """

    __slots__ = ("_by_class", "_parts", "symbols", "timestamp")

    def __init__(self, parts: Sequence[_Part], by_class: dict[type, Test] | None = None) -> None:
        self._parts = parts
        self._by_class = by_class
        self.symbols: dict[type, tuple[str, object]] = {
            part.kind.inline_class: (part.symbol, part.constant)
            for part in parts
            if part.kind.inline_class is not None
        }
        self.timestamp: tuple[str, object] | None = None
        if parts and parts[0].reads_text and type(parts[0].operands[0]) is datetime:
            self.timestamp = parts[0].symbol, parts[0].constant

    @property
    def by_class(self) -> dict[type, Test]:
        """The test of each class of values that can match, made when it is needed first."""
        if self._by_class is None:
            self._by_class = {}
            for part in self._parts:
                self._by_class |= part.kind.tests(part, _COMPARISONS[part.symbol](part.constant))
        return self._by_class

    def matches(self, value: object) -> Any:
        """Return a true value if a value that is not a list satisfies the call.

        For `contains_all` that is a list of the positions of the values that it equals.

        >>> value_matcher(Operator.GT, (Untyped("5"),)).matches(7)
        True
        """
        by_class = self.by_class
        test = by_class.get(type(value))
        if test is not None:
            return test(value)
        normalized = _normalize(value)
        if normalized is None:
            return False
        class_, value = normalized
        test = by_class.get(class_)
        return test is not None and test(value)


class _Part(NamedTuple):
    """The values of a call as one type, and the right operand that they make for an operator."""

    kind: _Kind
    symbol: str
    operands: Sequence[Any]
    constant: Any
    reads_text: bool
    """Whether a text of a row is read as the type too."""


class _Kind(NamedTuple):
    """How values of one type are compared."""

    inline_class: type | None
    """The class whose values are compared with the operator itself."""
    convert: Callable[[Any], Any] | None
    """Converts an operand to a value that compares with all the classes."""
    tests: Callable[[_Part, Test], dict[type, Test]]
    """Returns the tests of values by class, from the test of the converted operand."""


def value_matcher(op: CallOperator, values: Sequence[BoundValue]) -> ValueMatcher:
    """Return the matcher of a comparison with one value, or with any of several values.

    The values are all `Untyped`, or all of the type that a resource declares.

    >>> sorted(class_.__name__ for class_ in value_matcher(Operator.EQ, (True,)).by_class)
    ['bool', 'str']
    """
    if op in (Operator.LIKE, Operator.ILIKE):
        return ValueMatcher((), {str: _pattern_test(str(values[0]), op)})
    return _compare(_SYMBOLS[op], values)


_SYMBOLS = {
    Operator.EQ: "==",
    Operator.CONTAINS: "==",
    Operator.GT: ">",
    Operator.GE: ">=",
    Operator.LT: "<",
    Operator.LE: "<=",
    Operator.IN: "in",
    Operator.CONTAINS_ANY: "in",
    Operator.CONTAINS_ALL: "find",
}


def _compare(symbol: str, values: Sequence[BoundValue]) -> ValueMatcher:
    if not isinstance(values[0], Untyped):
        kind = next(kind for type_, kind in _KINDS.items() if isinstance(values[0], type_))
        return ValueMatcher([_make_part(kind, symbol, range(len(values)), values, reads_text=True)])
    readings: dict[type, tuple[list[int], list[Any]]] = {}
    for position, value in enumerate(values):
        for type_, operand in _read_untyped(str(value)):
            if operand is not None:
                positions, operands = readings.setdefault(type_, ([], []))
                positions.append(position)
                operands.append(operand)
    return ValueMatcher(
        [
            _make_part(_KINDS[type_], symbol, positions, operands, reads_text=False)
            for type_, (positions, operands) in readings.items()
        ]
    )


def _make_part(
    kind: _Kind,
    symbol: str,
    positions: Sequence[int],
    operands: Sequence[Any],
    *,
    reads_text: bool,
) -> _Part:
    converted = operands if kind.convert is None else [*map(kind.convert, operands)]
    return _Part(kind, symbol, operands, _constant(symbol, positions, converted), reads_text)


def _constant(symbol: str, positions: Sequence[int], operands: Sequence[Any]) -> Any:
    """Return the right operand: one value, a set, or the positions of each value in the call."""
    if symbol == "in":
        return frozenset(operands)
    if symbol != "find":
        return operands[0]
    by_operand: dict[Any, list[int]] = {}
    for position, operand in zip(positions, operands, strict=True):
        by_operand.setdefault(operand, []).append(position)
    return by_operand


def _read_untyped(text: str) -> list[tuple[type, Any]]:
    """Return a text as each of the types that it is a value of."""
    readings: list[tuple[type, Any]] = [(str, text)]
    if text[:1] in _FIRST_OF_NUMBERS:
        readings += [(type_, from_text_or_none(text, type_)) for type_ in (Decimal, datetime)]
    elif text in _BOOLEANS:
        readings.append((bool, _BOOLEANS[text]))
    if len(text) == _UUID_LENGTH:
        readings.append((UUID, from_text_or_none(text, UUID)))
    return readings


_UUID_LENGTH = 36
_FIRST_OF_NUMBERS = frozenset("+-0123456789")
_BOOLEANS = {"true": True, "false": False}


def _text_tests(part: _Part, test: Test) -> dict[type, Test]:  # noqa: ARG001 - the signature of all
    return {str: test}


def _boolean_tests(part: _Part, test: Test) -> dict[type, Test]:
    return {bool: test, **({str: _read_test(bool, test)} if part.reads_text else {})}


def _uuid_tests(part: _Part, test: Test) -> dict[type, Test]:
    tests: dict[type, Test] = {UUID: test}
    if part.reads_text and part.symbol in _EQUALITIES:
        texts = [str(operand) for operand in part.operands]
        constant = _constant(part.symbol, range(len(texts)), texts)
        test_text = _COMPARISONS[part.symbol](constant)
        tests[str] = lambda text: test_text(text.lower())
    elif part.reads_text:
        tests[str] = _read_test(UUID, test)
    return tests


_EQUALITIES = frozenset({"==", "in", "find"})


def _number_tests(part: _Part, test: Test) -> dict[type, Test]:
    is_exact = all(
        type(number) is int and abs(number) <= _WHOLE_FLOATS
        for number in map(_to_int, part.operands)
    )
    tests: dict[type, Test] = {
        int: test,
        float: test
        if is_exact
        # As in every target, a float is the number of its shortest text: 0.1 is 0.1.
        else lambda value: value == value and test(Decimal(float.__repr__(value))),  # noqa: PLR0124 - NaN
        Decimal: lambda value: not value.is_nan() and test(value),
    }
    if part.reads_text:
        tests[str] = _read_test(Decimal, test)
    return tests


def _to_int(operand: int | Decimal) -> int | Decimal:
    """Return a whole number as an int, because ints compare fastest."""
    if isinstance(operand, Decimal) and operand.adjusted() < _MAX_INT_DIGITS:
        whole = int(operand)
        return whole if whole == operand else operand
    return operand


def _time_tests(part: _Part, test: Test) -> dict[type, Test]:
    tests: dict[type, Test] = {
        datetime: lambda value: test(_to_utc(value)),
        date: lambda value: test(to_timestamp(value)),
    }
    if part.reads_text:
        are_days = type(part.operands[0]) is date
        read = _read_day_or_timestamp if are_days else read_timestamp
        tests[str] = lambda text: (value := read(text)) is not None and test(value)
    return tests


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


def _read_test(type_: type[Any], test: Test) -> Test:
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


_NUMBERS = _Kind(int, _to_int, _number_tests)
_TIMES = _Kind(datetime, to_timestamp, _time_tests)

_KINDS: dict[type[Any], _Kind] = {
    str: _Kind(str, None, _text_tests),
    bool: _Kind(None, None, _boolean_tests),
    int: _NUMBERS,
    Decimal: _NUMBERS,
    datetime: _TIMES,
    date: _TIMES,
    UUID: _Kind(None, None, _uuid_tests),
}
"""How values of a type are compared. A bool is an int, so it comes first."""


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
