"""Files with one row per item: their rows are orders, and little memory is enough for many."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import pytest

from epfilter import FilterValueError, parse
from epfilter.exporter.orders import demo_lines, open_orders
from epfilter.exporter.orders.duckdb_files import OrderFile
from epfilter.exporter.orders.file_formats import describe_csv
from support.sizes import slow_except

REPEATED = "id,payment,product_sku,quantity\n1,paid,A,1\n1,paid,B,2\n2,unpaid,A,3\n3,paid,,\n"
FIRST_ONLY = "id,payment,product_sku,quantity\n1,paid,A,1\n1,,B,2\n2,unpaid,A,3\n3,paid,,\n"
APART = "id,payment,product_sku,quantity\n1,paid,A,1\n2,unpaid,A,3\n1,paid,B,2\n3,paid,,\n"
SAME_NAMES = (
    "id,payment,product_sku,quantity,position,first_position,order_id,cells,item,items_\n"
    "1,paid,A,1,5,5,5,5,5,5\n1,paid,B,2,4,4,4,4,4,4\n2,unpaid,A,3,3,3,3,3,3,3\n3,paid,,,,,,,,\n"
)
ITEMS = [["1", "paid", "A", "1"], ["1", "paid", "B", "2"], ["2", "unpaid", "A", "3"]]
ALL = [*ITEMS, ["3", "paid", "", ""]]
FILTERS: list[tuple[str | None, list[list[str]]]] = [
    (None, ALL),
    ("eq(payment,paid)", [ALL[0], ALL[1], ALL[3]]),
    ("eq(product_sku,B)", ALL[:2]),
    ("eq(product_sku,A):eq(payment,unpaid)", [ALL[2]]),
    ("eq(product_sku,A):eq(product_sku,B)", ALL[:2]),
    ("eq(product_sku,A):eq(product_sku,B)|eq(payment,unpaid)", ALL[:3]),
    ("eq(product_sku,B)|eq(payment,unpaid)", ALL[:3]),
]
TEXTS = {"repeated": REPEATED, "first only": FIRST_ONLY, "apart": APART, "names": SAME_NAMES}


def _read(path: Path, *names: str) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [[row[name] for name in names] for row in csv.DictReader(lines)]


@pytest.mark.parametrize(
    ("name", "suffix"),
    slow_except([*product(TEXTS, (".csv", ".parquet"))], ("repeated", ".csv")),
)
def test_rows_of_items_are_orders(name: str, suffix: str, tmp_path: Path) -> None:
    path, target = tmp_path / "orders.csv", tmp_path / "out.csv"
    path.write_text(TEXTS[name], encoding="utf-8")
    if suffix == ".parquet":
        read = f"SELECT * FROM read_csv('{path}', all_varchar = true)"  # noqa: S608 - a path of the test
        path = path.with_suffix(suffix)
        duckdb.connect().execute(f"COPY ({read}) TO '{path}' (FORMAT parquet)")
    store = open_orders(path)
    for text, rows in FILTERS:
        f = None if text is None else parse(text)
        store.write_csv(f, target)
        assert _read(target, "id", "payment", "product_sku", "quantity") == rows, text
        items: dict[str, list[str]] = {}
        for row in rows:
            items.setdefault(row[0], []).extend(filter(None, [row[2]]))
        store.write_csv(f, target, rows="order")
        found = _read(target, "id", "item_count", "product_skus")
        assert [[row[0], int(row[1]), json.loads(row[2])] for row in found] == [
            [key, len(skus), skus] for key, skus in items.items()
        ], text
        assert store.count(f) == len(items)


_NO_ITEM = "id,payment,product_sku,quantity\n1,paid,A,1\n1,paid,,\n2,paid,B,2\n3,paid,,\n"


@pytest.mark.parametrize(
    ("text", "skus"),
    slow_except(
        [
            (_NO_ITEM, ["A", "B", ""]),
            (_NO_ITEM + "1,paid,C,1\n", ["A", "C", "B", ""]),
            (_NO_ITEM.replace(",,\n", ',,""\n'), ["A", "B", ""]),
            (_NO_ITEM.replace("\n", "\r\n"), ["A", "B", ""]),
            ("id,payment,product_sku\n1,paid,\n1,paid,A\n", ["A"]),
            ("id,payment,product_sku\n1,paid,\n1,paid,\n", ["", ""]),
            ("id,payment,product_sku\n1,paid,\n2,paid,A\n1,paid,\n2,paid,B\n", ["", "A", "B", ""]),
            ("id,payment,product_sku\n1,paid,\n2,paid,A\n", ["", "A"]),
            ("product_sku,id,payment\nA,1,paid\n,1,paid\n", ["A"]),
        ],
        (_NO_ITEM, ["A", "B", ""]),
        ("product_sku,id,payment\nA,1,paid\n,1,paid\n", ["A"]),
    ),
)
def test_a_row_without_an_item_counts_only_for_an_order_without_items(
    text: str, skus: list[str], stored: Callable[..., Path], target: Path
) -> None:
    store = open_orders(stored(text, "orders.csv"))
    for f in (None, parse("eq(payment,paid)")):
        assert store.write_csv(f, target) == len(skus)
        assert [row for (row,) in _read(target, "product_sku")] == skus


def test_orders_without_items_and_with_the_same_id_are_exported_again_as_they_are(
    stored: Callable[..., Path], target: Path
) -> None:
    """They are several orders in a file without columns of items, too."""
    first = stored("id,payment\n1,paid\n1,unpaid\n2,paid\n", "orders.csv")
    again = target.with_name("again.csv")
    assert open_orders(first).write_csv(None, target) == 3
    store = open_orders(target)
    assert store.write_csv(None, again) == store.count(None) == 3
    assert again.read_bytes() == target.read_bytes()
    assert store.write_csv(parse("eq(payment,paid)"), again) == 2


def test_a_source_is_grouped_only_where_rows_lack_a_part_of_their_order(
    stored: Callable[..., Path],
) -> None:
    def is_grouped(text: str, filter_text: str | None = None) -> bool:
        store = OrderFile(stored(text, "orders.csv"))
        with store._open(()) as connection:
            f = None if filter_text is None else parse(filter_text)
            source = store._describe(connection, store._path)
            return store._choose_grouping(connection, source, f, "item") is source

    found: dict[str, Any] = {
        "repeated": is_grouped(REPEATED),
        "filtered": is_grouped(REPEATED, "eq(payment,paid)"),
        "by an item": is_grouped(REPEATED, "eq(payment,paid)|eq(product_sku,B)"),
        "without an item": is_grouped(REPEATED, "is_null(product_sku)"),
        "by many items": is_grouped(REPEATED, ":".join(f"eq(product_sku,{n})" for n in range(9))),
        "only in the first row": is_grouped(FIRST_ONLY),
        "apart": is_grouped(APART),
    }
    assert [name for name, grouped in found.items() if grouped] == [
        *("without an item", "by many items", "only in the first row", "apart"),
    ]


@pytest.mark.slow
def test_an_exported_file_is_exported_in_little_memory(tmp_path: Path) -> None:
    source, first, second = (tmp_path / name for name in ("orders.jsonl", "1.csv", "2.csv"))
    with source.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(demo_lines(60_000))
    rows = open_orders(source).write_csv(None, first)
    assert first.stat().st_size > 50_000_000
    little = open_orders(first, threads=1, memory="100MB")
    assert little.write_csv(None, second) == rows
    assert second.read_bytes() == first.read_bytes()
    f, third = parse("eq(product_sku,DECK_OAK_001)|eq(payment,refunded)"), tmp_path / "3.csv"
    rows = open_orders(source).write_csv(f, third)
    assert little.write_csv(f, second) == rows
    assert second.read_bytes() == third.read_bytes()


@pytest.mark.slow
def test_a_file_that_several_threads_cannot_divide_is_read_by_one(tmp_path: Path) -> None:
    """Its quoted cells look like rows, so that a thread that begins there takes them for rows."""
    source, target = tmp_path / "orders.csv", tmp_path / "out.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        file.write("id,name,payment\n")
        for number in range(800):
            name = "1,2,3\n" * 10_000
            file.write(f'{number},"{name}",paid\n')
    store = OrderFile(source, threads=4, memory="2GB")
    with store._sessions.session((source,)) as connection:
        table = describe_csv(connection, source).table
        select = f"SELECT count(name) FROM {table}"  # noqa: S608 - a path of the test
        with pytest.raises(duckdb.Error):
            connection.execute(select)
    assert store.write_csv(parse("eq(payment,paid)"), target) == 800
    assert store.count(None) == 800


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
def test_rows_of_items_in_a_database_are_read_once(tmp_path: Path) -> None:
    path, target = tmp_path / "orders.duckdb", tmp_path / "out.csv"
    (tmp_path / "orders.csv").write_text(FIRST_ONLY, encoding="utf-8")
    with duckdb.connect(str(path)) as connection:
        read = f"SELECT * FROM read_csv('{tmp_path / 'orders.csv'}', all_varchar = true)"  # noqa: S608 - a path of the test
        connection.execute(f"CREATE TABLE orders AS {read}")
    store = open_orders(f"duckdb://{path}?read_only=true")
    assert store.write_csv(None, target) == len(ALL)
    assert _read(target, "id", "payment", "product_sku", "quantity") == ALL
    assert store.write_csv(None, target, rows="order") == 3


def test_an_unknown_member_of_an_item_is_named_with_the_columns_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(REPEATED, encoding="utf-8")
    with pytest.raises(FilterValueError, match="there are `product_sku`, `quantity`"):
        open_orders(path, check=False).write_csv(parse("eq(items[0].sku,A)"), tmp_path / "out.csv")
