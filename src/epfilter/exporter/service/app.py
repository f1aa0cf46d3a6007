"""The application: which request goes where, and what stands around all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import CancelScope
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from epfilter.exporter.service import handlers
from epfilter.exporter.service.container import Service
from epfilter.exporter.service.links import FILES, JOBS
from epfilter.exporter.service.openapi import load_document
from epfilter.exporter.service.page import Page
from epfilter.exporter.service.request_log import Watch
from epfilter.exporter.service.responses import Refusal, refused
from epfilter.exporter.service.security import Guard, SafeHeaders
from epfilter.exporter.service.settings import ServiceSettings


def create_app(settings: ServiceSettings) -> Starlette:
    """The service as an ASGI application, for uvicorn or any other server.

    Nothing is opened before the application starts: then it opens the orders and the queue, which
    raises ExporterError where they cannot be read, and starts to run jobs. When it ends, the
    running job gets `settings.drain` to end, and no other is begun. A server tells an application
    of its end when all requests are answered; `serve` lets no job begin from the signal on.

    Source of the operations: Exporter Service API 1.0, OpenAPI document.

    >>> app = create_app(ServiceSettings(orders="orders.jsonl", state="state", token="12345678"))
    >>> sorted(route.path for route in app.routes)[-2:]
    ['/v2/jobs/{jobID}', '/v2/jobs/{jobID}/file']
    """
    service = Service(settings)
    page = Page(service)
    for_all = [*_for_all(settings), *page.open_routes()]
    routes = [*for_all, *_with_token(), *page.closed_routes()]
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(SafeHeaders),
            Middleware(Watch, service.log, service.metrics, routes),
            Middleware(Guard, settings.token, for_all),
        ],
        exception_handlers={Refusal: refused, HTTPException: refused},
        lifespan=_lifespan,
    )
    # A redirect to the path with or without a slash would be made of the Host header.
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


def _for_all(settings: ServiceSettings) -> list[BaseRoute]:
    """What needs no token: what tells nothing of orders, and files, whose links are signed."""
    described = load_document(settings.public_url)

    async def openapi(request: Request) -> Response:  # noqa: ARG001 - the signature of a handler
        return JSONResponse(described)

    return [
        Route("/healthz", handlers.health),
        Route("/readyz", handlers.ready),
        Route("/openapi.json", openapi),
        Route(f"{FILES}/{{signed}}", handlers.file),
    ]


def _with_token() -> list[BaseRoute]:
    return [
        Route(JOBS, handlers.jobs, methods=["GET", "POST"]),
        Route(f"{JOBS}/{{jobID}}", handlers.job),
        Route(f"{JOBS}/{{jobID}}/file", handlers.job_file),
        Route("/metrics", handlers.metrics),
    ]
