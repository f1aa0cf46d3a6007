"""Exports that append to a file: what is requested, and a month of nightly runs."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from epfilter import FilterTypeError, FilterValueError
from epfilter.exporter import JobFailedError, MergeError, SettingsError, periods
from epfilter.exporter.client import exports
from exporter.client.conftest import Opener
from exporter.client.doubles import EMPTY, FILTER, Service, file_answer, names
from exporter.client.nightly_runs import NightlyPlatform, Store
from exporter.client.test_exports import filters
from support.sizes import slow_except

HEADER = b"id,created_at\n"
OLD = HEADER + b"1,2018-09-02T00:00:00Z\n2,2018-09-01T00:00:00Z\n"


def test_orders_from_the_newest_on_are_appended(open_client: Opener, tmp_path: Path) -> None:
    target = tmp_path / "orders.csv"
    first = {"since": "2018-09-01", "append": True}
    service = Service(file_answer(OLD), file_answer(HEADER + OLD[len(HEADER) :] + b"3,x\n"))
    client = open_client(service)
    result = client.call("export", FILTER, target, **first)
    assert (result.rows, result.appended, target.read_bytes()) == (2, 2, OLD)
    result = client.call("export", FILTER, target, **first)
    assert (result.rows, result.appended, target.read_bytes()) == (3, 1, OLD + b"3,x\n")
    assert result.size == len(OLD + b"3,x\n")
    assert filters(service) == [
        f"ge(created_at,2018-09-01):{FILTER}",
        f"ge(created_at,2018-09-02T00:00:00Z):{FILTER}",
    ]
    assert names(tmp_path) == ["orders.csv"]


def test_a_first_export_needs_a_beginning(open_client: Opener, tmp_path: Path) -> None:
    service = Service(file_answer(OLD))
    client = open_client(service)
    with pytest.raises(FilterTypeError, match="needs the start of a period"):
        client.call("export", None, tmp_path / "a.csv", append=True)
    (tmp_path / "a.csv").write_bytes(OLD)
    assert client.call("export", None, tmp_path / "a.csv", append=True).appended == 0
    assert filters(service) == ["ge(created_at,2018-09-02T00:00:00Z)"]


def test_orders_that_changed_cannot_be_appended(open_client: Opener, tmp_path: Path) -> None:
    service = Service(file_answer(OLD))
    client = open_client(service)
    with pytest.raises(FilterValueError, match="an append cannot select by `updated_at`"):
        client.call(
            "export", "gt(updated_at,2018-09-01)", tmp_path / "a.csv", append=True, since="today"
        )
    assert (filters(service), names(tmp_path)) == ([], [])


def test_no_new_order_is_no_error_and_no_order_at_all_is_one(
    open_client: Opener, tmp_path: Path
) -> None:
    target = tmp_path / "a.csv"
    service = Service(file_answer(OLD))
    service.statuses = {0: EMPTY, 1: EMPTY}
    client = open_client(service)
    with pytest.raises(JobFailedError):
        client.call("export", FILTER, target, append=True, resume=True)
    assert names(tmp_path) == []
    target.write_bytes(OLD)
    before = target.stat()
    result = client.call("export", FILTER, target, append=True, resume=True)
    assert (result.rows, result.appended, result.size) == (2, 0, len(OLD))
    assert target.stat() == before
    assert names(tmp_path) == ["a.csv"]


def test_other_columns_are_refused(open_client: Opener, tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_bytes(OLD)
    service = Service(file_answer(b"id,created_at,tax\n3,2018-09-02T00:00:00Z,1\n"))
    with pytest.raises(MergeError, match="it also has `tax`"):
        open_client(service).call("export", FILTER, target, append=True)
    assert (target.read_bytes(), names(tmp_path)) == (OLD, ["a.csv"])


@pytest.mark.parametrize("content", [None, HEADER, OLD.replace(b"09-02", b"08-31")])
def test_an_interrupted_export_is_not_continued_without_the_orders_of_its_file(
    open_client: Opener, tmp_path: Path, content: bytes | None
) -> None:
    target = tmp_path / "a.csv"
    target.write_bytes(OLD)
    service = Service(file_answer(OLD))
    service.statuses[0] = {"status": "started"}
    client = open_client(service)
    options: dict[str, Any] = {"append": True, "resume": True, "since": "2018-01-01"}
    with pytest.raises(TimeoutError):
        client.call("export", FILTER, target, timeout=0, **options)
    target.unlink()
    if content is not None:
        target.write_bytes(content)
    with pytest.raises(SettingsError, match="which would be missing"):
        client.call("export", FILTER, target, **options)
    target.write_bytes(OLD)
    del service.statuses[0]
    assert client.call("export", FILTER, target, **options).appended == 0
    assert names(tmp_path) == ["a.csv"]


def test_a_file_that_has_reached_the_end_of_the_period_is_kept(
    open_client: Opener, tmp_path: Path
) -> None:
    target = tmp_path / "a.csv"
    target.write_bytes(OLD)
    service = Service()
    for until in ("2018-09-02", "2018-08-01"):
        result = open_client(service).call("export", FILTER, target, append=True, until=until)
        assert (result.rows, result.appended, result.size) == (2, 0, len(OLD))
    assert filters(service) == []
    target.unlink()
    with pytest.raises(FilterValueError, match="the period is empty"):
        open_client(service).call(
            "export", FILTER, target, append=True, since="2018-09-02", until="2018-09-02"
        )


def test_parts_are_appended(open_client: Opener, tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_bytes(OLD)
    files = [file_answer(HEADER + b"%d,2018-%02d-01T00:00:00Z\n" % (n, n)) for n in (9, 10)]
    result = open_client(Service(*files)).call(
        "export", FILTER, target, append=True, until="2018-11-01", split="month"
    )
    assert (result.rows, result.appended, len(result.jobs)) == (4, 2, 2)


def set_clock(monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    for module in (periods, exports):
        monkeypatch.setattr(module, "current_time", lambda: store.now)


@pytest.mark.parametrize("append", [False, True])
def test_a_resumed_export_keeps_the_dates_with_which_it_began(
    open_client: Opener,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    append: bool,  # noqa: FBT001 - a column of the table
) -> None:
    now = datetime(2018, 9, 3, 4, tzinfo=UTC)
    store = Store(Random(0), now)  # noqa: S311 - repeatable, not secret
    set_clock(monkeypatch, store)
    service = Service(httpx.Response(500), file_answer(OLD))
    options: dict[str, Any] = {"since": "yesterday", "resume": True, "append": append}
    service.statuses[0] = {"status": "started"}
    client = open_client(service)
    with pytest.raises(TimeoutError):
        client.call("export", FILTER, tmp_path / "a.csv", timeout=0, **options)
    service.answers.pop(0)
    store.now += timedelta(days=1)
    with pytest.raises(SettingsError, match="another filter, period, split or region"):
        client.call("export", FILTER, tmp_path / "a.csv", **{**options, "since": "today"})
    service.statuses[0] = {"gone": True}
    client.call("export", FILTER, tmp_path / "a.csv", **options)
    assert filters(service) == [f"ge(created_at,2018-09-02):{FILTER}"] * 2
    assert names(tmp_path) == ["a.csv"]


@pytest.mark.parametrize(
    ("killed_at", "split"),
    slow_except(
        [*product(["POST", "GET /v2/jobs", "GET /orders"], [None, "day"])],
        ("GET /orders", None),
    ),
)
def test_a_month_of_nightly_runs_exports_every_order_once(
    open_client: Opener,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    killed_at: str,
    split: str | None,
) -> None:
    store = Store(Random(f"{killed_at} {split}"))  # noqa: S311 - repeatable, not secret
    set_clock(monkeypatch, store)
    platform = NightlyPlatform(store)
    target = tmp_path / "orders.csv"
    options: dict[str, Any] = {"since": "2018-09-01", "append": True, "resume": True}
    if split is not None:
        options |= {"split": split, "until": "5 minutes ago"}
    missing, killed = 11, 17
    for night in range(31):
        store.advance(24, store.random.choice([0, 1, 20]) or (night == 0))
        if night == missing:
            continue
        client = open_client(platform)
        if night == killed:
            platform.kill = killed_at
            with pytest.raises(KeyboardInterrupt):
                client.call("export", None, target, **options)
            continue
        client.call("export", None, target, **options)
    store.advance(1, 0)
    platform.is_closed = True
    last = open_client(platform).call("export", None, target, **options)
    with target.open(newline="") as file:
        rows = Counter((row["id"], row["sku"]) for row in csv.DictReader(file))
    expected = {
        (order["id"], str(n)) for order in store.orders for n in range(1 + int(order["id"][1:]) % 3)
    }
    assert len(store.orders) > 100
    assert rows == Counter(expected)
    assert last.rows == len(expected)
    assert names(tmp_path) == ["orders.csv"]
