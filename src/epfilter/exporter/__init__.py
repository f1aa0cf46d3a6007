"""The Exporter Service: the messages that a client sends and receives, as models.

Source of the facts: Exporter Service API 1.0, OpenAPI document.
"""

from epfilter.exporter.models import (
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
from epfilter.exporter.payload import CreateJob, CreateJobData

__all__ = [
    "CreateJob",
    "CreateJobData",
    "Error",
    "ErrorResponse",
    "FileLink",
    "FileLinkResponse",
    "Job",
    "JobResponse",
    "JobStatus",
    "Links",
    "Timestamps",
]
