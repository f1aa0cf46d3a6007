"""A filter as a query for Elasticsearch (and OpenSearch): the `query` of a search, plain JSON data.

The mapping of the index decides what a value is compared with: a `keyword` field holds the exact
text, a `text` field its single words. `fields` names the field that holds the exact text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, assert_never

from epfilter.arguments import describe_type
from epfilter.ast import Filter, Operator
from epfilter.errors import FilterTypeError
from epfilter.resources import BoundAnd, BoundCall, BoundFilter, BoundOr, BoundValue
from epfilter.semantics import case_variants, fold_case, parse_path, parse_pattern
from epfilter.snippets import shorten
from epfilter.suggestions import suggest_name
from epfilter.targets.binding import bind_filter
from epfilter.targets.elasticsearch_mapping import IndexField, IndexMapping
from epfilter.targets.elasticsearch_values import (
    ANY_TYPE,
    Limits,
    MappedType,
    field_type,
    unsupported,
)
from epfilter.targets.or_to_in import merge_or_terms
from epfilter.targets.overrides import Override, Overrides

if TYPE_CHECKING:
    from epfilter.resources import Resource
    from epfilter.templates import Template

Query = dict[str, Any]
Fields = Mapping[str, str | Mapping[str, str]] | Callable[[str, Operator], str]

_NOT_EXACT = (Operator.TEXT, Operator.IS_NULL)
"""Operators that do not use the exact text: full-text search needs the words, and a text longer
than `ignore_above` is indexed by its words only but is not null."""

# Sources: Elasticsearch's pages on index modules and on search settings.
_MAX_TERMS = 65_536
"""The default of `index.max_terms_count`."""
_MAX_CLAUSES = 1024
"""The least value of `indices.query.bool.max_clause_count`."""
_MAX_NESTED_DEPTH = 30
"""The default of `indices.query.bool.max_nested_depth`, which counts each query."""
_MAX_REGEX_LENGTH = 1000
"""The default of `index.max_regex_length`."""

_WILDCARD = re.compile(r"[*?\\]")
_NOTHING: Query = {"match_none": {}}


def to_elasticsearch(  # noqa: PLR0913 - options of one function, which users read in one place
    f: Filter | str | Template,
    resource: Resource | str | None = None,
    *,
    fields: Fields | None = None,
    nested: Collection[str] = (),
    mapping: Mapping[str, Any] | None = None,
    override: Override | None = None,
) -> Query:
    """Return the query that finds what the filter selects, for the `query` of a search.

    `mapping` is the mapping of the index, or the response that contains it. Each value is then read
    as the type of its field, as the predicate reads it; one that the field cannot hold matches
    nothing. Of a text field the sub-field that holds the exact text is used, and paths below a
    nested field are searched in its objects.

    Without it the mapping of the index decides what a value is compared with, and a value that a
    field cannot hold is an error of Elasticsearch. With a resource, values have its types: points
    in time are timestamps with milliseconds, a bare date means 00:00 UTC of that day, a decimal
    number is exact text. Without either, values are sent as text. A text that a field of some type
    reads as another value than the filter means is not supported.

    `fields` names the field of the index for a path: a mapping of paths to a name, which all
    operators but `text` and `is_null` use, or to a mapping of operators to names; or a function of
    path and operator. Any other path is the name itself. `nested` lists the paths that are mapped
    as `nested`; each condition matches if any of their objects does. An index of a list needs a
    field of its own in `fields`; that of `items[0]` also stands in `items[0].sku`.

    `override` maps an operator and a field to a function of the call that returns its query.

    Elasticsearch does not distinguish a value from a list of one, nor an empty list or object from
    a missing one.

    Raises UnsupportedFilterError for what Elasticsearch cannot express with the same meaning,
    FilterSyntaxError for an invalid text, ResourceError for what the resource does not accept,
    and FilterTypeError for arguments of a wrong type.

    >>> to_elasticsearch("eq(payment,paid):ge(with_tax,100)", "orders")
    {'bool': {'filter': [{'term': {'payment': {'value': 'paid'}}}, \
{'range': {'with_tax': {'gte': 100}}}]}}
    >>> to_elasticsearch("eq(total,ten)", mapping={"properties": {"total": {"type": "long"}}})
    {'match_none': {}}
    >>> to_elasticsearch("like(name,*robe*)", fields={"name": "name.keyword"})
    {'wildcard': {'name.keyword': {'value': '*robe*'}}}
    """
    if fields is not None and not isinstance(fields, Mapping) and not callable(fields):
        raise FilterTypeError(
            f"`fields` is a mapping or a function, not {describe_type(fields)}.",
            hint='as in {"name": "name.keyword"}',
        )
    if not isinstance(nested, (list, tuple, set, frozenset)) or not all(
        isinstance(path, str) for path in nested
    ):
        raise FilterTypeError(
            f"`nested` is a list of paths, not {describe_type(nested)}.", hint='as in ["items"]'
        )
    index = None if mapping is None else IndexMapping.read(mapping)
    # The longest first: a query of the innermost objects needs no query around it.
    every = set(nested) | (index.nested if index else set())
    paths = tuple(sorted(every, key=len, reverse=True))
    overrides = Overrides(override, resource)
    tree = merge_or_terms(bind_filter(f, resource), overrides)
    return _Translator(fields or {}, paths, index, overrides).translate(tree)


def render_elasticsearch(f: Filter, resource: Resource | None) -> str:
    """Return the body of a search as JSON."""
    return json.dumps({"query": to_elasticsearch(f, resource)}, indent=2, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Translator:
    fields: Fields
    nested: tuple[str, ...]
    mapping: IndexMapping | None
    overrides: Overrides

    def translate(self, node: BoundFilter, level: int = 1) -> Query:
        """Return the query of a node. In an AND only full-text search counts for the score."""
        if isinstance(node, BoundOr):
            return _match_any_query([self.translate(term, level + 1) for term in node.terms])
        if not isinstance(node, BoundAnd):
            query = self._translate_call(node)
            _require_depth(node, level + _depth(query) - 1)
            return query
        clauses: dict[str, list[Query]] = {}
        for term in node.terms:
            is_search = not isinstance(term, (BoundAnd, BoundOr)) and term.op is Operator.TEXT
            kind = "must" if is_search else "filter"
            clauses.setdefault(kind, []).append(self.translate(term, level + 1))
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
        field, type_ = self._find_field(call)
        match op:
            case Operator.IS_NULL:
                return {"bool": {"must_not": [self._match_value(field)]}}
            case Operator.TEXT:
                words = {"query": call.values[0], "operator": "and"}
                return self._nest(field, {"match_bool_prefix": {field: words}})
            case Operator.LIKE | Operator.ILIKE:
                return self._nest(field, _match_pattern(call, field)) if type_.is_text else _NOTHING
            case Operator.GT | Operator.GE | Operator.LT | Operator.LE:
                if call.values[0] == "":  # which the engines may take for no limit
                    return self._compare_with_empty(call, field, type_)
                return self._match_limits(field, type_.compare(call, op, call.values[0]))
            case Operator.EQ | Operator.IN | Operator.CONTAINS | Operator.CONTAINS_ANY:
                return self._match_any(call, field, type_, call.values)
            case Operator.CONTAINS_ALL:
                each = [self._match_any(call, field, type_, (value,)) for value in call.values]
                return each[0] if len(each) == 1 else {"bool": {"filter": each}}
            case _:
                assert_never(op)

    def _compare_with_empty(self, call: BoundCall, field: str, type_: MappedType) -> Query:
        """Return the query of a comparison with the empty text, the first in the order."""
        if call.op is Operator.LE:
            return self._match_any(call, field, type_, call.values)
        is_possible = type_.is_text and call.op is not Operator.LT
        return self._match_limits(field, is_possible and type_.compare(call, call.op, ""))

    def _match_value(self, field: str) -> Query:
        """Return the query that a field has a value, or a nested field an object."""
        if field in self.nested:
            return {"nested": {"path": field, "query": {"match_all": {}}}}
        return self._nest(field, {"exists": {"field": field}})

    def _match_limits(self, field: str, limits: Limits | bool) -> Query:  # noqa: FBT001 - a result
        if isinstance(limits, bool):
            return self._match_value(field) if limits else _NOTHING
        return self._nest(field, {"range": {field: limits}})

    def _match_any(
        self, call: BoundCall, field: str, type_: MappedType, values: Iterable[BoundValue]
    ) -> Query:
        """Return the query that the field has one of the values."""
        terms: list[Any] = []
        others: list[Query] = []
        for value in values:
            equal = type_.equal(call, value)
            if equal is None:
                limits = type_.compare(call, Operator.EQ, value)
                others.append(self._match_limits(field, limits))
            else:
                terms += equal
        if len(others) >= _MAX_CLAUSES:
            raise unsupported(
                call,
                f"each number that may be a year is one of at most {_MAX_CLAUSES} clauses",
                "pass the mapping or the resource, or use fewer values",
            )
        is_one = len(terms) == 1 and call.op not in (Operator.IN, Operator.CONTAINS_ANY)
        queries = [
            {"term": {field: {"value": terms[0]}}}
            if is_one
            else {"terms": {field: terms[start : start + _MAX_TERMS]}}
            for start in range(0, len(terms), _MAX_TERMS)
        ]
        queries = [*[self._nest(field, query) for query in queries], *others]
        if not queries:
            return _NOTHING
        return queries[0] if len(queries) == 1 else _match_any_query(queries)

    def _nest(self, field: str, query: Query) -> Query:
        for path in self.nested:
            if field.startswith(f"{path}."):
                return {"nested": {"path": path, "query": query}}
        return query

    def _find_field(self, call: BoundCall) -> tuple[str, MappedType]:
        """Return the name and the type of the field; refuse a path that no field can be."""
        name = self._configured_field(call)
        if name is not None and not isinstance(name, str):
            raise FilterTypeError(
                f"`fields` gives `{shorten(call.path)}` {describe_type(name)}.",
                hint="it gives the name of a field in the index",
            )
        steps = parse_path(call.path)
        if "*" in call.path:
            raise unsupported(
                call, "a `*` in the name of a field stands for many fields", "name one field"
            )
        if not all(step.list_index is not None or step.name.strip() for step in steps):
            raise unsupported(call, "a name in a path cannot be empty")
        if name is None and any(step.list_index is not None for step in steps):
            raise unsupported(
                call, "it does not store the positions of a list's elements", "remove the index"
            )
        is_known = self.mapping is not None and call.path in self.mapping.fields
        if name is None and len(steps) > 1 and steps[-1].name == "length" and not is_known:
            raise unsupported(
                call,
                "it does not store the length of a list",
                f'if it is a field of its own, pass fields={{"{call.path}": "{call.path}"}}',
            )
        if self.mapping is None:
            return name or call.path, ANY_TYPE
        return _find_mapped_field(call, name, self.mapping)

    def _configured_field(self, call: BoundCall) -> str | None:
        if callable(self.fields):
            return self.fields(call.path, call.op)
        path = _configured_part(call.path, self.fields)
        configured = self.fields.get(path)
        if isinstance(configured, Mapping):
            configured = configured.get(call.op)
        elif call.op in _NOT_EXACT and str(configured).startswith(f"{path}."):
            configured = path  # of a sub-field the field itself
        rest = call.path[len(path) :]
        return f"{configured}{rest}" if rest and isinstance(configured, str) else configured


def _configured_part(path: str, configured: Collection[str]) -> str:
    """Return the longest configured part of a path that ends with a list index, or the path.

    >>> _configured_part("items[0].sku", ["items[0]"]), _configured_part("a.b", ["a"])
    ('items[0]', 'a.b')
    """
    ends = [at + 1 for at in range(len(path) - 1, 0, -1) if path[at] == "]"]
    parts = (path[:end] for end in (len(path), *ends))
    return next((part for part in parts if part in configured), path)


def _find_mapped_field(
    call: BoundCall, configured: str | None, mapping: IndexMapping
) -> tuple[str, MappedType]:
    name = configured or call.path
    field = mapping.fields.get(name)
    if field is None:
        hint = suggest_name(name, mapping.fields, "name a field of the mapping in `fields`")
        raise unsupported(call, f"the mapping has no field `{shorten(name)}`", hint)
    if call.op is Operator.IS_NULL:
        field = mapping.fields[mapping.parents.get(name, name)]
        _require_searchable(call, field)
        return field.name, ANY_TYPE
    if call.op is Operator.TEXT:
        return field.find_words().name, ANY_TYPE
    if configured is None:
        field = field.find_exact()
    if not field.is_exact and (configured is None or "normalizer" not in field.parameters):
        raise unsupported(
            call,
            f"`{shorten(field.name)}` does not hold the exact text",
            "add a sub-field of the type keyword to the mapping, or name a field in `fields`",
        )
    _require_searchable(call, field)
    return field.name, field_type(field, call)


def _require_searchable(call: BoundCall, field: IndexField) -> None:
    name, parameters = shorten(field.name), field.parameters
    if any(parameters.get(each) in (False, "false") for each in ("enabled", "index")):
        raise unsupported(call, f"`{name}` is not indexed", "name another field in `fields`")
    if parameters.get("null_value") is not None:
        raise unsupported(
            call,
            f"`{name}` is indexed with a value in place of null",
            "remove `null_value` from the mapping, or name another field in `fields`",
        )


def _depth(query: Query) -> int:
    """Return how many queries are nested in each other."""
    inner: list[Query] = []
    for kind, body in query.items():
        if kind == "bool":
            inner += [each for each in body.values() if isinstance(each, dict)]
            inner += [each for part in body.values() if isinstance(part, list) for each in part]
        elif kind == "nested":
            inner.append(body.get("query", {}))
    return 1 + max(map(_depth, inner), default=0)


def _require_depth(call: BoundCall, depth: int) -> None:
    if depth > _MAX_NESTED_DEPTH:
        raise unsupported(
            call,
            f"its queries nest at most {_MAX_NESTED_DEPTH} levels, and this one has {depth}",
            "give all terms of one kind to one AND or OR",
        )


def _match_any_query(queries: list[Query]) -> Query:
    return {"bool": {"should": queries, "minimum_should_match": 1}}


def _match_pattern(call: BoundCall, field: str) -> Query:
    """Return the query of a pattern, which only a field of texts can run.

    A `term` would find numbers, too.
    """
    pattern = parse_pattern(str(call.values[0]))
    before, after = "*" * pattern.any_prefix, "*" * pattern.any_suffix
    if call.op is Operator.LIKE:
        if pattern.matches_everything:
            return {"wildcard": {field: {"value": "*"}}}
        value = _WILDCARD.sub(r"\\\g<0>", pattern.text)
        return {"wildcard": {field: {"value": f"{before}{value}{after}"}}}
    text = "".join([_any_case(char) for char in pattern.text])
    regex = f"{'.*' * pattern.any_prefix}{text}{'.*' * pattern.any_suffix}"
    if len(regex) > _MAX_REGEX_LENGTH:
        raise unsupported(
            call, "the pattern is too long for a regular expression", "use a shorter pattern"
        )
    return {"regexp": {field: {"value": regex, "flags": "NONE"}}}


def _any_case(char: str) -> str:
    """Return the regular expression of Lucene for a character and its case variants.

    Elasticsearch's own option ignores the case of ASCII letters only.
    """
    folded = fold_case(char)
    variants = case_variants().get(folded)
    if variants is not None:
        return f"[{''.join(sorted(folded + variants))}]"
    return char if char.isalnum() or not char.isascii() else f"\\{char}"
