"""The client for asyncio and trio: a driver for the flows, and the public methods."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, cast
from uuid import UUID

import anyio
import anyio.to_thread
import httpx

from epfilter.ast import Filter
from epfilter.exporter.client import downloads, exports
from epfilter.exporter.client.downloads import FileProgress
from epfilter.exporter.client.effects import Effect, Flow, Open, Read, Sleep, T
from epfilter.exporter.client.exports import AnyProgress, Split
from epfilter.exporter.client.failures import set_up, translated
from epfilter.exporter.client.flows import AnyJob, Core, JobProgress
from epfilter.exporter.client.progress import Exported
from epfilter.exporter.client.settings import ClientSettings
from epfilter.exporter.client.target_files import AnyPath
from epfilter.exporter.errors import SettingsError
from epfilter.exporter.models import CreateJob, FileLink, Job


class AsyncExporterClient:
    """A client of the Exporter Service for asyncio, and for trio where that is installed.

    All that `ExporterClient` says holds here too; its methods are coroutines, and `progress` is an
    ordinary function. Files are written in threads. A task that is cancelled leaves nothing behind
    but what `resume` keeps. A client belongs to the event loop that uses it first. Close it, or use
    it in an `async with` statement.

    Source: Exporter Service API 1.0, OpenAPI document.

    >>> import asyncio, httpx
    >>> job = {"id": "974c9db4-38da-4dbf-90c2-33eed5f3e77c", "status": "pending"}
    >>> platform = httpx.MockTransport(lambda request: httpx.Response(200, json={"data": [job]}))
    >>> async def statuses() -> list[str]:
    ...     async with AsyncExporterClient(token="secret", transport=platform) as client:
    ...         return [job.status for job in await client.jobs()]
    >>> asyncio.run(statuses())
    [<JobStatus.PENDING: 'pending'>]
    """

    def __init__(  # noqa: PLR0913 - how a client is set up, by keyword
        self,
        region: str = "eu-west",
        *,
        token: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        timeout: float = 30.0,
        attempts: int = 5,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        settings = ClientSettings.of(
            region,
            token=token,
            client_id=client_id,
            client_secret=client_secret,
            timeout=timeout,
            attempts=attempts,
        )
        self._core = Core(settings)
        with set_up():
            client = httpx.AsyncClient(timeout=settings.timeout, transport=transport)
        self._driver = _Driver(client)

    async def create_job(
        self,
        filter: Filter | str | CreateJob,  # noqa: A002 - as the platform calls it
        *,
        check: bool = True,
    ) -> Job:
        """As `ExporterClient.create_job`."""
        return await self._driver.run(self._core.create_job(filter, check=check))

    async def jobs(self) -> tuple[Job, ...]:
        """As `ExporterClient.jobs`."""
        return await self._driver.run(self._core.jobs())

    async def job(self, job: Job | UUID | str) -> Job:
        """As `ExporterClient.job`."""
        return await self._driver.run(self._core.job(job))

    async def file(self, job: Job | UUID | str) -> FileLink:
        """As `ExporterClient.file`."""
        return await self._driver.run(self._core.file(job))

    async def wait(
        self,
        job: AnyJob,
        *,
        timeout: float = 3600.0,  # noqa: ASYNC109 - the error has the job as it was seen last
        progress: JobProgress | None = None,
    ) -> Job:
        """As `ExporterClient.wait`."""
        return await self._driver.run(self._core.wait(job, timeout=timeout, progress=progress))

    async def download(
        self,
        source: Job | FileLink | UUID | str,
        path: AnyPath,
        *,
        progress: FileProgress | None = None,
    ) -> Path:
        """As `ExporterClient.download`."""
        await self._driver.run(downloads.download(self._core, source, path, progress))
        return Path(path)

    async def export(  # noqa: PLR0913 - how an export may go, by keyword
        self,
        filter: Filter | str | CreateJob,  # noqa: A002 - as the platform calls it
        path: AnyPath,
        *,
        split: Split | None = None,
        check: bool = True,
        timeout: float = 3600.0,  # noqa: ASYNC109 - it is for each job, not for the whole
        progress: AnyProgress | None = None,
        resume: bool = False,
        anew: bool = False,
        replace: bool = True,
    ) -> Exported:
        """As `ExporterClient.export`."""
        flow = exports.export(
            self._core,
            filter,
            path,
            split=split,
            check=check,
            timeout=timeout,
            progress=progress,
            resume=resume,
            anew=anew,
            replace=replace,
        )
        return await self._driver.run(flow)

    async def aclose(self) -> None:
        """Closes the connections; the client cannot be used again."""
        await self._driver.client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"AsyncExporterClient({self._core.api.base!r})"


class _Driver:
    """Carries out effects by awaiting."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.sleep: Callable[[float], Awaitable[object]] = anyio.sleep

    async def run(self, flow: Flow[T]) -> T:
        """What the flow returns."""
        if self.client.is_closed:
            raise SettingsError("the client is closed.", hint="make a new one")
        opened = _Opened(self.client)
        reply: object = None
        error: Exception | None = None
        try:
            while True:
                try:
                    effect = flow.send(reply) if error is None else flow.throw(error)
                except StopIteration as end:
                    result: T = end.value
                    return result
                reply = error = None
                try:
                    reply = await self._carried_out(effect, opened)
                except Exception as raised:  # noqa: BLE001 - it is raised in the flow
                    error = translated(effect, raised)
        finally:
            flow.close()
            with anyio.CancelScope(shield=True):
                await opened.close()

    async def _carried_out(self, effect: Effect, opened: _Opened) -> object:
        match effect:
            case Open(request):
                return await opened.open(request)
            case Read():
                return await opened.read()
            case Sleep(seconds):
                return await self.sleep(seconds)
        return await _in_thread(effect.function)


async def _in_thread(function: Callable[[], object]) -> object:
    """What the function returns; a task that is cancelled waits for it, so that it ends first.

    anyio shields the call from scopes that are cancelled, but not from `Task.cancel`; only a task
    of its own is out of its reach.
    """
    outcomes: list[Callable[[], object]] = []

    async def run() -> None:
        try:
            reply = await anyio.to_thread.run_sync(function)
        except Exception as error:  # noqa: BLE001 - it is raised below, outside the group
            outcomes.append(partial(_raise, error))
        else:
            outcomes.append(lambda: reply)

    async with anyio.create_task_group() as group:
        group.start_soon(run)
    return outcomes[0]()


def _raise(error: Exception) -> None:
    raise error


class _Opened:
    """The answer of a flow that is open, if any."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._response: httpx.Response | None = None
        self._chunks: AsyncGenerator[bytes, None] | None = None

    async def open(self, request: httpx.Request) -> httpx.Response:
        await self.close()
        self._response = await self._client.send(request, stream=True)
        # httpx promises an iterator only; as what it is, it can be closed.
        self._chunks = cast("AsyncGenerator[bytes, None]", self._response.aiter_bytes())
        return self._response

    async def read(self) -> bytes:
        return b"" if self._chunks is None else await anext(self._chunks, b"")

    async def close(self) -> None:
        if self._chunks is not None:
            await self._chunks.aclose()
        if self._response is not None:
            await self._response.aclose()
