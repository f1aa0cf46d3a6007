"""The types of attributes, and whether a text is a value of one."""

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

Bound = str | int | Decimal | bool | date | datetime | UUID
"""What the text of a value stands for."""

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a value, and what to write instead."""

    message: str
    hint: str
    nearest: str | None = None
    """The value that was probably meant."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[V]):
    """The type of an attribute.

    `name` is one of string, integer, number, boolean, date, datetime, uuid, enum, list, unknown;
    `values` are the only values, of an enum above all; `item` is the type of a list's elements.
    """

    name: str
    values: tuple[str, ...] = ()
    item: Kind[Any] | None = None

    def read(self, text: str) -> Bound:
        """The typed value of a text; FilterValueError where it is none of this type.

        A list is asked for by its elements. A date is read as a date, a datetime as a point in
        time: a bare date is its midnight UTC.

        >>> integer().read("100"), date_().read("2018-09-01")
        (100, datetime.date(2018, 9, 1))
        """
        if self.item is not None:
            return self.item.read(text)
        if self.values and text not in self.values:
            found = self._not_a_value(text)
            raise FilterValueError(found.message, hint=found.hint)
        value: Bound = from_text(text, _PYTHON[self.name])
        return value

    def problem(self, text: str) -> Problem | None:
        """What is wrong with a text as a value of this type; None where nothing is.

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
            return Problem(error.message, error.hint or "")
        return None

    def _not_a_value(self, text: str) -> Problem:
        near = nearest_name(text, self.values)
        listed = list_names(self.values, len(self.values))
        return Problem(
            f"`{shorten(text)}` is not one of its values.",
            f"{did_you_mean(near)} Its values are {listed}" if near else f"its values are {listed}",
            near,
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


def string() -> Kind[str]:
    """Any text.

    >>> from epfilter.resources import EqLike, Resource, string
    >>> class Tickets(Resource):
    ...     subject = EqLike(string())
    >>> str(Tickets().subject.like("*printer*"))
    'like(subject,*printer*)'
    """
    return Kind("string")


def integer() -> Kind[int]:
    """A whole number; money is one, in minor units.

    >>> from epfilter.resources import orders
    >>> str(orders.with_tax >= 10000)
    'ge(with_tax,10000)'
    """
    return Kind("integer")


def number() -> Kind[int | float | Decimal]:
    """A decimal number.

    >>> number().read("1.50")
    Decimal('1.50')
    """
    return Kind("number")


def boolean(*, only: bool | None = None) -> Kind[bool]:
    """`true` or `false`; `only` where the platform takes just one of them.

    >>> boolean().read("true")
    True
    >>> boolean(only=False).problem("true").message
    '`true` is not one of its values.'
    """
    return Kind("boolean", () if only is None else (to_text(only),))


def date_() -> Kind[date | str]:
    """A day, `YYYY-MM-DD`.

    >>> date_().read("2018-09-01")
    datetime.date(2018, 9, 1)
    """
    return Kind("date")


def timestamp() -> Kind[datetime | date | str]:
    """A point in time; a bare date is its midnight UTC.

    >>> timestamp().read("2018-09-01").isoformat()
    '2018-09-01T00:00:00+00:00'
    """
    return Kind("datetime")


def uuid() -> Kind[UUID | str]:
    """A UUID in its hyphenated form.

    >>> uuid().problem("1234").message
    '`1234` is not a UUID.'
    """
    return Kind("uuid")


def enum(*values: str) -> Kind[str]:
    """One of the values.

    >>> enum("open", "closed").problem("opn").nearest
    'open'
    """
    return Kind("enum", values=values)


def unknown() -> Kind[str]:
    """A type that no documentation tells; any text is taken.

    >>> unknown().read("anything")
    'anything'
    """
    return Kind("unknown")


def list_of(item: Kind[V]) -> Kind[V]:
    """Several values, which are asked for one by one.

    >>> str(list_of(integer()))
    'list of integer'
    >>> list_of(integer()).read("5")
    5
    """
    return Kind("list", item=item)
