"""What is where in a table of a database, as expressions of Ibis that its own SQL runs."""

from __future__ import annotations

from typing import Any

import ibis

from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders.order_schema import (
    FULL_NAMES,
    ITEM_MEMBERS,
    ORDER_MEMBERS,
    SEVERAL,
    Member,
    MemberKind,
)

_TYPES: dict[MemberKind, str] = {
    "text": "string",
    "integer": "int64",
    "boolean": "boolean",
    "timestamp": "timestamp('UTC')",
}


def carried(table: Any) -> dict[str, Any]:
    """The columns that a CSV file may need, by their names; JSON as text.

    Raises OrdersError where there is no `id`.
    """
    names = {member.name for member in (*ORDER_MEMBERS, *ITEM_MEMBERS)}
    names |= {member.path[0] for member in ORDER_MEMBERS} | {"items", *FULL_NAMES}
    found = {name: table[name] for name in table.columns if name in names}
    if "id" not in found:
        raise OrdersError("there is no column `id`.", hint="every order needs its own")
    return {name: _plain(column) for name, column in found.items()}


def _plain(column: Any) -> Any:
    """A column that becomes Arrow the same way in every database."""
    kind = column.type()
    return column.cast("string") if kind.is_json() or kind.is_uuid() else column


def attributes(table: Any) -> dict[str, Any]:
    """The attributes of resource `orders`; one that is nowhere is null.

    Those of the items are left out where only JSON has them, because not every database can
    search in it.
    """
    found = {member.name: _of_order(table, member) for member in ORDER_MEMBERS}
    for name, parts in FULL_NAMES.items():
        if name in table.columns:
            found[name] = table[name]
            continue
        first, last = (found[part] for part in parts)
        found[name] = ibis.coalesce(first + " " + last, first, last)
    for member in ITEM_MEMBERS:
        if member.name in SEVERAL:
            several = _of_items(table, member)
            if several is not None:
                found[member.name] = several
    return found


def _of_order(table: Any, member: Member) -> Any:
    value = table[member.name] if member.name in table.columns else None
    if value is None and member.path[0] in table.columns:
        value = _inside(table[member.path[0]], member.path[1:], member.kind)
    if value is None:
        return ibis.null(_TYPES[member.kind])
    kind = value.type()
    if kind.is_json():
        value = value.str
    if (kind.is_string() or kind.is_uuid() or kind.is_json()) and member.kind != "text":
        return value.cast(_TYPES[member.kind])
    return value if kind.is_string() or member.kind != "text" else value.cast("string")


def _inside(value: Any, path: tuple[str, ...], kind: MemberKind) -> Any:
    """The value at a path through structs or JSON; None where the path ends."""
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


def _of_items(table: Any, member: Member) -> Any:
    """What every item has, as a list; None where the database cannot tell."""
    if member.name in table.columns:
        column = table[member.name]
        return column.cast("array<string>") if column.type().is_array() else None
    if "items" not in table.columns:
        return ibis.null("array<string>")
    kind = table["items"].type()
    if not kind.is_array() or not kind.value_type.is_struct():
        return None
    if _inside(table["items"][0], member.path, member.kind) is None:
        return ibis.null("array<string>")
    return table["items"].map(lambda item: _inside(item, member.path, member.kind).cast("string"))
