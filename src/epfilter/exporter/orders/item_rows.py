"""Sources with one row per item, such as exported files: their rows grouped into orders.

The aggregates of DuckDB cannot move lists and objects from memory to the disk. So only items are
collected in lists, not orders, and only those members of items that are used; and nothing is
grouped where each row has all of its order already, as in the files that an export writes. There,
conditions on items select rows, and the ids of these rows select the orders.
"""

# ruff: noqa: S608 - names and texts of the SQL go through `quote_name` and `quote_text`

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from epfilter.ast import And, Comparison, Filter, IsNull, Membership, Operator, Or, walk
from epfilter.exporter.orders.duckdb_sql import Source, Value, quote_name, quote_path
from epfilter.exporter.orders.order_schema import ITEM_ATTRIBUTES

_POSITION = "row position"
"""The name of a column with the number of the row; no attribute has such a name."""


def group_item_rows(
    table: str, columns: Mapping[str, Value], item_columns: Mapping[str, Value], *, once: bool
) -> Source:
    """Return the source for one row per item: an order has the position of its first row.

    The members of the order itself are those of its first row. A row without any value of an item
    is an order without items, or is ignored where another row with this id has an item. A table
    that can be read only `once` is kept.
    """
    numbered = f"SELECT row_number() OVER () AS {quote_name(_POSITION)}, * FROM {table}"
    kept = {name: value for name, value in item_columns.items() if name in ITEM_ATTRIBUTES}
    ungrouped = Source(
        # Only these columns, because one with the name of a variable would be that variable.
        f"(SELECT {_select_list(columns)}, {_pack(item_columns)} AS only_item FROM {table})",
        _rename(columns),
        "[only_item]",
        _unpack(item_columns),
        only_item="only_item",
    )
    return replace(
        _group(numbered, columns, item_columns, item_columns, once=once),
        ungrouped=ungrouped,
        without_details=_group(numbered, columns, item_columns, kept, once=once),
    )


def _group(
    numbered: str,
    columns: Mapping[str, Value],
    item_columns: Mapping[str, Value],
    kept: Mapping[str, Value],
    *,
    once: bool,
) -> Source:
    """Return the source for rows that are grouped, with these members of their items."""
    position = quote_name(_POSITION)
    order_id = columns["id"].sql
    order = ", ".join(map(quote_name, columns))
    # Their order is restored at the end, because an ordered aggregate would need more memory.
    packed = f"{{position: {position}, item: {_pack(kept)}}}"
    has_item = _has_item(item_columns)
    items = f"list_sort(coalesce(list({packed}) FILTER ({has_item}), []))"
    positions = (
        f"CASE WHEN bool_or({has_item}) THEN [min({position})] "
        f"ELSE list({position}) FILTER (NOT ({has_item})) END"
    )
    grouped = (
        f"SELECT unnest({positions}) AS first_position, "
        f"list_transform({items}, lambda each: each.item) AS items "
        f"FROM numbered GROUP BY {order_id}, CASE WHEN {order_id} IS NULL THEN {position} END"
    )
    kind = "MATERIALIZED" if once else "NOT MATERIALIZED"
    return Source(
        f"(WITH numbered AS {kind} ({numbered}) "
        f"SELECT {order}, items FROM (SELECT {position}, {_select_list(columns)} FROM numbered) "
        f"JOIN ({grouped}) ON {position} = first_position ORDER BY {position})",
        _rename(columns),
        "items",
        _unpack(kept),
    )


def _select_list(columns: Mapping[str, Value]) -> str:
    return ", ".join(f"{value.sql} AS {quote_name(name)}" for name, value in columns.items())


def _rename(columns: Mapping[str, Value]) -> dict[str, Value]:
    return {name: Value(quote_name(name), value.type) for name, value in columns.items()}


def _pack(values: Mapping[str, Value]) -> str:
    """Return an object with these values; one without values has a member nevertheless."""
    members = [f"{quote_name(name)}: {value.sql}" for name, value in values.items()]
    return f"{{{', '.join(members or ['present: true'])}}}"


def _unpack(values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: Value(quote_path(("item", name)), each.type) for name, each in values.items()}


def _has_item(item_columns: Mapping[str, Value]) -> str:
    return " OR ".join(f"{value.sql} IS NOT NULL" for value in item_columns.values())


