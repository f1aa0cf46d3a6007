"""Under which names data may have an attribute: its own, or an alias of the resource."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

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

Names = Callable[[str], tuple[str, ...]]
"""The names of a path, its own before its aliases."""


def names_in(resource: Resource | str | None) -> Names:
    """The names that a resource knows of a path.

    What a regular expression makes the path of cannot be told from the path.

    >>> names_in("orders")("email"), names_in(None)("email")
    (('email', 'customer.email'), ('email',))
    """
    found = resource_of(resource)
    aliases = () if found is None else resource_schema(found).aliases
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
        others = [
            alias.prefix + path[len(alias.replacement) :]
            for alias in prefixes
            if path.startswith(alias.replacement)
        ]
        return tuple(dict.fromkeys((path, *exact.get(path, ()), *others)))

    return names


def at_columns(
    tree: BoundFilter, resource: Resource | str | None, is_there: Callable[[str], bool]
) -> BoundFilter:
    """The tree with each path as a table has it: by the first of its names that is there.

    >>> from epfilter.resources import orders
    >>> at_columns(orders.bind("eq(name,Ron)"), orders, {"customer.name"}.__contains__).path
    'customer.name'
    """
    if resource is None:
        return tree
    names = names_in(resource)
    return map_bound(tree, lambda call: _at_column(call, names, is_there))


def _at_column(call: BoundCall, names: Names, is_there: Callable[[str], bool]) -> BoundCall:
    path, *others = names(call.path)
    found = next(filter(is_there, (path, *others)), path) if others else path
    return call if found == path else replace(call, path=found)
