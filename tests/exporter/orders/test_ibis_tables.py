"""Orders in a database through Ibis: DuckDB, and PostgreSQL where it is installed."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import duckdb
import ibis
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, make_url

from epfilter import F, Filter, parse
from epfilter.exporter.errors import OrdersDatabaseError, OrdersDiskFullError, OrdersError
from epfilter.exporter.orders import (
    OrderSource,
    RowsPer,
    attributes_of,
    demo_orders,
    ibis_tables,
    open_orders,
)
from epfilter.exporter.orders.order_schema import ORDER_MEMBERS, get_items, get_value
from epfilter.targets import UnsupportedFilterError, to_predicate
from support.exporter_services import interrupt_until_error
from support.order_samples import order_filters, order_lists, to_csv_rows
from support.sizes import divide_examples, slow_except

# Ibis 12 calls what DuckDB 2 has under another name.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

Order = dict[str, Any]
FEWER = divide_examples(6, least=2)
_TYPES = {"text": "TEXT", "integer": "NUMERIC(38,0)", "boolean": "BOOLEAN", "timestamp": "TEXT"}
ITEM_ATTRIBUTES = ("product_id", "product_sku")
DEMO = [*demo_orders(400)][::10]


def _sql(names: Sequence[str], kinds: Sequence[str], table: str) -> str:
    columns = ", ".join(f'"{name}" {kind}' for name, kind in zip(names, kinds, strict=True))
    return f"CREATE TABLE {table} ({columns})"


def _flat(made: Sequence[Order], array: str, document: str) -> tuple[list[str], list[str], Any]:
    """Flat columns, lists of the products, and the items as JSON."""
    names = [member.name for member in ORDER_MEMBERS] + [*ITEM_ATTRIBUTES, "items"]
    kinds = [_TYPES[member.kind] for member in ORDER_MEMBERS] + [array, array, document]
    rows = []
    for order in made:
        seen = attributes_of(order)
        items = get_items(order)
        row: list[object] = [get_value(order, member) for member in ORDER_MEMBERS]
        row += [seen[name] for name in ITEM_ATTRIBUTES]
        rows.append([*row, None if items is None else json.dumps(items)])
    return names, kinds, rows


def _plain(value: object) -> object:
    """Return a value as every driver takes it."""
    return value if value is None or isinstance(value, (str, bool)) else str(value)


class Places:
    """Makes a table of orders in a database and says the URL of it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder

    def duckdb(self, made: Sequence[Order]) -> str:
        path = self.folder / f"orders{uuid4().hex}.duckdb"
        with duckdb.connect(str(path)) as connection:
            names, kinds, rows = _flat(made, "TEXT[]", "JSON")
            connection.execute(_sql(names, kinds, "orders"))
            marks = ", ".join("?" * len(names))
            if rows:
                connection.executemany(f"INSERT INTO orders VALUES ({marks})", rows)  # noqa: S608 - marks only
        return f"duckdb://{path}?read_only=true"

    def sqlite(self, made: Sequence[Order]) -> str:
        path = self.folder / f"orders{uuid4().hex}.sqlite"
        names, kinds, rows = _flat(made, "TEXT", "TEXT")
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(_sql(names[:-3], kinds[:-3], "orders"))
            marks = ", ".join("?" * len(names[:-3]))
            plain = [[_plain(value) for value in row[:-3]] for row in rows]
            connection.executemany(f"INSERT INTO orders VALUES ({marks})", plain)  # noqa: S608 - marks only
        return f"sqlite://{path}"

    def mysql(self, made: Sequence[Order]) -> str:
        table = f"orders_{uuid4().hex}"
        names, kinds, rows = _flat(made, "TEXT", "TEXT")
        engine = create_engine(make_url(self.url).set(drivername="mysql+pymysql"))
        with engine.begin() as connection:
            connection.exec_driver_sql(
                _sql(names[:-3], kinds[:-3], table).replace('"', "`") + " CHARACTER SET utf8mb4"
            )
            marks = ", ".join(["%s"] * len(names[:-3]))
            plain = [tuple(_plain(value) for value in row[:-3]) for row in rows]
            connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({marks})", plain)  # noqa: S608 - marks only
        engine.dispose()
        return f"{self.url}#{table}"

    def postgresql(self, made: Sequence[Order]) -> str:
        table = f"orders_{uuid4().hex}"
        with psycopg.connect(self.url) as connection:
            names, kinds, rows = _flat(made, "TEXT[]", "JSONB")
            connection.execute(_sql(names, kinds, table))
            with connection.cursor() as cursor:
                marks = ", ".join(["%s"] * len(names))
                cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - marks only
        return f"{self.url}#public.{table}"


