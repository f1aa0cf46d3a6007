"""A filter as a query of the builder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from epfilter.ast import And, Comparison, Filter, IsNull, Membership, Operator, Or
from epfilter.errors import UnsupportedFilterError
from epfilter.targets.rqb.operators import NAMES, PLACEHOLDER, split_pattern
from epfilter.templates import Template, as_filter

if TYPE_CHECKING:
    from epfilter.resources import Resource


def to_rqb(f: Filter | str | Template) -> dict[str, Any]:
    """Return the filter as a query of react-querybuilder: plain dicts and lists for `json.dumps`.

    AND and OR are groups of rules, and a call is a rule; a single call is in a group of its own.
    The patterns `x*`, `*x` and `*x*` of `like` are the operators `beginsWith`, `endsWith` and
    `contains`. Operators that the builder does not have keep their names (`like`, `ilike`, `text`,
    `contains_any`, `contains_all`), except `contains`, which is `contains_value`.

    Raises FilterTypeError for an argument that is not a filter, the errors of `parse` for a text,
    and UnsupportedFilterError for a field named `~`, which means no field to the builder.

    >>> to_rqb("eq(status,paid):like(name,Ron*)")
    {'combinator': 'and', 'rules': [{'field': 'status', 'operator': '=', 'value': 'paid'}, \
{'field': 'name', 'operator': 'beginsWith', 'value': 'Ron'}]}
    """
    tree = _to_tree(as_filter(f))
    return tree if "rules" in tree else {"combinator": "and", "rules": [tree]}


def render_rqb(f: Filter, resource: Resource | None) -> str:
    """Return the query as JSON, after checking the filter against the resource."""
    if resource is not None:
        resource.bind(f)
    return json.dumps(to_rqb(f), indent=2, ensure_ascii=False)


def _to_tree(f: Filter) -> dict[str, Any]:
    if isinstance(f, (And, Or)):
        return {"combinator": f.op.value, "rules": [_to_tree(term) for term in f.terms]}
    assert isinstance(f, (Comparison, Membership, IsNull))  # noqa: S101 - no other node exists
    if f.field == PLACEHOLDER:
        reason = "it has no selected field in a rule with the field `~`"
        raise UnsupportedFilterError(f.op, f.field, "react-querybuilder", reason)
    name, value = NAMES[f.op], None
    if isinstance(f, Membership):
        return {"field": f.field, "operator": name, "value": list(f.values)}
    if isinstance(f, Comparison):
        name, value = split_pattern(f.value) if f.op is Operator.LIKE else (name, f.value)
    return {"field": f.field, "operator": name, "value": value}
