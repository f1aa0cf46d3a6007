"""What a value means among the data of a column, decided in Python and not by the database.

A database may refuse a number that its column cannot hold, or round it. So a value that no row can
have becomes the nearest question that has the same answer: no integer equals 5.5, and those above
it are those above 5.
"""

from __future__ import annotations

import struct
import sys
from datetime import UTC, date, datetime
from decimal import MAX_EMAX, MIN_EMIN, ROUND_FLOOR, Context, Decimal
from typing import Any, NamedTuple
from uuid import UUID

from epfilter.ast import Operator
from epfilter.resources import BoundValue
from epfilter.values import from_text_or_none


class Cut(NamedTuple):
    """`value` is compared by `sign`; without value every row that is not null has the answer."""

    sign: str
    value: Any = None


ALL = Cut("")
"""Every value answers the question."""

SIGNS = {
    Operator.EQ: "=",
    Operator.CONTAINS: "=",
    Operator.IN: "=",
    Operator.CONTAINS_ANY: "=",
    Operator.CONTAINS_ALL: "=",
    Operator.GT: ">",
    Operator.GE: ">=",
    Operator.LT: "<",
    Operator.LE: "<=",
}

_READS: dict[str, tuple[type[Any], tuple[type[Any], ...]]] = {
    "integer": (Decimal, (int, Decimal)),
    "number": (Decimal, (int, Decimal)),
    "float": (Decimal, (int, Decimal)),
    "boolean": (bool, (bool,)),
    "date": (datetime, (date,)),
    "datetime": (datetime, (date,)),
    "uuid": (UUID, (UUID,)),
}
"""How a text is read for a kind of column, and which typed values may be compared with it."""


class MismatchError(Exception):
    """A resource says that a field is of one type, and its column is of another."""


def read(kind: str, value: BoundValue) -> Any:
    """The value as one of this kind; None where its text is none.

    Raises MismatchError for a typed value of another kind.

    >>> read("integer", "05"), read("date", "x")
    (Decimal('5'), None)
    """
    if kind == "text":
        if isinstance(value, str):
            return str(value)
        raise MismatchError
    text_as, types = _READS[kind]
    if isinstance(value, str):
        return from_text_or_none(value, text_as)
    if not isinstance(value, types) or (isinstance(value, bool) and kind != "boolean"):
        raise MismatchError
    return Decimal(value) if isinstance(value, int) and kind != "boolean" else value


_EXACT = Context(prec=200_000, Emin=MIN_EMIN, Emax=MAX_EMAX)


def number(sign: str, value: Decimal, highest: Decimal, lowest: Decimal, scale: int) -> Cut | None:
    """Among the numbers from `lowest` to `highest` that have `scale` digits after the point.

    >>> number(">=", Decimal("5.5"), Decimal(9), Decimal(-9), 0)
    Cut(sign='>', value=Decimal('5'))
    >>> number("<", Decimal(10), Decimal(9), Decimal(-9), 0) == ALL
    True
    """
    if value > highest:
        return ALL if sign in ("<", "<=") else None
    if value < lowest:
        return ALL if sign in (">", ">=") else None
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -scale:
        return Cut(sign, value)
    below = value.quantize(Decimal((0, (1,), -scale)), ROUND_FLOOR, _EXACT)
    if below == value:
        return Cut(sign, below)
    return None if sign == "=" else Cut(">" if sign in (">", ">=") else "<=", below)


DIGITS_131071 = Decimal("1e131071")
"""What PostgreSQL documents: up to 131072 digits before the point, and 16383 after it."""


def highest(digits: int, scale: int) -> Decimal:
    """The highest number of so many digits, `scale` of them after the point.

    >>> highest(5, 2)
    Decimal('999.99')
    """
    return Decimal((0, (9,) * digits, -scale))


def integer(sign: str, value: Decimal, bits: int = 63) -> Cut | None:
    """Among the integers of so many bits and a sign.

    >>> integer("=", Decimal("5.5")), integer("<", Decimal("5.5"))
    (None, Cut(sign='<=', value=5))
    """
    cut = number(sign, value, Decimal(2**bits - 1), Decimal(-(2**bits)), 0)
    return cut if cut is None or cut is ALL else Cut(cut.sign, int(cut.value))


_HIGHEST_SINGLE = struct.unpack("<f", bytes.fromhex("ffff7f7f"))[0]


def floating(sign: str, value: Decimal, *, single: bool = False) -> Cut | None:
    """Among floats, which a text is read as one of; those too great for one lie beyond all.

    >>> floating("=", Decimal("0.1")), floating("<", Decimal("1e999"))
    (Cut(sign='=', value=0.1), Cut(sign='<=', value=1.7976931348623157e+308))
    """
    highest = _HIGHEST_SINGLE if single else sys.float_info.max
    nearest = float(value)
    if single and abs(nearest) <= highest:
        nearest = struct.unpack("<f", struct.pack("<f", nearest))[0]
    if abs(nearest) <= highest:
        return Cut(sign, nearest)
    if sign == "=":
        return None
    if nearest > 0:
        return Cut(">" if sign in (">", ">=") else "<=", highest)
    return Cut("<" if sign in ("<", "<=") else ">=", -highest)


def loose(sign: str, value: Decimal) -> Cut | None:
    """Among numbers that are 64-bit integers or else floats, as SQLite has them.

    >>> loose("=", Decimal("5.0")), loose("=", Decimal("5.5"))
    (Cut(sign='=', value=5), Cut(sign='=', value=5.5))
    """
    whole = integer(sign, value)
    is_whole = whole is not None and whole is not ALL and whole.value == value
    return whole if is_whole else floating(sign, value)


def is_kept_by_floats(value: Decimal) -> bool:
    """Whether no other number of as few digits is the same float.

    >>> is_kept_by_floats(Decimal("0.10")), is_kept_by_floats(Decimal("0.1234567890123456"))
    (True, False)
    """
    return len(value.normalize(_EXACT).as_tuple().digits) <= sys.float_info.dig


def day(sign: str, value: date) -> Cut | None:
    """Among dates, each of which is its midnight UTC.

    >>> day(">=", datetime(2020, 1, 1, 12, tzinfo=UTC))
    Cut(sign='>', value=datetime.date(2020, 1, 1))
    """
    if not isinstance(value, datetime):
        return Cut(sign, value)
    midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
    if midnight:
        return Cut(sign, value.date())
    return None if sign == "=" else Cut(">" if sign in (">", ">=") else "<=", value.date())


def moment(value: date) -> datetime:
    """The point in time of a date or timestamp."""
    if isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day, tzinfo=UTC)
