"""Under which names data may have an attribute: its own, or an alias of the resource."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from epfilter.resources.aliases import Alias, PrefixAlias
from epfilter.resources.binding import BoundAnd, BoundFilter, BoundOr
from epfilter.resources.resolve import resource_of

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
    if found is None or not found._all_aliases:  # noqa: SLF001 - nothing public tells all aliases
        return lambda path: (path,)
    exact: dict[str, list[str]] = {}
    prefixes: list[PrefixAlias] = []
    for alias in found._all_aliases:  # noqa: SLF001 - as above
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
    return tree if resource is None else _at_columns(tree, names_in(resource), is_there)


def _at_columns(tree: BoundFilter, names: Names, is_there: Callable[[str], bool]) -> BoundFilter:
    if isinstance(tree, (BoundAnd, BoundOr)):
        return type(tree)(tuple([_at_columns(term, names, is_there) for term in tree.terms]))
    path, *others = names(tree.path)
    found = next(filter(is_there, (path, *others)), path) if others else path
    return tree if found == path else replace(tree, path=found)
