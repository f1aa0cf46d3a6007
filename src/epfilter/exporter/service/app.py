"""The application: its routes, its middleware and its lifespan."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from anyio import CancelScope
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from epfilter.exporter.service import handlers
from epfilter.exporter.service.components import Service
from epfilter.exporter.service.links import FILES_PATH, JOBS_PATH, TOKEN_PATH
from epfilter.exporter.service.openapi import load_document
from epfilter.exporter.service.page import Page
from epfilter.exporter.service.request_log import RequestLog
from epfilter.exporter.service.responses import Refusal, refusal_response
from epfilter.exporter.service.security import RequestGuard, SecurityHeaders
from epfilter.exporter.service.settings import ServiceSettings

_EXPOSED_HEADERS = (
    *("Accept-Ranges", "Allow", "Content-Disposition", "Content-Range", "ETag"),
    *("Retry-After", "WWW-Authenticate", "X-Request-Id"),
)
"""The headers that a page of another origin can read, besides those that it always can."""


def create_app(settings: ServiceSettings) -> Starlette:
    """Return the service as an ASGI application, for uvicorn or any other server.

    On startup the application opens the orders and the queue, and starts to run jobs; it raises
    ExporterError if they cannot be read. On shutdown no new job starts, and the running job gets
    `settings.drain` to finish. A server shuts an application down only after the last response;
    `serve` stops starting jobs at the signal already.

    Source of the operations: Exporter Service API 1.0, OpenAPI document.

    >>> app = create_app(ServiceSettings(orders="orders.jsonl", state="state", token="12345678"))
    >>> {"/v2/jobs", "/v2/jobs/{jobID}/file"} <= {route.path for route in app.routes}
    True
    """
    service = Service(settings)
    page = Page(service)
    public_routes = [*_public_routes(settings), *page.public_routes()]
    # Routes are tried one after the other: first the operations of the platform.
    routes = [*_protected_routes(), *public_routes, *page.protected_routes()]
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(SecurityHeaders),
            *_cross_origin(settings),
            Middleware(RequestLog, service.log, service.metrics, routes),
            Middleware(
                RequestGuard,
                settings.token,
                public_routes,
                lambda token: service.access_tokens.verify(token),  # noqa: PLW0108 - set by `open`
            ),
        ],
        exception_handlers={Refusal: refusal_response, HTTPException: refusal_response},
        lifespan=_lifespan,
    )
    # A redirect to the path with or without a slash would use the Host header.
    app.router.redirect_slashes = False
    app.state.service = service
    return app


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    service: Service = app.state.service
    await run_in_threadpool(service.open)
    try:
        yield
    finally:
        with CancelScope(shield=True):
            await run_in_threadpool(service.close)


def _public_routes(settings: ServiceSettings) -> list[BaseRoute]:
    """Return the routes without a token: they show no orders, or check access themselves."""
    document = load_document(settings.public_url)

    async def openapi(request: Request) -> Response:  # noqa: ARG001 - the signature of a handler
        return JSONResponse(document)

    return [
        Route("/healthz", handlers.get_health),
        Route("/readyz", handlers.get_readiness),
        Route("/openapi.json", openapi),
        *_slash_routes(TOKEN_PATH, handlers.create_access_token, "POST"),
        Route(f"{FILES_PATH}/{{signed}}", handlers.get_file),
    ]


def _protected_routes() -> list[BaseRoute]:
    return [
        *_slash_routes(JOBS_PATH, handlers.handle_jobs, "GET", "POST"),
        *_slash_routes(f"{JOBS_PATH}/{{jobID}}", handlers.get_job, "GET"),
        *_slash_routes(f"{JOBS_PATH}/{{jobID}}/file", handlers.get_job_file, "GET"),
        Route("/metrics", handlers.get_metrics),
    ]


def _slash_routes(path: str, handler: Callable[..., Any], *methods: str) -> list[Route]:
    """Return the routes of an operation: some clients end its path with a slash."""
    return [Route(path + slash, handler, methods=methods) for slash in ("", "/")]


def _cross_origin(settings: ServiceSettings) -> list[Middleware]:
    """Return the middleware that lets pages of the allowed origins send requests.

    It is outside of the log, so that such a page can also read errors. Any header is allowed,
    because SDKs add their own; no response depends on cookies.
    """
    if not settings.allow_origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=settings.allow_origins,
            allow_methods=("GET", "HEAD", "POST"),
            allow_headers=("*",),
            expose_headers=_EXPOSED_HEADERS,
        )
    ]
