"""Values in a query for Elasticsearch, for a field of a known type and for one of any type.

A value that a field of its type cannot hold is replaced by the next one that it can, because
Elasticsearch refuses or rounds it. Where the type is not known, a value is sent as text; a text
that some type reads as another value than the filter means is not supported.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from ipaddress import ip_network
from typing import Any
from uuid import UUID

from epfilter.ast import LOWER_BOUND_OPERATORS, UPPER_BOUND_OPERATORS, Operator
from epfilter.errors import UnsupportedFilterError
from epfilter.resources import BoundCall, BoundValue
from epfilter.snippets import shorten
from epfilter.targets.binding import Untyped
from epfilter.targets.elasticsearch_mapping import TEXTS, IndexField
from epfilter.targets.representable import (
    EVERY_INT64,
    Comparison,
    Representation,
    fit_comparison_to_float,
    fit_comparison_to_integer,
    fit_comparison_to_timestamp,
)
from epfilter.times import to_timestamp
from epfilter.values import from_text_or_none

Limits = dict[str, Any]
"""The body of a `range` for one field."""

_RANGES = {Operator.GT: "gt", Operator.GE: "gte", Operator.LT: "lt", Operator.LE: "lte"}


def unsupported(call: BoundCall, reason: str, hint: str | None = None) -> UnsupportedFilterError:
    """Return the error for a call that Elasticsearch cannot run."""
    return UnsupportedFilterError(call.op, call.path, "Elasticsearch", reason, hint)


class MappedType(ABC):
    """The values that fields of a type hold."""

    is_text = False
    """Whether `like` can match a value."""

    @abstractmethod
    def equal(self, call: BoundCall, value: BoundValue) -> list[Any] | None:
        """Return the values of the field that are equal; None if only `compare` can find them."""

    @abstractmethod
    def compare(self, call: BoundCall, op: Operator, value: BoundValue) -> Limits | bool:
        """Return the limits of a comparison; True for every value of the field, False for none."""


class _Text(MappedType):
    is_text = True

    def equal(self, call: BoundCall, value: BoundValue) -> list[Any]:
        if isinstance(value, bool):
            return ["true" if value else "false"]
        if isinstance(value, (str, UUID)):
            return [str(value)]
        raise unsupported(
            call,
            "the field of the index holds texts, which it does not read as numbers or dates",
            "map the field with the type of its values",
        )

    def compare(self, call: BoundCall, op: Operator, value: BoundValue) -> Limits:
        return {_RANGES[op]: self.equal(call, value)[0]}


class _Fitted(MappedType):
    """A type whose field is compared with a value that it can hold."""

    @abstractmethod
    def _fit(self, call: BoundCall, op: Operator, value: BoundValue) -> Representation:
        """Return the comparison with a value of the field."""

    def _write_equal(self, value: Any) -> list[Any] | None:
        return [value]

    def _write_limits(self, fitting: Comparison) -> Limits:
        return {_RANGES[fitting.op]: fitting.value}

    def equal(self, call: BoundCall, value: BoundValue) -> list[Any] | None:
        fitting = self._fit(call, Operator.EQ, value)
        return [] if isinstance(fitting, bool) else self._write_equal(fitting.value)

    def compare(self, call: BoundCall, op: Operator, value: BoundValue) -> Limits | bool:
        fitting = self._fit(call, op, value)
        return fitting if isinstance(fitting, bool) else self._write_limits(fitting)


@dataclass(frozen=True)
class _Integer(_Fitted):
    lowest: int
    highest: int

    def _fit(self, call: BoundCall, op: Operator, value: BoundValue) -> Representation:  # noqa: ARG002 - of the base
        number = _read_number(value)
        return number is not None and fit_comparison_to_integer(
            op, number, self.lowest, self.highest
        )


@dataclass(frozen=True)
class _Float(_Fitted):
    """Floats; Elasticsearch orders -0.0 before 0.0."""

    single: bool

    def _fit(self, call: BoundCall, op: Operator, value: BoundValue) -> Representation:  # noqa: ARG002 - of the base
        number = _read_number(value)
        return number is not None and fit_comparison_to_float(op, number, single=self.single)

    def _write_equal(self, value: Any) -> list[Any]:
        return [value] if value else [0.0, -0.0]

    def _write_limits(self, fitting: Comparison) -> Limits:
        zero = -0.0 if fitting.op in (Operator.GE, Operator.LT) else 0.0
        return {_RANGES[fitting.op]: fitting.value or zero}


_EXACT_WHOLE = 2**50
"""Below it, a double distinguishes a whole number from the half above it, also after a division."""


@dataclass(frozen=True)
class _ScaledFloat(_Fitted):
    """Multiples of 1/factor. Limits are between two of them, because the engine rounds products."""

    factor: Decimal

    def _fit(self, call: BoundCall, op: Operator, value: BoundValue) -> Representation:
        number = _read_number(value)
        if number is None:
            return False
        fitting = fit_comparison_to_integer(op, number * self.factor, *EVERY_INT64)
        if not isinstance(fitting, bool) and abs(fitting.value) >= _EXACT_WHOLE:
            raise unsupported(call, "the number is too large to be exact in a `scaled_float`")
        return fitting

    def _write_equal(self, value: Any) -> list[Any]:
        return [float(value / self.factor)]

    def _write_limits(self, fitting: Comparison) -> Limits:
        half = Decimal("0.5") if fitting.op in (Operator.GT, Operator.LE) else Decimal("-0.5")
        name = "gte" if fitting.op in LOWER_BOUND_OPERATORS else "lte"
        return {name: float((fitting.value + half) / self.factor)}


class _Boolean(MappedType):
    def equal(self, call: BoundCall, value: BoundValue) -> list[Any]:  # noqa: ARG002 - of the base
        read = from_text_or_none(value, bool) if isinstance(value, str) else value
        return [read] if isinstance(read, bool) else []

    def compare(self, call: BoundCall, op: Operator, value: BoundValue) -> Limits | bool:
        read = self.equal(call, value)
        return {_RANGES[op]: read[0]} if read else False


_MILLISECOND = 1000
_FORMAT = "strict_date_optional_time"
_LIMITS_OF_NANOS = datetime(1970, 1, 1, tzinfo=UTC), datetime(2262, 4, 11, tzinfo=UTC)


@dataclass(frozen=True)
class _Date(_Fitted):
    """Points in time in milliseconds; with `format` if the field reads them in another notation."""

    has_format: bool

    def _fit(self, call: BoundCall, op: Operator, value: BoundValue) -> Representation:  # noqa: ARG002 - of the base
        moment = _read_timestamp(value)
        return moment is not None and fit_comparison_to_timestamp(op, moment, _MILLISECOND)

    def _write_equal(self, value: Any) -> list[Any] | None:
        return None if self.has_format else [format_timestamp(value)]

    def _write_limits(self, fitting: Comparison) -> Limits:
        names = ("gte", "lte") if fitting.op is Operator.EQ else (_RANGES[fitting.op],)
        limits = dict.fromkeys(names, format_timestamp(fitting.value))
        return limits | {"format": _FORMAT} if self.has_format else limits


class _Nanoseconds(MappedType):
    """Points in time in nanoseconds, which count as the microsecond that they are in."""

    def equal(self, call: BoundCall, value: BoundValue) -> list[Any] | None:  # noqa: ARG002 - of the base
        return [] if _read_timestamp(value) is None else None

    def compare(self, call: BoundCall, op: Operator, value: BoundValue) -> Limits | bool:  # noqa: ARG002 - of the base
        moment = _read_timestamp(value)
        if moment is None:
            return False
        lowest, highest = _LIMITS_OF_NANOS
        if not lowest <= moment <= highest:
            return op in (LOWER_BOUND_OPERATORS if moment < lowest else UPPER_BOUND_OPERATORS)
        after = moment + timedelta(microseconds=1)
        limits = {}
        if op not in UPPER_BOUND_OPERATORS:
            limits["gte"] = after if op is Operator.GT else moment
        if op not in LOWER_BOUND_OPERATORS:
            limits["lt"] = moment if op is Operator.LT else after
        texts = {name: format_timestamp(limit, "microseconds") for name, limit in limits.items()}
        return texts | {"format": _FORMAT}


_TYPES: dict[str, MappedType] = {
    **dict.fromkeys(TEXTS, _Text()),
    **{
        name: _Integer(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        for name, bits in (("byte", 8), ("short", 16), ("integer", 32), ("long", 64))
    },
    "unsigned_long": _Integer(0, 2**64 - 1),
    "double": _Float(single=False),
    "float": _Float(single=True),
    "boolean": _Boolean(),
    "date_nanos": _Nanoseconds(),
}


def field_type(field: IndexField, call: BoundCall) -> MappedType:
    """Return the type of a field. Raises UnsupportedFilterError for one that is not supported."""
    if field.type == "date":
        formats = str(field.parameters.get("format", _FORMAT)).split("||")
        return _Date(has_format=_FORMAT not in formats)
    if field.type == "scaled_float":
        return _ScaledFloat(Decimal(str(field.read_positive("scaling_factor", 1))))
    if field.type in _TYPES:
        return _TYPES[field.type]
    raise unsupported(
        call,
        f"`{shorten(field.name)}` has the type {field.type}, whose values have no counterpart in "
        "filters",
        "pass an `override`",
    )


def _read_number(value: BoundValue) -> Decimal | None:
    """Return the number that a value is or reads as; a boolean is not one."""
    if isinstance(value, Untyped):
        return from_text_or_none(str(value), Decimal)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    return Decimal(value)


def _read_timestamp(value: BoundValue) -> datetime | None:
    if isinstance(value, Untyped):
        return from_text_or_none(str(value), datetime)
    return to_timestamp(value).astimezone(UTC) if isinstance(value, date) else None


def format_timestamp(value: datetime, precision: str = "milliseconds") -> str:
    """Return a point in time in UTC as text."""
    return f"{value.replace(tzinfo=None).isoformat(timespec=precision)}Z"


# Sources: Elasticsearch's pages on date math, on missing date components in range queries, and on
# `strict_date_optional_time`; `Double.parseDouble` of Java.
_DATE_MATH = re.compile(r"now(?:[+\-/].*)?|\d.*\|\|.*", re.ASCII | re.DOTALL)
_PERIOD = re.compile(
    r"[+-]?\d{4,9}-\d\d(?:-\d\d(?:T(?:\d\d(?::\d\d(?::\d\d(?:[.,]\d{1,9})?)?)?)?"
    r"(?:Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?)?)?",
    re.ASCII,
)
_TIMESTAMP = re.compile(r"[^T]*T\d\d:\d\d:\d\d\.\d{1,3}0*(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_SIGNED_YEAR = re.compile(r"[+-]\d{4,9}", re.ASCII)
_JAVA_NUMBER = re.compile(
    r"[\x00-\x20]*[+-]?(?:nan|infinity|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?"
    r"|0x(?:[0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)p[+-]?\d+)[fd]?[\x00-\x20]*",
    re.ASCII | re.IGNORECASE,
)


class _AnyType(MappedType):
    """A field of a type that is not known: a value is its text, or what a resource declares."""

    is_text = True

    def equal(self, call: BoundCall, value: BoundValue) -> list[Any] | None:
        # A date field reads such a number as a year.
        if isinstance(value, Untyped) and _YEAR.fullmatch(value):
            return None
        return [_to_json(call, Operator.EQ, value)]

    def compare(self, call: BoundCall, op: Operator, value: BoundValue) -> Limits:
        sent = _to_json(call, op, value)
        names = ("gte", "lte") if op is Operator.EQ else (_RANGES[op],)
        limits: Limits = dict.fromkeys(names, sent)
        # Only a date field uses the format, in which it reads no other value.
        if isinstance(value, Untyped) and _YEAR.fullmatch(value):
            limits["format"] = "epoch_millis"
        elif isinstance(value, Untyped) and _is_number_only(value):
            limits["format"] = _FORMAT
        return limits


def _is_number_only(text: str) -> bool:
    """Return whether a text is a number, but not one of milliseconds since 1970."""
    is_number = from_text_or_none(text, Decimal) is not None
    return is_number and from_text_or_none(text, datetime) is None


def _to_json(call: BoundCall, op: Operator, value: BoundValue) -> str | int | bool:
    """Return a value in JSON. A decimal number is text, which Elasticsearch reads exactly."""
    if isinstance(value, Untyped):
        _refuse_ambiguous_text(call, op, value)
        return str(value)
    if isinstance(value, date):
        # A shorter text stands for a whole day in some comparisons, and for its end in others.
        timestamp = to_timestamp(value)
        if timestamp.microsecond % _MILLISECOND:
            raise unsupported(
                call,
                "its dates have at most milliseconds",
                "pass the mapping, or write at most three decimal places",
            )
        return format_timestamp(timestamp.astimezone(UTC))
    if isinstance(value, int) and not EVERY_INT64[0] <= value <= EVERY_INT64[1]:
        raise unsupported(call, "the number has more than 64 bits", "pass the mapping")
    if isinstance(value, Decimal):
        return str(value) if value else "0"
    return str(value) if isinstance(value, UUID) else value


def _refuse_ambiguous_text(call: BoundCall, op: Operator, text: str) -> None:
    """Refuse a text that a field of some type reads as another value than the filter means."""
    hint = "pass the mapping or the resource, or use another value"
    if _DATE_MATH.fullmatch(text):
        raise unsupported(call, "a date field calculates with such a value", hint)
    number = from_text_or_none(text, Decimal)
    if number is None and _JAVA_NUMBER.fullmatch(text):
        raise unsupported(call, f"a field of floats reads {shorten(repr(text))} as a number", hint)
    if number == 0 and text.startswith("-"):
        raise unsupported(call, "a field of floats distinguishes -0 from 0", hint)
    if _SIGNED_YEAR.fullmatch(text):
        raise unsupported(call, f"a date field reads {text} as a year", hint)
    if _is_network(text):
        raise unsupported(call, f"an IP field reads {text} as all addresses of a network", hint)
    _refuse_period(call, op, text)


def _refuse_period(call: BoundCall, op: Operator, text: str) -> None:
    if not _PERIOD.fullmatch(text) or _TIMESTAMP.fullmatch(text):
        return
    timestamp = from_text_or_none(text, datetime)
    if timestamp is None:
        raise unsupported(
            call,
            f"a date field reads {text} as a date, which it is not in a filter",
            "pass the mapping or the resource, or write the complete date",
        )
    if timestamp.microsecond % _MILLISECOND:
        raise unsupported(
            call,
            "a date field cuts the value to milliseconds",
            "pass the mapping, or write at most three decimal places",
        )
    if op not in (Operator.GE, Operator.LT):
        raise unsupported(
            call,
            f"a date field reads {text} as the whole period that it leaves open",
            f"pass the mapping or the resource, or write {format_timestamp(timestamp)}",
        )


def _is_network(text: str) -> bool:
    if "/" not in text:
        return False
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


ANY_TYPE = _AnyType()
