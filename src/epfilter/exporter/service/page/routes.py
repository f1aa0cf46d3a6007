"""The addresses of the page: itself and its assets for everybody, what tells of orders by token."""

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
from epfilter.exporter.service.json_body import json_body
from epfilter.exporter.service.page.reading import reading_of
from epfilter.exporter.service.responses import Refusal, timestamp
from epfilter.parser import parse
from epfilter.resources import orders, resource_info

if TYPE_CHECKING:
    from epfilter.exporter.service.container import Service

_ASSETS = {"page.css": "text/css", "page.js": "text/javascript"}
_UNFINISHED = (JobStatus.PENDING, JobStatus.STARTED)
_JOBS_SHOWN = 50
"""How many jobs the page lists, the newest first."""

_EXAMPLES = (
    "gt(created_at,2018-09-01):lt(created_at,2018-10-01):eq(payment,refunded)",
    "ge(with_tax,10000):(eq(shipping,unfulfilled)|eq(payment,unpaid))",
    "like(email,*@example.com)",
)


class Page:
    """Makes the page and its parts for one service.

    One count runs at a time: a person types faster than a large file is read, and the export needs
    the machine too.
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
        self._counting = CapacityLimiter(1)

    def open_routes(self) -> list[BaseRoute]:
        """What everybody may see: the page as it is before anybody has typed, and its assets."""
        return [Route("/", self.whole), Route("/page/assets/{name}", _asset)]

    def closed_routes(self) -> list[BaseRoute]:
        """What tells of orders and jobs."""
        return [
            Route("/page/reading", self.reading, methods=["POST"]),
            Route("/page/count", self.count, methods=["POST"]),
            Route("/page/jobs", self.jobs),
        ]

    def whole(self, request: Request) -> Response:  # noqa: ARG002 - the signature of a handler
        """`GET /`: the page, without anything that needs a token."""
        return self._made("page.html", examples=_EXAMPLES, fields=resource_info(orders).fields)

    async def reading(self, request: Request) -> Response:
        """`POST /page/reading`: findings, meaning and tree of the filter in the body."""
        text = await self._text(request)
        return self._made("reading.html", reading=await run_in_threadpool(reading_of, text))

    async def count(self, request: Request) -> Response:
        """`POST /page/count`: how many orders the filter in the body selects."""
        text = await self._text(request)
        async with self._counting:
            if await request.is_disconnected():
                return Response(status_code=204)
            number = await run_in_threadpool(self._count, text)
        return self._made("count.html", number=number)

    def jobs(self, request: Request) -> Response:  # noqa: ARG002 - the signature of a handler
        """`GET /page/jobs`: the jobs, the newest first."""
        jobs, counts = self._service.jobs.jobs(_JOBS_SHOWN), self._service.jobs.statuses()
        return self._made(
            "jobs.html",
            jobs=jobs,
            more=max(0, sum(counts.values()) - len(jobs)),
            busy=any(counts[status] for status in _UNFINISHED),
            timestamp=timestamp,
        )

    def _made(self, template: str, **values: object) -> Response:
        return HTMLResponse(self._templates.get_template(template).render(values))

    async def _text(self, request: Request) -> str:
        body = await json_body(request, self._service.settings.most_bytes)
        text = body.get("filter") if isinstance(body, dict) else None
        if not isinstance(text, str):
            raise Refusal(400, "`filter` has to be a text.")
        return text

    def _count(self, text: str) -> int:
        try:
            return self._service.orders.count(parse(text) if text.strip() else None)
        except FilterError:
            raise Refusal(400) from None
        except OrdersError:
            raise Refusal(503, "The orders cannot be read.") from None


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _ASSETS:
        raise Refusal(404)
    content = files(__package__).joinpath("assets", name).read_bytes()
    return Response(content, media_type=_ASSETS[name])
