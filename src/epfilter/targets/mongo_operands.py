"""The values and the patterns in a query for MongoDB.

Numbers are int and float, points in time are aware datetimes, and patterns are regular expressions
that mean the same in PCRE and in Python. Only an ObjectId needs the driver.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from epfilter.arguments import describe_type
from epfilter.ast import Operator
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.resources import BoundCall, BoundValue
from epfilter.semantics import case_variants, fold_case, parse_path, parse_pattern
from epfilter.snippets import format_argument, shorten
from epfilter.targets.binding import Untyped
from epfilter.targets.representable import (
    EVERY_INT64,
    Comparison,
    Representation,
    fit_comparison_to_float,
    fit_comparison_to_integer,
    fit_comparison_to_timestamp,
)
from epfilter.times import to_timestamp
from epfilter.values import from_text, from_text_or_none, to_text

Types = Mapping[str, type[Any]]

_TYPES = (str, int, float, Decimal, bool, date, datetime, UUID)
_UNTYPED = (Decimal, bool, datetime)
"""The types, besides text, that an untyped value may have. No UUID: a document holds it as text
unless `types` has UUID for it, and PyMongo by default refuses to send the binary form."""

_OBJECT_ID = re.compile(r"[0-9a-f]{24}", re.ASCII | re.IGNORECASE)

_MILLISECOND = 1000
_WHOLE_FLOATS = 2**53
"""From here on a double is a whole number."""

_SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}]")
_BEGIN, _END = "^", r"(?![\s\S])"
"""Not `$`, which also matches before a newline at the end; Python before 3.14 has no `\\z`."""


def check_types(types: Types | None) -> Types:
    """Return the argument `types`, empty for None.

    Raises FilterTypeError for an invalid argument.

    >>> check_types({"total": int}), check_types(None)
    ({'total': <class 'int'>}, {})
    """
    if types is None:
        return {}
    if not isinstance(types, Mapping):
        raise FilterTypeError(
            f"`types` is a mapping of paths to types, not {describe_type(types)}.",
            hint='as in {"total": int}',
        )
    for path, type_ in types.items():
        if not isinstance(type_, type) or not (type_ in _TYPES or _is_object_id_type(type_)):
            known = ", ".join([*(each.__name__ for each in _TYPES), "ObjectId"])
            raise FilterTypeError(
                f"the type of `{path}` is one of {known}, not {format_argument(type_)}."
            )
    return types


def possible_values(value: BoundValue, path: str, type_: type[Any] | None) -> list[Any]:
    """Return what a value may be in a document: of `type_`, or of each type that its text reads as.

    Raises FilterValueError if it does not read as `type_`.

    >>> possible_values(Untyped("5.5"), "total", None)
    ['5.5', Decimal('5.5')]
    >>> possible_values(Untyped("5.5"), "total", float)
    [Decimal('5.5')]
    """
    if type_ is not None and _is_object_id_type(type_):
        if not _OBJECT_ID.fullmatch(str(value)):
            raise FilterValueError(
                f"`{path}`: `{shorten(str(value))}` is not an ObjectId.",
                hint="write it as 24 hexadecimal digits",
            )
        return [type_(str(value))]
    if type_ is not None:
        try:
            return [from_text(to_text(value), Decimal if type_ is float else type_)]
        except FilterValueError as error:
            raise FilterValueError(f"`{path}`: {error.message}", hint=error.hint) from None
    if isinstance(value, Untyped):
        typed = [from_text_or_none(value, each) for each in _UNTYPED]
        return [str(value), *[each for each in typed if each is not None]]
    return [str(value) if isinstance(value, UUID) else value]


def _is_object_id_type(type_: type[Any]) -> bool:
    """Return whether a type is the ObjectId of the driver, or mongomock's without the driver."""
    return type_.__name__ == "ObjectId"


def is_object_id(call: BoundCall, text: str) -> bool:
    """Return whether a text has the form of an ObjectId in a field where documents have one."""
    return call.path.endswith("_id") and bool(
        _OBJECT_ID.fullmatch(text) and parse_path(call.path)[-1].name == "_id"
    )


