"""A filter as a query for Elasticsearch (and OpenSearch): the `query` of a search, plain JSON data.

What a value is compared with is the mapping's business: a `keyword` field holds the exact text, a
`text` field single words of it. So say with `fields` where the exact text is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from epfilter.ast import PATTERN_OPERATORS, Filter, Operator
from epfilter.errors import FilterTypeError, UnsupportedFilterError, describe_type
from epfilter.resources import (
    BoundAnd,
    BoundComparison,
    BoundFilter,
    BoundIsNull,
    BoundMembership,
    BoundOr,
    BoundValue,
)
from epfilter.semantics import parse_path, parse_pattern
from epfilter.targets.binding import Untyped, bind_filter
from epfilter.targets.or_to_in import gathered
from epfilter.values import from_text_or_none

if TYPE_CHECKING:
    from epfilter.resources import Resource

Query = dict[str, Any]
Fields = Mapping[str, str | Mapping[str, str]] | Callable[[str, Operator], str]
_Call = BoundComparison | BoundMembership | BoundIsNull

_RANGES = {Operator.GT: "gt", Operator.GE: "gte", Operator.LT: "lt", Operator.LE: "lte"}
_NOT_EXACT = (Operator.TEXT, Operator.IS_NULL)
"""Full-text search needs the words; and of a text too long for `ignore_above` only the words are
indexed, but it is no null."""

_MOST_TERMS = 65_536
"""Source: Elasticsearch's page on index modules, `index.max_terms_count`."""

_WILDCARD = re.compile(r"[*?\\]")
# Source: Elasticsearch's pages on date math and on missing date components in range queries.
_DATE_MATH = re.compile(r"now(?:[+\-/].*)?|\d.*\|\|.*", re.ASCII | re.DOTALL)
_FRACTION = re.compile(r"\.\d", re.ASCII)


def to_elasticsearch(
    f: Filter | str,
    resource: Resource | str | None = None,
    *,
    fields: Fields | None = None,
    nested: Iterable[str] = (),
) -> Query:
    """The query that finds what the filter selects, for the `query` of a search.

    With a resource values have its types: points in time are timestamps with milliseconds, a date
    is its midnight UTC, a decimal number is exact text. Without one they are sent as the text
    that they are, and Elasticsearch converts it to what the mapping says of the field.

    `fields` says which field of the index is asked: a mapping of paths to a name, which all but
    `text` and `is_null` use, or to a mapping of operators to names; or a function of path and
    operator. Other paths are the names themselves. `nested` are the paths that are mapped as
    `nested`; each condition asks for any of their objects by itself.

    Elasticsearch keeps no difference between a value and a list of one, nor between an empty
    list and none.

    Raises UnsupportedFilterError for what Elasticsearch cannot find as it is meant,
    FilterSyntaxError for a text that is no filter, ResourceError for what the resource does not
    accept, and FilterTypeError for arguments of a wrong type.

    >>> to_elasticsearch("eq(payment,paid):ge(with_tax,100)", "orders")
    {'bool': {'filter': [{'term': {'payment': {'value': 'paid'}}}, \
{'range': {'with_tax': {'gte': 100}}}]}}
    >>> to_elasticsearch("like(name,*robe*)", fields={"name": "name.keyword"})
    {'wildcard': {'name.keyword': {'value': '*robe*'}}}
    """
    if fields is not None and not isinstance(fields, Mapping) and not callable(fields):
        raise FilterTypeError(
            f"fields is a mapping or a function, not {describe_type(fields)}.",
            hint='as in {"name": "name.keyword"}',
        )
    if isinstance(nested, str):
        raise FilterTypeError("nested is a list of paths, not a text.", hint=f'["{nested}"]')
    # The longest first, because a query of the innermost objects needs no other.
    paths = tuple(sorted(set(nested), key=len, reverse=True))
    return _Translation(fields or {}, paths).query(gathered(bind_filter(f, resource)))


