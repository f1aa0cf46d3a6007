"""The tables of the queue, the same in SQLite and PostgreSQL, and the job of a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Uuid,
)

from epfilter.exporter.models import JobStatus

SCHEMA_VERSION = 1
"""Increased with every change of a table; a database of a later version is not changed."""

METADATA = MetaData()

QUEUE = Table(
    "epfilter_exporter_queue",
    METADATA,
    Column("version", Integer, nullable=False),
    # Each job is created after the last one, even if the clocks of the processes differ. The row
    # stays locked until the commit, so jobs become visible in the order of creation.
    Column("last_created", BigInteger, nullable=False),
    Column("key", LargeBinary, nullable=False),
)
"""One row: the values of the whole queue."""

JOBS = Table(
    "epfilter_exporter_jobs",
    METADATA,
    Column("id", Uuid, primary_key=True),
    # As JSON, because text in PostgreSQL cannot contain NUL, which a filter may.
    Column("filter", JSON(none_as_null=True)),
    Column("status", String(16), nullable=False),
    Column("error", JSON(none_as_null=True)),
    Column("created", BigInteger, nullable=False, unique=True),
    Column("updated", BigInteger, nullable=False),
    Column("rows", BigInteger),
    Column("attempts", Integer, nullable=False),
    Index("epfilter_exporter_jobs_by_status", "status", "created"),
)
"""One row per job; times are nanoseconds since 1970 in UTC."""

_COLUMNS = tuple(JOBS.c.keys())

ORDER_EXPORT = "order_export"
"""The only job type; the tables have no column for it."""

_STATUSES = {status.value: status for status in JobStatus}

UNKNOWN_STATUS = "The job has an unknown status; create the job again"
"""The error of a job whose row was changed from outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredJob:
    """An export as it is stored in the queue.

    >>> StoredJob(id=UUID(int=1), filter=None, created=5, updated=5).status
    <JobStatus.PENDING: 'pending'>
    """

    id: UUID
    """A unique ID generated when the job is created."""

    filter: str | None
    """The filter of the orders to export, as canonical text; None for all orders."""

    status: JobStatus = JobStatus.PENDING
    """The status of the job."""

    error: str | None = None
    """Why the job failed."""

    created: int
    """When the job was created, in nanoseconds since 1970 in UTC; no two jobs share it."""

    updated: int
    """When the job was last changed, in nanoseconds since 1970 in UTC."""

    rows: int | None = None
    """The number of rows of its file, without the header; None until there is a file."""

    attempts: int = 0
    """How often the job was started: more than once if a process was killed in the middle."""


def find_status(name: str) -> JobStatus | None:
    """Return the status with this name in the table; None for an unknown name.

    >>> find_status("failed"), find_status("cancelled")
    (<JobStatus.FAILED: 'failed'>, None)
    """
    return _STATUSES.get(name)


def build_job(row: Sequence[Any]) -> StoredJob:
    """Return the job of a row, with the columns of `JOBS`.

    A job with an unknown status is never run, so it is shown as failed: one damaged row must not
    break the list of all jobs.
    """
    id, text, name, error, created, updated, rows, attempts = row  # noqa: A001 - the column
    status = find_status(name)
    return StoredJob(
        id=id,
        filter=text,
        status=status or JobStatus.FAILED,
        error=error if status else UNKNOWN_STATUS,
        created=created,
        updated=updated,
        rows=rows,
        attempts=attempts,
    )


def build_row(job: StoredJob) -> dict[str, object]:
    """Return the values of a job by the columns of `JOBS`.

    >>> build_row(StoredJob(id=UUID(int=1), filter=None, created=5, updated=5))["status"]
    <JobStatus.PENDING: 'pending'>
    """
    return {name: getattr(job, name) for name in _COLUMNS}
