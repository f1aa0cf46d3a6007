"""How a file comes: streamed to a temporary file, resumed where it broke off, renamed when whole.

Source: RFC 9110, 14 (Range, Content-Range), 13.1.5 (If-Range), 8.8.3 (a weak ETag does not say
that bytes are the same), 8.6 (Content-Length), 8.4 (Content-Encoding).
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
from epfilter.exporter.client.effects import Call, Flow, Read
from epfilter.exporter.client.flows import AnyJob, Core
from epfilter.exporter.client.progress import DownloadProgress
from epfilter.exporter.client.requests import file_request, file_url, origin
from epfilter.exporter.client.responses import retry_after
from epfilter.exporter.client.retries import Retries, may_pass
from epfilter.exporter.client.target_files import AnyPath, Fingerprint, TargetFile, TemporaryFile
from epfilter.exporter.errors import (
    ConnectionFailedError,
    DownloadError,
    RequestFailedError,
)
from epfilter.exporter.models import FileLink
from epfilter.snippets import make_printable, shorten

FileProgress: TypeAlias = Callable[[DownloadProgress], object]

_MOST_REDIRECTS = 5
_GONE = {401, 403, 404, 410}
"""What a store of objects answers where the signature of a link has expired."""

_PIECE = 2**20
"""So many bytes are written at a time: each write is a thread's work where nothing may block."""

_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", re.ASCII)
_STRONG_ETAG = re.compile(r'"[!#-~]*"')
_LENGTH = re.compile(r"\d{1,18}", re.ASCII)

_NO_FILE = (
    (re.compile(r"text/html|application/xhtml\+xml"), "a web page"),
    (re.compile(r".+[/+]json"), "JSON"),
)
"""The media types of what a proxy or a service says instead of the file."""


def download(
    core: Core, source: AnyJob | FileLink, path: AnyPath, progress: FileProgress | None
) -> Flow[Fingerprint]:
    """Fetches the file of a job, or of a link, to a path."""
    target: TargetFile = yield Call(partial(TargetFile.of, path))
    if isinstance(source, str) and source.lower().startswith(("http://", "https://")):
        source = FileLink(href=source)
    if isinstance(source, FileLink):
        return (yield from _fetch(_Transfer(core.api, target, progress), source, None))
    return (yield from fetch(core, source, target, progress))


def fetch(
    core: Core, job: AnyJob, target: TargetFile, progress: FileProgress | None
) -> Flow[Fingerprint]:
    """Fetches the file of a job to a target that has been looked at."""
    link = yield from core.file(job)
    transfer = _Transfer(core.api, target, progress)
    return (yield from _fetch(transfer, link, partial(core.file, job)))


def _fetch(
    transfer: _Transfer, link: FileLink, renewed: Callable[[], Flow[FileLink]] | None
) -> Flow[Fingerprint]:
    try:
        yield Call(transfer.file.open)
        try:
            yield from transfer.run(link)
        except DownloadError as error:
            if renewed is None or error.status not in _GONE:
                raise
            # Links expire, perhaps in the middle of a file; a new one leads to the same file.
            link = yield from renewed()
            yield from transfer.run(link)
        fingerprint: Fingerprint = yield Call(transfer.file.publish)
    finally:
        transfer.file.discard()
    return fingerprint


