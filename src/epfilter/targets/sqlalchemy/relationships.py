"""The relationships of a mapped class: a path through one is a condition on the rows it leads to.

The condition is always `EXISTS`, never a join, so no row is repeated and none is combined with rows
that are not related to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, inspect
from sqlalchemy.exc import NoInspectionAvailable
from sqlalchemy.ext.associationproxy import AssociationProxy
from sqlalchemy.orm import Mapper, aliased
from sqlalchemy.orm.util import AliasedInsp

from epfilter.semantics import PathStep, parse_path


@dataclass(frozen=True, slots=True)
class RelatedPath:
    """A path through a relationship: the attribute of the class, and the rest of the path."""

    attribute: Any
    is_list: bool
    target: Any
    """The class of the related rows, under a name of its own in the statement."""
    rest: tuple[PathStep, ...]
    """The path from there, empty for the relationship itself."""
    source: ColumnElement[Any]
    """A column of the class, so that a statement selects from its table."""

    def exists(self, condition: ColumnElement[bool] | None = None) -> ColumnElement[bool]:
        """Return the condition that a related row exists that satisfies a condition."""
        attribute = self.attribute.of_type(self.target)
        found: ColumnElement[bool] = (
            attribute.any(condition) if self.is_list else attribute.has(condition)
        )
        return found

    def is_null(self) -> ColumnElement[bool]:
        """Return the condition that there is no related row; an empty list is not null."""
        return false() if self.is_list else ~self.exists()


def find_mapper(table: Any) -> Mapper[Any] | None:
    """Return the mapper of a class that is mapped by the ORM, or of its alias; None without one."""
    try:
        entity = inspect(table)
    except NoInspectionAvailable:
        return None
    return entity.mapper if isinstance(entity, (Mapper, AliasedInsp)) else None


class Relationships:
    """The relationships and association proxies of a mapped class; a table has none."""

    def __init__(self, table: Any) -> None:
        self._table = table
        self._mapper = find_mapper(table)

    def find(self, path: str) -> RelatedPath | None:
        """Return the relationship that a path begins with, or None."""
        if self._mapper is None:
            return None
        first, *rest = parse_path(path)
        name = first.name
        descriptor = self._mapper.all_orm_descriptors.get(name)
        if isinstance(descriptor, AssociationProxy):
            proxy = getattr(self._table, name)
            related = self.find(proxy.target_collection)
            if related is None:
                return None
            name, rest = proxy.target_collection, [*parse_path(proxy.value_attr), *rest]
        if first.list_index is not None or name not in self._mapper.relationships:
            return None
        relationship = self._mapper.relationships[name]
        return RelatedPath(
            getattr(self._table, name),
            bool(relationship.uselist),
            aliased(relationship.entity.entity),
            tuple(rest),
            self._source(self._mapper),
        )

    def _source(self, mapper: Mapper[Any]) -> Any:
        return getattr(self._table, mapper.get_property_by_column(mapper.primary_key[0]).key)
