"""The Exporter Service: its messages as models, a client for it, and a service that is one.

`client` talks to the platform (extra `client`), `service` runs the same contract over a store of
orders of your own (extra `service`), `orders` is that store. What needs a package beyond the core
is imported when it is asked for.

Source of the facts: Exporter Service API 1.0, OpenAPI document.
"""

from __future__ import annotations

from importlib import import_module as _import_module
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

if TYPE_CHECKING:
    from epfilter.exporter.client import (
        AsyncExporterClient,
        DownloadProgress,
        Exported,
        ExporterClient,
        ExportProgress,
    )
    from epfilter.exporter.splitting import Parts, split

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
    "Parts": "splitting",
    "split": "splitting",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(_import_module(f"{__name__}.{_MODULES[name]}"), name)
