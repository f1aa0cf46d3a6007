"""Watches every request: gives it an ID, counts and logs it, and answers for what goes wrong."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Sequence
from time import perf_counter
from uuid import UUID, uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from epfilter.exporter.errors import ExporterError
from epfilter.exporter.service.links import JOBS
from epfilter.exporter.service.logs import failure
from epfilter.exporter.service.metrics import Metrics
from epfilter.exporter.service.responses import error_answer

_GONE = 499
"""What nginx logs where a client went before the answer; nobody receives it."""

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


class Watch:
    """The outermost part of the application; nothing that is raised inside gets past it.

    But the end of a drain does, which cancels what has not been answered yet.

    What goes wrong is logged with the request's ID, by its type and place: a message might hold
    what a client said. The answer is 500; where a store does not answer for now it is 503, but not
    to the operations of the platform, whose contract has nothing but 500 for "a system failure".
    An answer that has begun is broken off, which clients see because it is shorter than promised.

    Source: Exporter Service API 1.0, OpenAPI document, response InternalServerError.
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
        except CancelledError:
            # The time to answer is over, and the server says so to the client.
            self._note(scope, status or 500, perf_counter() - began, size)
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets an answer
            self._log.error("request_failed", request_id=request_id, **failure(error))
            if not status:
                answer = error_answer(request_id, _status(error, self._route(scope)))
                await answer(scope, receive, send_watched)
        self._note(scope, status, perf_counter() - began, size)

    def _note(self, scope: Scope, status: int, seconds: float, size: int) -> None:
        # Only what is ours to choose is written down: no path, and no method of a client's own.
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = self._route(scope)
        self._metrics.request(method, route, status, seconds)
        self._log.info(
            "request_answered",
            request_id=scope["request_id"],
            method=method,
            route=route,
            status=status,
            seconds=round(seconds, 6),
            bytes=size,
        )

    def _route(self, scope: Scope) -> str:
        return self._patterns.get(scope.get("endpoint"), "none")


def _status(error: Exception, route: str) -> int:
    """What the answer to a request that has failed is."""
    is_for_now = isinstance(error, ExporterError) and not route.startswith(JOBS)
    return 503 if is_for_now else 500


def _request_id(headers: Headers) -> str:
    """The client's own where that is a UUID, else a new one."""
    try:
        return str(UUID(headers.get("x-request-id", "")))
    except ValueError:
        return str(uuid4())
