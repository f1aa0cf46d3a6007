"""Converts Python values to the text of an operand, and the text to typed values.

On the wire and in the tree every value is text. This module and the typed fields of resources are
the only places with Python types.
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
from typing import Any, TypeVar
from uuid import UUID

from epfilter.arguments import describe_type
from epfilter.ast import Filter
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.limits import MAX_DIGITS
from epfilter.snippets import format_argument, shorten

__all__ = ["Value", "from_text", "from_text_or_none", "listed_values", "to_text"]

Value = str | int | float | Decimal | bool | date | datetime | UUID | Enum
"""The types that builders accept as a value."""

_SINGLE_VALUES = (str, bytes, bytearray, memoryview)
"""Iterable types that are one value."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_text(value: object) -> str:
    """Return the text of a Python value as an operand.

    - str: unchanged; bool: `true` or `false`; UUID: with hyphens; Enum: the text of its value
    - int, Decimal and float: without exponent; float: the shortest text that reads back
    - date: `YYYY-MM-DD`
    - datetime with a time zone: in UTC with `Z`; milliseconds only if it has any, finer parts kept

    Raises `FilterValueError` for a value without a text: None, a datetime without a time zone, NaN
    and infinity, bytes, surrogates, and any other type.

    >>> to_text(True), to_text(12.50), to_text(date(2018, 9, 1))
    ('true', '12.5', '2018-09-01')
    >>> to_text(datetime(2018, 4, 16, 10, 11, 59, 715000, tzinfo=UTC))
    '2018-04-16T10:11:59.715Z'
    """
    if type(value) is str:
        return _require_encodable(value)
    if isinstance(value, Enum):
        return to_text(value.value)
    for kind, format_value in _FORMATTERS:
        if isinstance(value, kind):
            return format_value(value)
    raise _unsupported_type(value)


def _unsupported_type(value: object) -> FilterValueError:
    name = type(value).__name__
    if name in {"bool", "bool_"}:  # Not the built-in type, but the one of numpy.
        name = f"numpy.{name}"
    return FilterValueError(
        f"a value of type {name} has no text in a filter.",
        hint=_suggest_conversion(value)
        or "use a str, int, float, Decimal, bool, date, datetime, UUID or Enum, or str(value)",
    )


def listed_values(values: tuple[object, ...], method: str) -> tuple[object, ...]:
    """Return the values of a call such as `in_`: its arguments, or the items of one iterable.

    `method` is the name for messages.

    Raises `FilterValueError` for no values, for a set or mapping, which has no order, and for
    several lists.

    >>> listed_values((1, 2), "in_"), listed_values(([1, 2],), "in_")
    ((1, 2), (1, 2))
    """
    if len(values) == 1:
        only = values[0]
        if isinstance(only, Mapping):
            raise FilterValueError(
                f"{method} does not accept a {type(only).__name__}: its keys or its values are "
                "possible.",
                hint=f"use {method}(list(…)) with the keys or with the values",
            )
        if isinstance(only, (set, frozenset)):
            raise FilterValueError(
                f"{method} does not accept a {type(only).__name__}: it has no order, so the filter "
                "would differ from run to run.",
                hint=f"use {method}(sorted(…)) or a list",
            )
        if isinstance(only, Iterable) and not isinstance(only, (*_SINGLE_VALUES, Enum, Filter)):
            try:
                values = tuple(only)
            except TypeError as error:
                raise FilterValueError(f"{method} cannot read the values: {error}.") from None
    if not values:
        raise FilterValueError(
            f"{method} requires at least one value.",
            hint="an empty list selects nothing; check for it before you build the filter",
        )
    for value in values:
        if isinstance(value, (list, tuple)):
            raise FilterValueError(
                f"{method} accepts several values or one list, not several lists.",
                hint=f"use {method}([*first, *second])",
            )
    return values


_T = TypeVar("_T", str, int, Decimal, bool, date, datetime, UUID)


