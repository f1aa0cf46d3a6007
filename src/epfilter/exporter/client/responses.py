"""Parses the responses of the platform, and builds the errors for those that fail.

Source: Exporter Service API 1.0, OpenAPI document; RFC 9110, 10.2.3 for Retry-After.
"""

from __future__ import annotations

import json
import logging
import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from epfilter.errors import FilterValueError
from epfilter.exporter.errors import (
    AuthenticationError,
    RequestFailedError,
    UnexpectedResponseError,
)
from epfilter.exporter.models import (
    Error,
    ErrorResponse,
    FileLink,
    FileLinkResponse,
    Job,
    JobResponse,
)
from epfilter.snippets import make_printable

_LOGGER = logging.getLogger("epfilter.exporter.client")

_REQUEST_ID_HEADERS = ("x-request-id", "x-moltin-request-id")
_MAX_TEXT_LENGTH = 500
"""Longer texts of a server are shortened in messages."""

_MIN_SECRET_LENGTH = 8
"""Shorter words are secrets only where they are whole words."""

M = TypeVar("M", bound=BaseModel)


class JobList(NamedTuple):
    """The jobs of a response, the number of its items, and that of all pages if it is known."""

    jobs: tuple[Job, ...]
    received: int
    total: int | None


class _Results(BaseModel):
    total: int


class _Meta(BaseModel):
    results: _Results


class _JobListResponse(BaseModel):
    """A list of jobs that are not validated yet."""

    data: list[Any]
    meta: Any = None


def parse_jobs(response: httpx.Response) -> JobList:
    """Return the jobs of a response that contains a list or a single job.

    A job with an unknown status is left out of a list, with a warning in the log.

    Raises UnexpectedResponseError for any other response.
    """
    expected = "a list of jobs"
    try:
        content = _JobListResponse.model_validate_json(response.content)
    except ValidationError:
        return JobList(_parse(response, JobResponse, expected).jobs, 1, None)
    try:
        jobs = [_parse_job_or_none(item) for item in content.data]
    except ValidationError:
        raise _unexpected_content_error(response, expected) from None
    if left_out := jobs.count(None):
        # Without the status or any other content, which might be confidential.
        _LOGGER.warning("%d of %d jobs left out: their status is unknown", left_out, len(jobs))
    known = tuple(job for job in jobs if job is not None)
    return JobList(known, len(jobs), _read_total(content.meta))


def _read_total(meta: object) -> int | None:
    try:
        return _Meta.model_validate(meta).results.total
    except ValidationError:
        return None


def _parse_job_or_none(item: object) -> Job | None:
    """Return a job, or None if only its status is invalid; raise ValidationError otherwise."""
    try:
        return Job.model_validate(item)
    except ValidationError as error:
        problems = [(problem["loc"], problem["type"]) for problem in error.errors()]
        if problems != [(("status",), "enum")]:
            raise
        return None


def parse_job(response: httpx.Response, expected_id: str | None = None) -> Job:
    """Return the only job of a response.

    Raises UnexpectedResponseError for any other response, and for a job with another id.
    """
    try:
        job = _parse(response, JobResponse, "a job").job
    except FilterValueError:
        raise _unexpected_content_error(response, "exactly one job") from None
    # A UUID may be sent in upper case.
    if expected_id is not None and job.id.lower() != expected_id.lower():
        shown = make_printable(expected_id)
        raise build_unexpected_error(response, f"is not about the job {shown}")
    return job


class _ListingResponse(BaseModel):
    """A page of a listing; its rows are not validated."""

    data: list[dict[str, Any]]


def parse_rows(response: httpx.Response) -> list[dict[str, Any]]:
    """Return the rows of a page; raise UnexpectedResponseError for any other response."""
    return _parse(response, _ListingResponse, "a page of a listing").data


def parse_file_link(response: httpx.Response) -> FileLink:
    """Return the link to a file; raise UnexpectedResponseError for any other response."""
    return _parse(response, FileLinkResponse, "the link to a file").data


def _parse(response: httpx.Response, model: type[M], expected: str) -> M:
    try:
        return model.model_validate_json(response.content)
    except ValidationError:
        # Its text quotes the body, which may contain anything.
        raise _unexpected_content_error(response, expected) from None


