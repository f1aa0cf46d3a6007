"""What the tests of the service share: orders that do as they are told, and an application."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from starlette.applications import Starlette

from epfilter.ast import Filter
from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders.columns import RowsPer
from epfilter.exporter.orders.store import OrderStore
from epfilter.exporter.service.container import Service

if TYPE_CHECKING:
    # Not when imported: it wishes for another HTTP client, in a warning, whoever asks.
    from starlette.testclient import TestClient

TOKEN = "a-token-that-only-tests-know"  # noqa: S105 - it opens nothing else
AUTHORIZATION = {"Authorization": f"Bearer {TOKEN}"}
CREATE = {"data": {"type": "job", "job_type": "order_export"}}


def creation(text: str) -> dict[str, dict[str, str]]:
    """The body that exports what a filter selects."""
    return {"data": {**CREATE["data"], "filter": text}}


@dataclass
class HeldOrders:
    """A store whose files have `csv`, and that writes none before `open` is set.

    With `slow_counts` it does not count before that either.
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

    def write_csv(
        self,
        filter: Filter | None,  # noqa: A002, ARG002 - the protocol's names
        path: Path,
        *,
        rows: RowsPer = "item",  # noqa: ARG002 - the same
        neutralise: bool = True,  # noqa: ARG002 - the same
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
        # Who closes the store has interrupted it before, which may have been just now.
        if self._interrupted.is_set():
            raise OrdersError("interrupted")

    def interrupt(self) -> None:
        self._interrupted.set()

    def ready(self) -> None:
        if self.unready:
            raise OrdersError("the orders of ron@swanson.com cannot be read.")

    def close(self) -> None:
        self.open.set()


def service_of(app: Starlette) -> Service:
    service: Service = app.state.service
    return service


def eventually(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until it holds; an assertion that fails where it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold in time"
        time.sleep(0.01)


def interrupted(store: OrderStore, call: Callable[[], object]) -> list[str]:
    """What ends a thread that calls a store again and again and is interrupted."""
    raised: list[str] = []
    begun = Event()

    def run() -> None:
        try:
            while True:
                begun.set()
                call()
        except OrdersError as error:
            raised.append(str(error))

    thread = Thread(target=run, daemon=True)
    thread.start()
    begun.wait()

    def ended() -> bool:
        store.interrupt()  # between two calls there is nothing to interrupt
        return not thread.is_alive()

    eventually(ended, seconds=60)
    return raised


def exported(client: TestClient, orders: HeldOrders) -> str:
    """The ID of a job that has succeeded."""
    orders.open.set()
    job_id: str = client.post("/v2/jobs", json=CREATE).json()["data"][0]["id"]
    eventually(lambda: client.get(f"/v2/jobs/{job_id}").json()["data"]["status"] == "success")
    return job_id
