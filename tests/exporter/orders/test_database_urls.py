"""URLs of databases: what they must lead to, and in which words the rest is refused."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders import open_orders
from support.sizes import slow_except

# Ibis 12 calls what DuckDB 2 has under another name.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

TABLE = "CREATE TABLE orders (id INTEGER, payment TEXT)"


def refusals(url: str, target: Path) -> set[str]:
    """What every call of a store says; one text where all say the same."""
    store = open_orders(url)
    message = set()
    for run in (
        store.require_ready,
        lambda: store.count(None),
        lambda: store.write_csv(None, target),
    ):
        with pytest.raises(OrdersError) as caught:
            run()
        message.add(str(caught.value))
    return message


def _nothing(_: Path) -> None:
    pass


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (_nothing, "No such file or directory"),
        (_folder, "it is a folder"),
        pytest.param(
            _pipe,
            "it is not a regular file",
            marks=pytest.mark.skipif(os.name != "posix", reason="Windows has no such pipes"),
        ),
    ],
)
@pytest.mark.parametrize(
    "url",
    slow_except(
        [
            "duckdb://{folder}/none.db",
            "duckdb://{folder}/none.db?read_only=true#shop.sales",
            "duckdb://none.db",
            "DuckDB://./none.db",
            "sqlite://{folder}/none.db",
            "sqlite://none.db#sales",
        ],
        "duckdb://none.db",
        "sqlite://{folder}/none.db",
    ),
)
def test_a_missing_database_file_is_not_created(
    url: str,
    make: Callable[[Path], None],
    why: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "none.db")
    before = [*tmp_path.iterdir()]
    told = refusals(url.format(folder=tmp_path.as_posix()), tmp_path / "out.csv")
    assert told == {f"cannot read none.db: {why}."}
    assert [*tmp_path.iterdir()] == before


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("duckdb://.", "cannot read .: it is a folder."),
        ("sqlite:///", "cannot read /: it is a folder."),
        ("duckdb:///\0", "cannot read \0: embedded null byte."),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="Windows has other roots")
def test_a_path_without_a_name(url: str, why: str, tmp_path: Path) -> None:
    assert refusals(url, tmp_path / "out.csv") == {why}


@pytest.mark.parametrize(
    "name", slow_except(["a b.db", "a:1.db", "ü.db", "a%20b.db", "a;b.db"], "a b.db")
)
@pytest.mark.skipif(os.name != "posix", reason="Windows has no such names")
def test_a_file_is_the_one_that_ibis_finds(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with duckdb.connect(name) as connection:
        connection.execute(TABLE)
    assert open_orders(f"duckdb://{name}").count(None) == 0
    assert open_orders(f"duckdb://{tmp_path}/{name}").count(None) == 0


@pytest.mark.parametrize(
    "given", slow_except(["maybe", "1", "None", "[", "__import__('os')"], "maybe")
)
def test_read_only_is_true_or_false(given: str, tmp_path: Path) -> None:
    path = tmp_path / "orders.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLE)
    assert refusals(f"duckdb://{path}?read_only={given}", tmp_path / "out.csv") == {
        f"`read_only` is `{given}` in the URL of the orders. Hint: write `true` or `false`."
    }
    for taken in ("true", "FALSE", ""):
        assert open_orders(f"duckdb://{path}?read_only={taken}").count(None) == 0


@pytest.mark.parametrize(
    "query",
    ["no_such=1", "type_map=1", "database=x"],
)
def test_arguments_that_ibis_does_not_accept(query: str, tmp_path: Path) -> None:
    path = tmp_path / "orders.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(TABLE)
    assert refusals(f"sqlite://{path}?{query}", tmp_path / "out.csv") == {
        "Ibis cannot connect to `sqlite` with this URL. Hint: check the part after `?`."
    }


def test_a_missing_package_of_a_database_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ibis.backends.mysql", None)
    assert refusals("mysql://127.0.0.1:1/shop", tmp_path / "out.csv") == {
        "a package for `mysql` is not installed. Hint: pip install 'ibis-framework[mysql]'."
    }


@pytest.mark.parametrize(
    ("header", "first", "second"),
    [
        ("id,payment,Payment", "payment", "Payment"),
        ("ID,id", "ID", "id"),
        ("id,sku,Note,note", "Note", "note"),
    ],
)
def test_columns_that_differ_only_in_case(
    header: str, first: str, second: str, tmp_path: Path
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f"{header}\n", encoding="utf-8")
    (message,) = refusals(str(path), tmp_path / "out.csv")
    assert message == (
        f"the columns `{first}` and `{second}` differ only in upper and lower case. "
        "Hint: rename one of them."
    )


def test_columns_that_differ_for_duckdb(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("id,Ü,ü\n1,2,3\n", encoding="utf-8")
    assert open_orders(path).write_csv(None, tmp_path / "out.csv") == 1
