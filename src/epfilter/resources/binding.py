"""Binding a filter to a resource: aliases resolved, values typed, limits and required fields."""

from __future__ import annotations

from functools import partial
from math import prod

from epfilter.arguments import require_int
from epfilter.ast import (
    TEXT_OPERATORS,
    And,
    Comparison,
    Filter,
    IsNull,
    Membership,
    Operator,
    Or,
    require_filter,
)
from epfilter.errors import FilterValueError
from epfilter.resources import messages
from epfilter.resources.bound_tree import (
    BoundCall,
    BoundComparison,
    BoundFilter,
    BoundIsNull,
    BoundMembership,
    bind_calls,
    bound_calls,
)
from epfilter.resources.field_types import BoundValue, Problem
from epfilter.resources.schema import FieldMatch, Schema
from epfilter.templates import Template, as_filter


def bind(
    schema: Schema, f: Filter | str | Template, *, max_or_complexity: int | None = None
) -> BoundFilter:
    """Return the bound tree of a filter or its text; see `Resource.bind`."""
    f = as_filter(f)
    if max_or_complexity is not None:
        _require_or_complexity(f, max_or_complexity)
    tree = bind_calls(f, partial(_bind_call, schema))
    if schema.required:
        _require_fields(schema, tree)
    return tree


def or_complexity(f: Filter) -> int:
    """Return the OR complexity of a filter: the number of OR alternatives that it expands to.

    A call counts 1, AND multiplies, OR adds.

    The number is exact however large it is.

    Source: the platform's response `filter is too complex and has too many OR conditions 6 vs
    allowed 4` to `(a|b):(c|d|e)`.

    Raises FilterTypeError if `f` is not a filter.

    >>> from epfilter import parse
    >>> or_complexity(parse("(eq(a,1)|eq(b,1)):(eq(c,1)|eq(d,1)|eq(e,1))"))
    6
    """
    return _count_alternatives(require_filter(f))


def _count_alternatives(f: Filter) -> int:
    if isinstance(f, And):
        return prod(_count_alternatives(term) for term in f.terms)
    if isinstance(f, Or):
        return sum(_count_alternatives(term) for term in f.terms)
    return 1


def _require_or_complexity(f: Filter, limit: int) -> None:
    require_int("max_or_complexity", limit, 1, hint="a single call counts 1")
    complexity = _count_alternatives(f)
    if complexity > limit:
        raise messages.error(messages.too_many_alternatives(complexity, limit))


def _require_fields(schema: Schema, tree: BoundFilter) -> None:
    """Raise ResourceError for a field that the resource does not accept, or a missing one."""
    resource, required = schema.info.name, schema.required
    paths = {call.path for call in bound_calls(tree)}
    if schema.info.only_required and not paths.issubset(required):
        raise messages.error(messages.field_not_allowed(resource, required))
    missing = [path for path in required if path not in paths]
    if missing:
        raise messages.error(messages.missing_fields(resource, missing))


def _bind_call(schema: Schema, call: Comparison | Membership | IsNull) -> BoundCall:
    match = schema.get(call.field)
    if call.op not in match.declared.operators:
        raise messages.error(messages.unsupported_operator(match.name, match.declared, call.op))
    if isinstance(call, IsNull):
        return BoundIsNull(match.declared_name, match.path)
    if isinstance(call, Membership):
        values = tuple([_bind_value(match, call.op, text) for text in call.values])
        return BoundMembership(call.op, match.declared_name, match.path, values)
    value = _bind_value(match, call.op, call.value)
    return BoundComparison(call.op, match.declared_name, match.path, value)


def _bind_value(match: FieldMatch, op: Operator, text: str) -> BoundValue:
    if op in TEXT_OPERATORS:
        return text
    try:
        return match.declared.type.read(text)
    except FilterValueError as error:
        problem = Problem(error.message, error.hint)
        raise messages.error(messages.invalid_value(match.name, problem)) from None
