"""SQL for DuckDB: orders from anywhere as one flat view, and the view as the rows of a CSV file.

The view has a column for each attribute of resource `orders`, of the type that the filter wants;
beside it the texts of points in time as the source has them, and the items.
"""

# ruff: noqa: S608 - names and texts of the SQL go through `quoted` and `literal`

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from epfilter.exporter.orders.columns import RowsPer, csv_columns
from epfilter.exporter.orders.formula_escaping import neutralised_sql
from epfilter.exporter.orders.order_schema import (
    FULL_NAMES,
    ITEM_MEMBERS,
    ITS_OWN,
    NO_ID,
    ORDER_MEMBERS,
    SEVERAL,
    TIMESTAMP,
    WHOLE,
    Member,
)

_INTEGERS = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"),
)
_POINTS = ("TIMESTAMP", "DATE")
_AS_WRITTEN = "written: "
"""What the names of the texts of points in time begin with, so that no attribute is called so."""


@dataclass(frozen=True, slots=True)
class Value:
    """An expression of SQL and the type of DuckDB that it has."""

    sql: str
    type: str = "VARCHAR"


@dataclass(frozen=True, slots=True)
class Source:
    """Where DuckDB finds orders, and what is where in its rows.

    `item` has values of the variable `item`, one element of `items`. `lists` are attributes that
    the source has as lists by themselves.
    """

    table: str
    columns: Mapping[str, Value]
    items: str | None = None
    item: Mapping[str, Value] | None = None
    lists: Mapping[str, str] | None = None


