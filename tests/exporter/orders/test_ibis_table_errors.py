"""What a failure leaves behind where orders are in a database: nothing, and the next call runs."""

from __future__ import annotations

import gc
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import TypeVar
from uuid import uuid4

import duckdb
import psycopg
import pytest
from sqlalchemy import make_url

from epfilter import parse
from epfilter.errors import FilterError
from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders import OrderSource, open_orders
from support.exporter_services import eventually
from support.sizes import slow_except

pytestmark = [
    # Ibis 12 calls what DuckDB 2 has under another name,
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),
    # and an option of pandas that is about to go.
    pytest.mark.filterwarnings("ignore:The 'future.infer_string' option"),
]

Answer = TypeVar("Answer")

COLUMNS = "(id INTEGER, payment TEXT, with_tax NUMERIC(10,2), numbers TEXT)"
ROW = "(1, 'paid', 1.5, NULL)"
FAULT = "the table contains invalid orders: `with_tax` is not a whole number: 1.5"


def in_time(call: Callable[[], Answer]) -> Answer:
    """What a call gives; an assertion that fails where it does not end."""
    answers: list[Answer] = []
    thread = Thread(target=lambda: answers.append(call()), daemon=True)
    thread.start()
    eventually(lambda: not thread.is_alive())
    return answers[0]


def failure(call: Callable[[], object]) -> Exception:
    """The error that a call raises, with all that its traceback holds."""
    try:
        call()
    except (FilterError, OrdersError) as error:
        return error
    pytest.fail("it did not fail")


@pytest.fixture
def collected_by_hand() -> Iterator[None]:
    """What refers to itself stays, as it may for long where much else is in memory."""
    gc.disable()
    yield
    gc.enable()


def _duckdb(path: Path) -> str:
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE TABLE broken {COLUMNS}; INSERT INTO broken VALUES {ROW}")  # noqa: S608 - fixed
    return f"duckdb://{path}#broken"


def _sqlite(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(f"CREATE TABLE broken {COLUMNS}; INSERT INTO broken VALUES {ROW}")  # noqa: S608 - fixed
    return f"sqlite://{path}#broken"


def _postgresql(server: str) -> str:
    url = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    table = f"broken_{uuid4().hex}"
    with psycopg.connect(url) as connection:
        connection.execute(f"CREATE TABLE {table} {COLUMNS}")
        connection.execute(f"INSERT INTO {table} VALUES {ROW}")  # noqa: S608 - fixed
    return f"{url}#public.{table}"


@pytest.fixture(params=slow_except(["duckdb", "sqlite", "postgresql"], "sqlite"))
def broken(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A table whose only order is none."""
    if request.param == "postgresql":
        return _postgresql(request.getfixturevalue("postgresql_url"))
    path = tmp_path / "broken.database"
    return _duckdb(path) if request.param == "duckdb" else _sqlite(path)


@pytest.mark.usefixtures("collected_by_hand")
def test_invalid_data_fail_every_export_and_block_none(broken: str, tmp_path: Path) -> None:
    store, target = open_orders(broken), tmp_path / "out.csv"
    # As a service may that keeps its errors: they hold what was at work.
    errors = [in_time(lambda: failure(lambda: store.write_csv(None, target))) for _ in range(3)]
    assert [type(error) for error in errors] == [OrdersError] * 3
    assert {str(error)[: len(FAULT)] for error in errors} == {FAULT}
    assert in_time(lambda: store.count(None)) == 1
    assert in_time(lambda: open_orders(broken).count(None)) == 1


FAILURES: list[Callable[[OrderSource, str, Path], object]] = [
    lambda _, url, target: open_orders(f"{url}_none").write_csv(None, target),
    lambda _, url, __: open_orders(f"{url}_none").count(None),
    lambda _, url, __: open_orders(f"{url}_none").require_ready(),
    lambda store, _, __: store.count(parse("eq(total,1)")),
    lambda store, _, target: store.write_csv(parse("eq(created_at,yesterday)"), target),
    lambda store, _, target: store.write_csv(None, target / "no folder" / "out.csv"),
]


@pytest.mark.slow
@pytest.mark.usefixtures("collected_by_hand")
@pytest.mark.parametrize("fail", FAILURES)
def test_no_failure_blocks_the_next_call(
    fail: Callable[[OrderSource, str, Path], object], tmp_path: Path
) -> None:
    url = _duckdb(tmp_path / "broken.duckdb")
    store = open_orders(url)
    errors = [in_time(lambda: failure(lambda: fail(store, url, tmp_path))) for _ in range(2)]
    assert str(errors[0]) == str(errors[1])
    in_time(store.require_ready)
    assert in_time(lambda: store.count(None)) == 1


@pytest.mark.slow
def test_threads_do_not_block_each_other(tmp_path: Path) -> None:
    store = open_orders(_duckdb(tmp_path / "broken.duckdb"))
    with ThreadPoolExecutor(3) as threads:
        counted = [*threads.map(lambda _: store.count(None), range(60))]
    assert counted == [1] * 60


@pytest.mark.slow
@pytest.mark.usefixtures("collected_by_hand")
def test_an_error_without_references_is_freed_at_once(broken: str, tmp_path: Path) -> None:
    store = open_orders(broken)
    gc.collect()
    before = {id(each) for each in faults()}
    error = failure(lambda: store.write_csv(None, tmp_path / "out.csv"))
    assert id(error) in {id(each) for each in faults()}
    del error
    assert [each for each in faults() if id(each) not in before] == []


def faults() -> list[object]:
    """The errors that somebody holds."""
    return [each for each in gc.get_objects() if isinstance(each, (OrdersError, duckdb.Error))]


@pytest.mark.slow
def test_invalid_data_are_one_error_line_of_the_command(broken: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "epfilter", "export", "--orders", broken, "-o", "out.csv"]
    ended = subprocess.run(  # noqa: S603 - our own program
        [*command, "eq(payment,paid)"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    line, *more = ended.stderr.splitlines()
    assert line.startswith(f"Error: {FAULT}")
    assert more == []
    assert not [*tmp_path.glob("*.csv")]
