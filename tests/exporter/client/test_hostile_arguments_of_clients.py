"""No error of Python or httpx passes through the client, whatever its arguments are."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

from epfilter import FilterError, parse
from epfilter.exporter import CreateJob, ExporterClient, ExporterError, split
from epfilter.resources import orders

OBJECTS: tuple[Any, ...] = (
    *(None, True, 0, -1, 10**5000, 1.5, math.nan, math.inf, 1j, Decimal("sNaN"), object(), int),
    *("", "\ud800", "x" * 10_000, "eq(payment,paid)", "\0", "../x", b"eq(a,1)", bytearray(b"x")),
    *([], [None], {}, {"a": 1}, {1}, pd.NA, pd.Series([1, 2]), orders, orders.payment),
    *(parse("eq(payment,paid)"), ValueError("x")),
)
ID = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"


def create_client(**settings: Any) -> ExporterClient:
    transport = httpx.MockTransport(lambda _: httpx.Response(500))
    return ExporterClient(**{"token": "x", "transport": transport, "attempts": 1, **settings})


ENTRIES: dict[str, Callable[[ExporterClient, Any], object]] = {
    "region": lambda _, value: create_client(region=value),
    "token": lambda _, value: create_client(token=value),
    "client_id": lambda _, value: ExporterClient(client_id=value, client_secret=ID),
    "client_secret": lambda _, value: ExporterClient(client_id="x", client_secret=value),
    "timeout": lambda _, value: create_client(timeout=value),
    "attempts": lambda _, value: create_client(attempts=value),
    "create_job": lambda client, value: client.create_job(value),
    "job": lambda client, value: client.job(value),
    "file": lambda client, value: client.file(value),
    "wait": lambda client, value: client.wait(value),
    "wait timeout": lambda client, value: client.wait(ID, timeout=value),
    "download": lambda client, value: client.download(value, "x.csv"),
    "download path": lambda client, value: client.download(ID, value),
    "export": lambda client, value: client.export(value, "x.csv"),
    "export path": lambda client, value: client.export("eq(payment,paid)", value),
    "export timeout": lambda client, value: client.export("eq(payment,paid)", "x", timeout=value),
    "list": lambda client, value: [*client.list(value)],
    "list filter": lambda client, value: [*client.list("orders", value)],
    "list limit": lambda client, value: [*client.list("orders", limit=value)],
    "split": lambda _, value: split(value),
    "split by": lambda _, value: split("eq(payment,paid)", by=value),
    "split max_values": lambda _, value: split("in(payment,paid,refunded)", max_values=value),
    "split resource": lambda _, value: split("eq(payment,paid)", by="month", resource=value),
    "order_export": lambda _, value: CreateJob.order_export(value),
}


@pytest.mark.parametrize("entry", ENTRIES)
def test_any_argument_is_accepted_or_raises_an_error_of_this_package(
    entry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with create_client() as client:
        for value in OBJECTS:
            with suppress(FilterError, ExporterError):
                ENTRIES[entry](client, value)
