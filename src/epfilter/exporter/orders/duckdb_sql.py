"""SQL for DuckDB: orders of any source as one flat view, and the view as the rows of a CSV file.

The view has a column for each attribute of resource `orders`, of the type that a filter compares;
also the timestamps and the integers as texts of the source, and the items.
"""

# ruff: noqa: S608 - names and texts of the SQL go through `quote_name` and `quote_text`

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from epfilter.exporter.orders.columns import RowsPer, csv_columns
from epfilter.exporter.orders.formula_escaping import neutralise_formula_sql
from epfilter.exporter.orders.order_schema import (
    FULL_NAMES,
    INTEGER_PATTERN,
    ITEM_ATTRIBUTES,
    ITEM_MEMBERS,
    MISSING_ID,
    MISSING_ID_HINT,
    ORDER_MEMBERS,
    TIMESTAMP_PATTERN,
    Member,
)
from epfilter.exporter.orders.order_summary import SUMMARY_COLUMNS

_INTEGERS = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"),
)
_TIME_TYPES = ("TIMESTAMP", "DATE")
_SOURCE_TEXT = "source text: "
"""The prefix of columns with the text of a timestamp or integer; no attribute has such a name."""


_CREATED_AT = f'TRY_CAST(TRY_CAST("{_SOURCE_TEXT}created_at" AS TIMESTAMPTZ) AS TIMESTAMP)'
"""The time in UTC; null for an invalid one, because an export writes it as it is."""


@dataclass(frozen=True, slots=True)
class Value:
    """A SQL expression and its type in DuckDB."""

    sql: str
    type: str = "VARCHAR"


@dataclass(frozen=True, slots=True)
class Source:
    """Where DuckDB finds orders, and where their members are in its rows.

    `item` maps members to expressions of the variable `item`, one element of `items`. `lists` maps
    attributes to columns of the source that are lists already.

    A source whose rows are grouped into orders has two others: `ungrouped`, where each row is an
    order with its item, the object `only_item`, and `without_details`, whose items have only the
    attributes of filters.
    """

    table: str
    columns: Mapping[str, Value]
    items: str | None = None
    item: Mapping[str, Value] | None = None
    lists: Mapping[str, str] | None = None
    only_item: str | None = None
    ungrouped: Source | None = None
    without_details: Source | None = None


