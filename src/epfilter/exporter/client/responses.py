"""What the platform answers, read without receiving it.

Source: Exporter Service API 1.0, OpenAPI document; RFC 9110, 10.2.3 for Retry-After.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID

import httpx
from pydantic import BaseModel, ValidationError

from epfilter.errors import FilterValueError
from epfilter.exporter.client.retries import LOG
from epfilter.exporter.errors import (
    AuthenticationError,
    RequestFailedError,
    UnexpectedAnswerError,
)
from epfilter.exporter.models import (
    Error,
    ErrorResponse,
    FileLink,
    FileLinkResponse,
    Job,
    JobResponse,
)

_REQUEST_IDS = ("x-request-id", "x-moltin-request-id")
_REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
_LONGEST_TEXT = 500
"""Longer texts of a server are cut where they stand in a message."""

M = TypeVar("M", bound=BaseModel)


class _Listed(BaseModel):
    """A list of jobs that have not been read yet."""

    data: list[Any]


def read_jobs(response: httpx.Response) -> tuple[Job, ...]:
    """The jobs of a list, or the one that there is; UnexpectedAnswerError.

    A job of a list whose status is none that is known is left out, and the log says so.
    """
    expected = "a list of jobs"
    try:
        listed = _Listed.model_validate_json(response.content).data
    except ValidationError:
        return _read(response, JobResponse, expected).jobs
    try:
        found = [_job_or_none(one) for one in listed]
    except ValidationError:
        raise _unexpected(response, expected) from None
    if left_out := found.count(None):
        # Neither its status nor anything else of it, as anything may stand there.
        LOG.warning("%d of %d jobs left out: their status is unknown", left_out, len(found))
    return tuple(job for job in found if job is not None)


def _job_or_none(listed: object) -> Job | None:
    """A job; None where nothing but its status is wrong. ValidationError for all else."""
    try:
        return Job.model_validate(listed)
    except ValidationError as error:
        if [(one["loc"], one["type"]) for one in error.errors()] != [(("status",), "enum")]:
            raise
        return None


def read_job(response: httpx.Response, asked: UUID | None = None) -> Job:
    """The one job of an answer, which is the one that was asked for; UnexpectedAnswerError."""
    try:
        found = _read(response, JobResponse, "a job").job
    except FilterValueError:
        raise _unexpected(response, "exactly one job") from None
    if asked is not None and found.id != asked:
        raise unexpected(response, f"which is about another job than {asked}")
    return found


def read_link(response: httpx.Response) -> FileLink:
    """The link to a file; UnexpectedAnswerError."""
    return _read(response, FileLinkResponse, "the link to a file").data


def _read(response: httpx.Response, model: type[M], expected: str) -> M:
    try:
        return model.model_validate_json(response.content)
    except ValidationError:
        # Its text quotes the body, where anything may stand.
        raise _unexpected(response, expected) from None


def _unexpected(response: httpx.Response, expected: str) -> UnexpectedAnswerError:
    return unexpected(response, f"where {expected} was expected")


def unexpected(response: httpx.Response, where: str) -> UnexpectedAnswerError:
    """An answer that nobody can make anything of; its body is not quoted."""
    kind = response.headers.get("content-type")
    kind = kind and _cut(kind)
    return UnexpectedAnswerError(
        f"the server answered {response.status_code} with {kind or 'no content type'}, {where}.",
        status=response.status_code,
        content_type=kind,
        hint="look whether the region is that of the Exporter Service, and whether a proxy is "
        "between",
    )


def failure(
    response: httpx.Response,
    asked: str,
    *,
    secrets: tuple[str, ...] = (),
    missing: type[RequestFailedError] = RequestFailedError,
    hint: str | None = None,
) -> RequestFailedError | UnexpectedAnswerError:
    """The error that an answer other than 2xx stands for; `missing` is the one for a 404."""
    status = response.status_code
    if status < HTTPStatus.BAD_REQUEST:
        return unexpected(response, "which is neither success nor an error; it was not followed")
    errors = _errors(response, secrets)
    kind = RequestFailedError
    if status in _REFUSED:
        kind = AuthenticationError
        hint = "look whether the token is right, has not expired, and allows exports"
    elif status == HTTPStatus.NOT_FOUND:
        kind = missing
    request_id = next(
        (response.headers[name] for name in _REQUEST_IDS if name in response.headers), None
    )
    first = errors[0] if errors else Error()
    request_id = first.request_id or (request_id and hidden(request_id, secrets))
    said = [first.title or hidden(response.reason_phrase, secrets), first.detail]
    told = ": ".join(_cut(text) for text in said if text)
    known = f" (request id {_cut(request_id)})" if request_id else ""
    return kind(
        f"{asked} failed with {status} {told}".rstrip(" .") + f"{known}.",
        status=status,
        errors=errors,
        request_id=request_id,
        retry_after=retry_after(response.headers.get("retry-after"), datetime.now(UTC)),
        hint=hint,
    )


def _errors(response: httpx.Response, secrets: tuple[str, ...]) -> tuple[Error, ...]:
    try:
        # As text, because JSON may write every character of a secret in another way.
        found = ErrorResponse.model_validate_json(response.content)
        told = found.model_dump_json(exclude_unset=True)
        return tuple(ErrorResponse.model_validate_json(hidden(told, secrets)).errors)
    except ValidationError:
        return ()


def hidden(text: str, secrets: tuple[str, ...]) -> str:
    """A server that quotes what it was sent must not bring the token into a message."""
    for secret in secrets:
        # Quotes and backslashes have another one before them in JSON.
        for written in (secret, json.dumps(secret)[1:-1]):
            text = text.replace(written, "***")
    return text


def _cut(text: str) -> str:
    shown = " ".join(text.split())
    return shown if len(shown) <= _LONGEST_TEXT else f"{shown[:_LONGEST_TEXT]}…"


def retry_after(text: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for, or None; a date counts from `now`."""
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            until = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        # A date without a zone is one of RFC 850, and all dates of HTTP are in GMT.
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        seconds = (until - now).total_seconds()
    return max(seconds, 0.0) if math.isfinite(seconds) else None