@dataclass(slots=True)
class _Transfer:
    """A file on its way: what has come of it, and what is known of the rest."""

    api: Api
    target: TargetFile
    progress: FileProgress | None
    file: TemporaryFile = field(init=False)
    received: int = 0
    total: int | None = None
    etag: str | None = None
    """The strong ETag of what has come, where the server allows to resume it."""

    farthest: int = 0
    fruitless: int = 0
    """The attempts since one has come farther than all before."""

    def __post_init__(self) -> None:
        self.file = TemporaryFile(self.target)

    def run(self, link: FileLink) -> Flow[None]:
        """Fetches the whole file, in as many attempts as bring it on; DownloadError."""
        href = link.href or ""
        if not href.strip():
            raise self._error(
                "the link to the file is empty", hint="a job has a file when it is done"
            )
        url = file_url(href, f"{self.api.base}/")
        if url is None:
            raise self._error("the link to the file is no web address")
        subject = f"the file on {origin(url)}"
        self.fruitless = 0
        retries = Retries(when=may_pass, enough=self._enough, subject=subject)
        try:
            yield from retries.run(partial(self._attempt, url))
        except (ConnectionFailedError, RequestFailedError) as error:
            status = error.status if isinstance(error, RequestFailedError) else None
            gone = "links expire: ask for a new one" if status in _GONE else error.hint
            raise self._error(f"{subject}: {error.message}", status=status, hint=gone) from error

    def _enough(self, attempts: int, pause: float) -> bool:  # noqa: ARG002 - what `Retries` asks
        return self.fruitless >= self.api.settings.attempts

    def _attempt(self, url: httpx.URL, number: int) -> Flow[None]:
        if self.received and self.received == self.total:
            # All had come before it broke off.
            return
        before = self.farthest
        try:
            response = yield from self._opened(url, number)
            yield from self._head(response)
            yield from self._body(response)
        finally:
            self.farthest = max(before, self.received)
            self.fruitless = 0 if self.farthest > before else self.fruitless + 1

    def _opened(self, url: httpx.URL, number: int) -> Flow[httpx.Response]:
        """The answer at the end of all redirects."""
        for _ in range(_MOST_REDIRECTS + 1):
            request = file_request(url, self.received, self.etag)
            subject = f"the file on {origin(url)}"
            response = yield from self.api.exchange(request, subject, number)
            if not response.has_redirect_location:
                return response
            to = file_url(response.headers["location"], url)
            if to is None or (url.scheme, to.scheme) == ("https", "http"):
                raise self._error(f"{subject}: it is redirected to what is no https address")
            url = to
        raise self._error(f"the file on {origin(url)}: it is redirected without end")

    def _head(self, response: httpx.Response) -> Flow[None]:
        """Learns from the head of an answer where its bytes belong."""
        status = response.status_code
        if status == HTTPStatus.PARTIAL_CONTENT:
            self._continued(response)
            return
        if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise self._start_over("it cannot be resumed")
        if status != HTTPStatus.OK:
            raise self._refused(response)
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        for media_type, words in _NO_FILE:
            if media_type.fullmatch(kind):
                raise self._error(f"{words} came instead of the file", status=status)
        if _encoded(response):
            # It might be cut and look whole, as its length is that of what is encoded.
            encoding = shorten(response.headers["content-encoding"])
            raise self._error(
                f"the file came encoded as {encoding}, though it was asked for as it is",
                status=status,
            )
        if _length(response) is None and _ends_with_connection(response):
            raise self._error(
                "the server does not say how long the file is, so that a part of it would look "
                "like the whole",
                status=status,
            )
        if self.received:
            yield Call(self.file.restart)
            self.received = 0
        etag = response.headers.get("etag", "")
        resumable = response.headers.get("accept-ranges", "").lower() != "none"
        self.total = _length(response)
        self.etag = etag if resumable and _STRONG_ETAG.fullmatch(etag) else None

    def _continued(self, response: httpx.Response) -> None:
        """Whether these are the bytes that are missing, of the same file."""
        found = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
        same = response.headers.get("etag", self.etag) == self.etag
        fits = found and self.etag and int(found[1]) == self.received
        total = self.total if not found or found[3] == "*" else int(found[3])
        same = same and self.total in {None, total}
        if not found or not fits or not same or _encoded(response):
            raise self._start_over("what came was not the rest of it")
        self.total = total

    def _body(self, response: httpx.Response) -> Flow[None]:
        begun = self.received
        held = bytearray()
        try:
            while data := (yield Read()):
                held += data
                self.received += len(data)
                if self.progress is not None:
                    self.progress(DownloadProgress(self.received, self.total))
                if len(held) >= _PIECE:
                    yield Call(partial(self.file.write, held))
                    held = bytearray()
        except ConnectionFailedError:
            # What has come need not come again.
            yield Call(partial(self.file.write, held))
            raise
        yield Call(partial(self.file.write, held))
        got, expected = self.received - begun, _length(response)
        if expected is not None and got < expected:
            raise self._broken(f"it broke off after {got:,} of {expected:,} bytes")
        if self.total is not None and self.received != self.total:
            raise self._start_over(f"{self.received:,} bytes came of {self.total:,}")
        if not self.received:
            # A job that finds no order fails, and a file without rows would still have a header.
            raise self._error("the file is empty: not even a header is in it", status=HTTPStatus.OK)

    def _start_over(self, problem: str) -> ConnectionFailedError:
        self.etag = self.total = None
        return self._broken(problem)

    def _broken(self, problem: str) -> ConnectionFailedError:
        return ConnectionFailedError(f"{problem}.", maybe_received=True)

    def _refused(self, response: httpx.Response) -> RequestFailedError:
        return RequestFailedError(
            f"the server answered {response.status_code} {response.reason_phrase}".rstrip() + ".",
            status=response.status_code,
            retry_after=retry_after(response.headers.get("retry-after"), datetime.now(UTC)),
        )

    def _error(
        self, problem: str, *, status: int | None = None, hint: str | None = None
    ) -> DownloadError:
        place = make_printable(str(self.target.asked))
        return DownloadError(f"{place}: {problem.rstrip('.')}.", status=status, hint=hint)


def _length(response: httpx.Response) -> int | None:
    text = response.headers.get("content-length", "")
    return int(text) if _LENGTH.fullmatch(text) else None


def _encoded(response: httpx.Response) -> bool:
    """Whether httpx may have something to decode: nothing is to be decoded, all is counted."""
    codings = response.headers.get_list("content-encoding", split_commas=True)
    return any(coding.strip().lower() not in {"", "identity"} for coding in codings)


def _ends_with_connection(response: httpx.Response) -> bool:
    """Whether nothing but the end of the connection says where the body ends."""
    chunked = "transfer-encoding" in response.headers
    return response.http_version.startswith("HTTP/1") and not chunked
