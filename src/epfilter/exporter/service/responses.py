"""The responses: jobs, links and errors in the platform's format."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response

from epfilter.exporter.models import Error, ErrorResponse, JobStatus
from epfilter.exporter.service.job_tables import ORDER_EXPORT, StoredJob
from epfilter.exporter.service.links import Links, job_link


class ErrorText(NamedTuple):
    """The title of an error, and its detail by default."""

    title: str
    detail: str


ERRORS = {
    400: ErrorText("Bad Request", "Could not parse the supplied filter"),
    401: ErrorText("Unauthorized", "Send the token of this service."),
    404: ErrorText("Resource Not Found", "The resource you are requesting does not exist"),
    405: ErrorText(
        "Method Not Allowed", "This resource does not support the method; see the Allow header."
    ),
    408: ErrorText("Request Timeout", "The body of the request did not arrive in time."),
    413: ErrorText("Content Too Large", "The body of the request is too long."),
    415: ErrorText("Unsupported Media Type", "Send JSON in UTF-8: Content-Type: application/json."),
    416: ErrorText("Range Not Satisfiable", "The range is outside of the file; see Content-Range."),
    500: ErrorText(
        "Internal Server Error",
        "There was an internal server error, you can report with your request id.",
    ),
    503: ErrorText("Service Unavailable", "The service is temporarily unavailable."),
}
"""The errors of this service, by status.

Source: Exporter Service API 1.0, OpenAPI document, responses InternalServerError and
NotFoundError; the platform's answer to a bad filter. The others are a decision.
"""

RETRY_AFTER = 5
"""Seconds after which a client may repeat a request that got 503."""


class Refusal(Exception):  # noqa: N818 - a response, not an error of the program
    """The end of a request with an error response."""

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


def error_response(
    request_id: str,
    status: int,
    detail: str | None = None,
    *,
    meta: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return an error response in the platform's format; the status is one of `ERRORS`.

    A 401 has a `WWW-Authenticate` header, and a 503 a `Retry-After` header.

    >>> bytes(error_response("635da56d-75a1-43cd-b696-7ab119756b3a", 404).body).decode()
    '{"errors":[{"status":404,"title":"Resource Not Found","detail":"The resource you are ...
    """
    title, default_detail = ERRORS[status]
    error = Error(
        status=status,
        title=title,
        detail=detail or default_detail,
        request_id=request_id,
        meta=dict(meta) if meta else None,
    )
    if status == 401:
        headers = {"WWW-Authenticate": 'Bearer realm="epfilter"', **(headers or {})}
    if status == 503:
        headers = {"Retry-After": str(RETRY_AFTER), **(headers or {})}
    body = ErrorResponse(errors=[error]).model_dump(mode="json", exclude_none=True)
    return JSONResponse(body, status, headers=headers)


async def refusal_response(request: HTTPConnection, refusal: Exception) -> Response:
    """Return the response to a request that was refused or has no route."""
    request_id = request.scope["request_id"]
    if isinstance(refusal, Refusal):
        return error_response(
            request_id,
            refusal.status,
            refusal.detail,
            meta=refusal.meta,
            headers=refusal.headers,
        )
    assert isinstance(refusal, HTTPException)  # noqa: S101 - the other registered exception
    allowed = refusal.headers and refusal.headers.get("Allow")
    headers = None
    if allowed:
        headers = {"Allow": ", ".join(sorted([*allowed.split(", "), "OPTIONS"]))}
        if request.scope["method"] == "OPTIONS":
            return Response(status_code=204, headers=headers)
    return error_response(request_id, refusal.status_code, headers=headers)


class _FastResponse(JSONResponse):
    """A JSON response encoded by pydantic, in a quarter of the time of `json`."""

    def render(self, content: object) -> bytes:
        return to_json(content)


def job_response(job: StoredJob, base: str, links: Links) -> Response:
    """Return the response of `GET /v2/jobs/{jobID}`."""
    return _FastResponse({"data": _describe_job(job, base, links)})


def jobs_response(
    jobs: list[StoredJob],
    base: str,
    links: Links,
    status: int = 200,
    *,
    page: Mapping[str, object] | None = None,
) -> Response:
    """Return the response of `GET /v2/jobs`, with `meta` and `links`, and of `POST /v2/jobs`."""
    data = [_describe_job(job, base, links) for job in jobs]
    return _FastResponse({"data": data, **(page or {})}, status)


def link_response(href: str) -> Response:
    """Return the response of `GET /v2/jobs/{jobID}/file`."""
    return JSONResponse({"data": {"href": href}})


def _describe_job(job: StoredJob, base: str, links: Links) -> dict[str, Any]:
    """Return the members of the model `Job`; to build and to dump it would take ten times as long.

    A test compares them with the model.
    """
    job_id = str(job.id)
    data: dict[str, Any] = {
        "id": job_id,
        "type": "job",
        "job_type": ORDER_EXPORT,
        "status": job.status.value,
    }
    if job.error is not None:
        data["error"] = job.error
    href = links.file_link(base, job.id) if job.status is JobStatus.SUCCESS else ""
    data |= {
        "link": {"href": href},
        "links": {"self": job_link(base, job_id)},
        "timestamps": {
            "created_at": format_timestamp(job.created),
            "updated_at": format_timestamp(job.updated),
        },
    }
    if job.filter is not None:
        data["filter"] = job.filter
    return data


def format_timestamp(nanoseconds: int) -> str:
    """Return nanoseconds since 1970 as a timestamp of the platform.

    Source: Exporter Service API 1.0, OpenAPI document, the examples of schema Timestamps.

    >>> format_timestamp(1_538_651_329_156_490_335)
    '2018-10-04T11:08:49.156490335Z'
    """
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{_format_second(seconds)}.{rest:09}Z"


@lru_cache(maxsize=1024)
def _format_second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]
