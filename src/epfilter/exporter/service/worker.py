"""Runs the jobs of the queue, one at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from epfilter.exporter.errors import ExporterError
from epfilter.exporter.models import NO_RESULTS, JobStatus
from epfilter.exporter.orders.spill_folders import sweep_spill_folders
from epfilter.exporter.orders.store import OrderStore
from epfilter.exporter.service.database import DiskFullError
from epfilter.exporter.service.files import Files
from epfilter.exporter.service.jobs import JobStore
from epfilter.exporter.service.logs import failure
from epfilter.exporter.service.messages import (
    DISK_FULL,
    GIVEN_UP,
    INTERNAL_ERROR,
    Log,
    Metrics,
    message_of,
)
from epfilter.exporter.service.settings import ServiceSettings
from epfilter.exporter.service.stored_jobs import StoredJob
from epfilter.parser import parse

_HOUSEKEEPING = 60.0
"""How many seconds lie between two looks for what has expired or was left over."""

_LONGEST_PAUSE = 30.0
"""How many seconds lie between two attempts at most while the queue cannot be used."""

_INTERRUPTING = 15.0
"""For how many seconds a running job is told to end; the last time may take a few more."""

_MOST_ATTEMPTS = 5
"""How often a job is begun. One that ends every process that runs it must not keep the others.

