"""What is where in a table whose columns nobody has promised: Parquet, CSV, a database.

Orders may be there as the platform nests them, flat with our names, or as an export has them: one
row an order with lists of its products, or one row an item.
"""

# ruff: noqa: S608 - names and texts of the SQL go through `quoted` and `literal`

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from duckdb.sqltypes import DuckDBPyType

from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders.duckdb_sql import Source, Value, dotted, literal, quoted
from epfilter.exporter.orders.order_schema import (
    FULL_NAMES,
    ITEM_MEMBERS,
    ORDER_MEMBERS,
    SEVERAL,
    Tree,
    tree_of,
)

Types = Mapping[str, DuckDBPyType]


def source_of(table: str, types: Types) -> Source:
    """What is where in the table's columns; what is nowhere is null.

    Raises OrdersError where the table has no column `id`, or items that are none, or names that
    are one name to DuckDB.
    """
    _demand_different(types)
    columns: dict[str, Value] = {}
    for member in ORDER_MEMBERS:
        value = _flat(types, member.name) or _nested(types, member.path)
        if value is not None:
            columns[member.name] = value
    columns |= {name: value for name in FULL_NAMES if (value := _flat(types, name))}
    if "id" not in columns:
        raise OrdersError("there is no column `id`.", hint="every order needs its own")
    if "items" in types:
        return _with_items(table, columns, types["items"])
    lists = {name: sql for name in SEVERAL if (sql := _list(types, name))}
    if lists:
        return _with_lists(table, columns, lists)
    of_item = {
        member.name: value for member in ITEM_MEMBERS if (value := _flat(types, member.name))
    }
    return _grouped(table, columns, of_item) if of_item else Source(table, columns)


def _demand_different(names: Iterable[str]) -> None:
    """Raise OrdersError for two names that differ only in the case of A to Z, as DuckDB reads it.

    Source: https://duckdb.org/docs/sql/dialect/keywords_and_identifiers
    """
    found: dict[bytes, str] = {}
    for name in names:
        other = found.setdefault(name.encode().lower(), name)
        if other != name:
            raise OrdersError(
                f"the columns `{other}` and `{name}` differ only in upper and lower case.",
                hint="rename one of them",
            )


def _parts(kind: DuckDBPyType) -> dict[str, DuckDBPyType]:
    return {name: inner for name, inner in kind.children if isinstance(inner, DuckDBPyType)}


def _flat(types: Types, name: str) -> Value | None:
    kind = types.get(name)
    if kind is None or kind.id in ("struct", "list", "map", "array", "union"):
        return None
    return _value(quoted(name), kind)


def _value(sql: str, kind: DuckDBPyType) -> Value:
    # A text in a column of JSON is the text and not its JSON.
    return Value(f"({sql} ->> '$')") if str(kind) == "JSON" else Value(sql, str(kind))


def _nested(types: Types, path: tuple[str, ...], holder: tuple[str, ...] = ()) -> Value | None:
    """The value at a path through structs, or through JSON; None where the path ends."""
    kind = types.get(path[0])
    taken = (*holder, path[0])
    if kind is None:
        return None
    if len(path) == 1:
        return None if kind.id in ("struct", "list", "map") else _value(dotted(taken), kind)
    if kind.id == "struct":
        return _nested(_parts(kind), path[1:], taken)
    if str(kind) == "JSON":
        inside = "$" + "".join(f".{quoted(name)}" for name in path[1:])
        return Value(f"({dotted(taken)} ->> {literal(inside)})")
    return None


def _list(types: Types, name: str) -> str | None:
    """The column of a list of texts, or of a JSON list such as our own CSV files have."""
    kind = types.get(name)
    if kind is not None and kind.id == "list":
        return f"CAST({quoted(name)} AS VARCHAR[])"
    if f"{name}s" in types and types[f"{name}s"].id == "varchar":
        return f"from_json(CAST({quoted(f'{name}s')} AS JSON), '[\"VARCHAR\"]')"
    return None


def _with_items(table: str, columns: Mapping[str, Value], kind: DuckDBPyType) -> Source:
    if kind.id == "varchar":
        shape = json.dumps([_json_shape(tree_of(ITEM_MEMBERS))])
        items = f"from_json(CAST(items AS JSON), {literal(shape)})"
        inside = {each.name: Value(dotted(("item", *each.path))) for each in ITEM_MEMBERS}
        return Source(table, columns, items, inside)
    element = _parts(kind).get("child") if kind.id == "list" else None
    if element is None or element.id != "struct":
        raise OrdersError(
            f"the column `items` is no list of objects but {kind}.", hint="or a text of JSON"
        )
    parts = _parts(element)
    found = {each.name: _nested(parts, each.path, ("item",)) for each in ITEM_MEMBERS}
    item = {name: value for name, value in found.items() if value is not None}
    return Source(table, columns, "items", item)


def _json_shape(tree: Tree) -> dict[str, object]:
    return {
        name: "VARCHAR" if inner is None else _json_shape(inner) for name, inner in tree.items()
    }


def _with_lists(table: str, columns: Mapping[str, Value], lists: Mapping[str, str]) -> Source:
    """Items of which only the ids or the SKUs of the products are known."""
    present = [lists.get(name, "NULL::VARCHAR[]") for name in SEVERAL]
    neither = " AND ".join(f"{each} IS NULL" for each in present)
    both = ", ".join(f"coalesce({each}, [])" for each in present)
    items = (
        f"CASE WHEN {neither} THEN NULL ELSE list_transform(list_zip({both}), "
        f"lambda pair: {{{', '.join(f'{name}: pair[{at}]' for at, name in enumerate(SEVERAL, 1))}}}"
        ") END"
    )
    item = {name: Value(dotted(("item", name))) for name in SEVERAL}
    return Source(table, columns, items, item)


def _grouped(table: str, columns: Mapping[str, Value], of_item: Mapping[str, Value]) -> Source:
    """One row an item: the rows of one order together, where the first of them stands.

    What an order has once is taken of its first row. A row without anything of an item is that of
    an order without items.
    """
    order = ", ".join(f"{quoted(name)}: {value.sql}" for name, value in columns.items())
    item = ", ".join(f"{quoted(name)}: {value.sql}" for name, value in of_item.items())
    some = " OR ".join(f"{value.sql} IS NOT NULL" for value in of_item.values())
    numbered = f"SELECT row_number() OVER () AS place, * FROM {table}"
    packed = (
        f"SELECT place, {{{order}}} AS whole, CASE WHEN {some} THEN {{{item}}} END AS item "
        f"FROM ({numbered})"
    )
    grouped = (
        "SELECT min(place) AS place, arg_min_null(whole, place) AS whole, "
        "coalesce(list(item ORDER BY place) FILTER (item IS NOT NULL), []) AS items "
        f"FROM ({packed}) GROUP BY whole.id, CASE WHEN whole.id IS NULL THEN place END"
    )
    return Source(
        f"(SELECT unnest(whole), items FROM ({grouped}) ORDER BY place)",
        {name: Value(quoted(name), value.type) for name, value in columns.items()},
        "items",
        {name: Value(dotted(("item", name)), value.type) for name, value in of_item.items()},
    )
