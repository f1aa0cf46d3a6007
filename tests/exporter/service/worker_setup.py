"""A queue, a runner and a store that does as it is told, for the tests of running jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any, cast
from uuid import UUID

from epfilter.ast import Filter
from epfilter.exporter.errors import ExporterError
from epfilter.exporter.models import JobStatus
from epfilter.exporter.service.files import Files
from epfilter.exporter.service.job_queue import JobQueue
from epfilter.exporter.service.job_tables import StoredJob
from epfilter.exporter.service.worker import JobWorker
from exporter.service.worker_process import ROWS, TalkingStore, settings_of
from support.exporter_services import eventually

WEEK = timedelta(weeks=1)


class Store(TalkingStore):
    """Does what a test says before it ends a file: `then` gives the rows, or raises."""

    def __init__(self, folder: Path, then: Callable[[Path], int] = lambda _: ROWS) -> None:
        super().__init__(folder / "events")
        self.then = then
        self.begun = Event()
        self.told_to_end = Event()

    def write_csv(self, filter: Filter | None, path: Path, **options: Any) -> int:  # noqa: A002 - the platform's name
        self.begun.set()
        super().write_csv(filter, path, **options)
        return self.then(path)

    def interrupt(self) -> None:
        self.told_to_end.set()


class Notes:
    """Keeps what is logged and counted."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.values: list[dict[str, object]] = []
        self.finished: list[tuple[JobStatus, int | None]] = []

    def info(self, event: str, **values: object) -> None:
        self.events.append(event)
        self.values.append(values)

    warning = error = info

    def record_job(self, status: JobStatus, seconds: float, rows: int | None) -> None:
        assert 0 <= seconds < 60
        self.finished.append((status, rows))


class Service:
    """A queue, its files and how to run them."""

    def __init__(self, location: str, folder: Path) -> None:
        self.location = location
        self.folder = folder
        self.jobs = JobQueue(location, lifetime=WEEK)
        self.files = Files(folder / "files")
        self.notes = Notes()

    def runner(self, store: Store) -> JobWorker:
        settings = settings_of(self.folder)
        notes = cast("Any", self.notes)  # it stands for the log and for the metrics
        return JobWorker(self.jobs, store, self.files, settings, notes, notes, poll=0.02)

    @contextmanager
    def running(self, store: Store, drain: float = 10) -> Iterator[JobWorker]:
        runner = self.runner(store)
        runner.start()
        try:
            yield runner
        finally:
            assert runner.stop(drain)

    def run(self, then: Callable[[Path], int] = lambda _: ROWS) -> StoredJob:
        """Runs the one job that waits to its end."""
        with self.running(Store(self.folder, then)):
            self.wait()
        return self.jobs.list_jobs()[0]

    def wait(self) -> None:
        def nothing_waits() -> bool:
            # A test may break the connection that is just used here.
            with suppress(ExporterError):
                return not self.jobs.has_unfinished()
            return False

        eventually(nothing_waits)

    def names(self) -> set[str]:
        return {path.name for path in self.files.path(UUID(int=1)).parent.iterdir()}

    def events(self) -> list[list[str]]:
        path = self.folder / "events"
        return [line.split() for line in path.read_text("utf-8").splitlines()]


def raising(error: Exception) -> Callable[[Path], int]:
    def then(_: Path) -> int:
        raise error

    return then