@pytest.fixture(params=slow_except(["duckdb", "postgresql"], "duckdb"))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Sequence[Order]], str]:
    url = ""
    if request.param == "postgresql":
        given = make_url(request.getfixturevalue("postgresql_url")).set(drivername="postgresql")
        url = given.render_as_string(hide_password=False)
    made: Callable[[Sequence[Order]], str] = getattr(Places(url, tmp_path), request.param)
    return made


def _exported(store: OrderSource, f: Filter | None, rows: RowsPer = "item") -> list[dict[str, str]]:
    with TemporaryDirectory() as folder:
        target = Path(folder, "exported.csv")
        written = store.write_csv(f, target, rows=rows, neutralise=False)
        with target.open(encoding="utf-8", newline="") as lines:
            found = [*csv.DictReader(lines)]
    assert written == len(found)
    return found


@pytest.mark.parametrize("place", ["duckdb", "postgresql"], indirect=True)
def test_a_table_is_exported_as_a_file_is(place: Callable[[Sequence[Order]], str]) -> None:
    store = open_orders(place(DEMO))
    store.require_ready()
    assert store.count(None) == 40
    assert _exported(store, None) == [row for order in DEMO for row in to_csv_rows(order)]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["JSON", "JSONB"])
def test_members_of_a_json_column_of_postgresql_are_attributes(
    kind: str, postgresql_url: str
) -> None:
    url = make_url(postgresql_url).set(drivername="postgresql")
    shown, table = url.render_as_string(hide_password=False), f"orders_{uuid4().hex}"
    amounts = {"1": "120", "2": "-5", "3": '"7"', "4": "null", "5": None}
    with psycopg.connect(shown) as connection:
        connection.execute(f"CREATE TABLE {table} (id TEXT, meta {kind})")
        for order_id, amount in amounts.items():
            price = "{}" if amount is None else f'{{"amount": {amount}, "currency": "EUR"}}'
            meta = f'{{"display_price": {{"with_tax": {price}}}, "is_manual": true}}'
            connection.execute(f"INSERT INTO {table} VALUES (%s, %s)", (order_id, meta))  # noqa: S608 - the same
    store = open_orders(f"{shown}#{table}")
    found = {
        text: [row["id"] for row in _exported(store, parse(text))]
        for text in ("gt(with_tax,5)", "lt(with_tax,0)", "eq(currency,EUR)", "eq(manual,true)")
    }
    assert list(found.values()) == [["1", "3"], ["2"], ["1", "2", "3", "4"], [*amounts]]
    assert [row["with_tax"] for row in _exported(store, None)] == ["120", "-5", "7", "", ""]


@pytest.mark.parametrize("text", ["eq(payment,paid)", None])
def test_the_summary_is_that_of_the_orders(
    text: str | None, place: Callable[[Sequence[Order]], str]
) -> None:
    assert_summary(open_orders(place(DEMO)), text)


def assert_summary(store: OrderSource, text: str | None) -> None:
    orders: list[dict[str, Any]] = [{**attributes_of(order)} for order in DEMO]
    if text is not None:
        orders = [*filter(to_predicate(text, "orders"), orders)]
    summary = store.summarise(None if text is None else parse(text), rows=3)
    months = sorted(order["created_at"][:7] for order in orders)
    assert (summary.count, summary.months) == (len(orders), Counter(months))
    assert [*summary.months] == sorted(summary.months)
    assert [row["id"] for row in summary.rows] == [order["id"] for order in orders[:3]]
    assert [row["with_tax"] for row in summary.rows] == [
        str(order["with_tax"]) for order in orders[:3]
    ]
    assert [(row["created_at"] or "")[:19] for row in summary.rows] == [
        order["created_at"][:19] for order in orders[:3]
    ]


