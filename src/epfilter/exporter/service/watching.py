"""Watches every request: gives it an ID, counts and logs it, and answers for what goes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from uuid import UUID, uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from epfilter.exporter.service.answers import error_answer
from epfilter.exporter.service.logs import failure
from epfilter.exporter.service.metrics import Metrics

_GONE = 499
"""What nginx logs where a client went before the answer; nobody receives it."""

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


class Watch:
    """The outermost part of the application; nothing that is raised inside gets past it.

    What nobody expected is answered with 500 and logged with the same request ID, by its type and
    place: a message might hold what a client said. An answer that has begun is broken off, which
    clients see because it is shorter than promised.
    """

    def __init__(
        self,
        app: ASGIApp,
        log: FilteringBoundLogger,
        metrics: Metrics,
        routes: Sequence[BaseRoute],
    ) -> None:
        self._app = app
        # What a scope tells of its route is its endpoint, in every version of Starlette.
        self._patterns: dict[object, str] = {
            route.endpoint: route.path for route in routes if isinstance(route, Route)
        }
        self._log = log
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask the application behind."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["request_id"] = request_id = _request_id(Headers(scope=scope))
        began, status, size = perf_counter(), 0, 0

        async def send_watched(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, send_watched)
        except ClientDisconnect:
            status = status or _GONE
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets an answer
            self._log.error("unexpected error", request_id=request_id, **failure(error))
            if not status:
                await error_answer(request_id, 500)(scope, receive, send_watched)
        seconds = perf_counter() - began
        # Only what is ours to choose is written down: no path, and no method of a client's own.
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = self._patterns.get(scope.get("endpoint"), "none")
        self._metrics.request(method, route, status, seconds)
        self._log.info(
            "request",
            request_id=request_id,
            method=method,
            route=route,
            status=status,
            seconds=round(seconds, 6),
            bytes=size,
        )


def _request_id(headers: Headers) -> str:
    """The client's own where that is a UUID, else a new one."""
    try:
        return str(UUID(headers.get("x-request-id", "")))
    except ValueError:
        return str(uuid4())
