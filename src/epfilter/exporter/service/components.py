"""The service as a whole: what the handlers, the page and the worker share."""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from pathlib import Path

from anyio import CapacityLimiter
from structlog.typing import FilteringBoundLogger

from epfilter.exporter.errors import SettingsError
from epfilter.exporter.orders.order_source import OrderSource, open_orders
from epfilter.exporter.service.access_tokens import AccessTokens
from epfilter.exporter.service.files import Files
from epfilter.exporter.service.job_creation import JobCreation
from epfilter.exporter.service.job_queue import JobQueue
from epfilter.exporter.service.links import Links
from epfilter.exporter.service.logs import open_log
from epfilter.exporter.service.metrics import Metrics
from epfilter.exporter.service.readiness import Readiness
from epfilter.exporter.service.settings import ServiceSettings
from epfilter.exporter.service.worker import JobWorker


class Service:
    """The parts of a service; those that hold files and threads exist while it is open.

    A handler gets it as `request.app.state.service`.

    >>> service = Service(ServiceSettings(orders="a.jsonl", state="s", token="12345678"))
    >>> service.settings.state_folder.exists(), hasattr(service, "jobs")
    (False, False)
    """

    jobs: JobQueue
    """The queue."""

    job_creation: JobCreation
    """The creation of jobs."""

    files: Files
    """The exported files."""

    orders: OrderSource
    """The orders to export."""

    page_orders: OrderSource
    """The same orders for the page, whose queries are interrupted without ending an export."""

    links: Links
    """The signer of the links to files."""

    access_tokens: AccessTokens
    """The issuer of access tokens."""

    worker: JobWorker
    """The thread that runs jobs."""

    readiness: Readiness
    """The check that the orders can be read."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings = settings
        self.log: FilteringBoundLogger = open_log(settings.log_format)
        self.metrics = Metrics()
        self.probe_limiter = CapacityLimiter(1)
        # Several lists at once only compete for the interpreter, and take twice as long.
        self.list_limiter = CapacityLimiter(1)
        self.metrics.observe_jobs(lambda: self.jobs.count_by_status())  # noqa: PLW0108 - set by `open`
        self._resources = ExitStack()
        self._shutdown_since: float | None = None
        self._is_stopping = False
        self._skips_drain = False

    def open(self) -> None:
        """Open the orders and the queue, and start to run jobs.

        Raises ExporterError for a folder that cannot be created, and for a queue or orders that
        cannot be read.
        """
        settings = self.settings
        state = settings.state_folder
        for folder in (state, settings.temporary_folder):
            _create_private_folder(folder)
        with ExitStack() as resources:
            self.files = Files(state / "files")
            self.jobs = JobQueue.from_settings(settings)
            resources.callback(self.jobs.close)
            self.job_creation = JobCreation(self.jobs)
            key = self.jobs.get_key()
            self.links = Links(key, lifetime=settings.link_lifetime)
            self.access_tokens = AccessTokens(
                key,
                settings.client_id,
                settings.client_secret,
                lifetime=settings.token_lifetime,
            )
            self.orders, self.page_orders = _open_orders(settings), _open_orders(settings)
            resources.callback(self.orders.close)
            resources.callback(self.page_orders.close)
            self.orders.require_ready()
            self.readiness = Readiness(self.orders.require_ready)
            self.worker = JobWorker(
                self.jobs, self.orders, self.files, settings, self.log, self.metrics
            )
            if self._shutdown_since is not None:
                self.worker.stop_taking_jobs()
            self.worker.start()
            resources.callback(self._stop)
            self._resources = resources.pop_all()
        self.log.info("service_started")

    def stop_taking_jobs(self) -> None:
        """Start no new job from now on; the drain time of the running job begins.

        Requests are still answered. You may call it from any thread and at any time, also while
        the service is opening.
        """
        # First set, then check; `open` does the reverse, so neither misses the other.
        self._shutdown_since = time.monotonic()
        worker = getattr(self, "worker", None)
        if worker is not None:
            worker.stop_taking_jobs()
        self.log.info("end_requested")

    def _stop(self) -> None:
        drain = self.settings.drain.total_seconds()
        if self._shutdown_since is not None:
            # The requests since then have used a part of it.
            drain = max(0, drain - (time.monotonic() - self._shutdown_since))
        self.log.info("drain_started", drain=drain)
        # First set, then check; `skip_drain` does the reverse, so neither misses the other.
        self._is_stopping = True
        self.worker.stop(0 if self._skips_drain else drain)
        # Queries of the page end too, because Python waits for their threads on exit.
        with suppress(Exception):
            self.page_orders.interrupt()

    def close(self) -> None:
        """Wait for the running job, interrupt it after the drain time, and close all resources."""
        self._resources.close()
        self.log.info("service_stopped")

    def skip_drain(self) -> None:
        """Let `close` interrupt the running job at once; the next service restarts it."""
        self._skips_drain = True
        worker = getattr(self, "worker", None)
        if worker is not None and (self._is_stopping or self._shutdown_since is not None):
            worker.stop(0)


def _open_orders(settings: ServiceSettings) -> OrderSource:
    return open_orders(
        settings.orders,
        threads=settings.threads,
        memory=settings.memory,
        temporary=settings.temporary_folder,
        allow_untested=settings.allow_untested,
    )


def _create_private_folder(folder: Path) -> None:
    """Create a folder of the state; it holds personal data, so only the owner may read it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"cannot create the folder {folder}: {error.strerror or error}.",
            hint="choose another folder with --state",
        ) from None