def read_object_id(text: str) -> Any:
    """Return the ObjectId of 24 hexadecimal digits. Raises FilterTypeError without the driver."""
    try:
        from bson import ObjectId
    except ImportError:
        raise FilterTypeError(
            f"`{text}` in `_id` may be an ObjectId, which requires PyMongo.",
            hint='install pymongo, or pass types={"_id": str} if the ids are texts',
        ) from None
    return ObjectId(text)


def match_any(values: Sequence[Any], type_: type[Any] | None) -> dict[str, Any]:
    """Return the condition that a field equals one of the values.

    A value that no document can hold equals nothing.

    >>> match_any(["a"], None), match_any(["5", Decimal(5)], None), match_any([10**400], None)
    ({'$eq': 'a'}, {'$in': ['5', 5]}, {'$in': []})
    """
    comparisons = [_fit_comparison(Operator.EQ, value, type_) for value in values]
    exact = [each.value for each in comparisons if not isinstance(each, bool)]
    # A number equals a boolean in Python, but not in a document.
    distinct = [*{(type(value), value): value for value in exact}.values()]
    return {"$eq": distinct[0]} if len(distinct) == 1 else {"$in": distinct}


def match_range(op: Operator, value: Any, type_: type[Any] | None) -> dict[str, Any]:
    """Return the condition of an ordered comparison.

    A value that no document can hold is replaced by the next one that a document can hold.

    >>> from datetime import UTC
    >>> match_range(Operator.GE, datetime(2018, 9, 1, 0, 0, 0, 500, UTC), None)
    {'$gt': datetime.datetime(2018, 9, 1, 0, 0, tzinfo=datetime.timezone.utc)}
    """
    comparison = _fit_comparison(op, value, type_)
    assert not isinstance(comparison, bool)  # noqa: S101 - a double has no limits
    return {_RANGES[comparison.op]: comparison.value}


_RANGES = {Operator.GT: "$gt", Operator.GE: "$gte", Operator.LT: "$lt", Operator.LE: "$lte"}


def _fit_comparison(op: Operator, value: Any, type_: type[Any] | None) -> Representation:
    """Compare with a value that a document can hold.

    A Decimal is sent as it is only where the field is declared as one. Any other number is an int
    of 64 bits, or the double with the same shortest text.
    """
    if isinstance(value, date):
        return fit_comparison_to_timestamp(op, to_timestamp(value), _MILLISECOND)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or type_ is Decimal:
        return Comparison(op, value)
    number, (lowest, highest) = Decimal(value), EVERY_INT64
    if op is Operator.EQ and type(value) is int and lowest <= value <= highest:
        return Comparison(op, value)
    is_int64 = number.adjusted() < 19 and lowest <= number <= highest
    if is_int64 and (abs(number) >= _WHOLE_FLOATS or number == number.to_integral_value()):
        return fit_comparison_to_integer(op, number, lowest, highest)
    return fit_comparison_to_float(op, number, whole_is_exact=True)


def to_regex(operand: str, op: Operator) -> str:
    r"""Return a regular expression for `like`, or with the option `i` for `ilike`.

    It depends on no other option, and contains only what is between the wildcards. MongoDB does not
    document what its option `i` does outside ASCII, so for `ilike` such a character is written
    with all its case variants.

    >>> print(to_regex("*.jpg", Operator.LIKE), to_regex("a*b", Operator.LIKE))
    \.jpg(?![\s\S]) ^a\*b(?![\s\S])
    >>> print(to_regex("Ärmel*", Operator.ILIKE))
    ^[Ää]rmel
    """
    text, any_prefix, any_suffix = parse_pattern(operand)
    body = "".join([_escape(char, ignore_case=op is Operator.ILIKE) for char in text])
    begin = _BEGIN if not body or not any_prefix else ""
    return begin + body + ("" if any_suffix else _END)


def _escape(char: str, *, ignore_case: bool) -> str:
    if char == "\0":
        return r"\x00"  # in BSON the expression ends at NUL
    if char.isascii():
        return _SPECIAL.sub(r"\\\g<0>", char)
    if not ignore_case:
        return char
    folded = fold_case(char)
    variants = case_variants().get(folded)
    return char if variants is None else f"[{''.join(sorted(folded + variants))}]"
