"""The outermost middleware: it gives a request an ID, logs and counts it, and handles errors."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Sequence
from contextlib import suppress
from time import perf_counter
from uuid import UUID, uuid4

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from epfilter.exporter.errors import ExporterError
from epfilter.exporter.service.database import DatabaseLockedError
from epfilter.exporter.service.links import JOBS_PATH
from epfilter.exporter.service.logs import error_fields
from epfilter.exporter.service.metrics import Metrics
from epfilter.exporter.service.responses import error_response

_CLIENT_GONE = 499
"""The status that nginx logs for a client that closed the connection; it is never sent."""

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


class RequestLog:
    """The outermost middleware; of all exceptions only a cancelled request passes it.

    The end of the drain time cancels requests.

    An error is logged with the ID of the request, its type and its stack, but not its message,
    which may contain data of a client. The response is 500, or 503 if the orders or the
    queue do not respond. For the operations of the platform it is 500, the only status of its
    contract for a system failure, unless another process keeps the queue locked. A response that
    has begun is cut off; clients detect that from its length.

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
        # In every version of Starlette, a scope identifies its route by the endpoint.
        self._patterns: dict[object, str] = {
            # The first route of an endpoint is the one without a slash.
            route.endpoint: route.path
            for route in reversed(routes)
            if isinstance(route, Route)
        }
        self._log = log
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the inner application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["request_id"] = request_id = _request_id(Headers(scope=scope))
        began, status, size = perf_counter(), 0, 0

        async def send_and_record(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, send_and_record)
        except ClientDisconnect:
            status = status or _CLIENT_GONE
        except CancelledError:
            # The drain time is over; the server closes the connection.
            self._record(scope, status or 500, perf_counter() - began, size)
            raise
        except Exception as error:  # noqa: BLE001 - the client gets a response after any error
            self._log.error("request_failed", request_id=request_id, **error_fields(error))
            if not status:
                status_code, detail = _describe_failure(error, self._route(scope))
                response = error_response(request_id, status_code, detail)
                await response(scope, receive, send_and_record)
        self._record(scope, status, perf_counter() - began, size)

    def _record(self, scope: Scope, status: int, seconds: float, size: int) -> None:
        # Only values of ours are logged: no path, and no unknown method.
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = self._route(scope)
        self._metrics.record_request(method, route, status, seconds)
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


def _describe_failure(error: Exception, route: str) -> tuple[int, str | None]:
    """Return the status of the response to a request that has failed, and its detail."""
    if isinstance(error, DatabaseLockedError):
        return 503, "Another process keeps the queue of jobs locked. Send the request again."
    is_temporary = isinstance(error, ExporterError) and not route.startswith(JOBS_PATH)
    return (503 if is_temporary else 500), None


def _request_id(headers: Headers) -> str:
    """Return the ID that the client sent, if it is a UUID, otherwise a new one."""
    sent = headers.get("x-request-id")
    if sent is not None:
        with suppress(ValueError):
            return str(UUID(sent))
    return str(uuid4())
