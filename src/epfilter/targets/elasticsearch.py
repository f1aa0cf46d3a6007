"""A filter as a query for Elasticsearch (and OpenSearch): the `query` of a search, plain JSON data.

The mapping of the index decides what a value is compared with: a `keyword` field holds the exact
text, a `text` field its single words. `fields` names the field that holds the exact text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, assert_never
from uuid import UUID

from epfilter.ast import Filter, Operator
from epfilter.errors import FilterTypeError, UnsupportedFilterError, describe_type
from epfilter.resources import BoundAnd, BoundCall, BoundFilter, BoundOr, BoundValue
from epfilter.semantics import parse_path, parse_pattern
from epfilter.snippets import shorten
from epfilter.targets.binding import Untyped, bind_filter
from epfilter.targets.or_to_in import merge_or_terms
from epfilter.targets.overrides import Override, Overrides
from epfilter.targets.representable import to_timestamp
from epfilter.values import from_text_or_none

if TYPE_CHECKING:
    from epfilter.resources import Resource
    from epfilter.templates import Template

Query = dict[str, Any]
Fields = Mapping[str, str | Mapping[str, str]] | Callable[[str, Operator], str]

_RANGES = {Operator.GT: "gt", Operator.GE: "gte", Operator.LT: "lt", Operator.LE: "lte"}
_NOT_EXACT = (Operator.TEXT, Operator.IS_NULL)
"""Operators that do not use the exact text: full-text search needs the words, and a text longer
than `ignore_above` is indexed by its words only but is not null."""

_MAX_TERMS = 65_536
"""Source: Elasticsearch's page on index modules, `index.max_terms_count`."""

_WILDCARD = re.compile(r"[*?\\]")
# Source: Elasticsearch's pages on date math and on missing date components in range queries.
_DATE_MATH = re.compile(r"now(?:[+\-/].*)?|\d.*\|\|.*", re.ASCII | re.DOTALL)
_FRACTION = re.compile(r"\.\d", re.ASCII)


