"""Whether a value of a row satisfies a call: one test for each class of values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from epfilter.ast import PATTERN_OPERATORS, CallOperator, Operator
from epfilter.resources import BoundValue
from epfilter.semantics import fold_case, parse_pattern
from epfilter.targets.binding import Untyped
from epfilter.targets.row_paths import elements, is_list
from epfilter.targets.row_values import normalize_value
from epfilter.times import to_timestamp
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
    """The test of one call for a single value, or for any element of a list."""

    __slots__ = ("_by_class", "_parts", "reads_text", "symbol")

    def __init__(
        self, symbol: str, parts: Sequence[_Part], *, reads_text: bool, like: Test | None = None
    ) -> None:
        self.symbol = symbol
        self.reads_text = reads_text
        """Whether a text of a row is read as the type of the values."""
        self._parts = parts
        self._by_class: dict[type, Test] | None = None if like is None else {str: like}

    def add_cases(self, constants: list[object]) -> tuple[object, ...]:
        """Add the constants of the cases that generated code has inline; return these cases.

        The Python operator comes first; then each class with the right operand as its constant. For
        `timestamp` the left operand is a point in time that is read from a text. For `like` the
        constant is the test of a text; for `text`, which has no constant, `matches` is.

        >>> constants = []
        >>> value_matcher(Operator.GT, (5,)).add_cases(constants), constants
        (('>', <class 'int'>, 'text'), [5])
        """
        if not self._parts:
            constants.append(self.by_class[str])
            return (self.symbol, "like")
        cases: list[object] = [self.symbol]
        for kind, _, constant in self._parts:
            for case in kind.typed_cases if self.reads_text else kind.cases:
                cases.append(case)
                if case != "text":
                    constants.append(constant)
        return tuple(cases)

    @property
    def by_class(self) -> dict[type, Test]:
        """The test of each class of values that can match, made when it is needed first."""
        if self._by_class is None:
            self._by_class = {}
            for kind, operands, constant in self._parts:
                test = _COMPARISONS[self.symbol](constant)
                self._by_class |= kind.tests(self, operands, test)
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
        normalized = normalize_value(value)
        if normalized is None:
            return False
        class_, value = normalized
        test = by_class.get(class_)
        return test is not None and test(value)

    def matches_any(self, value: object) -> bool:
        """Return whether a value, or any element of a list, satisfies the call.

        >>> value_matcher(Operator.GT, (Untyped("5"),)).matches_any([3, 7])
        True
        """
        if not is_list(type(value)):
            return bool(self.matches(value))
        tests, of_other_class = self.by_class, self.matches
        for element in value if type(value) is list else elements(value):
            matches: Test = tests.get(type(element), of_other_class)
            if matches(element):
                return True
        return False


_Part = tuple["_Kind", Sequence[Any], Any]
"""The values of a call as one type, converted, and the right operand that they make."""


class _Kind(NamedTuple):
    """How values of one type are compared."""

    cases: tuple[type, ...]
    """The class whose values are compared with the operator itself, if any."""
    typed_cases: tuple[type | str, ...]
    """As `cases`, if a text of a row is read as the type, too."""
    convert: Callable[[Any], Any] | None
    """Converts an operand to a value that compares with all the classes."""
    tests: Callable[[ValueMatcher, Sequence[Any], Test], dict[type, Test]]
    """Returns the tests of values by class, from the converted operands and their test."""


def value_matcher(op: CallOperator, values: Sequence[BoundValue]) -> ValueMatcher:
    """Return the matcher of a comparison with one value, or with any of several values.

    The values are all `Untyped`, or all of the type that a resource declares.

    >>> sorted(class_.__name__ for class_ in value_matcher(Operator.EQ, (True,)).by_class)
    ['bool', 'str']
    """
    if op in PATTERN_OPERATORS:
        return ValueMatcher("", (), reads_text=False, like=_pattern_test(str(values[0]), op))
    symbol = _SYMBOLS[op]
    if isinstance(values[0], Untyped):
        parts = _read_untyped(symbol, [*map(str, values)])
        return ValueMatcher(symbol, parts, reads_text=False)
    part = _make_part(type(values[0]), symbol, values)
    return ValueMatcher(symbol, [part], reads_text=True)


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


def _read_untyped(symbol: str, texts: Sequence[str]) -> list[_Part]:
    """Return the parts of texts as each of the types that any of them is a value of."""
    parts: list[_Part] = [(_TEXTS, texts, _constant(symbol, texts))]
    types: list[type] = []
    if not _FIRST_OF_NUMBERS.isdisjoint([text[:1] for text in texts]):
        numbers = [_read_number(text) for text in texts]
        missing = numbers.count(None)
        if missing < len(numbers):
            parts.append((_NUMBERS, numbers, _constant(symbol, numbers)))
        if missing:
            types.append(datetime)
        else:
            parts.append((_MILLISECONDS, texts, {}))
    if not _BOOLEANS.isdisjoint(texts):
        types.append(bool)
    if _UUID_LENGTH in map(len, texts):
        types.append(UUID)
    for type_ in types:
        operands = [from_text_or_none(text, type_) for text in texts]
        if operands.count(None) < len(operands):
            parts.append(_make_part(type_, symbol, operands))
    return parts


def _make_part(type_: type, symbol: str, operands: Sequence[Any]) -> _Part:
    """Return the part of operands, of which None is not a value of the type."""
    kind = _KINDS[type_]
    if kind.convert is not None:
        operands = [None if each is None else kind.convert(each) for each in operands]
    return kind, operands, _constant(symbol, operands)


def _constant(symbol: str, operands: Sequence[Any]) -> Any:
    """Return the right operand: one value, a set, or the positions of each value in the call."""
    if symbol == "in":
        return frozenset(operands) - {None}
    if symbol != "find":
        return operands[0]
    by_operand: dict[Any, list[int]] = {}
    for position, operand in enumerate(operands):
        if operand is not None:
            by_operand.setdefault(operand, []).append(position)
    return by_operand


_UUID_LENGTH = 36
_FIRST_OF_NUMBERS = frozenset("+-0123456789")
_BOOLEANS = frozenset({"true", "false"})


def _text_tests(_matcher: ValueMatcher, _operands: Sequence[str], test: Test) -> dict[type, Test]:
    return {str: test}


def _boolean_tests(
    matcher: ValueMatcher, _operands: Sequence[bool], test: Test
) -> dict[type, Test]:
    return {bool: test, **({str: _read_test(bool, test)} if matcher.reads_text else {})}


def _uuid_tests(matcher: ValueMatcher, operands: Sequence[UUID], test: Test) -> dict[type, Test]:
    tests: dict[type, Test] = {UUID: test}
    if matcher.reads_text and matcher.symbol in _EQUALITIES:
        constant = _constant(matcher.symbol, [*map(str, operands)])
        test_text = _COMPARISONS[matcher.symbol](constant)
        tests[str] = lambda text: test_text(text.lower())
    elif matcher.reads_text:
        tests[str] = _read_test(UUID, test)
    return tests


_EQUALITIES = frozenset({"==", "in", "find"})


def _number_tests(
    matcher: ValueMatcher, operands: Sequence[int | Decimal | None], test: Test
) -> dict[type, Test]:
    is_exact = all(
        each is None or (type(each) is int and abs(each) <= _WHOLE_FLOATS) for each in operands
    )
    tests: dict[type, Test] = {
        int: test,
        float: test
        if is_exact
        # As in every target, a float is the number of its shortest text: 0.1 is 0.1.
        else lambda value: value == value and test(Decimal(float.__repr__(value))),  # noqa: PLR0124 - NaN
        Decimal: lambda value: not value.is_nan() and test(value),
    }
    if matcher.reads_text:
        tests[str] = _read_test(Decimal, test)
    return tests


def _read_number(text: str) -> int | Decimal | None:
    """Return a text as `_to_int` does its Decimal, in a fraction of the time for digits."""
    if len(text) <= _MAX_INT_DIGITS and text.isdecimal() and text.isascii():
        return int(text)
    number = from_text_or_none(text, Decimal)
    return None if number is None else _to_int(number)


def _to_int(operand: int | Decimal) -> int | Decimal:
    """Return a whole number as an int, because ints compare fastest."""
    if isinstance(operand, Decimal) and operand.adjusted() < _MAX_INT_DIGITS:
        whole = int(operand)
        return whole if whole == operand else operand
    return operand


def _time_tests(
    matcher: ValueMatcher, _operands: Sequence[datetime | None], test: Test
) -> dict[type, Test]:
    tests: dict[type, Test] = {
        datetime: lambda value: test(_to_utc(value)),
        date: lambda value: test(to_timestamp(value)),
    }
    if matcher.reads_text:
        tests[str] = lambda text: (value := read_timestamp(text)) is not None and test(value)
    return tests


def _millisecond_tests(
    matcher: ValueMatcher, texts: Sequence[str], _test: Test
) -> dict[type, Test]:
    """As `_time_tests`; few rows have times where the filter has numbers, so they are read late."""
    moments = [from_text_or_none(text, datetime) for text in texts]
    if moments.count(None) == len(moments):
        return {}
    _, operands, constant = _make_part(datetime, matcher.symbol, moments)
    return _time_tests(matcher, operands, _COMPARISONS[matcher.symbol](constant))


def _day_tests(
    matcher: ValueMatcher, operands: Sequence[datetime | None], test: Test
) -> dict[type, Test]:
    """As `_time_tests`, but milliseconds are not a day."""
    tests = _time_tests(matcher, operands, test)
    test_text = tests[str]
    return {**tests, str: lambda text: "-" in text[1:] and test_text(text)}


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


def _read_test(type_: type[Any], test: Test) -> Test:
    return lambda text: (value := from_text_or_none(text, type_)) is not None and test(value)


def _pattern_test(operand: str, op: CallOperator) -> Test:
    pattern = parse_pattern(operand)
    if op is Operator.LIKE:
        return pattern.make_matcher()
    test = pattern.fold_case().make_matcher()
    return lambda text: test(fold_case(text))


_MILLISECONDS = _Kind((), (), None, _millisecond_tests)
"""Texts of numbers as times."""

_TEXTS = _Kind((str,), (str,), None, _text_tests)
_NUMBERS = _Kind((int,), (int, "text"), _to_int, _number_tests)

_KINDS: dict[type[Any], _Kind] = {
    str: _TEXTS,
    bool: _Kind((), ("text",), None, _boolean_tests),
    int: _NUMBERS,
    Decimal: _NUMBERS,
    datetime: _Kind((datetime,), (datetime, "timestamp"), to_timestamp, _time_tests),
    date: _Kind((datetime,), (datetime, "text"), to_timestamp, _day_tests),
    UUID: _Kind((), ("text",), None, _uuid_tests),
}
"""How values of a type are compared."""
