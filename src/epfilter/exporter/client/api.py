"""Sends requests to the API: adds the token, repeats them after errors, and translates errors."""

from __future__ import annotations

import logging
import time
import zlib
from collections.abc import Callable
from http import HTTPStatus

import httpx
from pydantic import BaseModel, Field, ValidationError

from epfilter.exporter.client.effects import Flow, ReadChunk, Send, translate_http_error
from epfilter.exporter.client.requests import TOKEN_PATH, build_api_request, build_token_request
from epfilter.exporter.client.responses import build_error, build_unexpected_error, find_codings
from epfilter.exporter.client.retries import (
    RetryPolicy,
    is_server_error,
    is_transient,
    is_transient_without_effect,
)
from epfilter.exporter.client.settings import ClientSettings, require_header_text
from epfilter.exporter.errors import (
    AuthenticationError,
    ConnectionFailedError,
    ExporterError,
    RequestFailedError,
    SettingsError,
)
from epfilter.snippets import shorten

_LOGGER = logging.getLogger("epfilter.exporter.client")

_RENEWAL_MARGIN = 60.0
"""A token is renewed so many seconds before it expires, or after half of a shorter lifetime."""

_MAX_BODY_SIZE = 256 * 2**20
"""Bytes of a response in memory: more than the list of all jobs of any store."""

_MAX_TIMEOUTS = 10
"""How many times the client's timeout a whole response of the API may take."""

_LAST_REQUEST_SECONDS = 5.0
"""The seconds that a request may take even if its deadline comes before."""

_GZIP = 31
"""The `wbits` of zlib for gzip."""

_CHECK_JOBS = "the request is not sent again, because that could export twice; check `jobs()` first"


class _TokenResponse(BaseModel):
    """The response to a request for a token."""

    access_token: str
    expires_in: float = Field(default=3600, gt=0)


class Api:
    """The API of one region, with the current token."""

    def __init__(self, settings: ClientSettings) -> None:
        self.settings = settings
        self.clock: Callable[[], float] = time.monotonic
        self._token = settings.token
        self._renew_at = float("inf")

    def call(  # noqa: PLR0913 - a request and the treatment of its errors, by keyword
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        body: str | None = None,
        idempotent: bool = True,
        not_found_error: type[RequestFailedError] = RequestFailedError,
        deadline: float | None = None,
    ) -> Flow[httpx.Response]:
        """Send a request and return its successful response.

        The `query`, with its question mark, is not logged, because it may contain a filter.
        A request that is not `idempotent` is sent again only if it was certainly not received.
        No attempt starts after the `deadline`, a time of the clock, or takes longer, except that
        each may take 5 seconds.

        Raises ConnectionFailedError, RequestFailedError (`not_found_error` for a 404) and
        UnexpectedResponseError.
        """

        def send(token: str) -> Flow[httpx.Response]:
            return self._send_with_retries(
                lambda: build_api_request(
                    method, self.settings.base_url, path + query, token=token, body=body
                ),
                path,
                idempotent=idempotent,
                not_found_error=not_found_error,
                deadline=deadline,
            )

        token = yield from self._get_token(deadline)
        try:
            return (yield from send(token))
        except AuthenticationError as error:
            if error.status != HTTPStatus.UNAUTHORIZED or self.settings.token is not None:
                raise
        if self._token == token:
            # No other thread or task has renewed it in the meantime.
            self._token = None
        token = yield from self._get_token(deadline)
        return (yield from send(token))

    def send_once(
        self, request: httpx.Request, subject: str, attempt: int, seconds: float
    ) -> Flow[httpx.Response]:
        """Send a request once and log it; the response is open, for so many seconds."""
        start = self.clock()
        method = request.method
        try:
            response: httpx.Response = yield Send(request, seconds)
        except ConnectionFailedError as error:
            _LOGGER.debug(
                "%s %s: %s after %.3f s (attempt %d)",
                *(method, subject, type(error).__name__, self.clock() - start, attempt),
            )
            raise
        _LOGGER.debug(
            "%s %s: %d after %.3f s (attempt %d)",
            *(method, subject, response.status_code, self.clock() - start, attempt),
        )
        return response

    def secrets(self) -> tuple[str, ...]:
        """Return the texts that must not appear in any message."""
        secrets = (self._token, self.settings.token, self.settings.client_secret)
        return tuple(secret for secret in secrets if secret)

    def _send_with_retries(
        self,
        build_request: Callable[[], httpx.Request],
        path: str,
        *,
        idempotent: bool = True,
        not_found_error: type[RequestFailedError] = RequestFailedError,
        deadline: float | None = None,
    ) -> Flow[httpx.Response]:
        def attempt(number: int) -> Flow[httpx.Response]:
            request = build_request()
            seconds = self._compute_seconds(deadline)
            response = yield from self.send_once(request, path, number, seconds)
            response = yield from _read_body(response)
            if response.is_success:
                return response
            status = response.status_code
            maybe_received = status == HTTPStatus.REQUEST_TIMEOUT or is_server_error(status)
            raise build_error(
                response,
                f"{request.method} {path}",
                secrets=self.secrets(),
                not_found_error=not_found_error,
                hint=_CHECK_JOBS if maybe_received and not idempotent else None,
            )

        def is_exhausted(attempts: int, pause: float) -> bool:
            is_late = deadline is not None and self.clock() + pause > deadline
            return is_late or attempts >= self.settings.attempts

        policy = RetryPolicy(
            is_retryable=is_transient if idempotent else is_transient_without_effect,
            is_exhausted=is_exhausted,
            subject=path,
        )
        try:
            return (yield from policy.run(attempt))
        except ConnectionFailedError as error:
            if idempotent or not error.maybe_received:
                raise
            raise ConnectionFailedError(
                error.message, maybe_received=True, hint=_CHECK_JOBS
            ) from None

    def max_seconds(self) -> float:
        """Return how long a response may take that makes no use of its time."""
        return _MAX_TIMEOUTS * self.settings.timeout

    def _compute_seconds(self, deadline: float | None) -> float:
        """Return how long the next response may take in total."""
        seconds = self.max_seconds()
        if deadline is None:
            return seconds
        least = min(self.settings.timeout, _LAST_REQUEST_SECONDS)
        return min(seconds, max(deadline - self.clock(), least))

    def _get_token(self, deadline: float | None) -> Flow[str]:
        """Return the token of the settings, or request one when there is none or it expires."""
        token = self._token
        if token is not None and self.clock() < self._renew_at:
            return token
        base_url = self.settings.base_url
        client_id, secret = self.settings.client_id or "", self.settings.client_secret or ""
        start = self.clock()
        try:
            response = yield from self._send_with_retries(
                lambda: build_token_request(base_url, client_id, secret),
                TOKEN_PATH,
                deadline=deadline,
            )
        except ConnectionFailedError as error:
            # The request that needs the token has not been sent.
            raise ConnectionFailedError(error.message, maybe_received=False) from None
        except RequestFailedError as error:
            raise _translate_token_error(error) from None
        try:
            content = _TokenResponse.model_validate_json(response.content)
            token = require_header_text(content.access_token, "token")
        except (ValidationError, SettingsError):
            raise build_unexpected_error(response, "is not a token") from None
        lifetime = content.expires_in
        self._renew_at = start + max(lifetime - _RENEWAL_MARGIN, lifetime / 2)
        self._token = token
        return token


