"""The column of a field, and its type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, types

from epfilter.arguments import describe_type
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.semantics import PathStep
from epfilter.snippets import shorten
from epfilter.suggestions import list_names, suggest_name
from epfilter.targets.column_aliases import require_columns, split_path
from epfilter.targets.sqlalchemy.relationships import RelatedPath, Relationships, find_mapper
from epfilter.values import to_text


@dataclass(frozen=True, slots=True)
class ColumnType:
    """The type of a column: `name` decides how values are read, `type` how they are bound."""

    name: str
    type: types.TypeEngine[Any]
    item: ColumnType | None = None
    """The type of a list's elements."""
    members: tuple[tuple[str, object], ...] = ()
    """The members of an enum class: what is stored for each, and its value."""


@dataclass(frozen=True, slots=True)
class ColumnLocation:
    """The location of a field: a column, and the path inside it."""

    column: ColumnElement[Any]
    type: ColumnType
    path: tuple[PathStep, ...] = ()


_TYPES: tuple[tuple[type[types.TypeEngine[Any]], str], ...] = (
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
"""An Enum is a String, and a Float was a Numeric, so these come first."""


def column_type(type_: types.TypeEngine[Any]) -> ColumnType:
    """Return the type of a column, `other` if no value of a filter can be compared with it.

    A TypeDecorator that converts values is `other`; any other one is the type that it decorates.

    >>> column_type(types.BigInteger()).name, column_type(types.LargeBinary()).name
    ('integer', 'other')
    """
    if isinstance(type_, types.TypeDecorator) and not _converts(type_):
        return column_type(type_.impl_instance)
    if isinstance(type_, types.ARRAY):
        if (type_.dimensions or 1) > 1:
            return ColumnType("other", type_)
        return ColumnType("list", type_, item=column_type(type_.item_type))
    if isinstance(type_, types.Enum) and type_.enum_class is not None:
        try:
            return ColumnType("enum", type_, members=tuple(_members(type_)))
        except FilterValueError:
            return ColumnType("other", type_)
    if type(type_).__name__ == "CITEXT":
        return ColumnType("text", type_)
    for known, name in _TYPES:
        if isinstance(type_, known):
            return ColumnType(name, type_)
    return ColumnType("other", type_)


def type_of_variant(type_: ColumnType, dialect_name: str) -> ColumnType:
    """Return the type that a column has in a database, which `with_variant` may have changed."""
    variant = type_.type._variant_mapping.get(dialect_name)
    return type_ if variant is None else column_type(variant)


def _converts(type_: types.TypeDecorator[Any]) -> bool:
    """Return whether a type has methods that convert values or SQL, other than times to UTC."""
    class_ = type(type_)
    if (class_.__module__, class_.__name__) == ("sqlmodel.sql.sqltypes", "UTCDateTime"):
        return False
    return any(
        getattr(class_, name) is not getattr(types.TypeDecorator, name)
        for name in (
            *("process_bind_param", "process_result_value", "process_literal_param"),
            *("bind_processor", "result_processor", "literal_processor"),
            *("bind_expression", "column_expression"),
        )
    )


def _members(type_: types.Enum) -> Iterator[tuple[str, object]]:
    by_name = getattr(type_.enum_class, "__members__", {})
    members = [member for name, member in by_name.items() if member.name == name]
    if len(members) != len(type_.enums):
        members = list(by_name.values())
    for stored, member in zip(type_.enums, members, strict=True):
        to_text(member)  # raises an error for a value that a filter cannot have
        yield stored, member.value


class Columns:
    """The columns of a table or a mapped class, by the names of fields."""

    def __init__(self, table: FromClause | type[Any], extra: Mapping[str, Any] | None) -> None:
        self._columns: dict[str, Any] = {**_columns_of(table), **require_columns(extra)}
        self.relationships = Relationships(table)
        self._locations: dict[str, ColumnLocation] = {}

    def locate(self, path: str) -> ColumnLocation:
        """Return the location of a field.

        Raises FilterValueError for a field that has no column.
        """
        if path not in self._locations:
            self._locations[path] = self._locate(path)
        return self._locations[path]

    def has_column(self, path: str) -> bool:
        """Return whether there is a column or a relationship that a path begins with."""
        return bool(split_path(path, self._columns) or self.relationships.find(path))

    def find_related(self, path: str) -> RelatedPath | None:
        """Return the relationship that a path without a column begins with, or None."""
        return None if split_path(path, self._columns) else self.relationships.find(path)

    def _locate(self, path: str) -> ColumnLocation:
        split = split_path(path, self._columns)
        if split is None:
            raise FilterValueError(
                f"there is no column for the field `{shorten(path)}`.",
                hint=suggest_name(
                    path, self._columns, f"the columns are {list_names(self._columns)}"
                ),
            )
        name, rest = split
        column = _to_expression(name, self._columns[name])
        type_ = column_type(column.type)
        is_element = type_.item is not None and len(rest) == 1 and rest[0].list_index is not None
        if rest and not is_element and type_.name != "json":
            raise FilterValueError(
                f"the column of `{name}` has no members: its type is {sql_type_name(type_)}.",
                hint="only JSON columns have members; or pass columns={…} with an expression",
            )
        return ColumnLocation(column, type_, rest)


def sql_type_name(type_: ColumnType) -> str:
    """Return SQLAlchemy's name of a column's type, for messages."""
    return type(type_.type).__name__


def _columns_of(table: Any) -> dict[str, Any]:
    if isinstance(table, FromClause):
        return {column.name: column for column in table.c} | dict(table.c.items())
    mapper = find_mapper(table)
    if mapper is None:
        raise FilterTypeError(
            f"a table or a mapped class is expected, not {describe_type(table)}.",
            hint="as in to_sqlalchemy(f, orders_table)",
        )
    columns = {}
    for attribute in mapper.column_attrs:
        for column in attribute.columns:
            if column.key is not None:
                columns[getattr(column, "name", column.key)] = getattr(table, attribute.key)
    names = {*mapper.column_attrs.keys(), *mapper.synonyms.keys()}
    for name, descriptor in mapper.all_orm_descriptors.items():
        if name in names or descriptor.extension_type.name == "HYBRID_PROPERTY":
            columns[name] = getattr(table, name)
    return columns


def _to_expression(name: str, column: Any) -> ColumnElement[Any]:
    element = column.__clause_element__() if hasattr(column, "__clause_element__") else column
    if not isinstance(element, ColumnElement):
        raise FilterTypeError(
            f"the column of `{name}` is not a column or an expression but {describe_type(column)}.",
            hint="as in columns={'email': table.c.mail}",
        )
    return element
