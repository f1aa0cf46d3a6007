"""A filter as a query for MongoDB: a plain dict for `collection.find`.

MongoDB compares values of the same type only. So a value is sent as the type that `types` or the
resource declares, or else as each type that its text reads as. Text compares by code point and with
case, as long as the collection has no collation.

A number in a path is the index of a list, and in the objects of that list also the name of a
member. Source: `src/mongo/db/matcher/path.cpp` of the server.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, assert_never

from epfilter.ast import Filter, Operator
from epfilter.errors import UnsupportedFilterError
from epfilter.printer import print_operand
from epfilter.resources import (
    BoundAnd,
    BoundCall,
    BoundFilter,
    BoundOr,
    BoundValue,
)
from epfilter.semantics import parse_path, parse_pattern, strip_indices
from epfilter.targets.binding import Untyped, bind_filter
from epfilter.targets.mongo_operands import (
    Types,
    check_types,
    is_object_id,
    match_any,
    match_range,
    possible_values,
    read_object_id,
    to_regex,
)
from epfilter.targets.or_to_in import merge_or_terms
from epfilter.targets.overrides import NO_OVERRIDES, Override, Overrides
from epfilter.values import from_text_or_none

if TYPE_CHECKING:
    from epfilter.resources import Resource
    from epfilter.templates import Template

Query = dict[str, Any]

_MAX_REGEX_BYTES = 32_764
"""Source: the server's error `Regular expression is too long`."""
_MAX_SIZE = 2**31 - 1
"""The greatest operand of `$size`."""
_NOT_NULL = [
    *("double", "string", "object", "array", "binData", "objectId", "bool", "date", "regex"),
    *(
        "dbPointer",
        "javascript",
        "symbol",
        "int",
        "timestamp",
        "long",
        "decimal",
        "minKey",
        "maxKey",
    ),
]
"""The types of BSON but null and the former `undefined`."""
_SEARCH_SYNTAX = re.compile(r'"|(?:^|\s)-')


def to_mongo(
    f: Filter | str | Template,
    resource: Resource | str | None = None,
    *,
    types: Types | None = None,
    override: Override | None = None,
) -> Query:
    r"""Return the query that finds what the filter selects, for `collection.find`.

    A value has the type that `types` gives for its path (str, int, float, Decimal, bool, date,
    datetime, UUID or `bson.ObjectId`; list indices may be left out), else that of the resource.
    Without either, a value matches as text and as each number, boolean and point in time that it
    reads as, and in `_id` 24 hexadecimal digits match as an ObjectId, too; that requires PyMongo.
    Whole numbers are sent as int, others as the double with the same shortest text. Decimals are
    sent only if `types` has Decimal; PyMongo needs a codec for that type. UUIDs are text
    unless `types` has UUID. A bare date means 00:00 UTC of that day.

    `text(*,…)` is MongoDB's search of the text index of the collection.

    `override` maps an operator and a field to a function of the call that returns its query.

    Raises UnsupportedFilterError for what MongoDB cannot express with the same meaning,
    FilterSyntaxError for an invalid text, ResourceError for what the resource does not accept,
    FilterValueError for a value that is not of its type in `types`, and FilterTypeError for
    arguments of a wrong type.

    >>> to_mongo('gt(total,100):like(email,"*@example.com")', types={"total": int})
    {'$and': [{'total': {'$gt': 100}}, {'email': {'$regex': '@example\\.com(?![\\s\\S])'}}]}
    >>> to_mongo("eq(payment,paid)")
    {'payment': {'$eq': 'paid'}}
    """
    overrides = Overrides(override, resource)
    tree = merge_or_terms(bind_filter(f, resource), overrides)
    translator = _Translator(check_types(types), overrides, read_object_id)
    return translator.translate(tree, searchable=True)


def render_mongo(f: Filter, resource: Resource | None) -> str:
    """Return the query as extended JSON."""
    tree = merge_or_terms(bind_filter(f, resource))
    query = _Translator({}, NO_OVERRIDES, _ObjectIdText).translate(tree, searchable=True)
    return json.dumps(query, indent=2, ensure_ascii=False, default=_extended_json)