def uses_items(f: Filter | None) -> bool:
    """Return whether a filter has a condition on the items of an order.

    >>> from epfilter import parse
    >>> uses_items(parse("eq(payment,paid):eq(product_sku,A)")), uses_items(parse("eq(id,1)"))
    (True, False)
    """
    fields = () if f is None else _fields(f)
    return any(name.startswith(("product_", "items")) for name in fields)


def _fields(f: Filter) -> Iterable[str]:
    return (node.field for node in walk(f) if isinstance(node, (Comparison, Membership, IsNull)))


_MAX_READINGS = 8
"""The most conditions on items for which the rows are read again."""


def can_select_by_id(f: Filter) -> bool:
    """Return whether `build_order_select` can select the orders of a filter.

    That is the case if every condition on items holds if it holds for any item, and if few of them
    must hold for different items.

    >>> from epfilter import parse
    >>> can_select_by_id(parse("eq(product_sku,A):eq(product_sku,B)"))
    True
    >>> can_select_by_id(parse("is_null(product_sku)"))
    False
    """
    calls = [node for node in walk(f) if isinstance(node, (Comparison, Membership, IsNull))]
    return (
        all(
            node.op is Operator.EQ and node.field in ITEM_ATTRIBUTES
            for node in calls
            if uses_items(node)
        )
        and len(_split_by_rows(f)) <= _MAX_READINGS
    )


def build_order_select(view: str, f: Filter, select_rows: Callable[[Filter], str]) -> str:
    """Return the SELECT of all rows of the selected orders, in the sequence of the source.

    `view` is the SELECT of all rows, each with one item and all of its order. `select_rows` returns
    the SELECT of those for which a filter holds.
    """
    position = quote_name(_POSITION)
    return (
        f"SELECT * EXCLUDE ({position}) FROM "
        f"(SELECT row_number() OVER () AS {position}, * FROM ({view})) "
        # The order, because a join that does not fit into memory does not keep it.
        f"WHERE {_select_by_id(f, select_rows)} ORDER BY {position}"
    )


def _select_by_id(f: Filter, select_rows: Callable[[Filter], str]) -> str:
    if isinstance(f, (And, Or)) and not _can_select_by_row(f):
        terms = (_select_by_id(term, select_rows) for term in f.terms)
        return f"({(' AND ' if isinstance(f, And) else ' OR ').join(terms)})"
    return f"id IN (SELECT id FROM ({select_rows(f)}))"


def _split_by_rows(f: Filter) -> list[Filter]:
    """Return the parts of a filter that hold for an order if they hold for any of its rows."""
    if isinstance(f, (And, Or)) and not _can_select_by_row(f):
        return [part for term in f.terms for part in _split_by_rows(term)]
    return [f]


def _can_select_by_row(f: Filter) -> bool:
    """Return whether a filter holds for an order if it holds for any of its rows.

    The terms of an AND may hold for different items.
    """
    match f:
        case Or(terms=terms):
            return all(map(_can_select_by_row, terms))
        case And(terms=terms):
            return all(map(_can_select_by_row, terms)) and sum(map(uses_items, terms)) <= 1
        case _:
            return True


def build_repetition_select(source: Source) -> str:
    """Return the SELECT of whether each row of an ungrouped source has all of its order.

    That is the case if the rows of an order are one after the other, with the same cells, and if
    each has an item, or is the only one.
    """
    members = (quote_path(("only_item", name)) for name in source.item or ())
    has_item = " OR ".join(f"{member} IS NOT NULL" for member in members)
    cells = ", ".join(value.sql for value in source.columns.values())
    rows = (
        f"SELECT row_number() OVER () AS position, {source.columns['id'].sql} AS order_id, "
        f"hash({cells}) AS cells, {has_item} AS has_item FROM {source.table}"
    )
    orders = (
        "SELECT count(*) AS number, min(position) AS first, max(position) AS last, "
        "min(cells) AS least, max(cells) AS most, bool_and(has_item) AS have_items "
        f"FROM ({rows}) GROUP BY order_id"
    )
    return (
        "SELECT bool_and(number = 1 OR "
        f"(have_items AND least = most AND last - first + 1 = number)) FROM ({orders})"
    )
