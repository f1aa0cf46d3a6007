"""The routes of the page: open ones for the page itself, and protected ones for its data."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from anyio import CapacityLimiter, to_thread
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from epfilter.editing import handle_request
from epfilter.errors import FilterError
from epfilter.exporter.models import JobStatus
from epfilter.exporter.orders.order_summary import SUMMARY_COLUMNS
from epfilter.exporter.service.page.asset_files import EDITOR, has_editor, read_asset
from epfilter.exporter.service.page.chart import HEIGHT, draw_chart
from epfilter.exporter.service.page.job_cards import format_size, list_cards
from epfilter.exporter.service.page.matching import MatchingOrders
from epfilter.exporter.service.page.preview import MAX_EXPLAINED, preview_filter
from epfilter.exporter.service.page.reference import list_fields, list_operators
from epfilter.exporter.service.request_body import read_json
from epfilter.exporter.service.responses import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from epfilter.exporter.service.components import Service

_T = TypeVar("_T")

_UNFINISHED = (JobStatus.PENDING, JobStatus.STARTED)
_JOBS_SHOWN = 50
"""The most jobs on the page; the newest come first."""

_THREADS = 2
"""The most threads for what is typed, so that they leave some to the operations of the platform."""

_EXAMPLES = (
    "ge(created_at,2018-09-01):lt(created_at,2018-10-01):eq(payment,refunded)",
    "ge(with_tax,10000):(eq(shipping,unfulfilled)|eq(payment,unpaid))",
    "like(email,*@example.com)",
)


class Page:
    """The handlers of the page and its parts, for one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._templates = Environment(
            loader=PackageLoader(__package__),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["mark_code"] = _mark_code
        self._matching = MatchingOrders(service)
        self._threads = CapacityLimiter(_THREADS)

    def public_routes(self) -> list[BaseRoute]:
        """Return the routes without a token: the empty page and its assets."""
        return [Route("/", self.get_page), Route("/page/assets/{name}", _get_asset)]

    def protected_routes(self) -> list[BaseRoute]:
        """Return the routes with a token, which show orders and jobs."""
        return [
            Route("/page/preview", self.get_preview, methods=["POST"]),
            Route("/page/matches", self.get_matches, methods=["POST"]),
            Route("/page/editor", self.handle_editing, methods=["POST"]),
            Route("/page/jobs", self.get_jobs),
        ]

    def get_page(self, request: Request) -> Response:  # noqa: ARG002 - the signature of a handler
        """Handle `GET /`: the page, without data that requires a token."""
        return self._render(
            "page.html",
            examples=_EXAMPLES,
            fields=list_fields(),
            operators=list_operators(),
            max_explained=MAX_EXPLAINED,
            editor=EDITOR if has_editor() else None,
        )

    async def get_preview(self, request: Request) -> Response:
        """Handle `POST /page/preview`: findings, meaning and tree of the filter in the body."""
        text = _get_filter(await self._read_body(request))
        return await self._run(
            lambda: self._render(
                "preview.html", preview=preview_filter(text), max_explained=MAX_EXPLAINED
            )
        )

    async def get_matches(self, request: Request) -> Response:
        """Handle `POST /page/matches`: how many orders the filter selects, when, and the first."""
        text = _get_filter(await self._read_body(request))
        summary = await self._matching.summarise(request, text)
        return self._render(
            "matches.html",
            summary=summary,
            chart=None if summary is None else draw_chart(summary.months),
            columns=SUMMARY_COLUMNS,
            height=HEIGHT,
        )

    async def handle_editing(self, request: Request) -> Response:
        """Handle `POST /page/editor`: completion and other help, as `handle_request` gives it.

        The body is its request; the resource is always `orders`.
        """
        body = await self._read_body(request)
        text = body.get("text")
        if isinstance(text, str) and len(text) > MAX_EXPLAINED:
            raise Refusal(400, f"The filter has more than {MAX_EXPLAINED} characters.")
        try:
            return JSONResponse(
                await self._run(lambda: handle_request({**body, "resource": "orders"}))
            )
        except FilterError as error:
            raise Refusal(400, str(error)) from None

    def get_jobs(self, request: Request) -> Response:  # noqa: ARG002 - the signature of a handler
        """Handle `GET /page/jobs`: the jobs, the newest first."""
        service = self._service
        jobs, counts = service.jobs.list_jobs(_JOBS_SHOWN), service.jobs.count_by_status()
        lifetime = service.settings.job_lifetime.total_seconds()
        return self._render(
            "jobs.html",
            jobs=[*list_cards(jobs, service.files, lifetime)],
            more=max(0, sum(counts.values()) - len(jobs)),
            busy=any(counts[status] for status in _UNFINISHED),
            format_size=format_size,
        )

    def _render(self, template: str, **values: object) -> Response:
        return HTMLResponse(self._templates.get_template(template).render(values))

    async def _run(self, function: Callable[[], _T]) -> _T:
        return await to_thread.run_sync(function, limiter=self._threads)

    async def _read_body(self, request: Request) -> dict[str, object]:
        body = await read_json(request, self._service.settings.max_body_bytes)
        return body if isinstance(body, dict) else {}


def _mark_code(text: str) -> Markup:
    """Return a message as HTML, with its `names` as code."""
    parts = enumerate(text.split("`"))
    return Markup().join(
        Markup("<code>{}</code>").format(part) if index % 2 else part for index, part in parts
    )


def _get_filter(body: dict[str, object]) -> str:
    text = body.get("filter")
    if not isinstance(text, str):
        raise Refusal(400, "`filter` must be a string.")
    return text


async def _get_asset(request: Request) -> Response:
    asset = read_asset(request.path_params["name"])
    if asset is None:
        raise Refusal(404)
    content, media_type = asset
    return Response(content, media_type=media_type)
