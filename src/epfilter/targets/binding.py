"""The bound tree that a target translates, with or without a resource."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from epfilter.ast import Comparison, Filter, IsNull, Membership
from epfilter.resources import (
    BoundCall,
    BoundComparison,
    BoundFilter,
    BoundIsNull,
    BoundMembership,
    bind_calls,
    bound_calls,
    map_bound,
    resource_info,
    resource_of,
    resource_schema,
)
from epfilter.templates import Template, as_filter

if TYPE_CHECKING:
    from epfilter.resources import Resource


class Untyped(str):
    """The text of a value of undeclared type; the data that it is compared with decide."""

    __slots__ = ()


def bind_filter(f: Filter | str | Template, resource: Resource | str | None) -> BoundFilter:
    """Return the bound tree that a target translates.

    With a resource, aliases are resolved and values typed, as by `Resource.bind`; values of
    attributes of unknown type are `Untyped`. Without one, the paths are the fields of the filter,
    and all values are `Untyped`.

    Raises FilterSyntaxError for an invalid text, TemplateError for a template that needs values,
    ResourceError for what the resource does not accept, and FilterTypeError for arguments of a
    wrong type.

    >>> bind_filter("eq(total,5)", None)
    BoundComparison(op=<Operator.EQ: 'eq'>, field='total', path='total', value='5')
    """
    f = as_filter(f)
    declared = resource_of(resource, 'as in to_predicate(f, "orders")')
    return bind_calls(f, _bind_untyped) if declared is None else _bind_typed(f, declared)


def _bind_untyped(call: Comparison | Membership | IsNull) -> BoundCall:
    field = call.field
    if type(call) is Comparison:  # not by `isinstance`, which is slow for classes of pydantic
        return BoundComparison(call.op, field, field, Untyped(call.value))
    if type(call) is Membership:
        return BoundMembership(call.op, field, field, (*map(Untyped, call.values),))
    return BoundIsNull(field, field)


def _bind_typed(f: Filter, resource: Resource) -> BoundFilter:
    tree, unknown = resource.bind(f), resource_schema(resource).untyped
    return map_bound(tree, lambda call: _remove_type(call, unknown)) if unknown else tree


def _remove_type(call: BoundCall, fields: Collection[str]) -> BoundCall:
    if isinstance(call, BoundIsNull) or call.field not in fields:
        return call
    if isinstance(call, BoundMembership):
        return replace(call, values=tuple([Untyped(value) for value in call.values]))
    return replace(call, value=Untyped(call.value))


def field_types(f: Filter, resource: Resource | None) -> dict[str, tuple[str, bool]]:
    """Return for each path of a filter the name of its type, and whether it is a list.

    Without a resource every path is of type `string`.

    >>> from epfilter import parse
    >>> field_types(parse("ge(created_at,2018-09-01)"), resource_of("orders"))
    {'created_at': ('datetime', False)}
    """
    types = {}
    for call in bound_calls(bind_filter(f, resource)):
        if resource is None:
            types[call.path] = ("string", False)
        else:
            type_ = resource_info(resource).fields[call.field].type
            types[call.path] = ((type_.item or type_).name, type_.item is not None)
    return types