def from_text(text: str, kind: type[_T]) -> _T:
    """Return the value of type `kind` that the text of an operand represents.

    - int and Decimal: decimal digits; bool: `true` or `false`; UUID: with hyphens
    - date: `YYYY-MM-DD`
    - datetime: a timestamp with `Z`, with an offset or with neither (then UTC), a date (00:00
      UTC), or an integer of milliseconds since 1970 (the oldest syntax); the result is in UTC and
      truncated to microseconds

    Raises `FilterValueError` if the text is not a value of type `kind` or has more than 4300
    digits, and `FilterTypeError` for another kind and for a `text` that is not a str.

    >>> from_text("0012", int), from_text("2018-09-01", datetime).isoformat()
    (12, '2018-09-01T00:00:00+00:00')
    """
    value = from_text_or_none(text, kind)
    if value is not None:
        return value
    if len(text) > MAX_DIGITS and kind in _NUMERIC_KINDS:
        raise FilterValueError(
            f"`{shorten(text)}` is too long: a number has at most {MAX_DIGITS} digits."
        )
    _, (expected, example) = _READERS[kind]
    raise FilterValueError(f"`{shorten(text)}` is not {expected}.", hint=f"write it as {example}")


_V = TypeVar("_V")


def from_text_or_none(text: str, kind: type[_V]) -> _V | None:
    """Return the value as `from_text` does, or None if the text is not a value of type `kind`.

    Raises `FilterTypeError` for an unsupported kind and for a `text` that is not a str.

    >>> from_text_or_none("5", int), from_text_or_none("5.5", int)
    (5, None)
    """
    reader = _READERS.get(kind) if isinstance(kind, type) else None
    if reader is None:
        names = ", ".join(known.__name__ for known in _READERS)
        raise FilterTypeError(f"from_text supports {names}, not {format_argument(kind)}.")
    if not isinstance(text, str):
        raise FilterTypeError(f"the text of a value must be a str, not {describe_type(text)}.")
    if len(text) > MAX_DIGITS and kind in _NUMERIC_KINDS:
        return None
    try:
        value: _V | None = reader[0](text)
    except (ValueError, ArithmeticError):
        return None
    return value


def read_timestamp(text: str) -> datetime | None:
    """Return the point in time of a text in data, or None.

    Accepts what `from_text` reads, and any other notation of ISO 8601 with a `T` after ten
    characters and a time zone. Most data have that notation, and it is fast to read.

    >>> read_timestamp("2018-04-16T10:11:59Z").isoformat(), read_timestamp("soon")
    ('2018-04-16T10:11:59+00:00', None)
    """
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return from_text_or_none(text, datetime)
    if value.tzinfo is not None and text[10] == "T":
        return value
    return from_text_or_none(text, datetime)


def read_ordered(value: object) -> Decimal | datetime | None:
    """Return a number, date or timestamp as what it is ordered by, or None for any other value.

    A text is read as a timestamp, but not as a number, because texts of digits have another order
    as values of a field of texts. Not public.

    >>> read_ordered(5), read_ordered("2018-09-01").isoformat(), read_ordered("5")
    (Decimal('5'), '2018-09-01T00:00:00+00:00', None)
    """
    text = to_text(value)
    if isinstance(value, (Integral, Decimal, float)) and not isinstance(value, bool):
        return from_text_or_none(text, Decimal)
    return None if _INTEGER.fullmatch(text) else from_text_or_none(text, datetime)


def _require_encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise FilterValueError(
            f"the text has a lone surrogate (U+{ord(text[error.start]):04X}) at position "
            f"{error.start}, which has no encoding.",
            hint="it usually comes from bytes decoded with the wrong codec; decode them again",
        ) from None
    return text


def _format_integer(value: int) -> str:
    try:
        return str(index(value))
    except TypeError:
        # A duration of numpy is registered as an integer.
        raise _unsupported_type(value) from None
    except ValueError:
        raise FilterValueError(
            f"an integer of more than {MAX_DIGITS} digits cannot be a value."
        ) from None