def _unexpected_content_error(response: httpx.Response, expected: str) -> UnexpectedResponseError:
    return build_unexpected_error(response, f"is not {expected}")


def build_unexpected_error(response: httpx.Response, problem: str) -> UnexpectedResponseError:
    """Return the error for a response that cannot be used; its body is not quoted."""
    content_type = response.headers.get("content-type")
    content_type = content_type and _shorten(content_type)
    return UnexpectedResponseError(
        f"the response ({response.status_code}, {content_type or 'no content type'}) {problem}.",
        status=response.status_code,
        content_type=content_type,
        hint="check that the region is an Exporter Service, and that no proxy is in between",
    )


def build_error(
    response: httpx.Response,
    subject: str,
    *,
    secrets: tuple[str, ...] = (),
    not_found_error: type[RequestFailedError] = RequestFailedError,
    hint: str | None = None,
) -> RequestFailedError | UnexpectedResponseError:
    """Return the error for a response that is not 2xx; `not_found_error` is that for a 404."""
    status = response.status_code
    if status < HTTPStatus.BAD_REQUEST:
        return build_unexpected_error(
            response, "is neither a success nor an error; redirects are not followed"
        )
    errors = _parse_errors(response, secrets)
    error_class = RequestFailedError
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        error_class = AuthenticationError
        hint = "check that the token is correct, has not expired, and allows exports"
    elif status == HTTPStatus.NOT_FOUND:
        error_class = not_found_error
    first = errors[0] if errors else Error()
    texts = [first.title or mask_secrets(response.reason_phrase, secrets), first.detail]
    reason = ": ".join(_shorten(text) for text in texts if text)
    request_id = first.request_id or _find_request_id(response, secrets)
    suffix = f" (request id {_shorten(request_id)})" if request_id else ""
    return error_class(
        f"{subject} failed with {status} {reason}".rstrip(" .") + f"{suffix}.",
        status=status,
        errors=errors,
        request_id=request_id,
        retry_after=parse_retry_after(response.headers.get("retry-after"), datetime.now(UTC)),
        hint=hint,
    )


def _find_request_id(response: httpx.Response, secrets: tuple[str, ...]) -> str | None:
    for name in _REQUEST_ID_HEADERS:
        if name in response.headers:
            return mask_secrets(response.headers[name], secrets)
    return None


def _parse_errors(response: httpx.Response, secrets: tuple[str, ...]) -> tuple[Error, ...]:
    try:
        # Masked in our own JSON, because the server's may escape any character of a secret.
        content = ErrorResponse.model_validate_json(response.content)
        text = mask_secrets(content.model_dump_json(exclude_unset=True), secrets)
        return tuple(ErrorResponse.model_validate_json(text).errors)
    except ValidationError:
        return ()


def find_codings(response: httpx.Response) -> list[str]:
    """Return the content codings of a body in lower case, in their order, without `identity`."""
    codings = response.headers.get_list("content-encoding", split_commas=True)
    names = [coding.strip().lower() for coding in codings]
    return [name for name in names if name not in {"", "identity"}]


def mask_secrets(text: str, secrets: tuple[str, ...]) -> str:
    """Replace secrets with `***`, because a server may quote what it received.

    A short word is replaced only where it is a whole word: a token `x` is not a secret, and its
    letter is part of many words.

    >>> mask_secrets("x has expired, like abcdefgh1", ("x", "abcdefgh"))
    '*** has expired, like ***1'
    """
    for secret in secrets:
        # In JSON a quote or a backslash is escaped.
        for spelling in (secret, json.dumps(secret)[1:-1]):
            pattern = re.escape(spelling)
            if len(secret) < _MIN_SECRET_LENGTH and secret.isalnum():
                pattern = rf"(?:(?<=\\[bfnrt])|(?<!\w)){pattern}(?!\w)"
            text = re.sub(pattern, "***", text)
    return text


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MAX_TEXT_LENGTH else f"{line[:_MAX_TEXT_LENGTH]}…"


def parse_retry_after(text: str | None, now: datetime) -> float | None:
    """Return the seconds of a Retry-After header, or None; a date counts from `now`."""
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            date = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        # A date without a zone has the format of RFC 850; all dates of HTTP are in GMT.
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        seconds = (date - now).total_seconds()
    return max(seconds, 0.0) if math.isfinite(seconds) else None
