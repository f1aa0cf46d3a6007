"""A month of nightly exports: a clock, a store whose orders arrive, and a platform that exports them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import httpx

from epfilter.targets import to_predicate
from exporter.client.doubles import BASE, EMPTY, LINK, data, file_answer, job

HEADER = "id,created_at,sku"


@dataclass
class Store:
    """A store whose orders arrive while the clock moves."""

    random: Random
    now: datetime = datetime(2018, 9, 1, 2, tzinfo=UTC)
    orders: list[dict[str, Any]] = field(default_factory=list)

    def advance(self, hours: float, orders: int) -> None:
        """Move the clock, while this many orders arrive; some share a timestamp."""
        end = self.now + timedelta(hours=hours)
        for _ in range(orders):
            if self.random.random() < 0.7:
                self.now += (end - self.now) * self.random.random() / 3
            created = self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            self.orders.append({"id": f"o{len(self.orders)}", "created_at": created})
        self.now = end

    def lines(self, f: str) -> list[str]:
        """Return the rows of the orders that a filter selects, in any order; one for each item."""
        matches = to_predicate(f, "orders")
        selected = [order for order in self.orders if matches(order)]
        self.random.shuffle(selected)
        return [
            f"{order['id']},{order['created_at']},{sku}"
            for order in selected
            for sku in range(1 + int(order["id"][1:]) % 3)
        ]


class NightlyPlatform:
    """A platform that exports the orders of a store; orders also arrive while a job runs."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.files: list[list[str]] = []
        self.filters: list[str] = []
        self.is_closed = False
        """Whether no more orders arrive."""

        self.kill: str | None = None
        """The beginning of a request at which the client is killed."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        line = f"{request.method} {request.url.path}"
        if self.kill is not None and self.kill in line:
            self.kill = None
            raise KeyboardInterrupt
        if request.url.host != httpx.URL(BASE).host:
            number = int(request.url.path.rpartition("/")[2].removesuffix(".csv"))
            return file_answer("\n".join([HEADER, *self.files[number], ""]).encode())
        if request.method == "POST":
            self.store.advance(0.01, self._arriving())
            self.filters.append(json.loads(request.content)["data"]["filter"])
            self.files.append(self.store.lines(self.filters[-1]))
            self.store.advance(0.01, self._arriving())
            return data(self._job(len(self.files) - 1), 202)
        number = UUID(request.url.path.split("/")[3]).int % 1000
        if request.url.path.endswith("/file"):
            return data({"href": LINK.replace("1.csv", f"{number}.csv")})
        return data(self._job(number))

    def _arriving(self) -> int:
        return 0 if self.is_closed else self.store.random.randrange(3)

    def _job(self, number: int) -> dict[str, object]:
        return {**job(**EMPTY if not self.files[number] else {}), "id": str(UUID(int=number))}  # type: ignore[arg-type] # the status is a text
