"""How jobs end, and who is told of it."""

from __future__ import annotations

from typing import Protocol

from epfilter.errors import FilterError
from epfilter.exporter.errors import ExporterError, OrdersError
from epfilter.exporter.models import JobStatus
from epfilter.exporter.service.database import DiskFullError

INTERNAL_ERROR = "Internal Server Error"
GIVEN_UP = "The service ended again and again while it ran this job"
DISK_FULL = "The disk is full, so the file could not be written; create the job again later"


class Log(Protocol):
    """Where the runner says what happens; a logger of structlog is one.

    >>> class Silent:
    ...     def info(self, event, **values): ...
    ...     def warning(self, event, **values): ...
    ...     def error(self, event, **values): ...
    >>> log: Log = Silent()
    """

    def info(self, event: str, **values: object) -> object:
        """What is as it should be."""

    def warning(self, event: str, **values: object) -> object:
        """What may need somebody's attention."""

    def error(self, event: str, **values: object) -> object:
        """What should not happen."""


class Metrics(Protocol):
    """Who counts the jobs that have ended.

    >>> class Counted:
    ...     def job_finished(self, status, seconds, rows): ...
    >>> metrics: Metrics = Counted()
    """

    def job_finished(self, status: JobStatus, seconds: float, rows: int | None) -> None:
        """A job has ended, so many seconds after it was started; `rows` is None where it failed."""


def message_of(error: Exception) -> str:
    """What a client is told of an error that ended a job; only what is meant for a user.

    >>> message_of(OrdersError("line 5 is no order."))
    'line 5 is no order.'
    >>> message_of(KeyError("a secret"))
    'Internal Server Error'
    """
    if isinstance(error, DiskFullError):
        return DISK_FULL
    if isinstance(error, OrdersError) and "disk is full" in str(error):
        return DISK_FULL
    if isinstance(error, (ExporterError, FilterError)):
        return str(error)
    return INTERNAL_ERROR
