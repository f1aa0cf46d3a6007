"""One form for filters that differ in order, repetition and nesting only."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from epfilter.analysis.conditions import CallNode, read_filter
from epfilter.ast import (
    And,
    Comparison,
    ComparisonOperator,
    Filter,
    IsNull,
    Membership,
    MembershipOperator,
    Operator,
    Or,
)
from epfilter.printer import unparse
from epfilter.resources import resource_of, resource_schema

if TYPE_CHECKING:
    from epfilter.located import Located
    from epfilter.resources import Resource, Schema
    from epfilter.templates import Template

_OPERATORS_FOR_ONE_VALUE: dict[MembershipOperator, ComparisonOperator] = {
    Operator.IN: Operator.EQ,
    Operator.CONTAINS_ANY: Operator.CONTAINS,
    Operator.CONTAINS_ALL: Operator.CONTAINS,
}


def normalize(
    f: Filter | str | Template | Located, resource: Resource | str | None = None
) -> Filter:
    """Return a filter that matches the same rows, the same for filters that differ in form only.

    Terms and values are in an order of their own, and none is repeated; an AND inside an AND and
    an OR inside an OR become one. With a resource, aliases become the names of fields. So `a & b`
    and `b & a` have the same result: use it, or its text, as the key of a cache. Filters with
    different results can still match the same rows; see `equivalent`.

    Raises FilterSyntaxError for an invalid text, ResourceError for the name of an unknown
    resource, and FilterTypeError for arguments of a wrong type.

    >>> str(normalize("gt(total,5):in(id,b,a,b):gt(total,5)"))
    'gt(total,5):in(id,a,b)'
    >>> from epfilter import F
    >>> normalize(F.a.eq(1) & F.b.eq(2)) == normalize(F.b.eq(2) & F.a.eq(1))
    True
    """
    declared = resource_of(resource)
    return _normalize(read_filter(f), None if declared is None else resource_schema(declared))


def _normalize(f: Filter, schema: Schema | None) -> Filter:
    if not isinstance(f, (And, Or)):
        return _normalize_call(cast("CallNode", f), schema)
    by_text: dict[str, Filter] = {}
    for term in f.terms:
        normal = _normalize(term, schema)
        same = (
            normal.terms if isinstance(normal, (And, Or)) and type(normal) is type(f) else (normal,)
        )
        by_text |= {unparse(each): each for each in same}
    terms = tuple([by_text[text] for text in sorted(by_text)])
    return terms[0] if len(terms) == 1 else type(f)(terms=terms)


def _normalize_call(call: CallNode, schema: Schema | None) -> Filter:
    match = None if schema is None else schema.find(call.field)
    path = call.field if match is None else match.path
    if isinstance(call, IsNull):
        return call if path == call.field else IsNull(field=path)
    if isinstance(call, Comparison):
        return call if path == call.field else Comparison(op=call.op, field=path, value=call.value)
    values = tuple(sorted({*call.values}))
    op = _OPERATORS_FOR_ONE_VALUE[call.op]
    supported = schema is None or (match is not None and op in match.declared.operators)
    if len(values) == 1 and supported:
        return Comparison(op=op, field=path, value=values[0])
    return Membership(op=call.op, field=path, values=values)
