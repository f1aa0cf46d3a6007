"""The worker: a thread that runs the jobs of the queue, one at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from structlog.typing import FilteringBoundLogger

from epfilter.errors import FilterError
from epfilter.exporter.errors import ExporterError, OrdersDatabaseError, OrdersDiskFullError
from epfilter.exporter.models import NO_RESULTS, JobStatus
from epfilter.exporter.orders.order_source import OrderSource
from epfilter.exporter.orders.spill_folders import sweep_spill_folders
from epfilter.exporter.service.database import DiskFullError
from epfilter.exporter.service.files import Files
from epfilter.exporter.service.job_queue import JobQueue
from epfilter.exporter.service.job_tables import StoredJob
from epfilter.exporter.service.logs import error_fields
from epfilter.exporter.service.metrics import Metrics
from epfilter.exporter.service.settings import ServiceSettings
from epfilter.parser import parse

INTERNAL_ERROR = "Internal Server Error"
TOO_MANY_ATTEMPTS = "The service ended again and again while it ran this job"
DISK_FULL = "The disk is full, so the file could not be written; create the job again later"

DATABASE_FAILED = (
    "The database of the orders reported an error; on the machine of the service, "
    "`epfilter export --orders` shows it"
)

_CLEANUP_SECONDS = 60.0
"""Seconds between two searches for expired jobs and leftover files."""

_MAX_PAUSE = 30.0
"""The most seconds between two attempts while the queue cannot be used."""

_INTERRUPT_SECONDS = 15.0
"""Seconds during which `stop` interrupts a running job; the last attempt may take a few more."""

_MAX_ATTEMPTS = 5
"""How often a job is started. One that kills every process must not block the others.

