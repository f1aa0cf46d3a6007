"""A filter as a query for MongoDB: a plain dict for `collection.find`.

Mongo compares values of one kind only, so a value is sent as the kind that `types` or the resource
says, or without either as each kind that its text reads as. Text is compared by code point and with
case, as long as the collection has no collation.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from epfilter.ast import PATTERN_OPERATORS, Filter, Operator
from epfilter.errors import UnsupportedFilterError
from epfilter.printer import operand
from epfilter.resources import (
    BoundAnd,
    BoundComparison,
    BoundFilter,
    BoundIsNull,
    BoundMembership,
    BoundOr,
    BoundValue,
)
from epfilter.semantics import parse_path, parse_pattern, strip_indices
from epfilter.targets.binding import bind_filter
from epfilter.targets.mongo_patterns import expression
from epfilter.targets.mongo_values import RANGES, Types, checked_types, limit, one_of, readings
from epfilter.targets.or_to_in import gathered
from epfilter.values import from_text_or_none

if TYPE_CHECKING:
    from epfilter.resources import Resource

Query = dict[str, Any]
_Asking = BoundComparison | BoundMembership
_Call = _Asking | BoundIsNull

_LONGEST_EXPRESSION = 32_764
"""Bytes. Source: the server's answer `Regular expression is too long`."""
_EXCLUDES = re.compile(r'"|(?:^|\s)-')


def to_mongo(
    f: Filter | str, resource: Resource | str | None = None, *, types: Types | None = None
) -> Query:
    r"""The query that finds what the filter selects, for `collection.find`.

    Values have the type that `types` says of a path (str, int, float, Decimal, bool, date,
    datetime or UUID; list indices may be left out), else that of the resource. Without either a
    value is looked for as text and as each number, boolean and point in time that it reads as.
    Whole numbers are sent as int, others as the double that is written so; as a Decimal only
    where `types` says Decimal, which PyMongo sends if you give it a codec for that type. UUIDs
    are text unless `types` says UUID, and a date is its midnight UTC.

    `text(*,…)` is Mongo's search of the collection's text index.

    Raises UnsupportedFilterError for what Mongo cannot find as it is meant, FilterSyntaxError for
    a text that is no filter, ResourceError for what the resource does not accept,
    FilterValueError for a value that is none of the type in `types`, and FilterTypeError for
    arguments of a wrong type.

    >>> to_mongo('gt(total,100):like(email,"*@example.com")', types={"total": int})
    {'$and': [{'total': {'$gt': 100}}, {'email': {'$regex': '@example\\.com(?![\\s\\S])'}}]}
    >>> to_mongo("eq(payment,paid)")
    {'payment': {'$eq': 'paid'}}
    """
    tree = gathered(bind_filter(f, resource))
    return _Translation(checked_types(types)).query(tree, top=True)


def render_mongo(f: Filter, resource: Resource | None) -> str:
    """Return the query as extended JSON."""
    return json.dumps(to_mongo(f, resource), indent=2, ensure_ascii=False, default=_extended_json)


def _extended_json(value: object) -> dict[str, str]:
    assert isinstance(value, datetime)  # noqa: S101 - all other values of a query are JSON
    text = value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return {"$date": f"{text}Z"}