SELECTED = [
    "eq(payment,paid)",
    "ge(created_at,2018-03-01):lt(with_tax,50000)",
    "like(name,*a*)|eq(currency,EUR)",
    "eq(manual,false):gt(updated_at,2018-06-01T00:00:00Z)",
    "like(contact.name,*a*)|like(contact.email,*1*)",
    "like(shipping_name,A*)|like(account_id,*)",
]
WITHOUT_LISTS = [*SELECTED, "like(name,*_*)", "like(email,*%*)"]


@pytest.mark.parametrize("text", slow_except(SELECTED, SELECTED[1]))
def test_the_database_selects_the_orders_of_the_predicate(
    text: str, place: Callable[[Sequence[Order]], str]
) -> None:
    store, matches = open_orders(place(DEMO)), to_predicate(text, "orders")
    wanted = [order["id"] for order in DEMO if matches(attributes_of(order))]
    assert wanted
    assert [row["id"] for row in _exported(store, parse(text), "order")] == wanted
    assert store.count(parse(text)) == len(wanted)


@pytest.mark.filterwarnings("ignore:Unable to set session timezone")
@pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")
@pytest.mark.parametrize("database", slow_except(["sqlite", "mysql"], "sqlite"))
@pytest.mark.parametrize("text", slow_except(WITHOUT_LISTS, WITHOUT_LISTS[1]))
def test_databases_without_lists_select_the_orders_of_the_predicate(
    database: str, text: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue("mysql_url") if database == "mysql" else ""
    place: str = getattr(Places(url, tmp_path), database)(DEMO)
    store = open_orders(place)
    store.require_ready()
    f = F.email.like("*%*") if "%" in text else parse(text)
    matches = to_predicate(f, "orders")
    wanted = [order["id"] for order in DEMO if matches(attributes_of(order))]
    assert [row["id"] for row in _exported(store, f, "order")] == wanted
    assert store.count(f) == len(wanted)
    assert_summary(store, "eq(payment,paid)")


def test_an_untested_database_is_refused_unless_it_is_allowed() -> None:
    with pytest.raises(OrdersError) as refusal:
        open_orders("trino://user@127.0.0.1:1/shop")
    assert str(refusal.value) == (
        "epfilter is not tested with `trino`, where a filter may select other orders. "
        "Hint: use --allow-untested (in Python: allow_untested=True) to try it."
    )
    open_orders("trino://user@127.0.0.1:1/shop", allow_untested=True)


def test_products_are_found_among_all_items(place: Callable[[Sequence[Order]], str]) -> None:
    skus = {item["sku"] for item in DEMO[0]["items"]}
    f = parse(":".join(f'eq(product_sku,"{sku}")' for sku in (*skus, *skus)))
    wanted = {order["id"] for order in DEMO if skus <= {item["sku"] for item in order["items"]}}
    assert {row["id"] for row in _exported(open_orders(place(DEMO)), f)} == wanted


@pytest.mark.slow
@FEWER
@given(made=order_lists, fs=st.lists(order_filters, min_size=1, max_size=4))
def test_hostile_orders_in_a_database(made: list[Order], fs: list[Filter]) -> None:
    with TemporaryDirectory() as folder:
        store = open_orders(Places("", Path(folder)).duckdb(made))
        for f in fs:
            matches = to_predicate(f, "orders")
            wanted = {order["id"] for order in made if matches(attributes_of(order))}
            try:
                found = {row["id"] for row in _exported(store, f, "order")}
            except UnsupportedFilterError:
                continue
            assert found == wanted


def test_nested_columns(tmp_path: Path) -> None:
    path = tmp_path / "nested.duckdb"
    source = tmp_path / "orders.jsonl"
    source.write_text("".join(json.dumps(order) + "\n" for order in DEMO), encoding="utf-8")
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            f"CREATE SCHEMA shop; CREATE TABLE shop.sales AS FROM read_json('{source}')"
        )
    store = open_orders(f"duckdb://{path}?read_only=true#shop.sales")
    text = "gt(with_tax,10000):eq(payment,paid)"
    matches = to_predicate(text, "orders")
    wanted = {order["id"] for order in DEMO if matches(attributes_of(order))}
    assert {row["id"] for row in _exported(store, parse(text))} == wanted
    sku = DEMO[3]["items"][0]["sku"]
    assert DEMO[3]["id"] in {row["id"] for row in _exported(store, parse(f"eq(product_sku,{sku})"))}


