"""The column of a field, and what kind of data it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, inspect, types
from sqlalchemy.exc import NoInspectionAvailable
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.util import AliasedInsp

from epfilter.errors import FilterTypeError, FilterValueError, describe_type
from epfilter.semantics import PathStep, format_path, parse_path
from epfilter.snippets import shorten
from epfilter.suggestions import list_names, suggest_name
from epfilter.values import to_text


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column holds: `name` decides how values are read, `type` how they are bound."""

    name: str
    type: types.TypeEngine[Any]
    item: Kind | None = None
    """What the elements of a list are."""
    members: tuple[tuple[str, str], ...] = ()
    """Of an enum class: what is stored for a member, and the text of its value."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field is: a column, and the way inside it."""

    column: ColumnElement[Any]
    kind: Kind
    inside: tuple[PathStep, ...] = ()


_KINDS: tuple[tuple[type[types.TypeEngine[Any]], str], ...] = (
    (types.Enum, "text"),
    (types.String, "text"),
    (types.Boolean, "boolean"),
    (types.Integer, "integer"),
    (types.Float, "float"),
    (types.Numeric, "number"),
    (types.DateTime, "datetime"),
    (types.Date, "date"),
    (types.Uuid, "uuid"),
    (types.JSON, "json"),
)
"""An Enum is a String, and a Float was a Numeric, so these stand first."""


def kind_of(type_: types.TypeEngine[Any]) -> Kind:
    """What a column of this type holds; `other` where no value of a filter can be one.

    A TypeDecorator may change values as it likes, so nothing is known of it.

    >>> kind_of(types.BigInteger()).name, kind_of(types.LargeBinary()).name
    ('integer', 'other')
    """
    if isinstance(type_, types.ARRAY):
        return Kind("list", type_, item=kind_of(type_.item_type))
    if isinstance(type_, types.Enum) and type_.enum_class is not None:
        try:
            return Kind("enum", type_, members=tuple(_members(type_)))
        except FilterValueError:
            return Kind("other", type_)
    if type(type_).__name__ == "CITEXT":
        return Kind("text", type_)
    for known, name in _KINDS:
        if isinstance(type_, known):
            return Kind(name, type_)
    return Kind("other", type_)


def _members(type_: types.Enum) -> Iterator[tuple[str, str]]:
    named = getattr(type_.enum_class, "__members__", {})
    found = [member for name, member in named.items() if member.name == name]
    if len(found) != len(type_.enums):
        found = list(named.values())
    for stored, member in zip(type_.enums, found, strict=True):
        yield stored, to_text(member)


class Columns:
    """The columns of a table or a mapped class, by the names of fields."""

    def __init__(self, table: FromClause | type[Any], extra: Mapping[str, Any] | None) -> None:
        self._found: dict[str, Any] = _of_table(table)
        if extra is not None and not isinstance(extra, Mapping):
            raise FilterTypeError(
                f"columns is a mapping from fields to columns, not {describe_type(extra)}."
            )
        for name, column in (extra or {}).items():
            if not isinstance(name, str):
                raise FilterTypeError(f"the name of a field is a str, not {describe_type(name)}.")
            self._found[name] = column
        self._places: dict[str, Place] = {}

    def place(self, path: str) -> Place:
        """Where the field of this path is.

        Raises FilterValueError for a field that has no column.
        """
        if path not in self._places:
            self._places[path] = self._search(path)
        return self._places[path]

    def has(self, path: str) -> bool:
        """Whether there is a column that the path begins with."""
        return self._split(path) is not None

    def _search(self, path: str) -> Place:
        found = self._split(path)
        if found is None:
            raise self._unknown(path)
        return self._at(*found)

    def _split(self, path: str) -> tuple[str, tuple[PathStep, ...]] | None:
        """The name of the column, and the rest of the path."""
        if path in self._found:
            return path, ()
        way = parse_path(path)
        for length in range(len(way) - 1, 0, -1):
            name = format_path(way[:length])
            if name in self._found:
                return name, way[length:]
        return None

    def _at(self, name: str, inside: tuple[PathStep, ...]) -> Place:
        column = _expression(name, self._found[name])
        kind = kind_of(column.type)
        if kind.item is not None and len(inside) == 1 and inside[0].list_index is not None:
            return Place(column, kind, inside)
        if inside and kind.name != "json":
            raise FilterValueError(
                f"there is nothing inside the column of `{name}`: "
                f"its type is {described_type(kind)}.",
                hint="a path goes on in JSON columns only; columns={…} can give it an expression",
            )
        return Place(column, kind, inside)

    def _unknown(self, path: str) -> FilterValueError:
        return FilterValueError(
            f"there is no column for the field `{shorten(path)}`.",
            hint=suggest_name(path, self._found, f"the columns are {list_names(self._found)}"),
        )


def described_type(kind: Kind) -> str:
    """The type of a column in messages, as SQLAlchemy names it."""
    return type(kind.type).__name__


def _of_table(table: Any) -> dict[str, Any]:
    if isinstance(table, FromClause):
        return {column.name: column for column in table.c} | dict(table.c.items())
    try:
        entity = inspect(table)
    except NoInspectionAvailable:
        entity = None
    if not isinstance(entity, (Mapper, AliasedInsp)):
        raise FilterTypeError(
            f"a table or a mapped class is expected, not {describe_type(table)}.",
            hint="as in to_sqlalchemy(f, orders_table)",
        )
    mapper = entity.mapper
    found = {}
    for attribute in mapper.column_attrs:
        for column in attribute.columns:
            if column.key is not None:
                found[getattr(column, "name", column.key)] = getattr(table, attribute.key)
    names = {*mapper.column_attrs.keys(), *mapper.synonyms.keys()}
    for name, descriptor in mapper.all_orm_descriptors.items():
        if name in names or descriptor.extension_type.name == "HYBRID_PROPERTY":
            found[name] = getattr(table, name)
    return found


def _expression(name: str, column: Any) -> ColumnElement[Any]:
    element = column.__clause_element__() if hasattr(column, "__clause_element__") else column
    if not isinstance(element, ColumnElement):
        raise FilterTypeError(
            f"the column of `{name}` is {describe_type(column)}, which is no column or expression.",
            hint="as in columns={'email': table.c.mail}",
        )
    return element
