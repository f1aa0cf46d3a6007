"""The bearer token of requests, and the security headers of responses."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Sequence
from hashlib import sha256

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from epfilter.exporter.service.responses import Refusal, refusal_response

_NOTHING = "default-src 'none'; frame-ancestors 'none'"
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""A page may load scripts and styles, and send requests, only from and to the service."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Default headers of every response.

Source: OWASP Secure Headers Project, "Best Practices".
"""


def _encode_headers(policy: str) -> list[tuple[bytes, bytes]]:
    headers = {"Content-Security-Policy": policy, **_HEADERS}
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


_PAGE_HEADERS, _OTHER_HEADERS = _encode_headers(_PAGE), _encode_headers(_NOTHING)


def generate_token() -> str:
    """Return a random bearer token of 24 bytes, as URL-safe text.

    >>> len(generate_token())
    32
    """
    return secrets.token_urlsafe(24)


class RequestGuard:
    """A middleware that requires the token or an access token, except on the open routes.

    It refuses a request whose length is ambiguous, because a proxy may read it as two.

    A path without a route requires it too, so a new route is protected by default. `is_issued`
    returns whether a text is an access token.
    """

    def __init__(
        self,
        app: ASGIApp,
        token: str,
        public_routes: Sequence[BaseRoute],
        is_issued: Callable[[str], bool],
    ) -> None:
        self._app = app
        self._digest = _digest(token)
        self._is_issued = is_issued
        self._public = tuple(public_routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the inner application, or refuse the request."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            refusal = _refuse_two_lengths(headers) or self._refuse_token(headers)
            if refusal is not None and (refusal.status != 401 or not self._is_public(scope)):
                response = await refusal_response(Request(scope), refusal)
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_public(self, scope: Scope) -> bool:
        # The routes themselves match, so that a path is never interpreted in two ways.
        return any(route.matches(scope)[0] is not Match.NONE for route in self._public)

    def _refuse_token(self, headers: Headers) -> Refusal | None:
        values = headers.getlist("authorization")
        scheme, _, token = values[0].partition(" ") if len(values) == 1 else ("", "", "")
        if scheme.lower() != "bearer":
            return Refusal(401, "Send the token of this service: Authorization: Bearer <token>.")
        token = token.strip()
        # Digests have one length, so the time does not even reveal the length of the token.
        if hmac.compare_digest(_digest(token), self._digest) or self._is_issued(token):
            return None
        return Refusal(
            401,
            "The token is not the token of this service, or it has expired.",
            headers={"WWW-Authenticate": 'Bearer realm="epfilter", error="invalid_token"'},
        )


def _refuse_two_lengths(headers: Headers) -> Refusal | None:
    """Return the refusal of a request with two lengths. Source: RFC 9112, 6.1."""
    if "content-length" in headers and "transfer-encoding" in headers:
        return Refusal(
            400,
            "Send either Content-Length or Transfer-Encoding, not both.",
            headers={"Connection": "close"},
        )
    return None


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


class SecurityHeaders:
    """A middleware that adds security headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the inner application."""

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                present = dict(headers)
                page = present.get(b"content-type", b"").startswith(b"text/html")
                added = _PAGE_HEADERS if page else _OTHER_HEADERS
                message["headers"] = [*headers, *(each for each in added if each[0] not in present)]
            await send(message)

        await self._app(scope, receive, send_safely)
