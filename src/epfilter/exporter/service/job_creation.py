"""The creation of jobs for concurrent requests: those that wait share a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

from anyio import CapacityLimiter, Lock, to_thread

from epfilter.exporter.errors import ExporterError
from epfilter.exporter.service.job_queue import JobQueue
from epfilter.exporter.service.job_tables import StoredJob

MAX_BATCH = 500
"""The most jobs in a transaction, so that none waits long for the others."""


class _Request:
    """A job to create, and its result: the job, or the error."""

    def __init__(self, text: str | None) -> None:
        self.filter = text
        self.result: StoredJob | Exception | None = None


class JobCreation:
    """A group commit: while a transaction runs, the next requests gather for the next one.

    A disk writes many jobs in about the time of one, and each is durable before its request gets
    it. Writers have a thread of their own, so that they take none from readers.

    >>> from datetime import timedelta
    >>> from tempfile import TemporaryDirectory
    >>> from anyio import run
    >>> with TemporaryDirectory() as folder:
    ...     with JobQueue(f"{folder}/jobs.db", lifetime=timedelta(weeks=1)) as jobs:
    ...         created = run(JobCreation(jobs).create, "eq(payment,paid)")
    ...         jobs.get_job(created.id) == created
    True
    """

    def __init__(self, jobs: JobQueue) -> None:
        self._jobs = jobs
        self._waiting: list[_Request] = []
        self._turn = Lock(fast_acquire=True)
        self._limiter = CapacityLimiter(1)

    async def create(self, filter: str | None) -> StoredJob:  # noqa: A002 - the platform's name for it
        """Return a new job; raise the error of its transaction."""
        request = _Request(filter)
        self._waiting.append(request)
        async with self._turn:
            # Mostly an earlier request has written this one too.
            while request.result is None:
                await self._write_batch()
        if isinstance(request.result, Exception):
            # A copy: an error that several requests raise would collect all of their tracebacks.
            raise copy(request.result)
        return request.result

    async def _write_batch(self) -> None:
        batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
        results: Sequence[StoredJob | Exception] = [
            ExporterError("the service was shut down while the job was stored.")
        ] * len(batch)
        try:
            results = await to_thread.run_sync(
                self._jobs.create_all, [each.filter for each in batch], limiter=self._limiter
            )
        except Exception as error:  # noqa: BLE001 - each request of the batch raises it
            results = [error] * len(batch)
        finally:
            for each, result in zip(batch, results, strict=True):
                each.result = result
