from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest

from epfilter import Filter
from epfilter.exporter.orders import attributes_of, demo_orders
from epfilter.exporter.orders.order_schema import get_items
from epfilter.targets import to_predicate
from exporter.end_to_end.fault_proxy import Proxy, proxy_to
from exporter.end_to_end.live_clients import LiveClient
from support.exporter_services import AUTHORIZATION, creation, eventually
from support.live_services import Live, live_service

Order = dict[str, Any]
Opener = Callable[..., LiveClient]

MOST = "ge(created_at,2018-02-01)"
"""A filter that most orders match."""


class Orders:
    """Orders in a file, and what the predicate selects of them."""

    def __init__(self, path: Path, number: int) -> None:
        self.path = path
        self.all: list[Order] = [*demo_orders(number)]
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(json.dumps(order) + "\n" for order in self.all)

    def ids(self, f: Filter) -> list[str]:
        """The ids in the rows of an export: of each order as often as it has items."""
        matches = to_predicate(f, "orders")
        return [
            str(order["id"])
            for order in self.all
            if matches(attributes_of(order))
            for _ in get_items(order) or [{}]
        ]


class Service:
    """A live service, looked at without any client of ours and without the proxy."""

    def __init__(self, live: Live, orders: Orders) -> None:
        self.live = live
        self.orders = orders
        self.http = httpx.Client(base_url=live.address, headers=AUTHORIZATION, timeout=60)
        self._files: dict[str, bytes] = {}

    @property
    def address(self) -> str:
        return self.live.address

    def jobs(self) -> list[dict[str, Any]]:
        """All jobs, the newest first."""
        found: list[dict[str, Any]] = self.http.get("/v2/jobs").json()["data"]
        return found

    def settled(self) -> list[dict[str, Any]]:
        """All jobs, once none of them waits or runs."""
        eventually(lambda: all(_ended(job) for job in self.jobs()), 60)
        return self.jobs()

    @cached_property
    def done(self) -> str:
        """The id of a job that has succeeded; its filter is `MOST`."""
        return self._created(MOST)

    @property
    def file(self) -> bytes:
        """The file of every job whose filter is `MOST`."""
        return self.exported(MOST)

    def exported(self, text: str) -> bytes:
        """The file of every job with this filter."""
        if text not in self._files:
            job = self.done if text == MOST else self._created(text)
            link = self.http.get(f"/v2/jobs/{job}/file").json()["data"]["href"]
            self._files[text] = httpx.get(link, timeout=60).content
        return self._files[text]

    def _created(self, text: str) -> str:
        """The id of a new job that has succeeded."""
        answer = self.http.post("/v2/jobs", json=creation(text))
        job = str(answer.json()["data"][0]["id"])
        assert {one["id"]: one["status"] for one in self.settled()}[job] == "success"
        return job


def _ended(job: dict[str, Any]) -> bool:
    return job["status"] in {"success", "failed"}


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all tests of a process; they never run at the same time."""
    folder = tmp_path_factory.mktemp("service")
    orders = Orders(folder / "orders.jsonl", 600)
    with live_service("--orders", orders.path, "--state", folder / "state") as live:
        service = Service(live, orders)
        with service.http:
            yield service


@pytest.fixture
def proxy(service: Service) -> Iterator[Proxy]:
    with proxy_to(service.address) as proxy:
        yield proxy


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def open_client(kind: str, proxy: Proxy) -> Iterator[Opener]:
    """Opens a client that reaches the service by the proxy."""
    opened: list[LiveClient] = []

    def opens(**settings: Any) -> LiveClient:
        opened.append(LiveClient(kind, proxy.address, **settings))
        return opened[-1]

    yield opens
    for client in opened:
        client.close()