def quote_name(name: str) -> str:
    """Return a name as an identifier of SQL.

    >>> quote_name('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Return a text as a string literal of SQL.

    >>> quote_text("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def quote_path(path: tuple[str, ...]) -> str:
    """Return a path through structs in SQL.

    >>> quote_path(("customer", "name"))
    '"customer"."name"'
    """
    return ".".join(map(quote_name, path))


def build_view_select(source: Source) -> str:
    """Return the SELECT of the view; it keeps the rows of the source and their order."""
    columns = source.columns
    cells = {member.name: _convert(member, columns) for member in ORDER_MEMBERS}
    cells |= {
        _SOURCE_TEXT + member.name: _source_text(member, columns)
        for member in ORDER_MEMBERS
        if member.kind in ("timestamp", "integer")
    }
    cells |= {name: _full_name(name, parts, columns) for name, parts in FULL_NAMES.items()}
    cells |= {
        member.name: _item_attribute(member, source)
        for member in ITEM_MEMBERS
        if member.name in ITEM_ATTRIBUTES
    }
    cells["items"] = source.only_item or source.items or "NULL"
    return f"SELECT {_select_list(cells)} FROM {source.table}"


def build_csv_select(
    view: str, source: Source, rows: RowsPer, *, neutralise: bool, bom: bool
) -> str:
    """Return the SELECT of the cells of a CSV file, for a SELECT of rows of the view.

    Its columns are those of `csv_columns(rows)`, in their order. With `bom`, the name of the first
    one begins with a byte order mark, and so does the file.
    """
    escape: Callable[[str], str] = neutralise_formula_sql if neutralise else str
    order_cells = {member.name: _order_cell(member, escape) for member in ORDER_MEMBERS}
    names = [column.name for column in csv_columns(rows)]
    if rows == "order":
        cells = order_cells | _list_cells(source)
        return f"SELECT {_select_cells(cells, names, bom=bom)} FROM ({view})"
    inner = f"SELECT {_select_list(order_cells)}, items FROM ({view})"
    cells = {name: quote_name(name) for name in order_cells}
    if source.items is None:
        cells |= {member.name: "NULL" for member in ITEM_MEMBERS}
    else:
        cells |= {member.name: _item_cell(member, source, escape) for member in ITEM_MEMBERS}
        # An order without items still has one row.
        each = "unnest(CASE WHEN len(items) > 0 THEN items ELSE [NULL] END)"
        item = "items" if source.only_item else each
        inner = f"SELECT * EXCLUDE (items), {item} AS item FROM ({inner})"
    return f"SELECT {_select_cells(cells, names, bom=bom)} FROM ({inner})"


def build_month_select(view: str) -> str:
    """Return the SELECT of the months of `created_at`, such as `2018-09`, and their orders."""
    return f"SELECT strftime({_CREATED_AT}, '%Y-%m'), count(*) FROM ({view}) GROUP BY ALL"


def build_summary_select(view: str) -> str:
    """Return the SELECT of `SUMMARY_COLUMNS`."""
    cells = {name: quote_name(name) for name in SUMMARY_COLUMNS} | {"created_at": _CREATED_AT}
    return f"SELECT {_select_list(cells)} FROM ({view})"


def _select_cells(cells: Mapping[str, str], names: Sequence[str], *, bom: bool) -> str:
    first, *others = names
    mark = "\ufeff" if bom else ""
    return _select_list({mark + first: cells[first], **{name: cells[name] for name in others}})


def _select_list(cells: Mapping[str, str]) -> str:
    return ", ".join(f"{sql} AS {quote_name(name)}" for name, sql in cells.items())


def _order_cell(member: Member, escape: Callable[[str], str]) -> str:
    match member.kind:
        case "text":
            return escape(quote_name(member.name))
        case "timestamp":
            return escape(quote_name(_SOURCE_TEXT + member.name))
        case "integer":
            return quote_name(_SOURCE_TEXT + member.name)
        case "boolean":
            return quote_name(member.name)
        case _:
            assert_never(member.kind)


def _item_cell(member: Member, source: Source, escape: Callable[[str], str]) -> str:
    columns, order_id = source.item or {}, quote_name("id")
    if member.kind == "integer":
        return _source_text(member, columns, order_id)
    value = _convert(member, columns, order_id)
    return escape(value) if member.kind == "text" else value


def _list_cells(source: Source) -> dict[str, str]:
    """Return the cells that summarise all items; JSON begins with `[`, so it needs no escape."""
    cells = {"item_count": "len(items)" if source.items else "len(product_sku)"}
    return cells | {f"{name}s": f"to_json({quote_name(name)})" for name in ITEM_ATTRIBUTES}


def _item_attribute(member: Member, source: Source) -> str:
    if source.lists and member.name in source.lists:
        return source.lists[member.name]
    if source.items is None or not source.item or member.name not in source.item:
        return "NULL::VARCHAR[]"
    return f"list_transform({source.items}, lambda item: {_convert(member, source.item)})"


def _full_name(name: str, parts: tuple[str, ...], columns: Mapping[str, Value]) -> str:
    if name in columns and not any(part in columns for part in parts):
        return _as_text(columns[name])
    first, last = (_as_text(columns[part]) if part in columns else "NULL" for part in parts)
    return f"coalesce({first} || ' ' || {last}, {first}, {last})::VARCHAR"


def _convert(member: Member, columns: Mapping[str, Value], order_id: str | None = None) -> str:
    """Return a member as the type that a filter compares; an unfit value ends the export."""
    value = columns.get(member.name)
    if value is None:
        return f"NULL::{_TYPES[member.kind]}"
    if member.name == "id":
        message = quote_text(f"{MISSING_ID}; {MISSING_ID_HINT}")
        text = _as_text(value)
        return f"CASE WHEN nullif({text}, '') IS NULL THEN error({message}) ELSE {text} END"
    if member.kind == "text":
        return _as_text(value)
    id_column = columns.get("id")
    shown_id = order_id or (_as_text(id_column) if id_column else "NULL")
    return _CONVERTERS[member.kind](
        value, lambda problem: _error_call(member, problem, value, shown_id)
    )


def _as_text(value: Value) -> str:
    return value.sql if value.type == "VARCHAR" else f"CAST({value.sql} AS VARCHAR)"


def _source_text(member: Member, columns: Mapping[str, Value], order_id: str | None = None) -> str:
    """Return a timestamp or an integer as it is written, as text where the source has text."""
    value = columns.get(member.name)
    if value is None:
        return "NULL::VARCHAR"
    if member.kind == "integer":
        if value.type in _INTEGERS:
            return value.sql
        typed = _convert(member, columns, order_id)
        if value.type != "VARCHAR":
            return typed
        # Nearly every text is as DuckDB writes the number, and this comparison is the fastest.
        is_plain = f"CAST(TRY_CAST({value.sql} AS BIGINT) AS VARCHAR) = {value.sql}"
        return (
            f"CASE WHEN {value.sql} IS NULL OR {is_plain} THEN {value.sql} "
            f"ELSE CAST({typed} AS VARCHAR) END"
        )
    if not value.type.startswith(_TIME_TYPES):
        return _as_text(value)
    # The platform's form; a timestamp without a zone is UTC, the zone of the connection.
    point = f"CAST({value.sql} AS TIMESTAMPTZ)"
    return f"strftime({point}, '%Y-%m-%dT%H:%M:%S.%fZ')"


def _error_call(member: Member, problem: str, value: Value, order_id: str) -> str:
    """Return an expression that ends the export with a message."""
    message = quote_text(f"`{member.name}` is {problem}: ")
    shown = f"left(CAST({value.sql} AS VARCHAR), 40)"
    return f"error({message} || {shown} || coalesce(', in the order ' || left({order_id}, 60), ''))"


def _to_integer(value: Value, error: Callable[[str], str]) -> str:
    x = value.sql
    if value.type in _INTEGERS:
        return f"CAST({x} AS HUGEINT)"
    if value.type != "VARCHAR":
        number = f"CAST({x} AS HUGEINT)" if value.type.startswith("DECIMAL") else f"{x}::HUGEINT"
        missing = f"isnan({x})" if value.type in ("DOUBLE", "FLOAT") else "false"
        otherwise = error("not a whole number")
        return (
            f"CASE WHEN {x} IS NULL OR {missing} THEN NULL "
            f"WHEN {x} = floor({x}) THEN {number} ELSE {otherwise} END"
        )
    # Nearly every text equals the number as DuckDB writes it, which is a fast comparison.
    whole = f"TRY_CAST({x} AS HUGEINT)"
    return (
        f"CASE WHEN {x} IS NULL THEN NULL WHEN CAST({whole} AS VARCHAR) = {x} THEN {whole} "
        f"WHEN regexp_full_match({x}, '{INTEGER_PATTERN}') THEN "
        f"CAST(split_part({x}, '.', 1) AS HUGEINT) ELSE {error('not a whole number')} END"
    )


def _to_boolean(value: Value, error: Callable[[str], str]) -> str:
    if value.type == "BOOLEAN":
        return value.sql
    return (
        f"CASE {_as_text(value)} WHEN 'true' THEN true WHEN 'false' THEN false "
        f"ELSE CASE WHEN {value.sql} IS NOT NULL THEN {error('not true or false')} END END"
    )


def _to_timestamp(value: Value, error: Callable[[str], str]) -> str:
    if value.type.startswith(_TIME_TYPES):
        return f"CAST({value.sql} AS TIMESTAMPTZ)"
    text = _as_text(value)
    pattern = f"regexp_full_match({text}, '{TIMESTAMP_PATTERN}')"
    return (
        f"coalesce(CASE WHEN {pattern} THEN TRY_CAST({text} AS TIMESTAMPTZ) END, "
        f"CASE WHEN {text} IS NOT NULL THEN {error('not a timestamp')} END)"
    )


_CONVERTERS = {"integer": _to_integer, "boolean": _to_boolean, "timestamp": _to_timestamp}
_TYPES = {
    "text": "VARCHAR",
    "integer": "HUGEINT",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMPTZ",
}