@dataclass(frozen=True, slots=True)
class _ObjectIdText:
    """An ObjectId in extended JSON, for which no driver is needed."""

    digits: str


def _extended_json(value: object) -> dict[str, str]:
    if isinstance(value, _ObjectIdText):
        return {"$oid": value.digits.lower()}
    assert isinstance(value, datetime)  # noqa: S101 - all other values of a query are JSON
    text = value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return {"$date": f"{text}Z"}


@dataclass(slots=True)
class _Translator:
    """The translation of one filter, in which MongoDB accepts one full-text search."""

    types: Types
    overrides: Overrides
    read_object_id: Callable[[str], Any]
    has_search: bool = False

    def translate(self, node: BoundFilter, *, searchable: bool = False) -> Query:
        """Return the query of a node; `searchable` if only ANDs enclose it."""
        if isinstance(node, BoundAnd):
            terms = [self.translate(term, searchable=searchable) for term in node.terms]
            return {"$and": terms}
        if isinstance(node, BoundOr):
            return {"$or": [self.translate(term) for term in node.terms]}
        if self.overrides.has(node):
            query: Query = self.overrides.build(
                node, "a query of MongoDB, a dict", lambda each: isinstance(each, dict)
            )
            return query
        if node.op is Operator.TEXT:
            return self._translate_search(node, searchable=searchable)
        return self._translate_call(node, _to_address(node))

    def _translate_call(self, call: BoundCall, address: str) -> Query:
        op = call.op
        match op:
            case Operator.IS_NULL:
                self._refuse_length(call)
                return _match_null(call.path, address)
            case Operator.LIKE | Operator.ILIKE:
                return _match_at(call, address, [_match_pattern(call)])
            case Operator.GT | Operator.GE | Operator.LT | Operator.LE:
                return self._match_range(call, address)
            case Operator.EQ | Operator.IN | Operator.CONTAINS | Operator.CONTAINS_ANY:
                return self._match_any(call, address, call.values)
            case Operator.CONTAINS_ALL:
                each = [self._match_any(call, address, (value,)) for value in call.values]
                return each[0] if len(each) == 1 else {"$and": each}
            case Operator.TEXT:  # see `translate`
                raise AssertionError(op)
            case _:
                assert_never(op)

    def _match_any(self, call: BoundCall, address: str, values: tuple[BoundValue, ...]) -> Query:
        """Return the query that a value, or any element of a list, is one of the values."""
        type_ = self._type(call)
        possible = [each for value in values for each in self._possible_values(call, value, type_)]
        member = _match_at(call, address, [match_any(possible, type_)])
        if not self._may_be_length(call):
            return member
        sizes = [size for value in values if (size := _read_size(str(value))) is not None]
        outer = address.rpartition(".")[0]
        # In a list of objects `length` is how many there are, not a member of one of them.
        member[f"{outer}.0"] = {"$exists": False}
        lists = [{outer: {"$size": size}} for size in dict.fromkeys(sizes)]
        return {"$or": [member, *lists]} if lists else member

    def _match_range(self, call: BoundCall, address: str) -> Query:
        self._refuse_length(call)
        type_ = self._type(call)
        possible = self._possible_values(call, call.values[0], type_)
        return _match_at(call, address, [match_range(call.op, each, type_) for each in possible])

    def _possible_values(
        self, call: BoundCall, value: BoundValue, type_: type[Any] | None
    ) -> list[Any]:
        possible = possible_values(value, call.path, type_)
        if isinstance(value, Untyped) and type_ is None and is_object_id(call, value):
            possible.append(self.read_object_id(value))
        return possible

    def _type(self, call: BoundCall) -> type[Any] | None:
        return self.types.get(call.path) or self.types.get(strip_indices(call.path))

    def _may_be_length(self, call: BoundCall) -> bool:
        return self._type(call) is None and call.path.endswith(".length")

    def _refuse_length(self, call: BoundCall) -> None:
        if self._may_be_length(call):
            raise _unsupported(
                call,
                "it finds lists by an exact length only",
                f"if `{call.path}` is a number and not the length of a list, pass types="
                f'{{"{call.path}": int}}',
            )

    def _translate_search(self, call: BoundCall, *, searchable: bool) -> Query:
        words = str(call.values[0])
        if call.path != "*":
            raise _unsupported(
                call,
                "it searches whole documents, not one field",
                f"write text(*,{print_operand(words)})",
            )
        if not searchable:
            raise _unsupported(call, "a search cannot be part of an OR", "move it out of the OR")
        if self.has_search:
            raise _unsupported(
                call, "a query can contain only one search", "put all words in one text"
            )
        if _SEARCH_SYNTAX.search(words):
            raise _unsupported(
                call,
                "quotes and a leading `-` are operators of MongoDB's search",
                "leave them out, or write the search yourself",
            )
        self.has_search = True
        return {"$text": {"$search": words}}


