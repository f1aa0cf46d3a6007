"""Names and addresses of orders: what opens, and in which words the rest is refused."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders import open_orders
from epfilter.exporter.orders.duckdb_files import OrderFile
from exporter.orders.conftest import ids
from support.rows import for_each
from support.sizes import slow_except

SUFFIXES = "is not a supported orders file. Hint: use .jsonl, .ndjson, .json, .csv or .parquet."


UNREADABLE = (
    "the URL of the orders is invalid. Hint: write it like "
    "postgresql://user:password@host:5432/database#table."
)


NOT_UTF_8 = "is not UTF-8. Hint: DuckDB requires UTF-8: rename the file or the folder."


@pytest.mark.skipif(os.name != "posix", reason="Windows has no files of such names")
@pytest.mark.parametrize(
    "name",
    slow_except(
        [
            "a*b",
            "**",
            "a?",
            "a[1]",
            "q'u\"o",
            "a b\nc",
            "{x,y}",
            "ü",
            "~",
            "$HOME",
            "x=1",
            "-",
            "a;b--",
        ],
        *("a*b", "a[1]", "q'u\"o"),
    ),
)
def test_a_name_means_one_file_whatever_is_in_it(
    name: str, stored: Callable[..., Path], tmp_path: Path
) -> None:
    stored('{"id":"another"}\n', "a1b.jsonl")
    store = open_orders(stored(name=f"{name}.jsonl"))
    assert ids(store, tmp_path / f"{name}.csv") == ["1", "2"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_a_path_that_is_not_utf_8_is_refused(
    suffix: str, stored: Callable[..., Path], target: Path, tmp_path: Path
) -> None:
    path = stored("id\n1\n", os.fsdecode(b"\xff." + suffix.encode()))
    store = open_orders(path)
    for run in (
        store.require_ready,
        lambda: store.count(None),
        lambda: store.write_csv(None, target),
    ):
        with pytest.raises(OrdersError) as caught:
            run()
        assert str(caught.value) == rf"the path of \udcff.{suffix} {NOT_UTF_8}"
    good = open_orders(stored())
    with pytest.raises(OrdersError, match=r"^the path of \\udcff\.out is not UTF-8\."):
        good.write_csv(None, tmp_path / "\udcff.out")
    with pytest.raises(OrdersError, match=r"^the path of the temporary files is not UTF-8\."):
        open_orders(stored(), temporary=tmp_path / "\udcff").require_ready()


@pytest.mark.skipif(os.name != "posix", reason="Windows refuses such a name")
def test_a_missing_file_of_such_a_name_is_reported(tmp_path: Path) -> None:
    with pytest.raises(OrdersError) as caught:
        open_orders(tmp_path / "\udcff.csv").require_ready()
    assert str(caught.value) == r"cannot read \udcff.csv: No such file or directory."


def test_a_source_is_a_path_a_text_or_a_url_of_a_file(stored: Callable[..., Path]) -> None:
    path = stored(name="two orders.ndjson")
    for source in (path, str(path), path.as_uri()):
        assert open_orders(source).count(None) == 2


@for_each(
    ("source", "message"),
    [
        (
            "orders.txt",
            f"`orders.txt` {SUFFIXES}",
        ),
        (".", f"`.` {SUFFIXES}"),
        ("..", f"`..` {SUFFIXES}"),
        ("/", f"`/` {SUFFIXES}"),
        ("file:///", f"`/` {SUFFIXES}"),
        ("\udcff.txt", rf"`\udcff.txt` {SUFFIXES}"),
        ("", f"the path of the orders file is empty. Hint: {SUFFIXES.partition('Hint: ')[2]}"),
        ("https://127.0.0.1/orders.jsonl", "Ibis does not support `https` URLs."),
        ("s3://bucket/orders.parquet", "Ibis does not support `s3` URLs."),
        (
            "file://elsewhere/orders.csv",
            "`file://elsewhere/orders.csv` is a file of another machine. Hint: file:///path/to/file.",
        ),
        (
            "file://ron:secret@elsewhere/orders.csv",
            "`file://elsewhere/orders.csv` is a file of another machine. Hint: file:///path/to/file.",
        ),
        ("duckdb://[::1/orders", UNREADABLE),
        ("duckdb:///\udcff.duckdb", UNREADABLE),
        ("postgresql://ron:secret@127.0.0.1:port/orders", UNREADABLE),
    ],
)
def test_an_invalid_source_is_refused(source: str, message: str) -> None:
    with pytest.raises(OrdersError) as caught:
        open_orders(source)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("source", "module", "extra"),
    [("orders.csv", "duckdb_files", "service"), ("duckdb:///x", "ibis_tables", "databases")],
)
def test_a_missing_package_is_named(
    source: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, f"epfilter.exporter.orders.{module}", None)
    with pytest.raises(
        OrdersError, match=rf"not installed\. Hint: pip install 'epfilter\[{extra}\]'"
    ):
        open_orders(source)


def test_a_path_that_looks_like_an_address_is_a_path() -> None:
    with pytest.raises(OrdersError, match=r"cannot read x\.jsonl: No such file"):
        OrderFile(Path("http://127.0.0.1:1/x.jsonl")).require_ready()


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda _: None, "cannot read orders.jsonl: No such file or directory."),
        (_folder, "cannot read orders.jsonl: it is a folder."),
        pytest.param(
            _pipe,
            "cannot read orders.jsonl: it is not a regular file.",
            marks=pytest.mark.skipif(os.name != "posix", reason="Windows has no such pipes"),
        ),
    ],
)
def test_a_source_that_is_not_a_file_is_refused(
    make: Callable[[Path], None], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "orders.jsonl"
    store = open_orders(path)
    make(path)
    for run in (
        store.require_ready,
        lambda: store.count(None),
        lambda: ids(store, tmp_path / "out.csv"),
    ):
        with pytest.raises(OrdersError) as caught:
            run()
        assert str(caught.value) == message