An attempt that is left because the service ends in order does not count.
"""


class _LeftError(Exception):
    """A job is left as it is: its turn is lost, or the service ends."""


class Runner:
    """A thread that runs the jobs of a queue: the earliest created first, one at a time.

    Several processes may each have one on the same queue and the same folder of files. A job that
    is left in the middle, whatever the reason, is run again. No error ends the thread. `poll` is
    how many seconds may pass until a job is seen that another process has created.

    Source: Exporter Service API 1.0, OpenAPI document, tag Jobs.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from epfilter.exporter.orders import open_orders
    >>> from epfilter.exporter.service.logs import open_log
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "orders.jsonl")
    ...     written = path.write_text('{"id": "1", "payment": "paid"}', encoding="utf-8")
    ...     settings = ServiceSettings(orders=path, state=folder, token="12345678")
    ...     jobs, files = JobStore.of(settings), Files(Path(folder, "files"))
    ...     runner = Runner(jobs, open_orders(path), files, settings, open_log("json"))
    ...     created = jobs.create("eq(payment,paid)")
    ...     runner.start()
    ...     while jobs.waiting():
    ...         time.sleep(0.01)
    ...     runner.stop(drain=5)
    ...     jobs.job(created.id).rows
    ...     jobs.close()
    True
    1
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what it brings together is just that many
        self,
        jobs: JobStore,
        store: OrderStore,
        files: Files,
        settings: ServiceSettings,
        log: Log,
        metrics: Metrics | None = None,
        *,
        poll: float = 1.0,
    ) -> None:
        self._jobs = jobs
        self._store = store
        self._files = files
        self._settings = settings
        self._log = log
        self._metrics = metrics
        self._poll = poll
        self._woken = Event()
        self._stopping = Event()
        self._interrupted = Event()
        self._thread = Thread(target=self._loop, name="epfilter-jobs", daemon=True)
        self._pause = poll
        self._trouble: type[Exception] | None = None
        self._housekeeping_due = 0.0

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Starts the thread; once."""
        self._thread.start()

    def wake(self) -> None:
        """Says that there may be a new job, from any thread."""
        self._woken.set()

    def begin_no_more(self) -> None:
        """Says that no job may be begun from now on, from any thread; a running one goes on."""
        self._stopping.set()
        self._woken.set()

    def stop(self, drain: float) -> bool:
        """Ends the thread: no new job is begun, and the running one has `drain` seconds to end.

        Then it is interrupted, stays STARTED, and is the first that the next runner runs. True
        where the thread has ended, which it has not where the store does not heed `interrupt` for
        a quarter of a minute.
        """
        self.begin_no_more()
        if self._thread.ident is None:  # never started
            return True
        self._thread.join(drain)
        deadline = time.monotonic() + _INTERRUPTING
        while self.alive and time.monotonic() < deadline:
            # Again and again: one that comes just before the store begins has no effect.
            self._interrupted.set()
            with suppress(Exception):
                self._store.interrupt()
            self._thread.join(0.25)
        return not self.alive

    def _loop(self) -> None:
        while not self._stopping.is_set():
            try:
                self._look()
            except Exception as error:  # noqa: BLE001 - the service goes on, whatever it is
                self._troubled(error)
            self._woken.wait(self._pause)
            self._woken.clear()

    def _look(self) -> None:
        """Runs all jobs that wait, if it is this process's turn."""
        if not (self._is_housekeeping_due() or self._jobs.waiting()):
            self._works()
            return
        with self._jobs.turn() as is_ours, suppress(_LeftError):
            while is_ours and not self._stopping.is_set():
                if self._is_housekeeping_due():  # also where jobs never cease to wait
                    self._keep_house()
                job = self._jobs.next()
                self._works()
                if job is None:
                    break
                try:
                    self._run(job)
                except _LeftError:
                    self._leave(job)
                    raise

    def _is_housekeeping_due(self) -> bool:
        return time.monotonic() >= self._housekeeping_due

    def _keep_house(self) -> None:
        """Removes what has expired, and what processes left behind that ended in the middle."""
        done = {job.id for job in self._jobs.jobs() if job.status is JobStatus.SUCCESS}
        # Files first: where the disk is full, the queue needs room to forget its jobs.
        removed = self._files.sweep(done)
        expired = self._jobs.expire()
        for job in expired:
            self._files.remove(job)
        folders = sweep_spill_folders(self._settings.temporary_folder)
        if removed or expired or folders:
            self._log.info("swept", files=removed, jobs=len(expired), folders=folders)
        self._housekeeping_due = time.monotonic() + _HOUSEKEEPING

    def _run(self, job: StoredJob) -> None:
        """Runs a job to its end; raises _LeftError where it must be left."""
        began = time.monotonic()
        self._log.info("job_started", job=str(job.id), attempts=job.attempts)
        rows, message = self._export(job)
        recorded = False
        if message is None:
            try:
                recorded = self._record(lambda: self._jobs.succeed(job, rows), give_up_full=True)
            except DiskFullError:
                # The file has taken the room that the queue needs to tell of it.
                self._files.remove(job.id)
                message = DISK_FULL
        if message is not None:
            recorded = self._record(
                lambda: self._jobs.fail(job, message or INTERNAL_ERROR), give_up_full=False
            )
        if not recorded:
            self._forget(job)
            return
        status = JobStatus.SUCCESS if message is None else JobStatus.FAILED
        seconds = time.monotonic() - began
        self._log.info("job_finished", job=str(job.id), status=status.value, seconds=seconds)
        if self._metrics is not None:
            self._metrics.job_finished(status, seconds, rows if message is None else None)

    def _export(self, job: StoredJob) -> tuple[int, str | None]:
        """Writes and publishes the file of a job: how many rows, or why there is none."""
        if job.attempts > _MOST_ATTEMPTS:
            return 0, GIVEN_UP
        part = None
        try:
            part = self._files.part(job.id)
            rows = self._write(job, part)
            self._check_turn()
            if not rows:
                return 0, NO_RESULTS
            self._files.publish(part, job.id)
        except Exception as error:  # noqa: BLE001 - an unknown error fails the job, no more
            if isinstance(error, _LeftError) or self._interrupted.is_set():
                raise _LeftError from None
            self._check_turn()
            message = message_of(error)
            say = self._log.error if message == INTERNAL_ERROR else self._log.warning
            say("job_failed", job=str(job.id), **failure(error))
            return 0, message
        else:
            return rows, None
        finally:
            # Before anything else is written: where the disk is full, the queue needs the room.
            if part is not None:
                self._files.discard(part)

    def _write(self, job: StoredJob, part: Path) -> int:
        if self._interrupted.is_set():
            raise _LeftError
        return self._store.write_csv(
            None if job.filter is None else parse(job.filter),
            part,
            rows=self._settings.rows,
            neutralise=self._settings.neutralise,
        )

    def _check_turn(self) -> None:
        """Nothing may come of a job that another process may be running by now."""
        if not self._jobs.has_turn():
            self._log.warning("turn_lost")
            raise _LeftError

    def _record(self, end: Callable[[], bool], *, give_up_full: bool) -> bool:
        """Says in the queue that a job has ended, as soon as the queue can be written.

        False where the job is gone. Raises _LeftError where the turn is lost before that, or the
        service ends; DiskFullError where that is asked for.
        """
        while True:
            try:
                recorded = end()
            except DiskFullError as error:
                if give_up_full:
                    raise
                self._troubled(error)
            except ExporterError as error:
                self._check_turn()
                self._troubled(error)
            else:
                self._works()
                return recorded
            if self._interrupted.wait(self._pause):
                raise _LeftError

    def _leave(self, job: StoredJob) -> None:
        """A job that the end of the service leaves in the middle is not at fault."""
        if not self._interrupted.is_set():
            return
        # Where the queue cannot be told, the attempt counts, as after a kill.
        with suppress(ExporterError):
            if self._jobs.give_back(job):
                self._log.info("job_given_back", job=str(job.id))

    def _forget(self, job: StoredJob) -> None:
        """A job that has expired leaves no file; one that another process runs is not ours."""
        self._log.warning("job_vanished", job=str(job.id))
        if self._jobs.job(job.id) is None:
            self._files.remove(job.id)

    def _troubled(self, error: Exception) -> None:
        """Says once that the queue cannot be used, and asks less and less often."""
        if self._trouble is not type(error):
            self._trouble = type(error)
            self._log.error("queue_failed", **failure(error))
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    def _works(self) -> None:
        if self._trouble is not None:
            self._trouble = None
            self._log.info("queue_recovered")
        self._pause = self._poll
