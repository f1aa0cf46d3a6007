"""The queue of jobs, in SQLite or PostgreSQL."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, make_url, select, update
from sqlalchemy.exc import ArgumentError
from sqlalchemy.sql.elements import ColumnElement

from epfilter.exporter.errors import SettingsError
from epfilter.exporter.models import JobStatus
from epfilter.exporter.service.database import Database
from epfilter.exporter.service.postgresql import PostgresqlDatabase
from epfilter.exporter.service.settings import ServiceSettings
from epfilter.exporter.service.sqlite import SqliteDatabase
from epfilter.exporter.service.stored_jobs import StoredJob, known_status, stored_job
from epfilter.exporter.service.tables import JOBS, QUEUE

_UNFINISHED = (JobStatus.STARTED, JobStatus.PENDING)
_URLS = "take postgresql://user:password@host/database, or the path of a file"


class JobStore:
    """The queue of jobs in a database: it outlives any process, and several may share it.

    `place` is the path of a file of SQLite, its URL `sqlite:///…`, or `postgresql://…`; tables and
    file are made where they are missing. A job is gone `lifetime` after its creation. `clock`
    gives nanoseconds since 1970. All methods may be called from any thread; a change is durable
    when its method returns.

    Raises SettingsError for a URL that leads to no such database, or to one that is damaged,
    cannot be written, or was made by a newer epfilter. Its methods raise ExporterError where the
    database does not answer or cannot write.

    Source: Exporter Service API 1.0, OpenAPI document, tag Jobs and operation createJob.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with JobStore(f"{folder}/jobs.db", lifetime=timedelta(weeks=1)) as jobs:
    ...         created = jobs.create("eq(payment,paid)")
    ...         started = jobs.next()
    ...         jobs.fail(started, "the disk is full.")
    ...         jobs.job(created.id).status
    True
    <JobStatus.FAILED: 'failed'>
    """

    def __init__(
        self,
        place: str | os.PathLike[str],
        *,
        lifetime: timedelta,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._lifetime = lifetime // timedelta(microseconds=1) * 1000
        self._clock = clock
        self._database = _database(place)
        self._database.open()

    @classmethod
    def of(cls, settings: ServiceSettings) -> Self:
        """The queue of a service: where `settings.jobs` says, else in the state folder.

        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     settings = ServiceSettings(orders="a.csv", state=folder, token="12345678")
        ...     with JobStore.of(settings) as jobs:
        ...         jobs.jobs()
        []
        """
        place = settings.jobs or settings.state_folder / "jobs.db"
        return cls(place, lifetime=settings.job_lifetime)

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
        return f"<JobStore in {self._database.place}>"

    def create(self, filter: str | None) -> StoredJob:  # noqa: A002 - the platform's name for it
        """A new job at the end of the queue; `filter` is canonical text, or None for all orders.

        Raises ExporterError where it cannot be kept.
        """
        with self._database.writing() as connection:
            last = connection.scalar(select(QUEUE.c.last_created).with_for_update())
            created = max(self._clock(), (last or 0) + 1)
            job = StoredJob(id=uuid4(), filter=filter, created=created, updated=created)
            connection.execute(update(QUEUE).values(last_created=created))
            connection.execute(insert(JOBS).values(asdict(job)))
        return job

    def jobs(self, most: int | None = None) -> list[StoredJob]:
        """All jobs that have not expired, or at most so many, the newest first.

        Raises ExporterError where they cannot be read.
        """
        newest = select(JOBS).where(self._alive()).order_by(JOBS.c.created.desc()).limit(most)
        with self._database.reading() as connection:
            return [stored_job(row) for row in connection.execute(newest)]

    def statuses(self) -> dict[JobStatus, int]:
        """How many jobs that have not expired are in each status, also where there are none.

        Raises ExporterError where they cannot be read.
        """
        counts = dict.fromkeys(JobStatus, 0)
        counted = select(JOBS.c.status, func.count()).where(self._alive()).group_by(JOBS.c.status)
        with self._database.reading() as connection:
            for name, number in connection.execute(counted):
                counts[known_status(name) or JobStatus.FAILED] += number
        return counts

    def job(self, id: UUID) -> StoredJob | None:  # noqa: A002 - the platform's name for it
        """One job, or None where there is none of this ID, or no more.

        Raises ExporterError where it cannot be read.
        """
        with self._database.reading() as connection:
            found = connection.execute(select(JOBS).where(JOBS.c.id == id, self._alive()))
            row = found.one_or_none()
            return None if row is None else stored_job(row)

    def waiting(self) -> bool:
        """Whether any job is still to be run, or was left in the middle.

        Raises ExporterError where the database does not answer.
        """
        with self._database.reading() as connection:
            unfinished = select(JOBS.c.id).where(JOBS.c.status.in_(_UNFINISHED), self._alive())
            return connection.execute(unfinished.limit(1)).first() is not None

    def next(self) -> StoredJob | None:
        """The job to run now, which is STARTED with it; None where there is none.

        A job that was left STARTED by a process that ended comes first, else the one created
        first. Only for who has the turn. Raises ExporterError where it cannot be started.
        """
        with self._database.running() as connection:
            # Jobs are started in the order of creation, so one left STARTED is the earliest.
            found = connection.execute(
                select(JOBS)
                .where(JOBS.c.status.in_(_UNFINISHED), self._alive())
                .order_by(JOBS.c.created)
                .limit(1)
                .with_for_update()
            )
            row = found.one_or_none()
            if row is None:
                return None
            started = replace(
                stored_job(row),
                status=JobStatus.STARTED,
                updated=max(self._clock(), row.updated),
                attempts=row.attempts + 1,
            )
            connection.execute(update(JOBS).where(JOBS.c.id == started.id).values(asdict(started)))
            return started

    def succeed(self, job: StoredJob, rows: int) -> bool:
        """Ends a job as `next` gave it with success; `rows` is what its file has.

        False where that is no longer this caller's business: the job has expired, or was started
        again by another process. Raises ExporterError where it cannot be kept.
        """
        return self._end(job, status=JobStatus.SUCCESS, rows=rows)

    def fail(self, job: StoredJob, message: str) -> bool:
        """Ends a job as `next` gave it with a message that says why it failed.

        False and ExporterError as for `succeed`.
        """
        return self._end(job, status=JobStatus.FAILED, error=message)

    def give_back(self, job: StoredJob) -> bool:
        """Leaves a job as `next` gave it to whoever has the turn next; the attempt does not count.

        It stays STARTED, so it is the first that is run. False and ExporterError as for `succeed`.
        """
        return self._end(job, attempts=job.attempts - 1)

    def expire(self) -> list[UUID]:
        """Removes the jobs whose time is over; their IDs.

        Raises ExporterError where they cannot be removed.
        """
        with self._database.writing() as connection:
            expired = delete(JOBS).where(~self._alive()).returning(JOBS.c.id)
            return list(connection.scalars(expired))

    def key(self) -> bytes:
        """A secret of 32 bytes that was made with the queue, the same for all its processes.

        Raises ExporterError where it cannot be read.
        """
        with self._database.reading() as connection:
            return bytes(connection.execute(select(QUEUE.c.key)).scalar_one())

    def turn(self) -> AbstractContextManager[bool]:
        """The right to run jobs, which one process has at a time; whether it is this one's now.

        It ends with the block, and with the process however that ends. `next` and what ends or
        gives back a job belong into the block, and into the thread that entered it. Raises
        ExporterError where nobody can tell.
        """
        return self._database.turn()

    def has_turn(self) -> bool:
        """Whether the turn is still this process's; it is lost with the connection to a server."""
        return self._database.has_turn()

    def ready(self) -> None:
        """Asks the database; raises ExporterError where it does not answer."""
        self.key()

    def close(self) -> None:
        """Closes the connections; the store is of no use afterwards."""
        self._database.close()

    def _alive(self) -> ColumnElement[bool]:
        return JOBS.c.created > self._clock() - self._lifetime

    def _end(self, job: StoredJob, **changes: object) -> bool:
        """The attempt tells two processes apart of which one has lost its turn unnoticed."""
        with self._database.running() as connection:
            ended = connection.execute(
                update(JOBS)
                .where(JOBS.c.id == job.id, JOBS.c.attempts == job.attempts, self._alive())
                .where(JOBS.c.status == JobStatus.STARTED)
                .values(updated=max(self._clock(), job.updated), **changes)
            )
            return ended.rowcount == 1


def _database(place: str | os.PathLike[str]) -> Database:
    """The database at a path or URL; raises SettingsError where that says none."""
    if not isinstance(place, str) or "://" not in place:
        return SqliteDatabase(Path(place))
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        raise SettingsError("the URL of the jobs cannot be read.", hint=_URLS) from None
    if url.get_backend_name() in {"postgres", "postgresql"}:
        return PostgresqlDatabase(url)
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        return SqliteDatabase(Path(url.database))
    raise SettingsError(f"jobs cannot be kept at a URL `{url.drivername}://…`.", hint=_URLS)
