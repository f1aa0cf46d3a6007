"""Whether a value of a row is what a term asks for, by the class of the value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from numbers import Integral
from operator import index
from typing import Any
from uuid import UUID

from epfilter.ast import PATTERN_OPERATORS, Operator
from epfilter.resources import BoundValue
from epfilter.semantics import fold_case, parse_pattern
from epfilter.targets.binding import Untyped
from epfilter.values import from_text_or_none

Test = Callable[[Any], bool]

_SIGNS = {
    Operator.EQ: "==",
    Operator.CONTAINS: "==",
    Operator.GT: ">",
    Operator.GE: ">=",
    Operator.LT: "<",
    Operator.LE: "<=",
}
_COMPARED: dict[str, Callable[[Any], Test]] = {
    "==": lambda operand: lambda value: bool(value == operand),
    ">": lambda operand: lambda value: bool(value > operand),
    ">=": lambda operand: lambda value: bool(value >= operand),
    "<": lambda operand: lambda value: bool(value < operand),
    "<=": lambda operand: lambda value: bool(value <= operand),
    "in": lambda operands: operands.__contains__,
}

_EXACT = 2**53
"""Up to here every whole number is a float."""

_WHOLE_DIGITS = 100
"""A whole Decimal of more digits stays one: `1e999999` as an int would fill the memory."""


@dataclass(slots=True)
class Asked:
    """What one term asks of a value.

    `by_class` has a test for each class of values that can match. `signs` says of some of these
    classes what the test is in Python: the value, a sign, a constant. `moment` is the same for a
    point in time that is read out of a text.
    """

    by_class: dict[type, Test] = field(default_factory=dict)
    signs: dict[type, tuple[str, object]] = field(default_factory=dict)
    moment: tuple[str, object] | None = None

    def hold(self, value: object) -> bool:
        """Whether one value that is neither null nor a list is what the term asks for.

        >>> asked(Operator.GT, (Untyped("5"),)).hold(7)
        True
        """
        test = self.by_class.get(type(value))
        if test is not None:
            return test(value)
        plain = _plain(value)
        if plain is None:
            return False
        kind, value = plain
        test = self.by_class.get(kind)
        return test is not None and test(value)


def asked(op: Operator, values: Sequence[BoundValue]) -> Asked:
    """The tests of a comparison with one value, or with any of several.

    Values are all `Untyped`, or all of the type that a resource gives them.

    >>> sorted(kind.__name__ for kind in asked(Operator.EQ, (True,)).by_class)
    ['bool', 'str']
    """
    if op in PATTERN_OPERATORS:
        return Asked({str: _like(str(values[0]), fold=op is Operator.ILIKE)})
    sign = _SIGNS.get(op, "in")
    made = Asked()
    if isinstance(values[0], Untyped):
        for kind, add in _KINDS.items():
            operands = [one for text in values if (one := _read(str(text), kind)) is not None]
            if operands:
                add(made, sign, operands, reads=False)
        return made
    add = next(add for kind, add in _TYPED.items() if isinstance(values[0], kind))
    add(made, sign, [*values], reads=True)
    return made


def _read(text: str, kind: type[Any]) -> Any:
    """As `from_text_or_none`, which takes long to say that it is none."""
    if kind is str:
        return text
    if kind is bool:
        return {"true": True, "false": False}.get(text)
    if kind is UUID and len(text) != _UUID_LENGTH:
        return None
    return from_text_or_none(text, kind) if text[:1] in _FIRST[kind] else None


_UUID_LENGTH = 36
_FIRST = {
    Decimal: frozenset("+-0123456789"),
    datetime: frozenset("+-0123456789"),
    UUID: frozenset("0123456789abcdefABCDEF"),
}
"""With which characters a text of a kind begins."""


def _constant(sign: str, operands: list[Any]) -> Any:
    return frozenset(operands) if sign == "in" else operands[0]


def _add_text(made: Asked, sign: str, operands: list[Any], *, reads: bool) -> None:  # noqa: ARG001 - a text needs no reading
    constant = _constant(sign, operands)
    made.by_class[str] = _COMPARED[sign](constant)
    made.signs[str] = sign, constant


def _add_truth(made: Asked, sign: str, operands: list[Any], *, reads: bool) -> None:
    test = made.by_class[bool] = _COMPARED[sign](_constant(sign, operands))
    if reads:
        made.by_class[str] = _reading(bool, test)


def _add_uuid(made: Asked, sign: str, operands: list[Any], *, reads: bool) -> None:
    test = made.by_class[UUID] = _COMPARED[sign](_constant(sign, operands))
    if reads:
        made.by_class[str] = _reading(UUID, test)


def _add_number(made: Asked, sign: str, operands: list[Any], *, reads: bool) -> None:
    operands = [_whole(operand) for operand in operands]
    constant = _constant(sign, operands)
    test = made.by_class[int] = _COMPARED[sign](constant)
    made.signs[int] = sign, constant
    exact = all(type(operand) is int and abs(operand) <= _EXACT for operand in operands)
    made.by_class[float] = (
        test
        if exact
        # As everywhere a float is the number that its shortest text says: 0.1 is 0.1.
        else lambda value: value == value and test(Decimal(float.__repr__(value)))  # noqa: PLR0124 - NaN
    )
    made.by_class[Decimal] = lambda value: not value.is_nan() and test(value)
    if reads:
        made.by_class[str] = _reading(Decimal, test)


def _whole(operand: int | Decimal) -> int | Decimal:
    """The same number as an int where it is a whole one, because ints compare fastest."""
    if isinstance(operand, Decimal) and operand.adjusted() < _WHOLE_DIGITS:
        whole = int(operand)
        return whole if whole == operand else operand
    return operand


def _add_point(made: Asked, sign: str, operands: list[Any], *, reads: bool) -> None:
    days = type(operands[0]) is date
    constant = _constant(sign, [_midnight(day) for day in operands] if days else operands)
    test = _COMPARED[sign](constant)
    made.by_class[datetime] = lambda value: test(_point(value))
    made.by_class[date] = lambda value: test(_midnight(value))
    made.signs[datetime] = sign, constant
    if reads and days:
        made.by_class[str] = lambda text: (
            (value := _day_or_moment(text)) is not None and test(value)
        )
    elif reads:
        made.by_class[str] = lambda text: (value := moment(text)) is not None and test(value)
        made.moment = sign, constant


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _point(value: datetime) -> datetime:
    """The same point in time in UTC, which a datetime without zone is in already."""
    if value.tzinfo is UTC:
        return value
    if value.utcoffset() is None:
        return value.replace(tzinfo=UTC)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        return value  # at either end of time; it can be compared all the same


def moment(text: str) -> datetime | None:
    """The point in time that a text of a row says; None where it says none.

    It is what `values.from_text` reads, and any other notation of ISO 8601 that has a `T` behind
    ten characters and a time zone; this is what most rows have, and it is read fast.

    >>> moment("2018-04-16T10:11:59Z").isoformat(), moment("soon")
    ('2018-04-16T10:11:59+00:00', None)
    """
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return from_text_or_none(text, datetime)
    if value.tzinfo is not None and text[10] == "T":
        return value
    return from_text_or_none(text, datetime)


def _day_or_moment(text: str) -> datetime | None:
    """As `moment`, but a day is not written in milliseconds."""
    return moment(text) if "-" in text[1:] else None


def _reading(kind: type[Any], test: Test) -> Test:
    return lambda text: (value := from_text_or_none(text, kind)) is not None and test(value)


def _like(written: str, *, fold: bool) -> Test:
    wanted, before, after = parse_pattern(written)
    if fold:
        test = _between(fold_case(wanted), before=before, after=after)
        return lambda text: test(fold_case(text))
    return _between(wanted, before=before, after=after)


def _between(wanted: str, *, before: bool, after: bool) -> Test:
    if before and after:
        return lambda text: wanted in text
    if before:
        return lambda text: bool(text.endswith(wanted))
    if after:
        return lambda text: bool(text.startswith(wanted))
    return _COMPARED["=="](wanted)


_KINDS: dict[type[Any], Callable[..., None]] = {
    str: _add_text,
    bool: _add_truth,
    Decimal: _add_number,
    datetime: _add_point,
    UUID: _add_uuid,
}
"""As what an untyped text is read; values of a row are each of one of these kinds."""

_TYPED = {**_KINDS, int: _add_number, date: _add_point}
"""What a resource gives; a bool is an int and a datetime a date, so they stand before."""


def _plain(value: object) -> tuple[type, object] | None:
    """The class that tests know, and the value as one of it; None for what is of no known type.

    An Enum is its value; instances of subclasses, such as those of numpy, are what they inherit.
    """
    base = _base(type(value))
    if base is None:
        return None
    kind, convert = base
    if kind is Enum:
        inner = convert(value)
        return None if isinstance(inner, Enum) else _plain(inner)
    try:
        plain = convert(value)
    except TypeError:
        return None  # a duration of numpy calls itself an integer
    return None if plain is None else (kind, plain)


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


def _base_of(kind: type) -> tuple[type, Callable[[Any], object]] | None:
    for base, convert in _BASES:
        if issubclass(kind, base):
            return (int if base is Integral else base), convert
    return None


_base: Callable[[type], tuple[type, Callable[[Any], object]] | None]
_base = lru_cache(maxsize=1024)(_base_of)
