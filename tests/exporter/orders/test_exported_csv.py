"""What an export has is what the predicate selects, whatever is in the orders."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import Filter
from epfilter.exporter.orders import OrderSource, RowsPer, attributes_of, csv_columns, open_orders
from epfilter.exporter.orders.order_schema import (
    ITEM_MEMBERS,
    ORDER_MEMBERS,
    Tree,
    build_member_tree,
)
from epfilter.targets import to_predicate
from exporter.orders.test_formula_escaping import texts
from support.order_samples import (
    order_filters,
    order_lists,
    orders_and_filters,
    to_csv_rows,
    to_flat_row,
    write_csv,
    write_jsonl,
)
from support.sizes import divide_examples

Order = dict[str, Any]
FEWER = divide_examples(15, least=1)
"""An export takes a tenth of a second, so that one example has several filters."""

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00")


def _struct(tree: Tree, *, whole: pa.DataType) -> pa.DataType:
    def kind(name: str, inner: Tree | None) -> pa.DataType:
        if inner is not None:
            return _struct(inner, whole=whole)
        named = {"amount": whole, "quantity": whole, "is_manual": pa.bool_()}
        return named.get(name, pa.string())

    return pa.struct([(name, kind(name, inner)) for name, inner in tree.items()])


def _write_parquet(orders_in: Sequence[Order], path: Path) -> None:
    whole = pa.decimal128(38, 0)
    order = _struct(build_member_tree(ORDER_MEMBERS), whole=whole)
    items = pa.list_(_struct(build_member_tree(ITEM_MEMBERS), whole=whole))
    schema = pa.schema([*order, pa.field("items", items)])
    pq.write_table(pa.Table.from_pylist([*orders_in], schema), path, row_group_size=2)


def _write_flat(orders_in: Sequence[Order], path: Path) -> None:
    names = [column.name for column in csv_columns("order") if column.name != "item_count"]
    write_csv([to_flat_row(order) for order in orders_in], names, path)


WRITERS = {".jsonl": write_jsonl, ".parquet": _write_parquet, ".csv": _write_flat}


def _exported(
    orders_in: Sequence[Order],
    f: Filter | None,
    suffix: str = ".jsonl",
    *,
    rows: RowsPer = "item",
    neutralise: bool = False,
) -> list[dict[str, str]]:
    with TemporaryDirectory() as folder:
        source = Path(folder, f"orders{suffix}")
        WRITERS[suffix](orders_in, source)
        return _read_back(open_orders(source), f, rows=rows, neutralise=neutralise)


def _read_back(
    store: OrderSource, f: Filter | None, *, rows: RowsPer = "item", neutralise: bool = False
) -> list[dict[str, str]]:
    with TemporaryDirectory() as folder:
        target = Path(folder, "exported.csv")
        written = store.write_csv(f, target, rows=rows, neutralise=neutralise)
        with target.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            cells_found = list(reader)
    assert reader.fieldnames == [column.name for column in csv_columns(rows)]
    assert written == len(cells_found)
    return cells_found


@pytest.mark.parametrize("suffix", WRITERS)
@FEWER
@given(both=orders_and_filters())
def test_an_export_has_the_orders_that_the_predicate_selects(
    suffix: str, both: tuple[list[Order], list[Filter]]
) -> None:
    orders_in, fs = both
    with TemporaryDirectory() as folder:
        source = Path(folder, f"orders{suffix}")
        WRITERS[suffix](orders_in, source)
        store = open_orders(source)
        for f in fs:
            matches = to_predicate(f, "orders")
            wanted = [order["id"] for order in orders_in if matches(attributes_of(order))]
            assert [row["id"] for row in _read_back(store, f, rows="order")] == wanted
        assert store.count(fs[-1]) == len(wanted)


@FEWER
@given(orders_in=order_lists, suffix=st.sampled_from([".jsonl", ".parquet"]))
def test_the_cells_are_the_values_of_the_orders(orders_in: list[Order], suffix: str) -> None:
    wanted = [row for order in orders_in for row in to_csv_rows(order)]
    assert _exported(orders_in, None, suffix) == wanted


@FEWER
@given(orders_in=order_lists, rows=st.sampled_from(["item", "order"]))
def test_no_text_is_executed_and_no_number_is_changed(
    orders_in: list[Order], rows: RowsPer
) -> None:
    plain = _exported(orders_in, None, rows=rows)
    safe = _exported(orders_in, None, rows=rows, neutralise=True)
    for column in csv_columns(rows):
        for before, after in zip(plain, safe, strict=True):
            was, is_now = before[column.name], after[column.name]
            assert is_now in (was, f"'{was}")
            if column.kind in ("integer", "boolean"):
                assert is_now == was
            else:
                assert not is_now.lstrip(' "').startswith(DANGEROUS)


@FEWER
@given(orders_in=order_lists, f=order_filters)
def test_an_export_can_be_exported_again(orders_in: list[Order], f: Filter) -> None:
    kept = [
        {**order, "items": [item for item in order.get("items") or () if item]}
        for order in orders_in
    ]
    with TemporaryDirectory() as folder:
        source, first = Path(folder, "orders.jsonl"), Path(folder, "first.csv")
        write_jsonl(kept, source)
        store = open_orders(source)
        store.write_csv(None, first, neutralise=False)
        assert _read_back(open_orders(first), f) == [
            row for row in _read_back(store, f) if row["id"]
        ]


@FEWER
@given(texts=st.lists(texts, min_size=1, max_size=20), rows=st.sampled_from(["item", "order"]))
def test_an_export_that_is_exported_again_is_the_same(texts: list[str], rows: RowsPer) -> None:
    orders_in = [
        {"id": str(place), "customer": {"name": text}, "items": [{"sku": text, "name": text}]}
        for place, text in enumerate(texts)
    ]
    with TemporaryDirectory() as folder:
        source, *exported = (Path(folder, name) for name in ("orders.jsonl", "1.csv", "2.csv"))
        write_jsonl(orders_in, source)
        for before, after in pairwise([source, *exported]):
            open_orders(before).write_csv(None, after, rows=rows)
        first, second = (path.read_bytes() for path in exported)
    assert second == first
