"""A process that runs jobs, for the tests that start several and kill them.

The store writes where a job begins and ends into one file that all processes share. `hang` makes
it stop in the middle of its first file.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

import structlog

from epfilter.ast import Filter
from epfilter.exporter.orders.columns import RowsPer
from epfilter.exporter.orders.order_summary import OrderSummary
from epfilter.exporter.service.files import Files
from epfilter.exporter.service.job_queue import JobQueue
from epfilter.exporter.service.settings import ServiceSettings
from epfilter.exporter.service.worker import JobWorker

ROWS = 50


class TalkingStore:
    """Writes a file slowly and says so."""

    def __init__(self, events: Path, *, hang: bool = False) -> None:
        self.events = events
        self.hang = hang

    def say(self, what: str, filter: Filter | None) -> None:  # noqa: A002 - the platform's name
        with self.events.open("a", encoding="utf-8") as file:
            file.write(f"{what} {os.getpid()} {filter}\n")

    def count(self, filter: Filter | None) -> int:  # noqa: A002 - the platform's name
        del filter
        return ROWS

    def summarise(self, filter: Filter | None, rows: int = 5) -> OrderSummary:  # noqa: A002 - the platform's name
        del rows
        return OrderSummary(self.count(filter), {})

    def write_csv(
        self,
        filter: Filter | None,  # noqa: A002 - the platform's name
        path: Path,
        *,
        rows: RowsPer = "item",
        neutralise: bool = True,
        bom: bool = False,
    ) -> int:
        self.say("begin", filter)
        with path.open("w", encoding="utf-8") as file:
            file.write(f"{rows},{neutralise},{bom}\n")
            for row in range(ROWS):
                if self.hang and row == ROWS // 2:
                    file.flush()
                    self.say("half", filter)
                    time.sleep(60)
                file.write(f"{filter},{row}\n")
        time.sleep(0.005)
        self.say("end", filter)
        return ROWS

    def interrupt(self) -> None:
        """Nothing here takes long enough."""

    def require_ready(self) -> None:
        """It always is."""

    def close(self) -> None:
        """It holds nothing."""


def settings_of(folder: Path) -> ServiceSettings:
    """Settings for a runner that has its orders elsewhere."""
    return ServiceSettings(orders="orders.jsonl", state=folder, token="12345678")  # noqa: S106 - opens nothing


def main(location: str, folder: str, *options: str) -> None:
    """Runs jobs until the standard input ends."""
    jobs = JobQueue(location, lifetime=timedelta(weeks=1))
    store = TalkingStore(Path(folder, "events"), hang="hang" in options)
    files = Files(Path(folder, "files"))
    settings = settings_of(Path(folder))
    runner = JobWorker(jobs, store, files, settings, structlog.get_logger(), poll=0.02)
    runner.start()
    sys.stdin.read()
    runner.stop(drain=10)
    jobs.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
