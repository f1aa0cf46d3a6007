"""Who may ask, and what browsers may do with the answers."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from hashlib import sha256

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from epfilter.exporter.service.responses import Refusal, refused

_NOTHING = "default-src 'none'; frame-ancestors 'none'"
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""A page has its own scripts, styles and requests, and nothing of anybody else."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Headers of every answer, unless it says otherwise.

Source: OWASP Secure Headers Project, "Best Practices".
"""


def new_token() -> str:
    """A bearer token that nobody guesses: 24 random bytes, as text for a URL.

    >>> len(new_token())
    32
    """
    return secrets.token_urlsafe(24)


class Guard:
    """Lets requests pass that bring the token, and those to routes that are open to everybody.

    Everything else is refused, also what does not exist: a route that is forgotten is closed.
    """

    def __init__(self, app: ASGIApp, token: str, open_routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._digest = _digest(token)
        self._open = tuple(open_routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask the application behind, or refuse."""
        if scope["type"] == "http" and not self._is_open(scope):
            refusal = self._refusal(Headers(scope=scope))
            if refusal is not None:
                answer = await refused(Request(scope), refusal)
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_open(self, scope: Scope) -> bool:
        # The routes themselves decide, so that no path is read in two ways.
        return any(route.matches(scope)[0] is not Match.NONE for route in self._open)

    def _refusal(self, headers: Headers) -> Refusal | None:
        given = headers.getlist("authorization")
        scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        if scheme.lower() != "bearer":
            return Refusal(
                401,
                "Bring the token of this service: Authorization: Bearer <token>.",
                headers={"WWW-Authenticate": 'Bearer realm="epfilter"'},
            )
        # Digests of one length, so that the time tells not even how long the token is.
        if hmac.compare_digest(_digest(token.strip()), self._digest):
            return None
        return Refusal(
            401,
            "The token is not the one of this service.",
            headers={"WWW-Authenticate": 'Bearer realm="epfilter", error="invalid_token"'},
        )


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


class SafeHeaders:
    """Adds the headers that keep browsers from doing anything unwise with an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask the application behind."""

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                page = headers.get("content-type", "").startswith("text/html")
                headers.setdefault("Content-Security-Policy", _PAGE if page else _NOTHING)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_safely)
