"""The bound tree that a target translates, with or without a resource."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from epfilter.ast import And, Comparison, Filter, IsNull, Membership, Or, require_filter
from epfilter.parser import parse
from epfilter.resources.binding import (
    BoundAnd,
    BoundComparison,
    BoundFilter,
    BoundIsNull,
    BoundMembership,
    BoundOr,
)
from epfilter.resources.resolve import resource_of
from epfilter.resources.resource import resource_info

if TYPE_CHECKING:
    from epfilter.resources import Resource


class Untyped(str):
    """The text of a value of undeclared type; the data that it is compared with decide."""

    __slots__ = ()


def bind_filter(f: Filter | str, resource: Resource | str | None) -> BoundFilter:
    """Return the bound tree that a target translates.

    With a resource, aliases are resolved and values typed, as by `Resource.bind`; values of
    attributes of unknown type are `Untyped`. Without one, the paths are the fields of the filter,
    and all values are `Untyped`.

    Raises FilterSyntaxError for an invalid text, ResourceError for what the resource does not
    accept, and FilterTypeError for arguments of a wrong type.

    >>> bind_filter("eq(total,5)", None)
    BoundComparison(op=<Operator.EQ: 'eq'>, field='total', path='total', value='5')
    """
    f = parse(f) if isinstance(f, str) else require_filter(f)
    declared = resource_of(resource, 'as in to_predicate(f, "orders")')
    return _bind_untyped(f) if declared is None else _bind_typed(f, declared)


def _bind_untyped(f: Filter) -> BoundFilter:
    if isinstance(f, And):
        return BoundAnd(tuple([_bind_untyped(term) for term in f.terms]))
    if isinstance(f, Or):
        return BoundOr(tuple([_bind_untyped(term) for term in f.terms]))
    if isinstance(f, Membership):
        values = tuple([Untyped(text) for text in f.values])
        return BoundMembership(f.op, f.field, f.field, values)
    if isinstance(f, IsNull):
        return BoundIsNull(f.field, f.field)
    assert isinstance(f, Comparison)  # noqa: S101 - no other node exists
    return BoundComparison(f.op, f.field, f.field, Untyped(f.value))


def _bind_typed(f: Filter, resource: Resource) -> BoundFilter:
    tree = resource.bind(f)
    types = {name: declared.kind for name, declared in resource_info(resource).fields.items()}
    unknown = {name for name, type_ in types.items() if "unknown" in (type_.name, str(type_.item))}
    return _remove_types(tree, unknown) if unknown else tree


def _remove_types(tree: BoundFilter, fields: Collection[str]) -> BoundFilter:
    if isinstance(tree, (BoundAnd, BoundOr)):
        return type(tree)(tuple([_remove_types(term, fields) for term in tree.terms]))
    if isinstance(tree, BoundIsNull) or tree.field not in fields:
        return tree
    if isinstance(tree, BoundMembership):
        return replace(tree, values=tuple([Untyped(value) for value in tree.values]))
    return replace(tree, value=Untyped(tree.value))


def field_types(f: Filter, resource: Resource | None) -> dict[str, tuple[str, bool]]:
    """Return for each path of a filter the name of its type, and whether it is a list.

    Without a resource every path is of type `string`.

    >>> field_types(parse("ge(created_at,2018-09-01)"), resource_of("orders"))
    {'created_at': ('datetime', False)}
    """
    types = {}
    for field, path in _paths(bind_filter(f, resource)):
        if resource is None:
            types[path] = ("string", False)
        else:
            type_ = resource_info(resource).fields[field].kind
            types[path] = ((type_.item or type_).name, type_.item is not None)
    return types


def _paths(tree: BoundFilter) -> Iterator[tuple[str, str]]:
    if isinstance(tree, (BoundAnd, BoundOr)):
        for term in tree.terms:
            yield from _paths(term)
    else:
        yield tree.field, tree.path
