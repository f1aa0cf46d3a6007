"""The orders that a filter on the page selects, in a query that ends with its request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from epfilter.errors import FilterError
from epfilter.exporter.errors import OrdersError, OrdersInterruptedError
from epfilter.exporter.orders.order_summary import OrderSummary
from epfilter.exporter.service.responses import Refusal
from epfilter.parser import parse

if TYPE_CHECKING:
    from epfilter.exporter.service.components import Service

_MAX_SECONDS = 20.0
"""The longest query; a person who types does not wait longer."""

_PAUSE = 0.05


class MatchingOrders:
    """The summaries of the orders that filters select.

    One query runs at a time: a person types faster than a large file is read, and exports need the
    machine too. It is interrupted when its client is gone, and when its time is over.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._turn = CapacityLimiter(1)

    async def summarise(self, request: Request, text: str) -> OrderSummary | None:
        """Return the summary of a filter; None if the query was interrupted.

        Raises Refusal for an invalid filter, and for orders that cannot be read.
        """
        async with self._turn:
            if await request.is_disconnected():
                return None
            # An error in a task group would become a group of errors.
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._interrupt_late, request)
                result = await run_in_threadpool(self._read, text)
                tasks.cancel_scope.cancel()
        if isinstance(result, Refusal):
            raise result
        return result

    async def _interrupt_late(self, request: Request) -> None:
        """Interrupt the query when its client is gone or its time is over, until it ends."""
        with anyio.move_on_after(_MAX_SECONDS):
            while (await request.receive())["type"] != "http.disconnect":
                pass
        while True:
            # An interrupt has no effect just before the query begins.
            await to_thread.run_sync(self._service.page_orders.interrupt)
            await anyio.sleep(_PAUSE)

    def _read(self, text: str) -> OrderSummary | Refusal | None:
        try:
            return self._service.page_orders.summarise(parse(text) if text.strip() else None)
        except FilterError:
            return Refusal(400)
        except OrdersInterruptedError:
            return None
        except OrdersError:
            return Refusal(503, "The orders cannot be read.")