@dataclass(slots=True)
class _Translation:
    """One filter on its way; `searches` counts the full-text searches that Mongo takes once."""

    types: Types
    searches: int = 0

    def query(self, node: BoundFilter, *, top: bool = False) -> Query:
        """The query of a node; `top` where only AND stands above it."""
        if isinstance(node, BoundAnd):
            return {"$and": [self.query(term, top=top) for term in node.terms]}
        if isinstance(node, BoundOr):
            return {"$or": [self.query(term) for term in node.terms]}
        if isinstance(node, BoundComparison) and node.op is Operator.TEXT:
            return self._search(node, top=top)
        return self._call(node, _address(node))

    def _call(self, node: _Call, address: str) -> Query:
        if isinstance(node, BoundIsNull):
            self._refuse_length(node)
            return _null(_splits(node.path, address), address)
        if isinstance(node, BoundComparison) and node.op in PATTERN_OPERATORS:
            return {address: _matching(node)}
        if node.op in RANGES:
            return self._range(node, address)
        if node.op is not Operator.CONTAINS_ALL:
            return self._equal(node, address, _values(node))
        each = [self._equal(node, address, (value,)) for value in _values(node)]
        return each[0] if len(each) == 1 else {"$and": each}

    def _equal(self, node: _Asking, address: str, values: tuple[BoundValue, ...]) -> Query:
        """A value, or any element of a list, is one of the values."""
        itself = {address: self._one_of(node, values)}
        if not self._may_be_length(node):
            return itself
        numbers = [from_text_or_none(str(value), int) for value in values]
        sizes = [number for number in numbers if number is not None and 0 <= number < 2**31]
        outer = address.rpartition(".")[0]
        # Of a list of objects it is how many there are, not a `length` that one of them has.
        itself[f"{outer}.0"] = {"$exists": False}
        lists = [{outer: {"$size": size}} for size in dict.fromkeys(sizes)]
        return {"$or": [itself, *lists]} if lists else itself

    def _range(self, node: _Asking, address: str) -> Query:
        self._refuse_length(node)
        kind = self._kind(node)
        read = readings(_values(node)[0], node.path, kind)
        queries = [{address: limit(node.op, value, kind)} for value in read]
        return queries[0] if len(queries) == 1 else {"$or": queries}

    def _one_of(self, node: _Asking, values: tuple[BoundValue, ...]) -> Query:
        kind = self._kind(node)
        return one_of([read for value in values for read in readings(value, node.path, kind)], kind)

    def _kind(self, node: _Call) -> type[Any] | None:
        return self.types.get(node.path) or self.types.get(strip_indices(node.path))

    def _may_be_length(self, node: _Call) -> bool:
        return self._kind(node) is None and node.path.endswith(".length")

    def _refuse_length(self, node: _Call) -> None:
        if self._may_be_length(node):
            raise _refusal(
                node,
                "it finds lists by an exact length only",
                f'where it is a number of its own and no list, say types={{"{node.path}": int}}',
            )

    def _search(self, node: BoundComparison, *, top: bool) -> Query:
        words = str(node.value)
        self.searches += 1
        if node.path != "*":
            raise _refusal(
                node, "it searches the whole document", f"write text(*,{operand(words)})"
            )
        if not top:
            raise _refusal(node, "a search stands alone or in an AND, not in an OR")
        if self.searches > 1:
            raise _refusal(node, "a query has one search at most", "put all words in one text")
        if _EXCLUDES.search(words):
            raise _refusal(
                node,
                "quotes and a leading - are operators of its search",
                "leave them out, or write the search yourself",
            )
        return {"$text": {"$search": words}}


def _values(node: _Asking) -> tuple[BoundValue, ...]:
    return node.values if isinstance(node, BoundMembership) else (node.value,)


def _matching(node: BoundComparison) -> Query:
    written, fold = str(node.value), node.op is Operator.ILIKE
    shape = parse_pattern(written)
    if not (fold or shape.has_wildcard):
        return {"$eq": written}
    regex = expression(written, fold=fold)
    if len(regex.encode()) > _LONGEST_EXPRESSION:
        raise _refusal(node, "the pattern is too long for a regular expression")
    return {"$regex": regex, "$options": "i"} if fold else {"$regex": regex}


def _null(splits: list[tuple[str, str]], address: str) -> Query:
    """Null or missing, and so in every object where the path goes through a list of them."""
    # A list that holds null equals it as well.
    alone: Query = {address: {"$eq": None, "$not": {"$elemMatch": {"$eq": None}}}}
    if "." not in address:
        return alone
    # In an empty list nothing equals null; but what is asked for does not exist there.
    query: Query = {"$or": [alone, {address: {"$exists": False}}]}
    if splits:
        # Without `$exists` mongomock takes an element that is no object for one that has it.
        there = {"$exists": True, "$ne": None}
        query["$nor"] = [{outer: {"$elemMatch": {inner: there}}} for outer, inner in splits]
    return query


def _splits(path: str, address: str) -> list[tuple[str, str]]:
    """The address in two: where a list of objects may stand, and the rest within each of them."""
    names = address.split(".")
    # What follows an index is in one object, so no list of objects stands before it.
    indices = [at for at, step in enumerate(parse_path(path)) if step.list_index is not None]
    fixed = max(indices, default=0)
    cuts = range(len(names) - 1, fixed, -1)
    return [(".".join(names[:cut]), ".".join(names[cut:])) for cut in cuts]


def _address(node: _Call) -> str:
    """The path as Mongo writes it; refused where it would be read as something else."""
    names: list[str] = []
    for name, index in parse_path(node.path):
        if index is not None:
            names.append(str(index))
            continue
        if not name:
            raise _refusal(node, "a name in a path cannot be empty")
        if name.startswith("$"):
            raise _refusal(node, "a name that begins with $ is an operator")
        if "\0" in name:
            raise _refusal(node, "a name cannot hold NUL")
        if names and name.isascii() and name.isdecimal():
            reason = "a number in a path is also the place in a list"
            raise _refusal(node, reason, f"for the place write [{name}]")
        names.append(name)
    return ".".join(names)


def _refusal(node: _Call, reason: str, hint: str | None = None) -> UnsupportedFilterError:
    op = Operator.IS_NULL if isinstance(node, BoundIsNull) else node.op
    return UnsupportedFilterError(op.value, node.path, "MongoDB", reason, hint)