def test_an_error_of_the_database_is_an_orders_error(tmp_path: Path) -> None:
    path = tmp_path / "none.duckdb"
    path.write_bytes(b"no database")
    store = open_orders(f"duckdb://{path}?read_only=true")
    for run in (
        store.require_ready,
        lambda: store.count(None),
        lambda: store.write_csv(None, tmp_path / "x"),
    ):
        with pytest.raises(OrdersDatabaseError, match=r"^the database reports: "):
            run()


def test_no_message_contains_a_password() -> None:
    store = open_orders("postgresql://ron:secret-word@127.0.0.1:1/orders")
    with pytest.raises(OrdersError) as caught:
        store.require_ready()
    assert "secret-word" not in str(caught.value)


@pytest.mark.parametrize("name", ["pass", "Password", "sslkey", "access_token"])
@pytest.mark.parametrize(
    ("content", "message"),
    [(b"no database", r"^the database reports: "), (None, r"^cannot read …\.duckdb: No such file")],
)
def test_no_message_contains_a_secret_of_the_url(
    name: str, content: bytes | None, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "open-sesame.duckdb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(OrdersError, match=message) as caught:
        open_orders(f"duckdb://{path}?{name}=open-sesame").require_ready()
    assert "open-sesame" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "table"),
    [
        ("duckdb://", "orders"),
        ("duckdb://#sales", "sales"),
        ("duckdb://:memory:#x", "x"),
        ("duckdb://:memory:#main.x", "main.x"),
        ("duckdb://#", "orders"),
    ],
)
def test_a_missing_table_is_reported(url: str, table: str, tmp_path: Path) -> None:
    store = open_orders(url)
    for run in (
        store.require_ready,
        lambda: store.count(None),
        lambda: store.write_csv(None, tmp_path / "x.csv"),
    ):
        with pytest.raises(OrdersError) as caught:
            run()
        assert str(caught.value) == (
            f"the database has no table `{table}`. Hint: name it after `#`, like "
            "postgresql://host/database#schema.table."
        )


@pytest.mark.slow
def test_only_an_export_makes_the_database_sort(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_orders(Places("", tmp_path).duckdb(DEMO))
    queries: list[str] = []
    read = ibis_tables._read_batches

    def noted(selected: Any) -> Any:
        queries.append(str(ibis.to_sql(selected)))
        return read(selected)

    monkeypatch.setattr(ibis_tables, "_read_batches", noted)
    store.require_ready()
    store.count(parse("eq(payment,paid)"))
    store.write_csv(None, tmp_path / "x.csv")
    assert ["ORDER BY" in sql for sql in queries] == [False, False, True]


def test_an_attribute_that_is_only_in_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "orders.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE orders AS SELECT '1' AS id, '[{\"sku\":\"A\"}]'::JSON AS items"
        )
    store = open_orders(f"duckdb://{path}?read_only=true")
    assert store.count(parse("eq(name,a)")) == 0
    with pytest.raises(
        OrdersError,
        match=r"the table does not support this filter: the frame has no column `product_sku`",
    ):
        store.count(parse("eq(product_sku,A)"))


def test_a_table_without_ids_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "orders.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE orders AS SELECT 1 AS number")
    with pytest.raises(OrdersError, match="there is no column `id`"):
        open_orders(f"duckdb://{path}?read_only=true").write_csv(None, tmp_path / "x.csv")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_a_full_disk(place: Callable[[Sequence[Order]], str]) -> None:
    with pytest.raises(OrdersDiskFullError) as caught:
        open_orders(place(DEMO)).write_csv(None, Path("/dev/full"))
    assert str(caught.value) == "the disk is full."


@pytest.mark.slow
@pytest.mark.parametrize(
    "call",
    [
        lambda store, _: store.count(None),
        lambda store, target: store.write_csv(None, target),
    ],
    ids=["count", "write_csv"],
)
def test_a_table_can_be_interrupted(
    call: Callable[[OrderSource, Path], int],
    place: Callable[[Sequence[Order]], str],
    tmp_path: Path,
) -> None:
    store = open_orders(place(DEMO))
    assert interrupt_until_error(store, lambda: call(store, tmp_path / "x.csv")) == ["interrupted"]
    assert store.count(None) == 40
