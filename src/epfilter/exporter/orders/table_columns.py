"""Where the members of orders are in a table without a fixed schema: Parquet, CSV, a database.

Orders may be nested as the platform returns them, flat with our names, or as in an exported file:
one row per order with lists of its products, or one row per item.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from duckdb.sqltypes import DuckDBPyType

from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders.duckdb_sql import (
    Source,
    Value,
    quote_name,
    quote_path,
    quote_text,
)
from epfilter.exporter.orders.item_rows import group_item_rows
from epfilter.exporter.orders.order_schema import (
    FULL_NAMES,
    ITEM_ATTRIBUTES,
    ITEM_MEMBERS,
    MISSING_ID_HINT,
    ORDER_MEMBERS,
    Tree,
    build_member_tree,
)

Types = Mapping[str, DuckDBPyType]


def locate_columns(table: str, types: Types, *, once: bool = False) -> Source:
    """Return where the members of orders are in the columns of a table; a missing one is null.

    A table that can be read only `once` is kept where one row per item requires to read it twice.

    Raises OrdersError if the table has no column `id`, if `items` is not a list of objects, and if
    two names are the same name for DuckDB.
    """
    _require_distinct_names(types)
    columns: dict[str, Value] = {}
    for member in ORDER_MEMBERS:
        value = _flat_column(types, member.name) or _nested_value(types, member.path)
        if value is not None:
            columns[member.name] = value
    columns |= {name: value for name in FULL_NAMES if (value := _flat_column(types, name))}
    if "id" not in columns:
        raise OrdersError("there is no column `id`.", hint=MISSING_ID_HINT)
    if "items" in types:
        return _source_with_items(table, columns, types["items"])
    lists = {name: sql for name in ITEM_ATTRIBUTES if (sql := _list_column(types, name))}
    if lists:
        return _source_with_lists(table, columns, lists)
    item_columns = {
        member.name: value for member in ITEM_MEMBERS if (value := _flat_column(types, member.name))
    }
    if item_columns:
        return group_item_rows(table, columns, item_columns, once=once)
    return Source(table, columns)


def _require_distinct_names(names: Iterable[str]) -> None:
    """Raise OrdersError for two names that differ only in the case of A to Z; DuckDB ignores it.

    Source: https://duckdb.org/docs/sql/dialect/keywords_and_identifiers
    """
    seen: dict[bytes, str] = {}
    for name in names:
        other = seen.setdefault(name.encode().lower(), name)
        if other != name:
            raise OrdersError(
                f"the columns `{other}` and `{name}` differ only in upper and lower case.",
                hint="rename one of them",
            )


def _struct_members(kind: DuckDBPyType) -> dict[str, DuckDBPyType]:
    return {name: inner for name, inner in kind.children if isinstance(inner, DuckDBPyType)}


def _flat_column(types: Types, name: str) -> Value | None:
    kind = types.get(name)
    if kind is None or kind.id in ("struct", "list", "map", "array", "union"):
        return None
    return _column_value(quote_name(name), kind)


def _column_value(sql: str, kind: DuckDBPyType) -> Value:
    # A JSON string becomes its text, without the quotes.
    return Value(f"({sql} ->> '$')") if str(kind) == "JSON" else Value(sql, str(kind))


def _nested_value(
    types: Types, path: tuple[str, ...], holder: tuple[str, ...] = ()
) -> Value | None:
    """Return the value at a path through structs or JSON; None if there is no such path."""
    kind = types.get(path[0])
    taken = (*holder, path[0])
    if kind is None:
        return None
    if len(path) == 1:
        return (
            None if kind.id in ("struct", "list", "map") else _column_value(quote_path(taken), kind)
        )
    if kind.id == "struct":
        return _nested_value(_struct_members(kind), path[1:], taken)
    if str(kind) == "JSON":
        inside = "$" + "".join(f".{quote_name(name)}" for name in path[1:])
        return Value(f"({quote_path(taken)} ->> {quote_text(inside)})")
    return None


def _list_column(types: Types, name: str) -> str | None:
    """Return a list column, or the JSON list of our own CSV files, as a list of texts."""
    kind = types.get(name)
    if kind is not None and kind.id == "list":
        return f"CAST({quote_name(name)} AS VARCHAR[])"
    if f"{name}s" in types and types[f"{name}s"].id == "varchar":
        return f"from_json(CAST({quote_name(f'{name}s')} AS JSON), '[\"VARCHAR\"]')"
    return None


def _source_with_items(table: str, columns: Mapping[str, Value], kind: DuckDBPyType) -> Source:
    if kind.id == "varchar":
        shape = json.dumps([_json_shape(build_member_tree(ITEM_MEMBERS))])
        items = f"from_json(CAST(items AS JSON), {quote_text(shape)})"
        inside = {each.name: Value(quote_path(("item", *each.path))) for each in ITEM_MEMBERS}
        return Source(table, columns, items, inside)
    element = _struct_members(kind).get("child") if kind.id == "list" else None
    if element is None or element.id != "struct":
        raise OrdersError(
            f"the column `items` is not a list of objects: {kind}.", hint="JSON as text works too"
        )
    parts = _struct_members(element)
    values = {each.name: _nested_value(parts, each.path, ("item",)) for each in ITEM_MEMBERS}
    item = {name: value for name, value in values.items() if value is not None}
    return Source(table, columns, "items", item)


def _json_shape(tree: Tree) -> dict[str, object]:
    return {
        name: "VARCHAR" if inner is None else _json_shape(inner) for name, inner in tree.items()
    }


def _source_with_lists(
    table: str, columns: Mapping[str, Value], lists: Mapping[str, str]
) -> Source:
    """Return the source for items of which only the product ids or SKUs exist."""
    present = [lists.get(name, "NULL::VARCHAR[]") for name in ITEM_ATTRIBUTES]
    neither = " AND ".join(f"{each} IS NULL" for each in present)
    both = ", ".join(f"coalesce({each}, [])" for each in present)
    pair = ", ".join(f"{name}: pair[{number}]" for number, name in enumerate(ITEM_ATTRIBUTES, 1))
    items = (
        f"CASE WHEN {neither} THEN NULL "
        f"ELSE list_transform(list_zip({both}), lambda pair: {{{pair}}}) END"
    )
    item = {name: Value(quote_path(("item", name))) for name in ITEM_ATTRIBUTES}
    return Source(table, columns, items, item)