def quoted(name: str) -> str:
    """A name in SQL.

    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in SQL.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def dotted(path: tuple[str, ...]) -> str:
    """A path through structs in SQL.

    >>> dotted(("customer", "name"))
    '"customer"."name"'
    """
    return ".".join(map(quoted, path))


def flat_view(source: Source) -> str:
    """The SELECT that makes the view; its rows are those of the source, in their order."""
    selected = [
        f"{_typed(member, source.columns)} AS {quoted(member.name)}" for member in ORDER_MEMBERS
    ]
    selected += [
        f"{_written(source.columns.get(member.name))} AS {quoted(_AS_WRITTEN + member.name)}"
        for member in ORDER_MEMBERS
        if member.kind == "timestamp"
    ]
    for name, parts in FULL_NAMES.items():
        selected.append(f"{_full_name(name, parts, source.columns)} AS {quoted(name)}")
    for member in ITEM_MEMBERS:
        if member.name in SEVERAL:
            selected.append(f"{_several(member, source)} AS {quoted(member.name)}")
    selected.append(f"{source.items or 'NULL'} AS items")
    return f"SELECT {', '.join(selected)} FROM {source.table}"


def csv_select(selected: str, source: Source, rows: RowsPer, *, neutralise: bool) -> str:
    """The SELECT of the cells, of a SELECT of rows of the view."""
    safe: Callable[[str], str] = neutralised_sql if neutralise else str
    order = ", ".join(f"{_cell(member, safe)} AS {quoted(member.name)}" for member in ORDER_MEMBERS)
    if rows == "order":
        return f"SELECT {order}, {_lists(source)} FROM ({selected})"
    inner = f"SELECT {order}, items FROM ({selected})"
    if source.items is None:
        nothing = ", ".join(f"NULL AS {quoted(member.name)}" for member in ITEM_MEMBERS)
        return f"SELECT * EXCLUDE (items), {nothing} FROM ({inner})"
    # An order without items has a row all the same.
    each = "unnest(CASE WHEN len(items) > 0 THEN items ELSE [NULL] END) AS item"
    of_item = ", ".join(
        f"{_item_cell(member, source, safe)} AS {quoted(member.name)}" for member in ITEM_MEMBERS
    )
    names = ", ".join(quoted(member.name) for member in ORDER_MEMBERS)
    return f"SELECT {names}, {of_item} FROM (SELECT * EXCLUDE (items), {each} FROM ({inner}))"


def _cell(member: Member, safe: Callable[[str], str]) -> str:
    if member.kind == "timestamp":
        return safe(quoted(_AS_WRITTEN + member.name))
    return safe(quoted(member.name)) if member.kind == "text" else quoted(member.name)


def _item_cell(member: Member, source: Source, safe: Callable[[str], str]) -> str:
    found = _typed(member, source.item or {}, who=quoted("id"))
    return safe(found) if member.kind == "text" else found


def _lists(source: Source) -> str:
    """The cells of all items together; JSON is never neutralised, because it begins with `[`."""
    counted = "len(items)" if source.items else "len(product_sku)"
    cells = {"item_count": counted}
    cells |= {f"{name}s": f"to_json({quoted(name)})" for name in SEVERAL}
    named = [column.name for column in csv_columns("order") if column.name in cells]
    return ", ".join(f"{cells[name]} AS {quoted(name)}" for name in named)


def _several(member: Member, source: Source) -> str:
    if source.lists and member.name in source.lists:
        return source.lists[member.name]
    if source.items is None or not source.item or member.name not in source.item:
        return "NULL::VARCHAR[]"
    return f"list_transform({source.items}, lambda item: {_typed(member, source.item)})"


def _full_name(name: str, parts: tuple[str, str], columns: Mapping[str, Value]) -> str:
    if name in columns and not any(part in columns for part in parts):
        return _text(columns[name])
    first, last = (_text(columns[part]) if part in columns else "NULL" for part in parts)
    return f"coalesce({first} || ' ' || {last}, {first}, {last})::VARCHAR"


def _typed(member: Member, columns: Mapping[str, Value], who: str | None = None) -> str:
    """The value as the filter wants it; a value that is none of it ends the export."""
    value = columns.get(member.name)
    if value is None:
        return f"NULL::{_TYPES[member.kind]}"
    if member.name == "id":
        said = literal(f"{NO_ID}; {ITS_OWN}")
        return f"CASE WHEN {value.sql} IS NULL THEN error({said}) ELSE {_text(value)} END"
    if member.kind == "text":
        return _text(value)
    order = columns.get("id")
    named = who or (_text(order) if order else "NULL")
    return _READERS[member.kind](value, lambda what: _fault(member, what, value, named))


def _text(value: Value) -> str:
    return value.sql if value.type == "VARCHAR" else f"CAST({value.sql} AS VARCHAR)"


def _written(value: Value | None) -> str:
    """A point in time as the source has it, or as the platform writes it where it is no text."""
    if value is None:
        return "NULL::VARCHAR"
    if not value.type.startswith(_POINTS):
        return _text(value)
    # A time without zone is UTC, which is the zone of the connection.
    point = f"CAST({value.sql} AS TIMESTAMPTZ)"
    return f"strftime({point}, '%Y-%m-%dT%H:%M:%S.%fZ')"


def _fault(member: Member, what: str, value: Value, order: str) -> str:
    """An expression that ends the export with words."""
    found = f"left(CAST({value.sql} AS VARCHAR), 40)"
    said = literal(f"`{member.name}` is {what}: ")
    return f"error({said} || {found} || coalesce(', in the order ' || left({order}, 60), ''))"


def _integer(value: Value, fault: Callable[[str], str]) -> str:
    x = value.sql
    if value.type in _INTEGERS:
        return f"CAST({x} AS HUGEINT)"
    if value.type != "VARCHAR":
        number = f"CAST({x} AS HUGEINT)" if value.type.startswith("DECIMAL") else f"{x}::HUGEINT"
        missing = f"isnan({x})" if value.type in ("DOUBLE", "FLOAT") else "false"
        otherwise = fault("no whole number")
        return (
            f"CASE WHEN {x} IS NULL OR {missing} THEN NULL "
            f"WHEN {x} = floor({x}) THEN {number} ELSE {otherwise} END"
        )
    # Nearly every text is as DuckDB itself would write the number, which is fast to see.
    whole = f"TRY_CAST({x} AS HUGEINT)"
    return (
        f"CASE WHEN {x} IS NULL THEN NULL WHEN CAST({whole} AS VARCHAR) = {x} THEN {whole} "
        f"WHEN regexp_full_match({x}, '{WHOLE}') THEN "
        f"CAST(split_part({x}, '.', 1) AS HUGEINT) ELSE {fault('no whole number')} END"
    )


def _boolean(value: Value, fault: Callable[[str], str]) -> str:
    if value.type == "BOOLEAN":
        return value.sql
    return (
        f"CASE {_text(value)} WHEN 'true' THEN true WHEN 'false' THEN false "
        f"ELSE CASE WHEN {value.sql} IS NOT NULL THEN {fault('not true or false')} END END"
    )


def _timestamp(value: Value, fault: Callable[[str], str]) -> str:
    if value.type.startswith(_POINTS):
        return f"CAST({value.sql} AS TIMESTAMPTZ)"
    text = _text(value)
    return (
        f"CASE WHEN {text} IS NULL THEN NULL WHEN regexp_full_match({text}, '{TIMESTAMP}') "
        f"AND TRY_CAST({text} AS TIMESTAMPTZ) IS NOT NULL THEN CAST({text} AS TIMESTAMPTZ) "
        f"ELSE {fault('no timestamp')} END"
    )


_READERS = {"integer": _integer, "boolean": _boolean, "timestamp": _timestamp}
_TYPES = {
    "text": "VARCHAR",
    "integer": "HUGEINT",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMPTZ",
}
