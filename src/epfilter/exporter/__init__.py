"""The Exporter Service: models of its messages, a client, and an implementation of the service.

`client` sends requests to the platform (extra `client`). `service` implements the same API for your
own orders (extra `service`), and `orders` reads them. Names that need packages beyond
the core are imported on first use.

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
    MergeError,
    OrdersError,
    RequestFailedError,
    SettingsError,
    UnexpectedResponseError,
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
from epfilter.lazy import make_accessors as _make_accessors

if TYPE_CHECKING:
    from epfilter.exporter.client import (
        AsyncExporterClient,
        DownloadProgress,
        Exported,
        ExporterClient,
        ExportProgress,
    )
    from epfilter.exporter.filter_splitting import Parts, split
    from epfilter.exporter.periods import within_period

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
    "Links",
    "MergeError",
    "OrdersError",
    "Parts",
    "RequestFailedError",
    "SettingsError",
    "Timestamps",
    "UnexpectedResponseError",
    "WaitTimeoutError",
    "split",
    "within_period",
]

_MODULES = {
    "AsyncExporterClient": "client",
    "DownloadProgress": "client",
    "ExportProgress": "client",
    "Exported": "client",
    "ExporterClient": "client",
    "Parts": "filter_splitting",
    "split": "filter_splitting",
    "within_period": "periods",
}


if not TYPE_CHECKING:
    # A type checker must see the names above and no others.
    __getattr__, __dir__ = _make_accessors(__name__, _MODULES)