def _read_body(response: httpx.Response) -> Flow[httpx.Response]:
    """Read the body of an open response; return the response with it.

    Raises UnexpectedResponseError if the body is too long, decoded or not, or if it is in another
    encoding than gzip, which is the only one that the request accepts.
    """
    codings = find_codings(response)
    if codings not in ([], ["gzip"], ["x-gzip"]):
        if response.is_success:
            shown = shorten(", ".join(codings))
            raise build_unexpected_error(
                response, f"is encoded as {shown}, which the request excludes"
            )
        # A proxy sends its errors in any encoding; the status and the headers are enough.
        return _replace_body(response, b"")
    decoder = zlib.decompressobj(_GZIP) if codings else None
    body = bytearray()
    while data := (yield ReadChunk()):
        body += data if decoder is None else _decode(decoder, data, _MAX_BODY_SIZE + 1 - len(body))
        if len(body) > _MAX_BODY_SIZE:
            raise build_unexpected_error(response, f"is longer than {_MAX_BODY_SIZE >> 20} MB")
    if decoder is not None and body and not decoder.eof:
        raise translate_http_error(httpx.DecodingError("incomplete"))
    return _replace_body(response, bytes(body))


def _replace_body(response: httpx.Response, body: bytes) -> httpx.Response:
    """Return a response with a decoded body, and without the headers on how it was sent."""
    headers = [
        (name, value)
        for name, value in response.headers.raw
        if name.lower() not in {b"content-encoding", b"content-length", b"transfer-encoding"}
    ]
    return httpx.Response(
        response.status_code, headers=headers, content=body, extensions=response.extensions
    )


def _decode(decoder: zlib._Decompress, data: bytes, max_size: int) -> bytes:
    """Return the decoded bytes, at most `max_size` of them."""
    try:
        return decoder.decompress(data, max_size)
    except zlib.error as error:
        raise translate_http_error(httpx.DecodingError(str(error))) from None


def _translate_token_error(error: RequestFailedError) -> ExporterError:
    """Return an AuthenticationError for 400, 401 and 403, with which credentials are rejected."""
    if error.status not in {400, 401, 403}:
        return error
    return AuthenticationError(
        f"the client credentials were rejected with {error.status}.",
        status=error.status,
        errors=error.errors,
        request_id=error.request_id,
        hint="check that client id and secret belong to the store and the region",
    )
