"""A filter as a Python function: of dicts, models, dataclasses and any other objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from epfilter.ast import Filter, Operator
from epfilter.errors import UnsupportedFilterError
from epfilter.resources import (
    BoundAnd,
    BoundComparison,
    BoundFilter,
    BoundIsNull,
    BoundMembership,
    BoundOr,
)
from epfilter.semantics import parse_path
from epfilter.targets.binding import bind_filter
from epfilter.targets.codegen import Joint, Match, Part, joined, looped
from epfilter.targets.column_aliases import Names, names_in
from epfilter.targets.matchers import Asked, asked
from epfilter.targets.or_to_in import gathered
from epfilter.targets.row_paths import Reader, elements, is_list, reader

if TYPE_CHECKING:
    from epfilter.resources import Resource

_INLINED = 50
"""Terms of a filter up to which functions are written for it; a longer one is a loop."""


def to_predicate(
    f: Filter | str, resource: Resource | str | None = None
) -> Callable[[object], bool]:
    """A function that says whether a row matches the filter.

    A row is a mapping, a pydantic model, a dataclass or any object with attributes. In a field,
    `a.b` is the member `b` of `a` (a mapping may also have the key `a.b` itself, and then that is
    meant), `a[0]` the first element of a list and `a.length` how many it has. A path that goes on
    through a list means the values of all its elements. Of an object only attributes are read, no
    methods, and names that begin with `_` only where a dataclass or a model declares them; a field
    of a pydantic model has its own name and the one in JSON.

    The values of a row are str, bool, numbers (int, float, Decimal), date and datetime (without
    time zone it is in UTC), UUID, Enum (its value), lists of these, and None. Null and missing are
    the same and satisfy only `is_null`. Values of other types, and NaN, match nothing and are not
    null. `eq` and its kin hold where any element of a list does, `contains_all` where each value
    is one of its elements; a single value counts as a list of one.

    Without a resource the type of a row's value says how the filter's text is read; text is
    compared as text, whatever it looks like. With a resource the declared type says so, and where
    it is no text, a text of the row is read as that type too: timestamps, numbers, `true` and
    `false`, UUIDs; an attribute of unknown type is read as without a resource. A row may have an
    attribute under its own name or an alias; the first of them that has a value counts.

    Numbers compare exactly, a float as the number that its shortest text says. An exception that
    an attribute raises ends the call, except AttributeError, KeyError and TypeError, for which the
    attribute is missing.

    Raises UnsupportedFilterError for `text`, FilterSyntaxError for a text that is no filter,
    ResourceError for what the resource does not accept, and FilterTypeError for what is neither
    filter nor text, or no resource.

    >>> from epfilter.targets import to_predicate
    >>> refunded = to_predicate("ge(total,100):eq(payment,refunded)")
    >>> refunded({"total": 150, "payment": "refunded"}), refunded({"total": 150})
    (True, False)
    >>> september = to_predicate("ge(created_at,2018-09-01)", "orders")
    >>> september({"created_at": "2018-08-31T22:00:00-04:00"})
    True
    """
    tree = gathered(bind_filter(f, resource))
    return _function(tree, names_in(resource), inline=_count(tree) <= _INLINED)


def _function(tree: BoundFilter, names: Names, *, inline: bool) -> Match:
    if isinstance(tree, (BoundAnd, BoundOr)):
        joint: Joint = "and" if isinstance(tree, BoundAnd) else "or"
        parts = [_part(term, names, inline=inline) for term in tree.terms]
    else:
        joint, parts = "and", [_part(tree, names, inline=inline)]
    return joined(joint, parts) if inline else looped(joint, [part.match for part in parts])


def _count(tree: BoundFilter) -> int:
    if isinstance(tree, (BoundAnd, BoundOr)):
        return sum(_count(term) for term in tree.terms)
    return 1


def _part(tree: BoundFilter, names: Names, *, inline: bool) -> Part:
    if isinstance(tree, (BoundAnd, BoundOr)):
        return Part(_function(tree, names, inline=inline))
    paths = names(tree.path)
    name = tree.path if len(paths) == len(parse_path(tree.path)) == 1 else None
    read = _first([reader(path) for path in paths])
    if isinstance(tree, BoundIsNull):
        return Part(lambda row: read(row) is None, name)
    if tree.op is Operator.TEXT:
        raise UnsupportedFilterError(
            "text",
            tree.path,
            "a predicate",
            "full-text search means something else in every search engine",
            "use like or ilike with `*`",
        )
    if isinstance(tree, BoundMembership) and tree.op is Operator.CONTAINS_ALL:
        each = [asked(Operator.CONTAINS, (value,)) for value in tree.values]
        return Part(_contains_all(read, each))
    values = (tree.value,) if isinstance(tree, BoundComparison) else tree.values
    found = asked(tree.op, values)
    return Part(_any_holds(read, found), name, found)


def _first(readers: list[Reader]) -> Reader:
    """Gives the first value that there is."""
    if len(readers) == 1:
        return readers[0]

    def read(row: object) -> object:
        values = (one(row) for one in readers)
        return next((value for value in values if value is not None), None)

    return read


def _any_holds(read: Reader, wanted: Asked) -> Match:
    by_class, hold = wanted.by_class, wanted.hold

    def match(row: object) -> bool:
        value = read(row)
        if value is None:
            return False
        kind = type(value)
        if kind in by_class:
            return by_class[kind](value)
        if is_list(kind):
            return any(one is not None and hold(one) for one in elements(value))
        return hold(value)

    return match


def _contains_all(read: Reader, each: list[Asked]) -> Match:
    def match(row: object) -> bool:
        value = read(row)
        if value is None:
            return False
        held = [one for one in elements(value) if one is not None]
        return all(any(wanted.hold(one) for one in held) for wanted in each)

    return match
