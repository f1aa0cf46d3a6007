"""The Exporter Service: its messages as models, a client for it, and a service that is one.

`client` talks to the platform (extra `client`), `service` runs the same contract over a store of
orders of your own (extra `service`), `orders` is that store. What needs a package beyond the core
is imported when it is asked for.

Source of the facts: Exporter Service API 1.0, OpenAPI document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from epfilter.exporter.errors import (
    AuthenticationError,
    ConnectionFailedError,
    DownloadError,
    ExporterError,
    JobExpiredError,
    JobFailedError,
    JobNotFoundError,
    JoinError,
    OrdersError,
    RequestFailedError,
    SettingsError,
    UnexpectedAnswerError,
    WaitTimeoutError,
)
from epfilter.exporter.models import (
    CreateJob,
    CreateJobData,
    Error,
    ErrorResponse,
    FileLink,
    FileLinkResponse,
    Job,
    JobResponse,
    JobStatus,
    Links,
    Timestamps,
)
from epfilter.lazy import loader as _loader

if TYPE_CHECKING:
    from epfilter.exporter.client import (
        AsyncExporterClient,
        DownloadProgress,
        Exported,
        ExporterClient,
        ExportProgress,
    )
    from epfilter.exporter.date_splitting import Parts, split

__all__ = [
    "AsyncExporterClient",
    "AuthenticationError",
    "ConnectionFailedError",
    "CreateJob",
    "CreateJobData",
    "DownloadError",
    "DownloadProgress",
    "Error",
    "ErrorResponse",
    "ExportProgress",
    "Exported",
    "ExporterClient",
    "ExporterError",
    "FileLink",
    "FileLinkResponse",
    "Job",
    "JobExpiredError",
    "JobFailedError",
    "JobNotFoundError",
    "JobResponse",
    "JobStatus",
    "JoinError",
    "Links",
    "OrdersError",
    "Parts",
    "RequestFailedError",
    "SettingsError",
    "Timestamps",
    "UnexpectedAnswerError",
    "WaitTimeoutError",
    "split",
]

_MODULES = {
    "AsyncExporterClient": "client",
    "DownloadProgress": "client",
    "ExportProgress": "client",
    "Exported": "client",
    "ExporterClient": "client",
    "Parts": "date_splitting",
    "split": "date_splitting",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if not TYPE_CHECKING:
    # A type checker must see the names above and no others.
    __getattr__ = _loader(__name__, _MODULES)
