"""Where the members of orders are in a table of a database, as expressions of Ibis."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.datatypes as dt

from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders.order_schema import (
    FULL_NAMES,
    ITEM_ATTRIBUTES,
    ITEM_MEMBERS,
    MISSING_ID_HINT,
    ORDER_MEMBERS,
    Member,
    MemberKind,
)

_TYPES: dict[MemberKind, str] = {
    "text": "string",
    "integer": "int64",
    "boolean": "boolean",
    "timestamp": "timestamp('UTC')",
}


_extract_text = ibis.udf.scalar.builtin(
    lambda document, name: ...,  # noqa: ARG005 - the database has the function
    name="json_extract_path_text",
    signature=((dt.json, dt.string), dt.string),
)
"""The text of a member of JSON in PostgreSQL; what Ibis 12 writes for it is not valid SQL."""

_BOOLEANS = {member.name for member in ORDER_MEMBERS if member.kind == "boolean"}
_WITHOUT_LISTS = ("sqlite", "mysql")


def select_exported_columns(table: Any) -> dict[str, Any]:
    """Return the columns that a CSV file may need, by name; JSON as text.

    Raises OrdersError if there is no column `id`.
    """
    names = {member.name for member in (*ORDER_MEMBERS, *ITEM_MEMBERS)}
    names |= {member.path[0] for member in ORDER_MEMBERS} | {"items", *FULL_NAMES}
    columns = {name: table[name] for name in table.columns if name in names}
    if "id" not in columns:
        raise OrdersError("there is no column `id`.", hint=MISSING_ID_HINT)
    return {name: _to_plain_type(column) for name, column in columns.items()}


def _to_plain_type(column: Any) -> Any:
    """Return a column as a type that every database converts to Arrow in the same way."""
    column = _to_boolean(column)
    kind = column.type()
    return column.cast("string") if kind.is_json() or kind.is_uuid() else column


def _to_boolean(column: Any) -> Any:
    """Return a column of booleans as such: MySQL has no type for them but TINYINT."""
    is_boolean = column.get_name() in _BOOLEANS and column.type().is_int8()
    return column.cast("boolean") if is_boolean else column


def select_attributes(table: Any) -> dict[str, Any]:
    """Return the attributes of resource `orders`; a missing one is null.

    An attribute of items is left out if it is only in JSON, which not every database can search.
    """
    attributes = {member.name: _order_attribute(table, member) for member in ORDER_MEMBERS}
    for name, parts in FULL_NAMES.items():
        if name in table.columns:
            attributes[name] = table[name]
            continue
        first, last = (attributes[part] for part in parts)
        attributes[name] = ibis.coalesce(first + " " + last, first, last)
    for member in ITEM_MEMBERS:
        if member.name in ITEM_ATTRIBUTES:
            values = _item_attribute(table, member)
            if values is not None:
                attributes[member.name] = values
    return attributes


def _order_attribute(table: Any, member: Member) -> Any:
    value = _to_boolean(table[member.name]) if member.name in table.columns else None
    if value is None and member.path[0] in table.columns:
        value = _get_nested(table[member.path[0]], member.path[1:], member.kind)
    if value is None:
        return ibis.null(_TYPES[member.kind])
    kind = value.type()
    if kind.is_json():
        value = value.str
    if (kind.is_string() or kind.is_uuid() or kind.is_json()) and member.kind != "text":
        return value.cast(_TYPES[member.kind])
    return value if kind.is_string() or member.kind != "text" else value.cast("string")


def _get_nested(value: Any, path: tuple[str, ...], kind: MemberKind) -> Any:
    """Return the value at a path through structs or JSON; None if there is no such path."""
    if value.type().is_json() and value.get_backend().name == "postgres":
        value = value.cast("string").cast("json")  # of `json`, not of `jsonb`
        for name in path[:-1]:
            value = value[name]
        return _extract_text(value, path[-1]).cast(_TYPES[kind])
    for name in path:
        if value.type().is_struct():
            if name not in value.type().names:
                return None
        elif not value.type().is_json():
            return None
        value = value[name]
    if not value.type().is_json():
        return value
    return {"integer": value.int, "boolean": value.bool}.get(kind, value.str)


def _item_attribute(table: Any, member: Member) -> Any:
    """Return the values of all items as a list; None if the database cannot compute it."""
    if member.name in table.columns:
        column = table[member.name]
        return column.cast("array<string>") if column.type().is_array() else None
    if "items" not in table.columns:
        has_lists = table.get_backend().name not in _WITHOUT_LISTS
        return ibis.null("array<string>" if has_lists else "string")
    kind = table["items"].type()
    if not kind.is_array() or not kind.value_type.is_struct():
        return None
    if _get_nested(table["items"][0], member.path, member.kind) is None:
        return ibis.null("array<string>")
    return table["items"].map(
        lambda item: _get_nested(item, member.path, member.kind).cast("string")
    )
