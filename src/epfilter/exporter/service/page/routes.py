"""The routes of the page: open ones for the page itself, and protected ones for its data."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from anyio import CapacityLimiter
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from epfilter.errors import FilterError
from epfilter.exporter.errors import OrdersError
from epfilter.exporter.models import JobStatus
from epfilter.exporter.service.page.preview import preview_filter
from epfilter.exporter.service.request_body import read_json
from epfilter.exporter.service.responses import Refusal, format_timestamp
from epfilter.parser import parse
from epfilter.resources import orders, resource_info

if TYPE_CHECKING:
    from epfilter.exporter.service.components import Service

_ASSETS = {"page.css": "text/css", "page.js": "text/javascript"}
_UNFINISHED = (JobStatus.PENDING, JobStatus.STARTED)
_JOBS_SHOWN = 50
"""The most jobs on the page; the newest come first."""

_EXAMPLES = (
    "gt(created_at,2018-09-01):lt(created_at,2018-10-01):eq(payment,refunded)",
    "ge(with_tax,10000):(eq(shipping,unfulfilled)|eq(payment,unpaid))",
    "like(email,*@example.com)",
)


class Page:
    """The handlers of the page and its parts, for one service.

    One count runs at a time: a person types faster than a large file is read, and exports need the
    machine too.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._templates = Environment(
            loader=PackageLoader(__package__),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._count_limiter = CapacityLimiter(1)

    def public_routes(self) -> list[BaseRoute]:
        """Return the routes without a token: the empty page and its assets."""
        return [Route("/", self.get_page), Route("/page/assets/{name}", _get_asset)]

    def protected_routes(self) -> list[BaseRoute]:
        """Return the routes with a token, which show orders and jobs."""
        return [
            Route("/page/preview", self.get_preview, methods=["POST"]),
            Route("/page/count", self.get_count, methods=["POST"]),
            Route("/page/jobs", self.get_jobs),
        ]

    def get_page(self, request: Request) -> Response:  # noqa: ARG002 - the signature of a handler
        """Handle `GET /`: the page, without data that requires a token."""
        return self._render("page.html", examples=_EXAMPLES, fields=resource_info(orders).fields)

    async def get_preview(self, request: Request) -> Response:
        """Handle `POST /page/preview`: findings, meaning and tree of the filter in the body."""
        text = await self._read_filter_text(request)
        return self._render("preview.html", preview=await run_in_threadpool(preview_filter, text))

    async def get_count(self, request: Request) -> Response:
        """Handle `POST /page/count`: how many orders the filter in the body selects."""
        text = await self._read_filter_text(request)
        async with self._count_limiter:
            if await request.is_disconnected():
                return Response(status_code=204)
            number = await run_in_threadpool(self._count, text)
        return self._render("count.html", number=number)

    def get_jobs(self, request: Request) -> Response:  # noqa: ARG002 - the signature of a handler
        """Handle `GET /page/jobs`: the jobs, the newest first."""
        jobs, counts = (
            self._service.jobs.list_jobs(_JOBS_SHOWN),
            self._service.jobs.count_by_status(),
        )
        return self._render(
            "jobs.html",
            jobs=jobs,
            more=max(0, sum(counts.values()) - len(jobs)),
            busy=any(counts[status] for status in _UNFINISHED),
            format_timestamp=format_timestamp,
        )

    def _render(self, template: str, **values: object) -> Response:
        return HTMLResponse(self._templates.get_template(template).render(values))

    async def _read_filter_text(self, request: Request) -> str:
        body = await read_json(request, self._service.settings.max_body_bytes)
        text = body.get("filter") if isinstance(body, dict) else None
        if not isinstance(text, str):
            raise Refusal(400, "`filter` must be a string.")
        return text

    def _count(self, text: str) -> int:
        try:
            return self._service.orders.count(parse(text) if text.strip() else None)
        except FilterError:
            raise Refusal(400) from None
        except OrdersError:
            raise Refusal(503, "The orders cannot be read.") from None


async def _get_asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _ASSETS:
        raise Refusal(404)
    content = files(__package__).joinpath("assets", name).read_bytes()
    return Response(content, media_type=_ASSETS[name])
