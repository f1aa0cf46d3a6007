"""An export as the queue keeps it, and how it is read from a row of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from epfilter.exporter.models import JobStatus

_STATUSES = {status.value: status for status in JobStatus}

UNKNOWN_STATUS = "The job has a status that this service does not know; create the job again"
"""The error of a job whose row was changed by something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredJob:
    """An export as the queue keeps it.

    >>> StoredJob(id=UUID(int=1), filter=None, created=5, updated=5).status
    <JobStatus.PENDING: 'pending'>
    """

    id: UUID
    """A unique ID generated when the job is created."""

    filter: str | None
    """Which orders to export, as canonical text; None for all of them."""

    status: JobStatus = JobStatus.PENDING
    """Where the job is in its life."""

    error: str | None = None
    """Why the job failed."""

    created: int
    """When the job was created, in nanoseconds since 1970 in UTC; no two jobs share it."""

    updated: int
    """When the job was last changed, in nanoseconds since 1970 in UTC."""

    rows: int | None = None
    """How many rows its file has, without the header; None until there is one."""

    attempts: int = 0
    """How often the job was started: more than once where a process was killed in the middle."""


def known_status(name: str) -> JobStatus | None:
    """The status that the table calls so; None for what is never written there.

    >>> known_status("failed"), known_status("cancelled")
    (<JobStatus.FAILED: 'failed'>, None)
    """
    return _STATUSES.get(name)


def stored_job(row: Row[Any]) -> StoredJob:
    """The job of a row of the table.

    One whose status nobody knows is never run, so it counts as failed: one damaged row must not
    take the list of all jobs away.
    """
    values = row._asdict()
    status = known_status(row.status)
    if status is None:
        values |= {"error": UNKNOWN_STATUS}
    return StoredJob(**{**values, "status": status or JobStatus.FAILED})