def _format_decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise FilterValueError(f"{value} cannot be a value of a filter.")
    if abs(value.adjusted()) >= MAX_DIGITS or len(value.as_tuple().digits) > MAX_DIGITS:
        raise FilterValueError(
            f"a decimal of more than {MAX_DIGITS} digits without exponent cannot be a value."
        )
    return f"{value:f}"


def _format_float(value: float) -> str:
    if not math.isfinite(value):
        hint = "for a missing value use is_null()" if math.isnan(value) else None
        raise FilterValueError(f"{float(value)} cannot be a value of a filter.", hint=hint)
    return f"{Decimal(float.__repr__(value)):f}".removesuffix(".0")


def _format_datetime(value: datetime) -> str:
    if value != value:  # noqa: PLR0124 - pandas' NaT is a datetime that differs from itself
        raise FilterValueError("NaT has no date.", hint="for a missing date use is_null()")
    if value.utcoffset() is None:
        raise FilterValueError(
            "the datetime has no time zone, and the platform would read it as UTC.",
            hint="add the zone: value.replace(tzinfo=UTC), or value.astimezone() for local time",
        )
    try:
        value = value.astimezone(UTC)
    except OverflowError:
        raise FilterValueError("the datetime is outside the years 1 to 9999 in UTC.") from None
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
        hint="to select missing values use is_null()",
    )


def _refuse_bytes(_: object) -> str:
    raise FilterValueError(
        "bytes have no text in a filter.", hint="decode them first: value.decode()"
    )


def _suggest_conversion(value: object) -> str | None:
    """Return a hint for a value of a type without a text, or None."""
    if isinstance(value, Filter):
        return "combine filters with & and |"
    if isinstance(value, Iterable):
        return "for several values use in_, contains_any or contains_all"
    hint = _HINTS_OF_TYPES.get(type(value).__name__)
    if hint is not None:
        return hint
    if hasattr(type(value), "item"):
        return "convert a scalar of numpy with .item()"
    return None


_HINTS_OF_TYPES = {
    "NAType": "for a missing value use is_null()",
    "bool": "convert it with bool(value)",
    "bool_": "convert it with bool(value)",
    "datetime64": ("convert it to a datetime with a time zone: pandas.Timestamp(value, tz='UTC')"),
}
"""Hints for types of pandas and numpy, which this module does not import."""

# The order matters: a bool is an int, a datetime is a date.
_FORMATTERS: tuple[tuple[type | tuple[type, ...], Callable[..., str]], ...] = (
    (str, lambda value: _require_encodable(str.__str__(value))),
    (bool, lambda value: "true" if value else "false"),
    (Integral, _format_integer),
    (Decimal, _format_decimal),
    (float, _format_float),
    (datetime, _format_datetime),
    (date, date.isoformat),
    (UUID, UUID.__str__),
    (type(None), _refuse_none),
    ((bytes, bytearray, memoryview), _refuse_bytes),
)

_NUMERIC_KINDS = (int, Decimal, datetime)
"""The types whose texts have a limited number of digits."""

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


@lru_cache(maxsize=512)  # checking, comparing and running a filter read the same texts
def _read_datetime(text: str) -> datetime | None:
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        if _DATE.fullmatch(text):
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
        return _EPOCH + timedelta(milliseconds=int(text)) if _INTEGER.fullmatch(text) else None
    seconds, fraction, zone = match.groups()
    zone = (zone or "Z").upper()
    value = datetime.fromisoformat(seconds + zone)
    if fraction:
        value = value.replace(microsecond=int(fraction[:6].ljust(6, "0")))
    return value if zone == "Z" else value.astimezone(UTC)


_READERS: dict[type, tuple[Callable[[str], Any], tuple[str, str]]] = {
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
