"""The Exporter Service: the messages that a client sends and receives, as models.

Source of the facts: Exporter Service API 1.0, OpenAPI document.
"""

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
