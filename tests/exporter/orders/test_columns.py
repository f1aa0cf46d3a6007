"""The columns of the CSV files never move: programs read these files by position too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from epfilter.exporter.orders import RowsPer, csv_columns
from epfilter.exporter.orders.duckdb_sql import Source, build_csv_select, quote_name
from epfilter.exporter.orders.order_schema import ITEM_MEMBERS, ORDER_MEMBERS

PINNED: dict[RowsPer, list[str]] = json.loads(
    Path(__file__).with_name("columns.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("rows", ["item", "order"])
def test_no_column_moves_and_new_ones_come_last(rows: RowsPer) -> None:
    names = [column.name for column in csv_columns(rows)]
    pinned = PINNED[rows]
    assert names[: len(pinned)] == pinned, "a column has moved or is gone: new columns go last"
    assert names == pinned, "add the new columns to the end of columns.json"


def test_every_member_has_a_column() -> None:
    per_item = {column.name for column in csv_columns("item")}
    per_order = {column.name for column in csv_columns("order")}
    order_names = {member.name for member in ORDER_MEMBERS}
    assert order_names <= per_order
    assert order_names | {member.name for member in ITEM_MEMBERS} == per_item


@pytest.mark.parametrize("rows", ["item", "order"])
@pytest.mark.parametrize("items", [None, "items"])
def test_every_column_has_a_cell(rows: RowsPer, items: str | None) -> None:
    sql = build_csv_select(
        "SELECT 1", Source("orders", {}, items), rows, neutralise=True, bom=False
    )
    assert [column.name for column in csv_columns(rows) if quote_name(column.name) not in sql] == []


def test_every_column_is_described() -> None:
    for rows in PINNED:
        assert all(column.about for column in csv_columns(rows))
