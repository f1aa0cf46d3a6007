"""Both clients behind one face, at a live service, with pauses that are short but real."""

from __future__ import annotations

import time
from collections.abc import Coroutine
from typing import Any, TypeVar

import anyio
import httpx

from exporter.client.doubles import Client
from support.exporter_services import TOKEN

_LONGEST_PAUSE = 0.02
_T = TypeVar("_T")


class LiveClient(Client):
    """Either client; `slept` is how long it wanted to pause.

    `hasty` is how many seconds it waits for the next bytes of what it may ask twice. A creation
    has all the time of the world, so that a busy machine is not taken for a fault.
    """

    def __init__(
        self, kind: str, address: str, *, hasty: float | None = None, attempts: int = 8
    ) -> None:
        # Loading the certificates of all authorities takes longer than a test, and asks nobody.
        made = httpx.AsyncHTTPTransport if kind == "async" else httpx.HTTPTransport
        super().__init__(
            kind, made(verify=False), region=address, token=TOKEN, timeout=60.0, attempts=attempts
        )
        self.slept: list[float] = []
        self.inner._jobs.api.clock = time.monotonic
        driver = self.inner._driver
        driver.sleep = self._sleep_async if self._runner else self._sleep
        if hasty is not None:
            self.hurry(hasty)

    def hurry(self, seconds: float) -> None:
        """From now on it waits so long for the next bytes, but where a job is created."""

        def shorten(request: httpx.Request) -> None:
            if request.method == "GET":
                request.extensions["timeout"]["read"] = seconds

        async def shorten_async(request: httpx.Request) -> None:
            shorten(request)

        hook = shorten_async if self._runner else shorten
        self.inner._driver.client.event_hooks = {"request": [hook]}

    def run(self, main: Coroutine[Any, Any, _T]) -> _T:
        """Runs a coroutine where the asynchronous client lives."""
        assert self._runner is not None
        return self._runner.run(main)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        time.sleep(min(seconds, _LONGEST_PAUSE))

    async def _sleep_async(self, seconds: float) -> None:
        self.slept.append(seconds)
        await anyio.sleep(min(seconds, _LONGEST_PAUSE))
