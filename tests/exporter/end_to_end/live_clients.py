"""Both clients behind one interface, for a live service, with short but real pauses."""

from __future__ import annotations

import time
from collections.abc import Coroutine
from typing import Any, TypeVar

import anyio
import httpx

from exporter.client.doubles import Client
from support.exporter_services import TOKEN

_MAX_PAUSE = 0.02
_T = TypeVar("_T")


class LiveClient(Client):
    """Either client; `slept` contains the pauses that it requested.

    `read_timeout` is the number of seconds that it waits for the next bytes of a request that it
    may repeat. A creation has a long timeout, so that a busy machine is not treated as a fault.
    """

    def __init__(
        self, kind: str, address: str, *, read_timeout: float | None = None, attempts: int = 8
    ) -> None:
        # Loading the certificates of all authorities takes longer than a test.
        transport_class = httpx.AsyncHTTPTransport if kind == "async" else httpx.HTTPTransport
        super().__init__(
            kind,
            transport_class(verify=False),
            region=address,
            token=TOKEN,
            timeout=60.0,
            attempts=attempts,
        )
        self.slept: list[float] = []
        self.inner._jobs.api.clock = time.monotonic
        driver = self.inner._driver
        driver.sleep = self._sleep_async if self._runner else self._sleep
        if read_timeout is not None:
            self.set_read_timeout(read_timeout)

    def set_read_timeout(self, seconds: float) -> None:
        """Set how long it waits for the next bytes, except when it creates a job."""

        def set_timeout(request: httpx.Request) -> None:
            if request.method == "GET":
                request.extensions["timeout"]["read"] = seconds

        async def set_timeout_async(request: httpx.Request) -> None:
            set_timeout(request)

        hook = set_timeout_async if self._runner else set_timeout
        self.inner._driver.client.event_hooks = {"request": [hook]}

    def run(self, main: Coroutine[Any, Any, _T]) -> _T:
        """Run a coroutine in the event loop of the asynchronous client."""
        assert self._runner is not None
        return self._runner.run(main)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        time.sleep(min(seconds, _MAX_PAUSE))

    async def _sleep_async(self, seconds: float) -> None:
        self.slept.append(seconds)
        await anyio.sleep(min(seconds, _MAX_PAUSE))
