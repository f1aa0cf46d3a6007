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
from support.exporter_services import AUTHORIZATION, eventually, job_request, list_jobs
from support.live_services import LiveService, live_service

Order = dict[str, Any]
Opener = Callable[..., LiveClient]

MOST = "ge(created_at,2018-02-01)"
"""A filter that most orders match."""


class Orders:
    """Orders in a file, and the orders that the predicate selects."""

    def __init__(self, path: Path, number: int) -> None:
        self.path = path
        self.all: list[Order] = [*demo_orders(number)]
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(json.dumps(order) + "\n" for order in self.all)

    def ids(self, f: Filter) -> list[str]:
        """Return the ids in the rows of an export: each order has a row per item."""
        matches = to_predicate(f, "orders")
        return [
            str(order["id"])
            for order in self.all
            if matches(attributes_of(order))
            for _ in get_items(order) or [{}]
        ]


class Service:
    """A live service, inspected without our clients and without the proxy."""

    def __init__(self, live: LiveService, orders: Orders) -> None:
        self.live = live
        self.orders = orders
        self.http = httpx.Client(base_url=live.address, headers=AUTHORIZATION, timeout=60)
        self._files: dict[str, bytes] = {}

    @property
    def address(self) -> str:
        return self.live.address

    def jobs(self) -> list[dict[str, Any]]:
        """Return all jobs, the newest first."""
        return list_jobs(self.http)

    def wait_for_jobs(self) -> list[dict[str, Any]]:
        """Wait until no job waits or runs; return all jobs."""
        eventually(lambda: all(_is_finished(job) for job in self.jobs()), 60)
        return self.jobs()

    @cached_property
    def finished_job(self) -> str:
        """The id of a successful job with the filter `MOST`."""
        return self._run_job(MOST)

    @property
    def file(self) -> bytes:
        """The file of a job with the filter `MOST`."""
        return self.export(MOST)

    def export(self, text: str) -> bytes:
        """Return the file of a job with this filter."""
        if text not in self._files:
            job = self.finished_job if text == MOST else self._run_job(text)
            link = self.http.get(f"/v2/jobs/{job}/file").json()["data"]["href"]
            self._files[text] = httpx.get(link, timeout=60).content
        return self._files[text]

    def _run_job(self, text: str) -> str:
        """Create a job, wait until it succeeds, and return its id."""
        response = self.http.post("/v2/jobs", json=job_request(text))
        job = str(response.json()["data"][0]["id"])
        assert {job_state["id"]: job_state["status"] for job_state in self.wait_for_jobs()}[
            job
        ] == "success"
        return job


def _is_finished(job: dict[str, Any]) -> bool:
    return job["status"] in {"success", "failed"}


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all tests of a process, which run one after the other."""
    folder = tmp_path_factory.mktemp("service")
    orders = Orders(folder / "orders.jsonl", 600)
    with live_service("--orders", orders.path, "--state", folder / "state") as live:
        service = Service(live, orders)
        with service.http:
            assert service.finished_job, "created first, because tests count the jobs that follow"
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
    """Return a function that opens a client of the service behind the proxy."""
    opened: list[LiveClient] = []

    def open_with(**settings: Any) -> LiveClient:
        opened.append(LiveClient(kind, proxy.address, **settings))
        return opened[-1]

    yield open_with
    for client in opened:
        client.close()
