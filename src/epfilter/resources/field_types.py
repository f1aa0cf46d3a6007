"""The types of fields: reading a text as a typed value, and the problems of other texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from epfilter.errors import FilterValueError
from epfilter.snippets import shorten
from epfilter.suggestions import did_you_mean, list_names, nearest_name
from epfilter.values import from_text, to_text

BoundValue = str | int | Decimal | bool | date | datetime | UUID
"""The typed value of a text."""

V = TypeVar("V")
L = TypeVar("L", bound=str)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and what to write instead."""

    message: str
    hint: str | None = None
    nearest: str | None = None
    """The text that was probably meant."""


@dataclass(frozen=True, slots=True)
class FieldType(Generic[V]):
    """The type of a field.

    `name` is one of string, integer, number, boolean, date, datetime, uuid, enum, list, unknown.
    `values` are the only values, such as those of an enum; empty means any. `item` is the type of
    a list's elements.

    >>> list_of(integer()).item
    FieldType(name='integer', values=(), item=None)
    """

    name: str
    values: tuple[str, ...] = ()
    item: FieldType[Any] | None = None

    def read(self, text: str) -> BoundValue:
        """Return the typed value of a text.

        A list reads its elements. A date becomes a date, a datetime a point in time: a
        bare date means 00:00 UTC of that day.

        Raises FilterValueError if the text is not a value of this type.

        >>> integer().read("100"), date_().read("2018-09-01")
        (100, datetime.date(2018, 9, 1))
        """
        if self.item is not None:
            return self.item.read(text)
        if text in self.values:
            return text
        if self.values:
            problem = self._not_a_value(text)
            raise FilterValueError(problem.message, hint=problem.hint)
        value: BoundValue = from_text(text, _PYTHON[self.name])
        return value

    def problem(self, text: str) -> Problem | None:
        """Return why a text is not a value of this type, or None if it is one.

        >>> enum("complete", "cancelled").problem("complet").nearest
        'complete'
        """
        if self.item is not None:
            return self.item.problem(text)
        if self.values:
            return None if text in self.values else self._not_a_value(text)
        try:
            from_text(text, _PYTHON[self.name])
        except FilterValueError as error:
            return Problem(error.message, error.hint)
        return None

    def _not_a_value(self, text: str) -> Problem:
        nearest = nearest_name(text, self.values)
        listed = list_names(self.values, len(self.values))
        return Problem(
            f"`{shorten(text)}` is not one of its values.",
            f"{did_you_mean(nearest, written=text)} Its values are {listed}"
            if nearest
            else f"its values are {listed}",
            nearest,
        )

    def __str__(self) -> str:
        return f"list of {self.item}" if self.item is not None else self.name


_PYTHON: dict[str, type[Any]] = {
    "string": str,
    "integer": int,
    "number": Decimal,
    "boolean": bool,
    "date": date,
    "datetime": datetime,
    "uuid": UUID,
    "enum": str,
    "unknown": str,
}

SIMPLE_TYPES: dict[str, FieldType[Any]] = {
    name: FieldType(name) for name in _PYTHON if name != "enum"
}
"""The types that consist of their name."""


def string() -> FieldType[str]:
    """Return the type of any text.

    >>> from epfilter.resources import EqLike, Resource, string
    >>> class Tickets(Resource):
    ...     subject = EqLike(string())
    >>> str(Tickets().subject.like("*printer*"))
    'like(subject,*printer*)'
    """
    return FieldType("string")


def integer() -> FieldType[int]:
    """Return the type of whole numbers; amounts of money are whole numbers of minor units.

    >>> from epfilter.resources import orders
    >>> str(orders.with_tax >= 10000)
    'ge(with_tax,10000)'
    """
    return FieldType("integer")


def number() -> FieldType[int | float | Decimal]:
    """Return the type of decimal numbers.

    >>> number().read("1.50")
    Decimal('1.50')
    """
    return FieldType("number")


def boolean(*, only: bool | None = None) -> FieldType[bool]:
    """Return the type of `true` and `false`; `only` is the one value that the platform accepts.

    >>> boolean().read("true")
    True
    >>> boolean(only=False).problem("true").message
    '`true` is not one of its values.'
    """
    return FieldType("boolean", () if only is None else (to_text(only),))


def date_() -> FieldType[date | str]:
    """Return the type of days, `YYYY-MM-DD`.

    >>> date_().read("2018-09-01")
    datetime.date(2018, 9, 1)
    """
    return FieldType("date")


def timestamp() -> FieldType[datetime | date | str]:
    """Return the type of points in time; a bare date means 00:00 UTC of that day.

    >>> timestamp().read("2018-09-01").isoformat()
    '2018-09-01T00:00:00+00:00'
    """
    return FieldType("datetime")


def uuid() -> FieldType[UUID | str]:
    """Return the type of UUIDs in their hyphenated form.

    >>> uuid().problem("1234").message
    '`1234` is not a UUID.'
    """
    return FieldType("uuid")


def enum(*values: L) -> FieldType[L]:
    """Return the type of the given values and no others.

    For a type checker the values are of type str, unless the field is annotated with the values:
    `status: Eq[Literal["open", "closed"]] = Eq(enum("open", "closed"))`.

    >>> enum("open", "closed").problem("opn").nearest
    'open'
    """
    return FieldType("enum", values=values)


def unknown() -> FieldType[str]:
    """Return the type of a field whose type is not documented; any text is a value.

    >>> unknown().read("anything")
    'anything'
    """
    return FieldType("unknown")


def list_of(item: FieldType[V]) -> FieldType[V]:
    """Return the type of a list; a filter compares its elements.

    >>> str(list_of(integer()))
    'list of integer'
    >>> list_of(integer()).read("5")
    5
    """
    return FieldType("list", item=item)
