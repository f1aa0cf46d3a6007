"""The queue of jobs, in SQLite or PostgreSQL."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID, uuid4

from sqlalchemy import Connection, func, make_url, select, update
from sqlalchemy.exc import ArgumentError

from epfilter.exporter.errors import SettingsError
from epfilter.exporter.models import JobStatus
from epfilter.exporter.service.database import Database
from epfilter.exporter.service.job_statements import (
    COUNT_BY_STATUS,
    COUNT_JOBS,
    FIND_UNFINISHED,
    GET_JOB,
    GET_KEY,
    GET_NEXT,
    INSERT_JOB,
    LIST_JOBS,
    LIST_SUCCEEDED,
    LOCK_QUEUE,
    NO_LIMIT,
    NOT_EXPIRED,
    REMOVE_EXPIRED,
    SET_LAST_CREATED,
)
from epfilter.exporter.service.job_tables import (
    JOBS,
    StoredJob,
    build_job,
    build_row,
    find_status,
)
from epfilter.exporter.service.postgresql import PostgresqlDatabase
from epfilter.exporter.service.settings import ServiceSettings
from epfilter.exporter.service.sqlite import SqliteDatabase

_MAX_AHEAD = 3600 * 10**9
"""Nanoseconds by which the clocks of two processes may differ."""

_URL_HINT = "use postgresql://user:password@host/database, or the path of a file"


class JobQueue:
    """The queue of jobs in a database: it outlives a process, and several processes may share it.

    `location` is the path of a SQLite file, its URL `sqlite:///…`, or `postgresql://…`; a missing
    file and missing tables are created. A job expires `lifetime` after its creation. `clock`
    returns nanoseconds since 1970. You may call all methods from any thread; a change is durable
    when its method returns.

    Raises SettingsError for any other URL, and for a database that is damaged, read-only or
    created by a newer epfilter. The methods raise ExporterError if the database does not respond
    or cannot write.

    Source: Exporter Service API 1.0, OpenAPI document, tag Jobs and operation createJob.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with JobQueue(f"{folder}/jobs.db", lifetime=timedelta(weeks=1)) as jobs:
    ...         created = jobs.create("eq(payment,paid)")
    ...         started = jobs.start_next()
    ...         jobs.fail(started, "the disk is full.")
    ...         jobs.get_job(created.id).status
    True
    <JobStatus.FAILED: 'failed'>
    """

    def __init__(
        self,
        location: str | os.PathLike[str],
        *,
        lifetime: timedelta,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._lifetime = lifetime // timedelta(microseconds=1) * 1000
        self._clock = clock
        self._ahead_since: int | None = None
        self._database = _open_database(location)
        self._database.open()

    @classmethod
    def from_settings(cls, settings: ServiceSettings) -> Self:
        """Return the queue of a service: at `settings.jobs`, by default in the state folder.

        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     settings = ServiceSettings(orders="a.csv", state=folder, token="12345678")
        ...     with JobQueue.from_settings(settings) as jobs:
        ...         jobs.list_jobs()
        []
        """
        location = settings.jobs or settings.state_folder / "jobs.db"
        return cls(location, lifetime=settings.job_lifetime)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<JobQueue in {self._database.location}>"

    def create(self, filter: str | None) -> StoredJob:  # noqa: A002 - the platform's name for it
        """Add a job to the end of the queue; `filter` is canonical text, or None for all orders.

        Raises ExporterError if the job cannot be stored.
        """
        return self.create_all([filter])[0]

    def create_all(self, filters: Sequence[str | None]) -> list[StoredJob]:
        """Add several jobs in one transaction, in this order; all are stored, or none.

        Raises ExporterError if they cannot be stored.
        """
        with self._database.write_transaction() as connection:
            last = connection.scalar(LOCK_QUEUE)
            first = max(self._clock(), (last or 0) + 1)
            jobs = [
                StoredJob(id=uuid4(), filter=text, created=created, updated=created)
                for created, text in enumerate(filters, first)
            ]
            connection.execute(SET_LAST_CREATED, {"last": jobs[-1].created})
            connection.execute(INSERT_JOB, [build_row(job) for job in jobs])
        return jobs

    def list_jobs(
        self, limit: int = NO_LIMIT, *, offset: int = 0, sort: str = "-created_at"
    ) -> list[StoredJob]:
        """Return the jobs that have not expired, by default the newest first.

        `limit` is the most jobs to return, after the first `offset`, in an order of `SORT_ORDERS`.
        Raises ExporterError if they cannot be read.
        """
        page = {"after": self._expired_until(), "limit": limit, "offset": offset}
        with self._database.read_transaction() as connection:
            rows = connection.execute(LIST_JOBS[sort], page).all()
            return [build_job(row) for row in rows]

    def count_jobs(self) -> int:
        """Return the number of jobs that have not expired.

        Raises ExporterError if they cannot be read.
        """
        with self._database.read_transaction() as connection:
            return connection.execute(COUNT_JOBS, {"after": self._expired_until()}).scalar_one()

    def list_succeeded(self) -> set[UUID]:
        """Return the IDs of the jobs that have a file and have not expired.

        Raises ExporterError if they cannot be read.
        """
        with self._database.read_transaction() as connection:
            return {*connection.scalars(LIST_SUCCEEDED, {"after": self._expired_until()})}

    def count_by_status(self) -> dict[JobStatus, int]:
        """Return for every status how many jobs have it, without expired jobs.

        Raises ExporterError if they cannot be read.
        """
        counts = dict.fromkeys(JobStatus, 0)
        expired = {"after": self._expired_until()}
        with self._database.read_transaction() as connection:
            for name, number in connection.execute(COUNT_BY_STATUS, expired):
                counts[find_status(name) or JobStatus.FAILED] += number
        return counts

    def get_job(self, id: UUID) -> StoredJob | None:  # noqa: A002 - the platform's name for it
        """Return the job with this ID; None if it does not exist or has expired.

        Raises ExporterError if it cannot be read.
        """
        with self._database.read_transaction() as connection:
            result = connection.execute(GET_JOB, {"id": id, "after": self._expired_until()})
            row = result.one_or_none()
            return None if row is None else build_job(row)

    def get_job_at_once(self, id: UUID) -> StoredJob | None:  # noqa: A002 - the same
        """Return what `get_job` returns, so fast that an event loop can call it; never wait.

        Raises BlockingIOError where it would have to wait: then call `get_job` in another thread.
        Raises ExporterError if the job cannot be read.
        """
        return self._database.read_job_at_once(id, self._expired_until())

    def has_unfinished(self) -> bool:
        """Return whether any job is pending, or was left in the middle.

        Raises ExporterError if the database does not respond.
        """
        with self._database.read_transaction() as connection:
            found = connection.execute(FIND_UNFINISHED, {"after": self._expired_until()})
            return found.first() is not None

    def start_next(self) -> StoredJob | None:
        """Set the next job to STARTED and return it; None if there is no job to run.

        A job that a process left STARTED comes first, otherwise the oldest one. Call only while
        holding the lease. Raises ExporterError if the job cannot be started.
        """
        with self._database.lease_transaction() as connection:
            result = connection.execute(GET_NEXT, {"after": self._expired_until()})
            row = result.one_or_none()
            if row is None:
                return None
            started = replace(
                build_job(row),
                status=JobStatus.STARTED,
                updated=max(self._clock(), row.updated),
                attempts=row.attempts + 1,
            )
            change = update(JOBS).where(JOBS.c.id == started.id)
            connection.execute(change.values(build_row(started)))
            return started

    def succeed(self, job: StoredJob, rows: int) -> bool:
        """Set a job of `start_next` to SUCCESS; `rows` is the number of rows of its file.

        Returns False if the job has expired, or another process has started it again. Raises
        ExporterError if the change cannot be stored.
        """
        return self._update_started(job, status=JobStatus.SUCCESS, rows=rows)

    def fail(self, job: StoredJob, message: str) -> bool:
        """Set a job of `start_next` to FAILED, with the reason as a message.

        Returns and raises as `succeed` does.
        """
        return self._update_started(job, status=JobStatus.FAILED, error=message)

    def release_job(self, job: StoredJob) -> bool:
        """Leave a job of `start_next` to the next holder of the lease; the attempt does not count.

        It stays STARTED, so it is the next job. Returns and raises as `succeed` does.
        """
        return self._update_started(job, attempts=job.attempts - 1)

    def remove_expired(self) -> list[UUID]:
        """Remove the expired jobs; return their IDs.

        Jobs that were created while the clock was ahead get a time of now, because they would
        never expire. Call it repeatedly: the clock must have been right for an hour. Raises
        ExporterError if the jobs cannot be removed.
        """
        with self._database.write_transaction() as connection:
            self._correct_times(connection)
            return list(connection.scalars(REMOVE_EXPIRED, {"after": self._expired_until()}))

    def get_key(self) -> bytes:
        """Return the secret of 32 bytes that was created with the queue.

        Raises ExporterError if it cannot be read.
        """
        with self._database.read_transaction() as connection:
            return bytes(connection.execute(GET_KEY).scalar_one())

    def lease(self) -> AbstractContextManager[bool]:
        """Acquire the lease, the right to run jobs, which one process has at a time.

        The context value is whether this process holds it. The lease ends with the block, and with
        the process. Call `start_next` and the methods that end or release a job inside of the
        block and in its thread. Raises ExporterError if the lease cannot be requested.
        """
        return self._database.lease()

    def holds_lease(self) -> bool:
        """Return whether this process holds the lease; it is lost with the server connection."""
        return self._database.holds_lease()

    def require_ready(self) -> None:
        """Raise ExporterError if the database does not respond."""
        self.get_key()

    def close(self) -> None:
        """Close the connections; do not use the queue afterwards."""
        self._database.close()

    def _correct_times(self, connection: Connection) -> None:
        """Let jobs from the future begin now, in the same order; so do the next ones.

        After a start with a clock that is behind, the times of all jobs are in the future, but it
        is set within minutes. So it waits until the times are wrong for as long as they may be.
        """
        now = self._clock()
        last = connection.scalar(LOCK_QUEUE) or 0
        if last <= now + _MAX_AHEAD:
            self._ahead_since = None
            return
        if self._ahead_since is None or now < self._ahead_since:
            self._ahead_since = now
        if now - self._ahead_since < _MAX_AHEAD:
            return
        future = JOBS.c.created > now
        ids = connection.scalars(select(JOBS.c.id).where(future).order_by(JOBS.c.created)).all()
        before = connection.scalar(select(func.max(JOBS.c.created)).where(~future)) or 0
        first = max(now - len(ids), before + 1)
        for created, job_id in enumerate(ids, first):
            change = update(JOBS).where(JOBS.c.id == job_id)
            connection.execute(change.values(created=created, updated=created))
        connection.execute(SET_LAST_CREATED, {"last": first + len(ids)})
        self._ahead_since = None

    def _expired_until(self) -> int:
        """Return the latest creation time of the jobs that have expired."""
        return self._clock() - self._lifetime

    def _update_started(self, job: StoredJob, **changes: object) -> bool:
        """Change a job that this process runs: the attempt excludes one that lost its lease."""
        with self._database.lease_transaction() as connection:
            result = connection.execute(
                update(JOBS)
                .where(JOBS.c.id == job.id, JOBS.c.attempts == job.attempts, NOT_EXPIRED)
                .where(JOBS.c.status == JobStatus.STARTED)
                .values(updated=max(self._clock(), job.updated), **changes),
                {"after": self._expired_until()},
            )
            return result.rowcount == 1


def _open_database(location: str | os.PathLike[str]) -> Database:
    """Return the database at a path or URL; raise SettingsError for any other URL."""
    if not isinstance(location, str) or "://" not in location:
        return SqliteDatabase(Path(location))
    try:
        url = make_url(location)
    except (ArgumentError, ValueError):  # ValueError for an invalid port
        raise SettingsError("the URL of the jobs is invalid.", hint=_URL_HINT) from None
    if url.get_backend_name() in {"postgres", "postgresql"}:
        return PostgresqlDatabase(url)
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        return SqliteDatabase(Path(url.database))
    raise SettingsError(f"jobs cannot be stored at a URL `{url.drivername}://…`.", hint=_URL_HINT)
