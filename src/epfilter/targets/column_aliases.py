"""The names under which data may have a field: its own, or an alias of the resource."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from epfilter.errors import FilterTypeError, describe_type
from epfilter.resources import (
    Alias,
    BoundCall,
    BoundFilter,
    PrefixAlias,
    map_bound,
    resource_of,
    resource_schema,
)

if TYPE_CHECKING:
    from epfilter.resources import Resource

PathNames = Callable[[str], tuple[str, ...]]
"""Returns the names of a path, its own before its aliases."""


def path_names(resource: Resource | str | None) -> PathNames:
    """Return a function that returns the names of a path in a resource.

    An alias that is a regular expression has no names: they cannot be derived from the path.

    >>> path_names("orders")("email"), path_names(None)("email")
    (('email', 'customer.email'), ('email',))
    """
    resource = resource_of(resource)
    aliases = () if resource is None else resource_schema(resource).aliases
    if not aliases:
        return lambda path: (path,)
    exact: dict[str, list[str]] = {}
    prefixes: list[PrefixAlias] = []
    for alias in aliases:
        if isinstance(alias, Alias):
            exact.setdefault(alias.field, []).append(alias.name)
        elif isinstance(alias, PrefixAlias):
            prefixes.append(alias)

    def names(path: str) -> tuple[str, ...]:
        prefixed = [
            alias.prefix + path[len(alias.replacement) :]
            for alias in prefixes
            if path.startswith(alias.replacement)
        ]
        return tuple(dict.fromkeys((path, *exact.get(path, ()), *prefixed)))

    return names


def require_columns(columns: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the option `columns` of a target; raise FilterTypeError for what is not a mapping.

    >>> require_columns(None), require_columns({"email": 5})
    ({}, {'email': 5})
    """
    if columns is None:
        return {}
    if not isinstance(columns, Mapping):
        raise FilterTypeError(
            f"columns is a mapping of fields to columns, not {describe_type(columns)}."
        )
    for name in columns:
        if not isinstance(name, str):
            raise FilterTypeError(f"the name of a field is a str, not {describe_type(name)}.")
    return {**columns}


def resolve_columns(
    tree: BoundFilter, resource: Resource | str | None, has_column: Callable[[str], bool]
) -> BoundFilter:
    """Return the tree with each path replaced by the first of its names that has a column.

    >>> from epfilter.resources import orders
    >>> resolve_columns(orders.bind("eq(name,Ron)"), orders, {"customer.name"}.__contains__).path
    'customer.name'
    """
    if resource is None:
        return tree
    names = path_names(resource)

    def resolve(call: BoundCall) -> BoundCall:
        path, *aliases = names(call.path)
        column = next(filter(has_column, (path, *aliases)), path) if aliases else path
        return call if column == path else replace(call, path=column)

    return map_bound(tree, resolve)