def to_elasticsearch(
    f: Filter | str | Template,
    resource: Resource | str | None = None,
    *,
    fields: Fields | None = None,
    nested: Collection[str] = (),
    override: Override | None = None,
) -> Query:
    """Return the query that finds what the filter selects, for the `query` of a search.

    With a resource, values have its types: points in time are timestamps with milliseconds, a
    bare date means 00:00 UTC of that day, a decimal number is exact text. Without one, values
    are sent as text, and Elasticsearch converts them to the type that the mapping gives the field.

    `fields` names the field of the index for a path: a mapping of paths to a name, which all
    operators but `text` and `is_null` use, or to a mapping of operators to names; or a function of
    path and operator. Any other path is the name itself. `nested` lists the paths that are mapped
    as `nested`; each condition matches if any of their objects does. An index of a list needs a
    field of its own in `fields`.

    `override` maps an operator and a field to a function of the call that returns its query.

    Elasticsearch does not distinguish a value from a list of one, nor an empty list from a missing
    one.

    Raises UnsupportedFilterError for what Elasticsearch cannot express with the same meaning,
    FilterSyntaxError for an invalid text, ResourceError for what the resource does not accept,
    and FilterTypeError for arguments of a wrong type.

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
    if not isinstance(nested, (list, tuple, set, frozenset)) or not all(
        isinstance(path, str) for path in nested
    ):
        raise FilterTypeError(
            f"nested is a list of paths, not {describe_type(nested)}.", hint='as in ["items"]'
        )
    # The longest first: a query of the innermost objects needs no query around it.
    paths = tuple(sorted(set(nested), key=len, reverse=True))
    overrides = Overrides(override, resource)
    tree = merge_or_terms(bind_filter(f, resource), overrides)
    return _Translator(fields or {}, paths, overrides).translate(tree)


def render_elasticsearch(f: Filter, resource: Resource | None) -> str:
    """Return the body of a search as JSON."""
    return json.dumps({"query": to_elasticsearch(f, resource)}, indent=2, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Translator:
    fields: Fields
    nested: tuple[str, ...]
    overrides: Overrides

    def translate(self, node: BoundFilter) -> Query:
        """Return the query of a node. In an AND only full-text search counts for the score."""
        if isinstance(node, BoundOr):
            return _match_any_query([self.translate(term) for term in node.terms])
        if not isinstance(node, BoundAnd):
            return self._translate_call(node)
        clauses: dict[str, list[Query]] = {}
        for term in node.terms:
            is_search = not isinstance(term, (BoundAnd, BoundOr)) and term.op is Operator.TEXT
            clauses.setdefault("must" if is_search else "filter", []).append(self.translate(term))
        return {"bool": clauses}

    def _translate_call(self, call: BoundCall) -> Query:
        op = call.op
        if self.overrides.has(call):
            query: Query = self.overrides.build(
                call, "a query of Elasticsearch, a dict", lambda each: isinstance(each, dict)
            )
            return query
        if op is Operator.TEXT and call.path == "*":
            search = {"query": call.values[0], "type": "bool_prefix", "operator": "and"}
            return {"multi_match": search | {"fields": ["*"], "lenient": True}}
        field = self._index_field(call)
        match op:
            case Operator.IS_NULL:
                return {"bool": {"must_not": [self._nest(field, {"exists": {"field": field}})]}}
            case Operator.TEXT:
                words = {"query": call.values[0], "operator": "and"}
                return self._nest(field, {"match_bool_prefix": {field: words}})
            case Operator.LIKE | Operator.ILIKE:
                return self._nest(field, _match_pattern(call, field))
            case Operator.GT | Operator.GE | Operator.LT | Operator.LE:
                limit = {_RANGES[op]: _to_json(call, call.values[0])}
                return self._nest(field, {"range": {field: limit}})
            case Operator.EQ | Operator.CONTAINS:
                term = {"value": _to_json(call, call.values[0])}
                return self._nest(field, {"term": {field: term}})
            case Operator.IN | Operator.CONTAINS_ANY:
                return self._match_any(call, field)
            case Operator.CONTAINS_ALL:
                terms = [{"value": _to_json(call, value)} for value in call.values]
                each = [self._nest(field, {"term": {field: term}}) for term in terms]
                return each[0] if len(each) == 1 else {"bool": {"filter": each}}
            case _:
                assert_never(op)

    def _match_any(self, call: BoundCall, field: str) -> Query:
        values = [_to_json(call, value) for value in call.values]
        chunks = [values[at : at + _MAX_TERMS] for at in range(0, len(values), _MAX_TERMS)]
        queries = [self._nest(field, {"terms": {field: chunk}}) for chunk in chunks]
        return queries[0] if len(queries) == 1 else _match_any_query(queries)

    def _nest(self, field: str, query: Query) -> Query:
        for path in self.nested:
            if field.startswith(f"{path}."):
                return {"nested": {"path": path, "query": query}}
        return query

    def _index_field(self, call: BoundCall) -> str:
        """Return the field of the index to query; refuse a path that no field can be."""
        name = self._configured_field(call)
        if name is not None and not isinstance(name, str):
            raise FilterTypeError(
                f"`fields` gives `{shorten(call.path)}` {describe_type(name)}.",
                hint="it gives the name of a field in the index",
            )
        steps = parse_path(call.path)
        if "*" in call.path:
            raise _unsupported(
                call, "a `*` in the name of a field stands for many fields", "name one field"
            )
        if not all(step.list_index is not None or step.name.strip() for step in steps):
            raise _unsupported(call, "a name in a path cannot be empty")
        if name is not None:
            return name
        if any(step.list_index is not None for step in steps):
            raise _unsupported(
                call, "it does not store the positions of a list's elements", "remove the index"
            )
        if len(steps) > 1 and steps[-1].name == "length":
            raise _unsupported(
                call,
                "it does not store the length of a list",
                f'if it is a field of its own, pass fields={{"{call.path}": "{call.path}"}}',
            )
        return call.path

    def _configured_field(self, call: BoundCall) -> str | None:
        if callable(self.fields):
            return self.fields(call.path, call.op)
        configured = self.fields.get(call.path)
        if isinstance(configured, Mapping):
            return configured.get(call.op)
        if call.op in _NOT_EXACT:
            return call.path if configured else None
        return configured


def _match_any_query(queries: list[Query]) -> Query:
    return {"bool": {"should": queries, "minimum_should_match": 1}}


def _match_pattern(call: BoundCall, field: str) -> Query:
    operand = str(call.values[0])
    pattern = parse_pattern(operand)
    value = _WILDCARD.sub(r"\\\g<0>", pattern.text)
    value = f"{'*' * pattern.any_prefix}{value}{'*' * pattern.any_suffix}"
    if call.op is Operator.ILIKE:
        if not operand.isascii():
            raise _unsupported(
                call,
                "it ignores the case of ASCII letters only",
                "use like, or a field with a normalizer that makes all text lower-case",
            )
        return {"wildcard": {field: {"value": value, "case_insensitive": True}}}
    if pattern.has_wildcard:
        return {"wildcard": {field: {"value": "*" if operand == "*" else value}}}
    return {"term": {field: {"value": operand}}}


def _to_json(call: BoundCall, value: BoundValue) -> str | int | bool:
    """Return a value in JSON. A decimal number is text, which Elasticsearch reads exactly."""
    if isinstance(value, Untyped):
        _refuse_date_arithmetic(call, value)
        return str(value)
    if isinstance(value, date):
        # A shorter text stands for a whole day in some comparisons, and for its end in others.
        timestamp = to_timestamp(value)
        if timestamp.microsecond % 1000:
            raise _unsupported(
                call, "its dates have at most milliseconds", "write at most three decimal places"
            )
        return _format_timestamp(timestamp.astimezone(UTC))
    return str(value) if isinstance(value, (Decimal, UUID)) else value


def _refuse_date_arithmetic(call: BoundCall, text: str) -> None:
    """Refuse a text in which a date field would read more than the filter means."""
    if _DATE_MATH.fullmatch(text):
        raise _unsupported(
            call,
            "a date field calculates with such a value",
            "pass the resource, or use another value",
        )
    if call.op in (Operator.GE, Operator.LT) or _FRACTION.search(text):
        return
    timestamp = None if text.lstrip("+-").isdecimal() else from_text_or_none(text, datetime)
    if timestamp is not None:
        raise _unsupported(
            call,
            f"a date field reads {text} as the whole period that it leaves open",
            f"pass the resource, or write {_format_timestamp(timestamp)}",
        )


def _format_timestamp(value: datetime) -> str:
    return f"{value.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _unsupported(call: BoundCall, reason: str, hint: str | None = None) -> UnsupportedFilterError:
    return UnsupportedFilterError(call.op, call.path, "Elasticsearch", reason, hint)
