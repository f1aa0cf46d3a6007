"""Downloads a file: streams it to a temporary file, resumes it, and renames it when it is complete.

Source: RFC 9110, 14 (Range, Content-Range), 13.1.5 (If-Range), 8.8.3 (a weak ETag does not mean
that the bytes are the same), 8.6 (Content-Length), 8.4 (Content-Encoding).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import TypeAlias

import httpx

from epfilter.exporter.client.api import Api
from epfilter.exporter.client.effects import Call, Flow, ReadChunk
from epfilter.exporter.client.jobs import AnyJob, JobFlows
from epfilter.exporter.client.requests import build_file_request, parse_web_url, url_origin
from epfilter.exporter.client.responses import find_codings, parse_retry_after
from epfilter.exporter.client.retries import RetryPolicy, is_transient
from epfilter.exporter.client.target_files import AnyPath, Fingerprint, PartialFile, TargetFile
from epfilter.exporter.errors import (
    ConnectionFailedError,
    DownloadError,
    RequestFailedError,
)
from epfilter.exporter.models import FileLink
from epfilter.snippets import make_printable, shorten

_MAX_REDIRECTS = 5
_EXPIRED_STATUSES = {401, 403, 404, 410}
"""The statuses with which object stores respond when the signature of a link has expired."""

_MIN_BYTES_PER_SECOND = 1_000
"""A download that is slower on average ends with an error, also if a byte arrives now and then."""

_WRITE_SIZE = 2**20
"""Bytes that are written at a time: each write of the asynchronous client needs a thread."""

_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", re.ASCII)
_STRONG_ETAG = re.compile(r'"[!#-~]*"')
_CONTENT_LENGTH = re.compile(r"\d{1,18}", re.ASCII)

_OTHER_MEDIA_TYPES = (
    (re.compile(r"text/html|application/xhtml\+xml"), "a web page"),
    (re.compile(r".+[/+]json"), "JSON"),
)
"""The media types that a proxy or a service sends instead of the file."""


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """The progress of a download.

    >>> DownloadProgress(received=512, total=1024).total
    1024
    """

    received: int
    """The bytes received so far. It falls back to 0 if a download has to start over."""

    total: int | None
    """The bytes of the whole file, or None if the server does not send its length."""


FileProgress: TypeAlias = Callable[[DownloadProgress], object]


def download(
    jobs: JobFlows, source: AnyJob | FileLink, path: AnyPath, progress: FileProgress | None
) -> Flow[Fingerprint]:
    """Download the file of a job, or of a link, to a path."""
    target: TargetFile = yield Call(partial(TargetFile.resolve, path))
    transfer = _Transfer(jobs.api, target, progress)
    if isinstance(source, str) and source.lower().startswith(("http://", "https://")):
        transfer.requires_https = False  # the caller has chosen this address
        source = FileLink(href=source)
    if isinstance(source, FileLink):
        return (yield from _download_link(transfer, source, None))
    return (yield from download_job_file(jobs, source, target, progress))


def download_job_file(
    jobs: JobFlows, job: AnyJob, target: TargetFile, progress: FileProgress | None
) -> Flow[Fingerprint]:
    """Download the file of a job to a target."""
    link = yield from jobs.get_file_link(job)
    transfer = _Transfer(jobs.api, target, progress)
    return (yield from _download_link(transfer, link, partial(jobs.get_file_link, job)))


def _download_link(
    transfer: _Transfer, link: FileLink, renew_link: Callable[[], Flow[FileLink]] | None
) -> Flow[Fingerprint]:
    try:
        yield Call(transfer.file.open)
        try:
            yield from transfer.run(link)
        except DownloadError as error:
            if renew_link is None or error.status not in _EXPIRED_STATUSES:
                raise
            # Links expire, perhaps during the download; a new one leads to the same file.
            link = yield from renew_link()
            yield from transfer.run(link)
        fingerprint: Fingerprint = yield Call(transfer.file.publish)
    finally:
        transfer.file.discard()
    return fingerprint


@dataclass(slots=True)
class _Transfer:
    """The state of a download: what has been received, and what is known about the rest."""

    api: Api
    target: TargetFile
    progress: FileProgress | None
    requires_https: bool = field(init=False)
    """Whether a link to a plain HTTP address is refused: where the API itself is encrypted."""

    file: PartialFile = field(init=False)
    received: int = 0
    total: int | None = None
    etag: str | None = None
    """The strong ETag of the received part, if the server allows to resume the download."""

    max_received: int = 0
    failed_attempts: int = 0
    """The number of attempts since one received more than all before."""

    seconds: float = 0.0
    """The time of all attempts before the current one."""

    start: float = 0.0
    """The time at which the current attempt began."""

    def __post_init__(self) -> None:
        self.file = PartialFile(self.target)
        self.requires_https = self.api.settings.base_url.startswith("https:")

    def run(self, link: FileLink) -> Flow[None]:
        """Download the whole file, in as many attempts as make progress; raise DownloadError."""
        href = link.href or ""
        if not href.strip():
            raise self._error(
                "the link to the file is empty", hint="a job has a file when its status is success"
            )
        url = parse_web_url(href, f"{self.api.settings.base_url}/")
        if url is None:
            raise self._error("the link to the file is not a web address")
        subject = f"the file on {url_origin(url)}"
        if self.requires_https and url.scheme != "https":
            raise self._error(f"the link to {subject} is not https")
        self.failed_attempts = 0
        policy = RetryPolicy(
            is_retryable=is_transient,
            is_exhausted=lambda _attempts, _pause: (
                self.failed_attempts >= self.api.settings.attempts or self._compute_seconds() <= 0
            ),
            subject=subject,
        )
        try:
            yield from policy.run(partial(self._attempt, url))
        except (ConnectionFailedError, RequestFailedError) as error:
            if self._compute_seconds() <= 0:
                raise self._error(
                    f"{subject} arrives with less than {_MIN_BYTES_PER_SECOND:,} bytes a second"
                ) from error
            status = error.status if isinstance(error, RequestFailedError) else None
            is_expired = status in _EXPIRED_STATUSES
            hint = "links expire; request a new one" if is_expired else error.hint
            raise self._error(f"{subject}: {error.message}", status=status, hint=hint) from error

    def _attempt(self, url: httpx.URL, number: int) -> Flow[None]:
        if self.received and self.received == self.total:
            # Everything was received before the last attempt failed.
            return
        before = self.max_received
        self.start = self.api.clock()
        try:
            response = yield from self._follow_redirects(url, number)
            yield from self._process_head(response)
            yield from self._read_body(response)
        finally:
            self.max_received = max(before, self.received)
            self.seconds += self.api.clock() - self.start
            self.start = self.api.clock()
            self.failed_attempts = 0 if self.max_received > before else self.failed_attempts + 1

    def _compute_seconds(self) -> float:
        """Return how long the download may still take, without pauses: more with each byte."""
        seconds = self.seconds + self.api.clock() - self.start
        received = max(self.max_received, self.received)
        return self.api.max_seconds() + received / _MIN_BYTES_PER_SECOND - seconds

    def _follow_redirects(self, url: httpx.URL, number: int) -> Flow[httpx.Response]:
        """Request the file, and return the response at the end of all redirects."""
        for _ in range(_MAX_REDIRECTS + 1):
            request = build_file_request(url, self.received, self.etag)
            subject = f"the file on {url_origin(url)}"
            seconds = self._compute_seconds()
            response = yield from self.api.send_once(request, subject, number, seconds)
            if not response.has_redirect_location:
                return response
            location = parse_web_url(response.headers["location"], url)
            if location is None or (url.scheme, location.scheme) == ("https", "http"):
                raise self._error(f"{subject} redirects to an address that is not https")
            url = location
        raise self._error(f"the file on {url_origin(url)} redirects too often")

    def _process_head(self, response: httpx.Response) -> Flow[None]:
        """Determine from the head of a response where its bytes belong, or raise an error."""
        status = response.status_code
        if status == HTTPStatus.PARTIAL_CONTENT:
            self._require_rest(response)
            return
        if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise self._start_over("the download cannot be resumed")
        if status != HTTPStatus.OK:
            raise _status_error(response)
        content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        for media_type, name in _OTHER_MEDIA_TYPES:
            if media_type.fullmatch(content_type):
                raise self._error(f"the server sent {name} instead of the file", status=status)
        if find_codings(response):
            # An incomplete file could not be detected: its length is that of the encoded bytes.
            encoding = shorten(response.headers["content-encoding"])
            raise self._error(
                f"the server sent the file encoded as {encoding}, which the request excludes",
                status=status,
            )
        if _content_length(response) is None and _ends_with_connection(response):
            raise self._error(
                "the server does not send the length of the file, so that an incomplete file could "
                "not be detected",
                status=status,
            )
        if self.received:
            yield Call(self.file.restart)
            self.received = 0
        etag = response.headers.get("etag", "")
        is_resumable = response.headers.get("accept-ranges", "").lower() != "none"
        self.total = _content_length(response)
        self.etag = etag if is_resumable and _STRONG_ETAG.fullmatch(etag) else None

    def _require_rest(self, response: httpx.Response) -> None:
        """Start over unless a response contains exactly the missing bytes of the same file."""
        content_range = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
        is_same = response.headers.get("etag", self.etag) == self.etag
        continues = content_range and self.etag and int(content_range[1]) == self.received
        has_total = content_range and content_range[3] != "*"
        total = int(content_range[3]) if content_range and has_total else self.total
        is_same = is_same and self.total in {None, total}
        if not continues or not is_same or find_codings(response):
            raise self._start_over("the server did not send the rest of the file")
        self.total = total

    def _read_body(self, response: httpx.Response) -> Flow[None]:
        start = self.received
        buffer = bytearray()
        try:
            while data := (yield ReadChunk(self._compute_seconds())):
                buffer += data
                self.received += len(data)
                if self.progress is not None:
                    self.progress(DownloadProgress(self.received, self.total))
                if self._compute_seconds() <= 0:
                    raise _incomplete_error("the download is too slow")
                if len(buffer) >= _WRITE_SIZE:
                    yield Call(partial(self.file.write, buffer))
                    buffer = bytearray()
        except ConnectionFailedError:
            # The next attempt continues after the received bytes.
            yield Call(partial(self.file.write, buffer))
            raise
        yield Call(partial(self.file.write, buffer))
        size, expected = self.received - start, _content_length(response)
        if expected is not None and size < expected:
            raise _incomplete_error(f"the connection broke after {size:,} of {expected:,} bytes")
        if self.total is not None and self.received != self.total:
            raise self._start_over(f"received {self.received:,} bytes instead of {self.total:,}")
        if not self.received:
            # A job without orders fails, and a file without rows would still have a header.
            raise self._error("the file is empty and has no header", status=HTTPStatus.OK)

    def _start_over(self, problem: str) -> ConnectionFailedError:
        """Forget what is known about the file; return the error that leads to another attempt."""
        self.etag = self.total = None
        return _incomplete_error(problem)

    def _error(
        self, problem: str, *, status: int | None = None, hint: str | None = None
    ) -> DownloadError:
        path = make_printable(str(self.target.requested_path))
        return DownloadError(f"{path}: {problem.rstrip('.')}.", status=status, hint=hint)


def _incomplete_error(problem: str) -> ConnectionFailedError:
    return ConnectionFailedError(f"{problem}.", maybe_received=True)


def _status_error(response: httpx.Response) -> RequestFailedError:
    status = f"{response.status_code} {response.reason_phrase}".rstrip()
    return RequestFailedError(
        f"the server responded with {status}.",
        status=response.status_code,
        retry_after=parse_retry_after(response.headers.get("retry-after"), datetime.now(UTC)),
    )


def _content_length(response: httpx.Response) -> int | None:
    text = response.headers.get("content-length", "")
    return int(text) if _CONTENT_LENGTH.fullmatch(text) else None


def _ends_with_connection(response: httpx.Response) -> bool:
    """Return whether only the end of the connection marks the end of the body."""
    is_chunked = "transfer-encoding" in response.headers
    return response.http_version.startswith("HTTP/1") and not is_chunked
