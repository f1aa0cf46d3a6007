"""The column of a field: under its own name, an alias, or where the platform has the field."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from epfilter.arguments import describe_type
from epfilter.errors import FilterTypeError
from epfilter.resources import (
    BoundCall,
    BoundFilter,
    map_bound,
    resource_of,
    resource_schema,
)
from epfilter.semantics import Location, PathStep, format_path, parse_path

if TYPE_CHECKING:
    from epfilter.resources import Resource

PathNames = Callable[[str], tuple[Location, ...]]
"""Returns the names of a path: its own, its aliases, and its location in objects of the listing.

A tuple is a location that joins the texts of several paths.
"""


def path_names(resource: Resource | str | None) -> PathNames:
    """Return a function that returns the names of a path in a resource.

    >>> path_names("orders")("updated_at"), path_names(None)("email")
    (('updated_at', 'meta.timestamps.updated_at'), ('email',))
    """
    declared = resource_of(resource)
    return _own_name if declared is None else resource_schema(declared).names_of


def _own_name(path: str) -> tuple[str, ...]:
    return (path,)


def require_columns(columns: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the option `columns` of a target; raise FilterTypeError for what is not a mapping.

    >>> require_columns(None), require_columns({"email": 5})
    ({}, {'email': 5})
    """
    if columns is None:
        return {}
    if not isinstance(columns, Mapping):
        raise FilterTypeError(
            f"`columns` is a mapping of fields to columns, not {describe_type(columns)}."
        )
    for name in columns:
        if not isinstance(name, str):
            raise FilterTypeError(f"the name of a field is a str, not {describe_type(name)}.")
    return {**columns}


def split_path(path: str, columns: Container[str]) -> tuple[str, tuple[PathStep, ...]] | None:
    """Return the longest beginning of a path that is a column, and the rest; None without one.

    >>> split_path("contact.name", {"contact"}), split_path("email", {"contact"})
    (('contact', (PathStep(name='name', list_index=None),)), None)
    """
    if path in columns:
        return path, ()
    steps = parse_path(path)
    for length in range(len(steps) - 1, 0, -1):
        name = format_path(steps[:length])
        if name in columns:
            return name, steps[length:]
    return None


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
        path, *aliases = [name for name in names(call.path) if isinstance(name, str)]
        column = next(filter(has_column, (path, *aliases)), path) if aliases else path
        return call if column == path else replace(call, path=column)

    return map_bound(tree, resolve)