def render_elasticsearch(f: Filter, resource: Resource | None) -> str:
    """Return the body of a search as JSON."""
    return json.dumps({"query": to_elasticsearch(f, resource)}, indent=2, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Translation:
    fields: Fields
    nested: tuple[str, ...]

    def query(self, node: BoundFilter) -> Query:
        """The query of a node. In an AND full-text search counts for the score, the rest not."""
        if isinstance(node, BoundOr):
            should = [self.query(term) for term in node.terms]
            return {"bool": {"should": should, "minimum_should_match": 1}}
        if not isinstance(node, BoundAnd):
            return self._call(node)
        clauses: dict[str, list[Query]] = {}
        for term in node.terms:
            ranked = isinstance(term, BoundComparison) and term.op is Operator.TEXT
            clauses.setdefault("must" if ranked else "filter", []).append(self.query(term))
        return {"bool": clauses}

    def _call(self, node: _Call) -> Query:
        if isinstance(node, BoundComparison) and node.op is Operator.TEXT and node.path == "*":
            search = {"query": node.value, "type": "bool_prefix", "operator": "and"}
            return {"multi_match": search | {"fields": ["*"], "lenient": True}}
        field = self._field(node)
        if isinstance(node, BoundIsNull):
            exists = self._nested(field, {"exists": {"field": field}})
            return {"bool": {"must_not": [exists]}}
        if isinstance(node, BoundMembership):
            return self._membership(node, field)
        return self._nested(field, _compared(node, field))

    def _membership(self, node: BoundMembership, field: str) -> Query:
        values = [_sent(node, value) for value in node.values]
        if node.op is not Operator.CONTAINS_ALL:
            some = [values[at : at + _MOST_TERMS] for at in range(0, len(values), _MOST_TERMS)]
            queries = [self._nested(field, {"terms": {field: one}}) for one in some]
            if len(queries) == 1:
                return queries[0]
            return {"bool": {"should": queries, "minimum_should_match": 1}}
        each = [self._nested(field, {"term": {field: {"value": value}}}) for value in values]
        return each[0] if len(each) == 1 else {"bool": {"filter": each}}

    def _nested(self, field: str, query: Query) -> Query:
        for path in self.nested:
            if field.startswith(f"{path}."):
                return {"nested": {"path": path, "query": query}}
        return query

    def _field(self, node: _Call) -> str:
        """The field of the index that is asked; refused where no field can be meant."""
        op = Operator.IS_NULL if isinstance(node, BoundIsNull) else node.op
        named = self.fields(node.path, op) if callable(self.fields) else self.fields.get(node.path)
        if isinstance(named, Mapping):
            named = named.get(op)
        elif op in _NOT_EXACT and not callable(self.fields):
            named = node.path if named else None
        found = parse_path(node.path)
        if "*" in node.path:
            raise _refusal(node, "a * in the name of a field stands for many fields")
        if not all(index is not None or name.strip() for name, index in found):
            raise _refusal(node, "a name in a path cannot be empty")
        if named is not None:
            return named
        if any(index is not None for _, index in found):
            raise _refusal(node, "it does not know the places of a list's elements")
        if len(found) > 1 and found[-1].name == "length":
            raise _refusal(
                node,
                "it does not know how long a list is",
                f'where it is a field of its own, say fields={{"{node.path}": "{node.path}"}}',
            )
        return node.path


def _compared(node: BoundComparison, field: str) -> Query:
    if node.op is Operator.TEXT:
        return {"match_bool_prefix": {field: {"query": node.value, "operator": "and"}}}
    if node.op in PATTERN_OPERATORS:
        return _matching(node, field)
    value = _sent(node, node.value)
    if node.op in _RANGES:
        return {"range": {field: {_RANGES[node.op]: value}}}
    return {"term": {field: {"value": value}}}


def _matching(node: BoundComparison, field: str) -> Query:
    written = str(node.value)
    shape = parse_pattern(written)
    value = _WILDCARD.sub(r"\\\g<0>", shape.text)
    value = f"{'*' * shape.any_prefix}{value}{'*' * shape.any_suffix}"
    if node.op is Operator.ILIKE:
        if not written.isascii():
            raise _refusal(
                node,
                "it ignores the case of ASCII letters only",
                "use like, or a field whose normalizer makes all text lower-case",
            )
        return {"wildcard": {field: {"value": value, "case_insensitive": True}}}
    if shape.has_wildcard:
        return {"wildcard": {field: {"value": "*" if written == "*" else value}}}
    return {"term": {field: {"value": written}}}


def _sent(node: BoundComparison | BoundMembership, value: BoundValue) -> str | int | bool:
    """The value in JSON. A number with a fraction is text, which Elasticsearch reads exactly."""
    if isinstance(value, Untyped):
        _refuse_surprises(node, value)
        return str(value)
    if isinstance(value, datetime):
        if value.microsecond % 1000:
            raise _refusal(node, "its dates have milliseconds at most")
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
    if isinstance(value, date):
        # A shorter text stands for a whole day in some comparisons, and for its end in others.
        return _sent(node, datetime.combine(value, time(), UTC))
    return str(value) if isinstance(value, (Decimal, UUID)) else value


def _refuse_surprises(node: BoundComparison | BoundMembership, text: str) -> None:
    """Refuse what a date field would read as more than the text says."""
    if _DATE_MATH.fullmatch(text):
        raise _refusal(
            node, "a date field calculates with such a value", "give the resource, or another value"
        )
    if node.op in (Operator.GE, Operator.LT) or _FRACTION.search(text):
        return
    moment = None if text.lstrip("+-").isdecimal() else from_text_or_none(text, datetime)
    if moment is not None:
        raise _refusal(
            node,
            f"a date field takes {text} for all the time that it leaves open",
            "give the resource, or write "
            f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z",
        )


def _refusal(node: _Call, reason: str, hint: str | None = None) -> UnsupportedFilterError:
    op = Operator.IS_NULL if isinstance(node, BoundIsNull) else node.op
    return UnsupportedFilterError(op.value, node.path, "Elasticsearch", reason, hint)
