"""The bodies of answers: jobs, links and errors, as the platform writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response

from epfilter.exporter.models import (
    Error,
    ErrorResponse,
    FileLink,
    FileLinkResponse,
    Job,
    JobResponse,
    JobStatus,
    Timestamps,
)
from epfilter.exporter.models import Links as JobLinks
from epfilter.exporter.service.links import Links, job_link
from epfilter.exporter.service.stored_jobs import StoredJob


class Words(NamedTuple):
    """What an error answer says where nobody says it better."""

    title: str
    detail: str


ERRORS = {
    400: Words("Bad Request", "Could not parse the supplied filter"),
    401: Words("Unauthorized", "Bring the token of this service."),
    404: Words("Resource Not Found", "The resource you are requesting does not exist"),
    405: Words("Method Not Allowed", "This resource has no such method; see the Allow header."),
    408: Words("Request Timeout", "The body of the request did not arrive in time."),
    413: Words("Content Too Large", "The body of the request is too long."),
    415: Words("Unsupported Media Type", "Send JSON in UTF-8: Content-Type: application/json."),
    416: Words("Range Not Satisfiable", "The file has no such part; see the Content-Range header."),
    500: Words(
        "Internal Server Error",
        "There was an internal server error, you can report with your request id.",
    ),
    503: Words("Service Unavailable", "The service cannot do its work at present."),
}
"""The errors of this service, by their status.

Source: Exporter Service API 1.0, OpenAPI document, responses InternalServerError and
NotFoundError; the platform's answer to a bad filter. The others are a decision.
"""

RETRY_AFTER = 5
"""Seconds after which 503 wants to be asked again: most troubles of a queue are short."""


class Refusal(Exception):  # noqa: N818 - no error of this program, but an answer to a request
    """Ends a request with an error answer."""

    def __init__(
        self,
        status: int,
        detail: str | None = None,
        *,
        meta: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status)
        self.status = status
        self.detail = detail
        self.meta = meta
        self.headers = headers


def error_answer(
    request_id: str,
    status: int,
    detail: str | None = None,
    *,
    meta: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An answer that is an error, in the platform's shape; its status is one of `ERRORS`.

    503 says when to ask again.

    >>> bytes(error_answer("635da56d-75a1-43cd-b696-7ab119756b3a", 404).body).decode()
    '{"errors":[{"status":404,"title":"Resource Not Found","detail":"The resource you are ...
    """
    title, usual = ERRORS[status]
    error = Error(
        status=status,
        title=title,
        detail=detail or usual,
        request_id=request_id,
        meta=dict(meta) if meta else None,
    )
    if status == 503:
        headers = {"Retry-After": str(RETRY_AFTER), **(headers or {})}
    body = ErrorResponse(errors=[error]).model_dump(mode="json", exclude_none=True)
    return JSONResponse(body, status, headers=headers)


async def refused(request: HTTPConnection, refusal: Exception) -> Response:
    """The answer to a request that was refused here or has no route."""
    request_id = request.scope["request_id"]
    if isinstance(refusal, Refusal):
        return error_answer(
            request_id,
            refusal.status,
            refusal.detail,
            meta=refusal.meta,
            headers=refusal.headers,
        )
    assert isinstance(refusal, HTTPException)  # noqa: S101 - the other one that comes here
    allowed = refusal.headers and refusal.headers.get("Allow")
    headers = {"Allow": ", ".join(sorted(allowed.split(", ")))} if allowed else None
    return error_answer(request_id, refusal.status_code, headers=headers)


def job_answer(job: StoredJob, base: str, links: Links) -> Response:
    """A job, as `GET /v2/jobs/{jobID}` answers."""
    return _dumped(JobResponse(data=_job(job, base, links)))


def jobs_answer(jobs: list[StoredJob], base: str, links: Links, status: int = 200) -> Response:
    """Jobs, as `GET /v2/jobs` and `POST /v2/jobs` answer."""
    return _dumped(JobResponse(data=[_job(job, base, links) for job in jobs]), status)


def link_answer(href: str) -> Response:
    """A link to a file, as `GET /v2/jobs/{jobID}/file` answers."""
    return _dumped(FileLinkResponse(data=FileLink(href=href)))


def _dumped(answer: JobResponse | FileLinkResponse, status: int = 200) -> Response:
    return JSONResponse(answer.model_dump(mode="json", exclude_none=True), status)


def _job(job: StoredJob, base: str, links: Links) -> Job:
    extra: dict[str, Any] = {} if job.filter is None else {"filter": job.filter}
    return Job(
        id=job.id,
        type="job",
        job_type="order_export",
        status=job.status,
        error=job.error,
        link=FileLink(href=links.file(base, job.id) if job.status is JobStatus.SUCCESS else ""),
        links=JobLinks.model_validate({"self": job_link(base, job.id)}),
        timestamps=Timestamps(created_at=timestamp(job.created), updated_at=timestamp(job.updated)),
        **extra,
    )


def timestamp(nanoseconds: int) -> str:
    """Nanoseconds since 1970 as the platform writes them.

    Source: Exporter Service API 1.0, OpenAPI document, the examples of schema Timestamps.

    >>> timestamp(1_538_651_329_156_490_335)
    '2018-10-04T11:08:49.156490335Z'
    """
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09}Z"
