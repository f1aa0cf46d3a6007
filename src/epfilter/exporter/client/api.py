"""One request to the API: with a token, tried again where that helps, and its errors in words."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
from pydantic import BaseModel, Field, ValidationError

from epfilter.exporter.client.effects import Flow, Open, Read
from epfilter.exporter.client.requests import TOKEN, api_request, token_request
from epfilter.exporter.client.responses import failure, unexpected
from epfilter.exporter.client.retries import LOG, Retries, may_pass, not_received
from epfilter.exporter.client.settings import ClientSettings, checked_secret
from epfilter.exporter.errors import (
    AuthenticationError,
    ConnectionFailedError,
    ExporterError,
    RequestFailedError,
    SettingsError,
)

_EARLY = 60.0
"""A token is renewed so many seconds before it expires, or after half of a shorter life."""

_UNAUTHORIZED = 401

_LONGEST = 256 * 2**20
"""Bytes of an answer that is no file: more than the list of any store's jobs, and no danger yet."""

_LOOK_FIRST = "it is not sent again, because that could export twice; look at `jobs()` first"


class _Token(BaseModel):
    """The answer to client credentials."""

    access_token: str
    expires_in: float = Field(default=3600, gt=0)


class Api:
    """Requests to the API of one region; it knows the token, and when it expires."""

    def __init__(self, settings: ClientSettings) -> None:
        self.settings = settings
        self.clock: Callable[[], float] = time.monotonic
        self._token = settings.token
        self._renewed_at = float("inf")

    @property
    def base(self) -> str:
        """The base URL, without a slash at its end."""
        return self.settings.base

    def call(  # noqa: PLR0913 - a request, and what to make of its errors, by keyword
        self,
        method: str,
        path: str,
        *,
        body: str | None = None,
        repeatable: bool = True,
        missing: type[RequestFailedError] = RequestFailedError,
        deadline: float | None = None,
    ) -> Flow[httpx.Response]:
        """The answer to a request, which is one of success.

        One that is not repeatable is sent again only where it was certainly not received.
        Raises ConnectionFailedError, RequestFailedError (`missing` for a 404) and
        UnexpectedAnswerError.
        """

        def send(token: str) -> Flow[httpx.Response]:
            return self._tried(
                lambda: api_request(method, self.base, path, token=token, body=body),
                path,
                repeatable=repeatable,
                missing=missing,
                deadline=deadline,
            )

        token = yield from self._current_token(deadline)
        try:
            return (yield from send(token))
        except AuthenticationError as error:
            if error.status != _UNAUTHORIZED or self.settings.token is not None:
                raise
        if self._token == token:
            # Nobody else has renewed it meanwhile.
            self._token = None
        token = yield from self._current_token(deadline)
        return (yield from send(token))

    def exchange(self, request: httpx.Request, subject: str, attempt: int) -> Flow[httpx.Response]:
        """Sends one request and logs it; the answer is open."""
        begun = self.clock()
        method = request.method
        try:
            response: httpx.Response = yield Open(request)
        except ConnectionFailedError as error:
            LOG.debug(
                "%s %s: %s after %.3f s (attempt %d)",
                *(method, subject, type(error).__name__, self.clock() - begun, attempt),
            )
            raise
        LOG.debug(
            "%s %s: %d after %.3f s (attempt %d)",
            *(method, subject, response.status_code, self.clock() - begun, attempt),
        )
        return response

    def _tried(
        self,
        request: Callable[[], httpx.Request],
        path: str,
        *,
        repeatable: bool = True,
        missing: type[RequestFailedError] = RequestFailedError,
        deadline: float | None = None,
    ) -> Flow[httpx.Response]:
        def attempt(number: int) -> Flow[httpx.Response]:
            sent = request()
            response = yield from _whole((yield from self.exchange(sent, path, number)))
            if response.is_success:
                return response
            asked = f"{sent.method} {path}"
            unsure = response.status_code == 408 or response.status_code >= 500
            hint = _LOOK_FIRST if unsure and not repeatable else None
            raise failure(response, asked, secrets=self.secrets(), missing=missing, hint=hint)

        def enough(attempts: int, pause: float) -> bool:
            late = deadline is not None and self.clock() + pause > deadline
            return late or attempts >= self.settings.attempts

        retries = Retries(
            when=may_pass if repeatable else not_received, enough=enough, subject=path
        )
        try:
            return (yield from retries.run(attempt))
        except ConnectionFailedError as error:
            if repeatable or not error.maybe_received:
                raise
            raise ConnectionFailedError(
                error.message, maybe_received=True, hint=_LOOK_FIRST
            ) from None

    def secrets(self) -> tuple[str, ...]:
        """What must not stand in any message."""
        known = (self._token, self.settings.token, self.settings.client_secret)
        return tuple(secret for secret in known if secret)

    def _current_token(self, deadline: float | None) -> Flow[str]:
        """The token that was given, or one by client credentials that lives long enough."""
        token = self._token
        if token is not None and self.clock() < self._renewed_at:
            return token
        client_id, secret = self.settings.client_id or "", self.settings.client_secret or ""
        begun = self.clock()
        try:
            response = yield from self._tried(
                lambda: token_request(self.base, client_id, secret), TOKEN, deadline=deadline
            )
        except ConnectionFailedError as error:
            # The request that the token was for has not been sent.
            raise ConnectionFailedError(error.message, maybe_received=False) from None
        except RequestFailedError as error:
            raise _refused(error) from None
        try:
            found = _Token.model_validate_json(response.content)
            token = checked_secret(found.access_token, "token")
        except (ValidationError, SettingsError):
            raise unexpected(response, "where a token was expected") from None
        self._renewed_at = begun + max(found.expires_in - _EARLY, found.expires_in / 2)
        self._token = token
        return token


def _whole(opened: httpx.Response) -> Flow[httpx.Response]:
    """The answer with all of its body, unless it does not come to an end."""
    body = bytearray()
    while data := (yield Read()):
        body += data
        if len(body) > _LONGEST:
            raise unexpected(opened, f"which is longer than {_LONGEST >> 20} MB")
    # The body has been decoded, and these headers say how it came.
    headers = [
        (name, value)
        for name, value in opened.headers.raw
        if name.lower() not in {b"content-encoding", b"content-length", b"transfer-encoding"}
    ]
    return httpx.Response(
        opened.status_code, headers=headers, content=bytes(body), extensions=opened.extensions
    )


def _refused(error: RequestFailedError) -> ExporterError:
    """Credentials that are wrong are answered with 400, 401 or 403."""
    if error.status not in {400, 401, 403}:
        return error
    return AuthenticationError(
        f"the client credentials were refused with {error.status}.",
        status=error.status,
        errors=error.errors,
        request_id=error.request_id,
        hint="look whether client id and secret belong to the store and the region",
    )