An attempt that ends with an orderly shutdown does not count.
"""


class _JobAbandonedError(Exception):
    """The job stays as it is, because the lease is lost or the service shuts down."""


class JobWorker:
    """A thread that runs the jobs of a queue: the oldest first, one at a time.

    Several processes may each have a worker on the same queue and the same folder of files. A job
    that is left in the middle is run again, whatever the reason. No error ends the thread. `poll`
    is the most seconds until the worker notices a job that another process has created.

    Source: Exporter Service API 1.0, OpenAPI document, tag Jobs.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from epfilter.exporter.orders import open_orders
    >>> from epfilter.exporter.service.logs import open_log
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "orders.jsonl")
    ...     _ = path.write_text('{"id": "1", "payment": "paid"}', encoding="utf-8")
    ...     settings = ServiceSettings(orders=path, state=folder, token="12345678")
    ...     jobs, files = JobQueue.from_settings(settings), Files(Path(folder, "files"))
    ...     worker = JobWorker(jobs, open_orders(path), files, settings, open_log("json"))
    ...     created = jobs.create("eq(payment,paid)")
    ...     worker.start()
    ...     while jobs.has_unfinished():
    ...         time.sleep(0.01)
    ...     worker.stop(drain=5)
    ...     jobs.get_job(created.id).rows
    ...     jobs.close()
    True
    1
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the parts that it connects
        self,
        jobs: JobQueue,
        source: OrderSource,
        files: Files,
        settings: ServiceSettings,
        log: FilteringBoundLogger,
        metrics: Metrics | None = None,
        *,
        poll: float = 1.0,
    ) -> None:
        self._jobs = jobs
        self._source = source
        self._files = files
        self._settings = settings
        self._log = log
        self._metrics = metrics
        self._poll = poll
        self._wakeup = Event()
        self._stopping = Event()
        self._interrupted = Event()
        self._thread = Thread(target=self._run_loop, name="epfilter-jobs", daemon=True)
        self._pause = poll
        self._trouble: type[Exception] | None = None
        self._cleanup_due = 0.0

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the thread; call it once."""
        self._thread.start()

    def wake(self) -> None:
        """Look for a new job now. You may call it from any thread."""
        self._wakeup.set()

    def stop_taking_jobs(self) -> None:
        """Start no new job from now on; a running one goes on. You may call it from any thread."""
        self._stopping.set()
        self._wakeup.set()

    def stop(self, drain: float) -> bool:
        """End the thread: start no new job, and give the running one `drain` seconds to finish.

        A job that takes longer is interrupted, stays STARTED, and is the first job of the next
        worker. Returns True if the thread has ended; False if the source ignores `interrupt` for a
        quarter of a minute.
        """
        self.stop_taking_jobs()
        if self._thread.ident is None:  # never started
            return True
        self._thread.join(drain)
        deadline = time.monotonic() + _INTERRUPT_SECONDS
        while self.is_alive and time.monotonic() < deadline:
            # Repeatedly: an interrupt has no effect just before the source begins.
            self._interrupted.set()
            with suppress(Exception):
                self._source.interrupt()
            self._thread.join(0.25)
        return not self.is_alive

    def _run_loop(self) -> None:
        while not self._stopping.is_set():
            holds_lease = True
            try:
                holds_lease = self._run_waiting_jobs()
            except Exception as error:  # noqa: BLE001 - the service goes on after any error
                self._report_trouble(error)
            # The process that holds the lease runs new jobs too: a request for each is in vain.
            (self._wakeup if holds_lease else self._stopping).wait(self._pause)
            self._wakeup.clear()

    def _run_waiting_jobs(self) -> bool:
        """Run all waiting jobs; return False if another process holds the lease to run them."""
        if not (self._is_cleanup_due() or self._jobs.has_unfinished()):
            self._report_recovery()
            return True
        with self._jobs.lease() as holds_lease, suppress(_JobAbandonedError):
            while holds_lease and not self._stopping.is_set():
                if self._is_cleanup_due():  # also while jobs never stop waiting
                    self._clean_up()
                job = self._jobs.start_next()
                self._report_recovery()
                if job is None:
                    break
                try:
                    self._run_job(job)
                except _JobAbandonedError:
                    self._release(job)
                    raise
        return holds_lease

    def _is_cleanup_due(self) -> bool:
        return time.monotonic() >= self._cleanup_due

    def _clean_up(self) -> None:
        """Remove what has expired, and what killed processes left behind."""
        # Files first: on a full disk the queue needs room to remove its jobs.
        removed = self._files.sweep(self._jobs.list_succeeded())
        expired = self._jobs.remove_expired()
        for job_id in expired:
            self._files.remove(job_id)
        folders = sweep_spill_folders(self._settings.temporary_folder)
        if removed or expired or folders:
            self._log.info("swept", files=removed, jobs=len(expired), folders=folders)
        self._cleanup_due = time.monotonic() + _CLEANUP_SECONDS

    def _run_job(self, job: StoredJob) -> None:
        """Run a job to its end.

        Raises _JobAbandonedError if the job must stay as it is.
        """
        began = time.monotonic()
        self._log.info("job_started", job=str(job.id), attempts=job.attempts)
        rows, message = self._export(job)
        is_recorded = False
        if message is None:
            try:
                is_recorded = self._record_result(
                    lambda: self._jobs.succeed(job, rows), raise_disk_full=True
                )
            except DiskFullError:
                # The file takes the room that the queue needs to record the result.
                self._files.remove(job.id)
                message = DISK_FULL
        if message is not None:
            is_recorded = self._record_result(
                lambda: self._jobs.fail(job, message or INTERNAL_ERROR), raise_disk_full=False
            )
        if not is_recorded:
            self._handle_vanished(job)
            return
        status = JobStatus.SUCCESS if message is None else JobStatus.FAILED
        seconds = time.monotonic() - began
        self._log.info("job_finished", job=str(job.id), status=status.value, seconds=seconds)
        if self._metrics is not None:
            self._metrics.record_job(status, seconds, rows if message is None else None)

    def _export(self, job: StoredJob) -> tuple[int, str | None]:
        """Write and publish the file of a job; return its rows, or the reason of the failure."""
        if job.attempts > _MAX_ATTEMPTS:
            return 0, TOO_MANY_ATTEMPTS
        part = None
        try:
            part = self._files.create_part(job.id)
            rows = self._write_file(job, part)
            self._require_lease()
            if not rows:
                return 0, NO_RESULTS
            self._files.publish(part, job.id)
        except Exception as error:  # noqa: BLE001 - an unknown error only fails the job
            if isinstance(error, _JobAbandonedError) or self._interrupted.is_set():
                raise _JobAbandonedError from None
            self._require_lease()
            message = describe_failure(error)
            log = self._log.error if message == INTERNAL_ERROR else self._log.warning
            log("job_failed", job=str(job.id), **error_fields(error))
            return 0, message
        else:
            return rows, None
        finally:
            # Before anything else is written: on a full disk the queue needs the room.
            if part is not None:
                self._files.discard(part)

    def _write_file(self, job: StoredJob, part: Path) -> int:
        if self._interrupted.is_set():
            raise _JobAbandonedError
        return self._source.write_csv(
            None if job.filter is None else parse(job.filter),
            part,
            rows=self._settings.rows,
            neutralise=self._settings.neutralise,
            bom=self._settings.bom,
        )

    def _require_lease(self) -> None:
        """Raise _JobAbandonedError if another process may be running the job by now."""
        if not self._jobs.holds_lease():
            self._log.warning("lease_lost")
            raise _JobAbandonedError

    def _record_result(self, record: Callable[[], bool], *, raise_disk_full: bool) -> bool:
        """Record the end of a job in the queue, as soon as the queue can be written.

        Returns False if the job is gone. Raises _JobAbandonedError if the lease is lost before
        that or the service shuts down; DiskFullError only with `raise_disk_full`.
        """
        while True:
            try:
                is_recorded = record()
            except DiskFullError as error:
                if raise_disk_full:
                    raise
                self._report_trouble(error)
            except ExporterError as error:
                self._require_lease()
                self._report_trouble(error)
            else:
                self._report_recovery()
                return is_recorded
            if self._interrupted.wait(self._pause):
                raise _JobAbandonedError

    def _release(self, job: StoredJob) -> None:
        """Take back the attempt of a job that the shutdown interrupts; it is not at fault."""
        if not self._interrupted.is_set():
            return
        # If the queue cannot be written, the attempt counts, as after a kill.
        with suppress(ExporterError):
            if self._jobs.release_job(job):
                self._log.info("job_given_back", job=str(job.id))

    def _handle_vanished(self, job: StoredJob) -> None:
        """Remove the file of a job that has expired; another process may run one that has not."""
        self._log.warning("job_vanished", job=str(job.id))
        if self._jobs.get_job(job.id) is None:
            self._files.remove(job.id)

    def _report_trouble(self, error: Exception) -> None:
        """Log once that the queue cannot be used, and try less and less often."""
        if self._trouble is not type(error):
            self._trouble = type(error)
            self._log.error("queue_failed", **error_fields(error))
        self._pause = min(self._pause * 2, _MAX_PAUSE)

    def _report_recovery(self) -> None:
        if self._trouble is not None:
            self._trouble = None
            self._log.info("queue_recovered")
        self._pause = self._poll


def describe_failure(error: Exception) -> str:
    """Return the error of a job for clients; only messages that are meant for users.

    >>> describe_failure(ExporterError("line 5 is not an order."))
    'line 5 is not an order.'
    >>> describe_failure(KeyError("a secret"))
    'Internal Server Error'
    >>> describe_failure(OrdersDatabaseError("no role ron at db.local")).split(";")[0]
    'The database of the orders reported an error'
    """
    if isinstance(error, (DiskFullError, OrdersDiskFullError)):
        return DISK_FULL
    if isinstance(error, OrdersDatabaseError):
        return DATABASE_FAILED
    if isinstance(error, (ExporterError, FilterError)):
        return str(error)
    return INTERNAL_ERROR