def _match_at(call: BoundCall, address: str, conditions: list[Query]) -> Query:
    """Return the query that a value, or any element of a list, satisfies one of the conditions."""
    queries = [{address: condition} for condition in conditions]
    if parse_path(call.path)[-1].list_index is not None:
        # An element that is a list itself is compared as a whole.
        queries += [{address: {"$elemMatch": condition}} for condition in conditions]
    return queries[0] if len(queries) == 1 else {"$or": queries}


def _read_size(text: str) -> int | None:
    """Return the length of a list that a number is, if a list can have it."""
    number = from_text_or_none(text, Decimal)
    if number is None or not 0 <= number <= _MAX_SIZE or number != number.to_integral_value():
        return None
    return int(number)


def _match_pattern(call: BoundCall) -> Query:
    pattern, ignore_case = str(call.values[0]), call.op is Operator.ILIKE
    if not ignore_case and not parse_pattern(pattern).has_wildcard:
        return {"$eq": pattern}
    regex = to_regex(pattern, call.op)
    if len(regex.encode()) > _MAX_REGEX_BYTES:
        raise _unsupported(
            call, "the pattern is too long for a regular expression", "use a shorter pattern"
        )
    return {"$regex": regex, "$options": "i"} if ignore_case else {"$regex": regex}


def _match_null(path: str, address: str) -> Query:
    """Return the query that a field is null or missing, in every object of a list on the path."""
    if any(step.list_index is not None for step in parse_path(path)):
        # Each object of the list is without a member of that number, so something equals null.
        return {address: {"$not": {"$type": _NOT_NULL}}}
    # A list that holds null equals null as well.
    alone: Query = {address: {"$eq": None, "$not": {"$elemMatch": {"$eq": None}}}}
    names = address.split(".")
    if len(names) == 1:
        return alone
    # Without `$exists`, mongomock treats an element that is not an object as one with a value.
    has_value = {"$exists": True, "$ne": None}
    in_lists = [
        {".".join(names[:length]): {"$elemMatch": {".".join(names[length:]): has_value}}}
        for length in range(len(names) - 1, 0, -1)
    ]
    # In an empty list nothing equals null, but the field does not exist there.
    return {"$or": [alone, {address: {"$exists": False}}], "$nor": in_lists}


def _to_address(call: BoundCall) -> str:
    """Return the path in MongoDB's dot notation; refuse one that means something else there."""
    names: list[str] = []
    for name, index in parse_path(call.path):
        if index is not None:
            names.append(str(index))
            continue
        if not name:
            raise _unsupported(call, "a name in a path cannot be empty")
        if name.startswith("$"):
            raise _unsupported(call, "a name that begins with `$` is an operator in MongoDB")
        if "\0" in name:
            raise _unsupported(call, "a name in MongoDB cannot contain NUL")
        if names and name.isascii() and name.isdecimal():
            raise _unsupported(
                call,
                "a number in a path is also an index of a list in MongoDB",
                f"if it is an index, write [{name}]",
            )
        names.append(name)
    return ".".join(names)


def _unsupported(call: BoundCall, reason: str, hint: str | None = None) -> UnsupportedFilterError:
    return UnsupportedFilterError(call.op, call.path, "MongoDB", reason, hint)
