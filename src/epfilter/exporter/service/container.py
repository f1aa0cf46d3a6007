"""A service as a whole: what the answers to requests, the page and the runner share."""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from pathlib import Path

from anyio import CapacityLimiter
from structlog.typing import FilteringBoundLogger

from epfilter.exporter.errors import SettingsError
from epfilter.exporter.orders.store import OrderStore, open_orders
from epfilter.exporter.service.files import Files
from epfilter.exporter.service.jobs import JobStore
from epfilter.exporter.service.links import Links
from epfilter.exporter.service.logs import open_log
from epfilter.exporter.service.metrics import Metrics
from epfilter.exporter.service.readiness import Readiness
from epfilter.exporter.service.settings import ServiceSettings
from epfilter.exporter.service.worker import Runner


class Service:
    """The parts of a service; those that hold files and threads are there while it is open.

    A request finds it as `request.app.state.service`.

    >>> service = Service(ServiceSettings(orders="a.jsonl", state="s", token="12345678"))
    >>> service.settings.state_folder.exists(), hasattr(service, "jobs")
    (False, False)
    """

    jobs: JobStore
    """The queue."""

    files: Files
    """The files that were exported."""

    orders: OrderStore
    """What is exported."""

    links: Links
    """What signs the links to files."""

    runner: Runner
    """The thread that runs jobs."""

    readiness: Readiness
    """Whether the orders can be read."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings = settings
        self.log: FilteringBoundLogger = open_log(settings.log_format)
        self.metrics = Metrics()
        self.probing = CapacityLimiter(1)
        self.metrics.watch(lambda: self.jobs.statuses())  # noqa: PLW0108 - not there before `open`
        self._held = ExitStack()
        self._ending_since: float | None = None
        self._is_stopping = False
        self._is_hurried = False

    def open(self) -> None:
        """Open the stores and start to run jobs.

        Raises ExporterError where the settings lead nowhere: a folder that cannot be made, a
        queue or orders that cannot be read.
        """
        settings = self.settings
        state = settings.state_folder
        for folder in (state, settings.temporary_folder):
            _make_private(folder)
        with ExitStack() as held:
            self.files = Files(state / "files")
            self.jobs = JobStore.of(settings)
            held.callback(self.jobs.close)
            self.links = Links(self.jobs.key(), lifetime=settings.link_lifetime)
            self.orders = open_orders(
                settings.orders,
                threads=settings.threads,
                memory=settings.memory,
                temporary=settings.temporary_folder,
            )
            held.callback(self.orders.close)
            self.orders.ready()
            self.readiness = Readiness(self.orders.ready)
            self.runner = Runner(
                self.jobs, self.orders, self.files, settings, self.log, self.metrics
            )
            if self._ending_since is not None:
                self.runner.begin_no_more()
            self.runner.start()
            held.callback(self._stop)
            self._held = held.pop_all()
        self.log.info("service_started")

    def begin_no_more(self) -> None:
        """Let no new job begin, from now until the end; requests are still answered.

        From now on the running job has its time to end. It may be called from any thread and at
        any time, also while the service is being opened.
        """
        # First said and then asked, as in `open` the other way round: neither misses the other.
        self._ending_since = time.monotonic()
        runner = getattr(self, "runner", None)
        if runner is not None:
            runner.begin_no_more()
        self.log.info("end_requested")

    def _stop(self) -> None:
        drain = self.settings.drain.total_seconds()
        if self._ending_since is not None:
            # The requests that were still answered have had some of it.
            drain = max(0, drain - (time.monotonic() - self._ending_since))
        self.log.info("drain_started", drain=drain)
        # First said and then asked, as in `hurry` the other way round: neither misses the other.
        self._is_stopping = True
        self.runner.stop(0 if self._is_hurried else drain)
        # Counts of the page have no more time than that; Python waits for their threads at its end.
        with suppress(Exception):
            self.orders.interrupt()

    def close(self) -> None:
        """End the running job within its time or interrupt it, and close the stores."""
        self._held.close()
        self.log.info("service_stopped")

    def hurry(self) -> None:
        """Do not let `close` wait for the running job, which the next service runs again."""
        self._is_hurried = True
        runner = getattr(self, "runner", None)
        if runner is not None and (self._is_stopping or self._ending_since is not None):
            runner.stop(0)


def _make_private(folder: Path) -> None:
    """A folder of the state, which holds people's data: nobody else may look into it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"cannot make the folder {folder}: {error.strerror or error}.",
            hint="name another one with --state",
        ) from None
