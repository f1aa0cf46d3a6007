"""Python value to operand text, and operand text to a typed value.

On the wire every value is text. Here, and in the typed fields of resources, is where it meets
Python's types; the tree itself holds text only.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from numbers import Integral
from operator import index
from typing import TypeVar, cast
from uuid import UUID

from epfilter.ast import Filter
from epfilter.errors import FilterTypeError, FilterValueError, describe_type
from epfilter.snippets import shorten

Value = str | int | float | Decimal | bool | date | datetime | UUID | Enum
"""What builders take as a value."""

_LONGEST_NUMBER = 4300
"""Digits; Python's own limit between int and text, kept for Decimal as well."""

_WHOLE = (str, bytes, bytearray, memoryview)
"""What can be iterated and is one value all the same."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_text(value: object) -> str:
    """The operand text of a Python value.

    str as it is; bool `true`/`false`; int; Decimal and float without exponent, a float as the
    shortest text that reads back; date `YYYY-MM-DD`; aware datetime in UTC with `Z`, milliseconds
    only when there are any and finer parts kept; UUID; Enum by its value.

    Raises FilterValueError for what has no text: None, a naive datetime, NaN and infinity, bytes,
    surrogates, any other type.

    >>> to_text(True), to_text(12.50), to_text(date(2018, 9, 1))
    ('true', '12.5', '2018-09-01')
    >>> to_text(datetime(2018, 4, 16, 10, 11, 59, 715000, tzinfo=UTC))
    '2018-04-16T10:11:59.715Z'
    """
    if type(value) is str:
        return _encodable(value)
    if isinstance(value, Enum):
        return to_text(value.value)
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    raise _no_text(value)


def _no_text(value: object) -> FilterValueError:
    return FilterValueError(
        f"a value of type {type(value).__name__} has no text in a filter.",
        hint=_advice(value)
        or "use a str, int, float, Decimal, bool, date, datetime, UUID or Enum, or str(value)",
    )


def listed_values(values: tuple[object, ...], method: str) -> tuple[object, ...]:
    """The values that the arguments of `in_` and its kin are: one by one, or one iterable.

    Raises FilterValueError for no value at all, for a set or mapping, which has no order, and for
    several lists. `method` is the name for messages.

    >>> listed_values((1, 2), "in_"), listed_values(([1, 2],), "in_")
    ((1, 2), (1, 2))
    """
    if len(values) == 1:
        only = values[0]
        if isinstance(only, Mapping):
            raise FilterValueError(
                f"{method} does not take a {type(only).__name__}: its keys or its values may be "
                "meant.",
                hint=f"{method}(list(…)) of the one or the other",
            )
        if isinstance(only, (set, frozenset)):
            raise FilterValueError(
                f"{method} does not take a {type(only).__name__}: it has no order of values, so "
                "the filter would differ from run to run.",
                hint=f"{method}(sorted(…)) or a list",
            )
        if isinstance(only, Iterable) and not isinstance(only, (*_WHOLE, Enum, Filter)):
            try:
                values = tuple(only)
            except TypeError as error:
                raise FilterValueError(f"{method} cannot read the values: {error}.") from None
    if not values:
        raise FilterValueError(
            f"{method} needs at least one value.",
            hint="an empty list selects nothing; look for that before you build the filter",
        )
    for value in values:
        if isinstance(value, (list, tuple)):
            raise FilterValueError(
                f"{method} takes values one by one or one list of them, not several lists.",
                hint=f"{method}([*one, *other])",
            )
    return values


_T = TypeVar("_T", str, int, Decimal, bool, date, datetime, UUID)


def from_text(text: str, kind: type[_T]) -> _T:
    """The value that an operand's text stands for, read as `kind`.

    int and Decimal in decimal digits; bool `true` or `false`; date `YYYY-MM-DD`; datetime as a
    timestamp with `Z`, an offset or neither (then UTC), as a bare date (its midnight UTC), or as
    whole milliseconds since 1970 (the oldest syntax), always returned in UTC and cut to
    microseconds; UUID in its hyphenated form.

    Raises FilterValueError where the text does not read as `kind` or is a number of more than
    4300 digits, FilterTypeError for any other kind and for what is no str.

    >>> from_text("0012", int), from_text("2018-09-01", datetime).isoformat()
    (12, '2018-09-01T00:00:00+00:00')
    """
    reader = _READERS.get(kind) if isinstance(kind, type) else None
    if reader is None:
        names = ", ".join(known.__name__ for known in _READERS)
        raise FilterTypeError(f"from_text reads {names}, not {kind!r}.")
    if not isinstance(text, str):
        raise FilterTypeError(f"the text of a value is a str, not {describe_type(text)}.")
    read, expected = reader
    if len(text) > _LONGEST_NUMBER and kind in (int, Decimal, datetime):
        raise FilterValueError(
            f"`{shorten(text)}` is longer than a number may be: {_LONGEST_NUMBER} digits."
        )
    try:
        value = read(text)
    except (ValueError, ArithmeticError):
        value = None
    if value is None:
        raise FilterValueError(
            f"`{shorten(text)}` is not {expected[0]}.", hint=f"write it as {expected[1]}"
        )
    return cast("_T", value)


_V = TypeVar("_V")


def from_text_or_none(text: str, kind: type[_V]) -> _V | None:
    """As `from_text`, but None where the text does not read as `kind`.

    Raises FilterTypeError for a kind that `from_text` does not read and for what is no str.

    >>> from_text_or_none("5", int), from_text_or_none("5.5", int)
    (5, None)
    """
    try:
        value: _V = from_text(text, kind)  # type: ignore[type-var] # one of the kinds that it reads
    except FilterValueError:
        return None
    return value


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise FilterValueError(
            f"the text has a lone surrogate (U+{ord(text[error.start]):04X}) at position "
            f"{error.start}, which has no encoding.",
            hint="it usually comes from bytes decoded with the wrong codec; decode them again",
        ) from None
    return text


def _integer_text(value: int) -> str:
    try:
        return str(index(value))
    except TypeError:
        # A duration of numpy calls itself an integer.
        raise _no_text(value) from None
    except ValueError:
        raise FilterValueError(
            f"an integer of more than {_LONGEST_NUMBER} digits cannot be a value."
        ) from None


def _decimal_text(value: Decimal) -> str:
    if not value.is_finite():
        raise FilterValueError(f"{value} is not a number that a filter can hold.")
    if abs(value.adjusted()) >= _LONGEST_NUMBER or len(value.as_tuple().digits) > _LONGEST_NUMBER:
        raise FilterValueError(
            f"a decimal of more than {_LONGEST_NUMBER} digits without exponent cannot be a value."
        )
    return f"{value:f}"


def _float_text(value: float) -> str:
    if not math.isfinite(value):
        raise FilterValueError(f"{value!r} is not a number that a filter can hold.")
    return f"{Decimal(float.__repr__(value)):f}".removesuffix(".0")


def _datetime_text(value: datetime) -> str:
    if value != value:  # noqa: PLR0124 - pandas' NaT is a datetime that differs from itself
        raise FilterValueError("NaT is no point in time.", hint="for a missing date use is_null()")
    if value.utcoffset() is None:
        raise FilterValueError(
            "the datetime has no time zone, so the platform would read it as UTC whatever was "
            "meant.",
            hint="say which zone: value.replace(tzinfo=UTC), or value.astimezone() for local time",
        )
    try:
        value = value.astimezone(UTC)
    except OverflowError:
        raise FilterValueError("the datetime lies outside the years 1 to 9999 in UTC.") from None
    micros, nanos = value.microsecond, getattr(value, "nanosecond", 0)
    if nanos:
        fraction = f".{micros:06d}{nanos:03d}"
    elif micros % 1000:
        fraction = f".{micros:06d}"
    else:
        fraction = f".{micros // 1000:03d}" if micros else ""
    return f"{datetime.isoformat(value, timespec='auto')[:19]}{fraction}Z"


def _refuse_none(_: None) -> str:
    raise FilterValueError(
        "None is not a value of the filter language.",
        hint="to ask for a missing value use is_null()",
    )


def _refuse_bytes(_: object) -> str:
    raise FilterValueError(
        "bytes have no text in a filter.", hint="decode them first: value.decode()"
    )


def _advice(value: object) -> str | None:
    """What to do about a value of a type that has no text, where that can be guessed."""
    if isinstance(value, Filter):
        return "combine filters with & and |"
    if isinstance(value, Iterable):
        return "for several values use in_, contains_any or contains_all"
    if type(value).__name__ == "datetime64":
        return "make it a datetime with a time zone, as pandas.Timestamp(value, tz='UTC') is"
    if hasattr(type(value), "item"):
        return "a scalar of numpy becomes a Python value with .item()"
    return None


# The order matters: a bool is an int, a datetime is a date.
_WRITERS: tuple[tuple[type, Callable[..., str]], ...] = (
    (str, lambda value: _encodable(str.__str__(value))),
    (bool, lambda value: "true" if value else "false"),
    (Integral, _integer_text),
    (Decimal, _decimal_text),
    (float, _float_text),
    (datetime, _datetime_text),
    (date, date.isoformat),
    (UUID, UUID.__str__),
    (type(None), _refuse_none),
    (bytes, _refuse_bytes),
    (bytearray, _refuse_bytes),
    (memoryview, _refuse_bytes),
)

_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)
_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_TIMESTAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,12}))?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?",
    re.ASCII | re.IGNORECASE,
)


def _read_integer(text: str) -> int | None:
    return int(text) if _INTEGER.fullmatch(text) else None


def _read_decimal(text: str) -> Decimal | None:
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def _read_date(text: str) -> date | None:
    return date.fromisoformat(text) if _DATE.fullmatch(text) else None


@lru_cache(maxsize=512)  # checking, comparing and running a filter read the same texts again
def _read_datetime(text: str) -> datetime | None:
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        if _DATE.fullmatch(text):
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
        return _EPOCH + timedelta(milliseconds=int(text)) if _INTEGER.fullmatch(text) else None
    seconds, fraction, zone = found.groups()
    zone = (zone or "Z").upper()
    read = datetime.fromisoformat(seconds + zone)
    if fraction:
        read = read.replace(microsecond=int(fraction[:6].ljust(6, "0")))
    return read if zone == "Z" else read.astimezone(UTC)


_READERS: dict[type, tuple[Callable[[str], object], tuple[str, str]]] = {
    str: (lambda text: text, ("a text", "any text")),
    int: (_read_integer, ("a whole number", "digits, such as 1050")),
    Decimal: (_read_decimal, ("a number", "digits, such as 10.50")),
    bool: ({"true": True, "false": False}.get, ("a boolean", "true or false")),
    date: (_read_date, ("a date", "YYYY-MM-DD, such as 2018-09-01")),
    datetime: (
        _read_datetime,
        ("a date or timestamp", "2018-04-16T10:11:59.715Z or 2018-04-16"),
    ),
    UUID: (
        lambda text: UUID(text) if _UUID.fullmatch(text) else None,
        ("a UUID", "3fa85f64-5717-4562-b3fc-2c963f66afa6"),
    ),
}
