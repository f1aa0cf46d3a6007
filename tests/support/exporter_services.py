"""A store of orders that the tests control, and requests to the service."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette

from epfilter.ast import Filter
from epfilter.exporter.errors import OrdersError, OrdersInterruptedError
from epfilter.exporter.orders.columns import RowsPer
from epfilter.exporter.orders.order_source import OrderSource
from epfilter.exporter.orders.order_summary import OrderSummary
from epfilter.exporter.service.components import Service

if TYPE_CHECKING:
    import httpx

    # Not when imported, because it warns about the HTTP client.
    from starlette.testclient import TestClient

TOKEN = "a-token-that-only-tests-know"  # noqa: S105 - it opens nothing else
AUTHORIZATION = {"Authorization": f"Bearer {TOKEN}"}
CREATE = {"data": {"type": "job", "job_type": "order_export"}}


def job_request(text: str) -> dict[str, dict[str, str]]:
    """Return the body of the request that creates a job with a filter."""
    return {"data": {**CREATE["data"], "filter": text}}


@dataclass
class HeldOrders:
    """A store that writes files with the content `csv`, but waits until `open` is set.

    With `slow_counts` it also waits before it counts and summarises.
    """

    csv: bytes = b"id,email\n1,ron@swanson.com\n"
    rows: int = 1
    open: Event = field(default_factory=Event)
    fault: Exception | None = None
    unready: bool = False
    slow_counts: bool = False
    counting: Event = field(default_factory=Event)
    _interrupted: Event = field(default_factory=Event)

    def count(self, filter: Filter | None) -> int:  # noqa: A002, ARG002 - the protocol's names
        self.counting.set()
        if self.slow_counts:
            self._wait()
        return self.rows

    def summarise(self, filter: Filter | None, rows: int = 5) -> OrderSummary:  # noqa: A002, ARG002 - the protocol's names
        count = self.count(filter)
        return OrderSummary(count, {"2018-09": count} if count else {})

    def write_csv(
        self,
        filter: Filter | None,  # noqa: A002, ARG002 - the protocol's names
        path: Path,
        *,
        rows: RowsPer = "item",  # noqa: ARG002 - the same
        neutralise: bool = True,  # noqa: ARG002 - the same
        bom: bool = False,  # noqa: ARG002 - the same
    ) -> int:
        self._wait()
        if self.fault is not None:
            raise self.fault
        path.write_bytes(self.csv)
        return self.rows

    def _wait(self) -> None:
        while not self._interrupted.is_set():
            if self.open.wait(0.01):
                break
        # Closing the store interrupts it first, possibly just now.
        if self._interrupted.is_set():
            raise OrdersInterruptedError("interrupted")

    def interrupt(self) -> None:
        self._interrupted.set()

    def require_ready(self) -> None:
        if self.unready:
            raise OrdersError("the orders of ron@swanson.com cannot be read.")

    def close(self) -> None:
        self.open.set()


def get_service(app: Starlette) -> Service:
    service: Service = app.state.service
    return service


def eventually(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until a condition holds; fail if it does not hold in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "the condition did not hold in time"
        time.sleep(0.01)


def interrupt_until_error(store: OrderSource, call: Callable[[], object]) -> list[str]:
    """Interrupt a thread that calls a store repeatedly; return the error that ends it."""
    errors: list[str] = []
    started = Event()

    def run() -> None:
        try:
            while True:
                started.set()
                call()
        except OrdersError as error:
            errors.append(str(error))

    thread = Thread(target=run, daemon=True)
    thread.start()
    started.wait()

    def ended() -> bool:
        store.interrupt()  # has no effect between two calls
        return not thread.is_alive()

    eventually(ended, seconds=60)
    return errors


def list_jobs(client: httpx.Client, address: str = "") -> list[dict[str, Any]]:
    """Return the jobs of all pages, the newest first."""
    jobs: dict[str, dict[str, Any]] = {}
    link: str | None = f"{address}/v2/jobs"
    while link:
        page = client.get(link).json()
        # A job that is created meanwhile moves another one to the next page.
        jobs |= {job["id"]: job for job in page["data"]}
        link = page["links"].get("next")
    return [*jobs.values()]


def run_job(client: TestClient, orders: HeldOrders) -> str:
    """Run a job to its end and return its id."""
    orders.open.set()
    job_id: str = client.post("/v2/jobs", json=CREATE).json()["data"][0]["id"]
    eventually(lambda: client.get(f"/v2/jobs/{job_id}").json()["data"]["status"] == "success")
    return job_id
