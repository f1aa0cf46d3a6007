"""The asynchronous client: the public methods, and the driver that performs effects by awaiting."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, timedelta, tzinfo
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, cast
from uuid import UUID

import anyio
import anyio.to_thread
import httpx

from epfilter.ast import Filter
from epfilter.exporter.client import downloads, exports, selection
from epfilter.exporter.client.downloads import FileProgress
from epfilter.exporter.client.effects import (
    Call,
    Effect,
    Flow,
    ReadChunk,
    Send,
    Sleep,
    T,
    translate_error,
    translate_setup_errors,
)
from epfilter.exporter.client.exports import AnyProgress, Exported
from epfilter.exporter.client.jobs import AnyJob, JobFlows, JobProgress
from epfilter.exporter.client.listing import ListingFlows
from epfilter.exporter.client.settings import ClientSettings
from epfilter.exporter.client.target_files import AnyPath
from epfilter.exporter.errors import SettingsError
from epfilter.exporter.filter_splitting import Calendar
from epfilter.exporter.models import CreateJob, FileLink, Job
from epfilter.paging import Row
from epfilter.resources import Resource
from epfilter.templates import Template


class AsyncExporterClient:
    """A client of the Exporter Service for asyncio, and for trio where that is installed.

    It has the methods of `ExporterClient` as coroutines; `progress` is an ordinary function. Files
    are written in threads. A cancelled task leaves no files except those that `resume` keeps. A
    client belongs to the event loop that uses it first. Close it with `aclose`, or use it in an
    `async with` statement.

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

    def __init__(  # noqa: PLR0913 - the settings, by keyword
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
        settings = ClientSettings.create(
            region,
            token=token,
            client_id=client_id,
            client_secret=client_secret,
            timeout=timeout,
            attempts=attempts,
        )
        self._jobs = JobFlows(settings)
        with translate_setup_errors():
            client = httpx.AsyncClient(timeout=settings.timeout, transport=transport)
        self._driver = _Driver(client)

    async def create_job(
        self,
        filter: Filter | str | CreateJob,  # noqa: A002 - the name in the platform's API
        *,
        check: bool = True,
    ) -> Job:
        """Async variant of `ExporterClient.create_job`."""
        return await self._driver.run(self._jobs.create(filter, check=check))

    async def jobs(self) -> tuple[Job, ...]:
        """Async variant of `ExporterClient.jobs`."""
        return await self._driver.run(self._jobs.list_all())

    async def job(self, job: Job | UUID | str) -> Job:
        """Async variant of `ExporterClient.job`."""
        return await self._driver.run(self._jobs.get(job))

    async def file(self, job: Job | UUID | str) -> FileLink:
        """Async variant of `ExporterClient.file`."""
        return await self._driver.run(self._jobs.get_file_link(job))

    async def wait(
        self,
        job: AnyJob,
        *,
        timeout: float = 3600.0,  # noqa: ASYNC109 - the error contains the job
        progress: JobProgress | None = None,
    ) -> Job:
        """Async variant of `ExporterClient.wait`."""
        return await self._driver.run(self._jobs.wait(job, timeout=timeout, progress=progress))

    async def download(
        self,
        source: Job | FileLink | UUID | str,
        path: AnyPath,
        *,
        progress: FileProgress | None = None,
    ) -> Path:
        """Async variant of `ExporterClient.download`."""
        await self._driver.run(downloads.download(self._jobs, source, path, progress))
        return Path(path)

    async def export(  # noqa: PLR0913 - the options of an export, by keyword
        self,
        filter: Filter | str | CreateJob | None,  # noqa: A002 - the name in the platform's API
        path: AnyPath,
        *,
        since: selection.End = None,
        until: selection.End = None,
        timezone: tzinfo | str = UTC,
        split: Calendar | None = None,
        check: bool = True,
        timeout: float = 3600.0,  # noqa: ASYNC109 - it is for each job, not for the export
        progress: AnyProgress | None = None,
        resume: bool = False,
        restart: bool = False,
        replace: bool = True,
        append: bool = False,
        allow_empty: bool = False,
    ) -> Exported:
        """Async variant of `ExporterClient.export`."""
        flow = exports.export(
            self._jobs,
            selection.Selection(filter, since, until, timezone),
            path,
            split=split,
            check=check,
            timeout=timeout,
            progress=progress,
            resume=resume,
            restart=restart,
            replace=replace,
            append=append,
            allow_empty=allow_empty,
        )
        return await self._driver.run(flow)

    def list(
        self,
        listing: Resource | str,
        filter: Filter | str | Template | None = None,  # noqa: A002 - the name in the platform's API
        *,
        limit: int = 100,
        settle: timedelta | None = None,
        check: bool = True,
    ) -> AsyncIterator[Sequence[Row]]:
        """Async variant of `ExporterClient.list`, for `async for`."""
        flows = ListingFlows(
            self._jobs.api, listing, filter, limit=limit, settle=settle, check=check
        )
        return self._iterate(flows)

    async def _iterate(self, flows: ListingFlows) -> AsyncIterator[Sequence[Row]]:
        while (rows := await self._driver.run(flows.read_page())) is not None:
            if rows:
                yield rows

    async def aclose(self) -> None:
        """Close the connections; the client cannot be used again."""
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
        return f"AsyncExporterClient({self._jobs.api.settings.base_url!r})"


class _Driver:
    """Performs effects by awaiting."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.sleep: Callable[[float], Awaitable[object]] = anyio.sleep

    async def run(self, flow: Flow[T]) -> T:
        """Run a flow and return its result."""
        if self.client.is_closed:
            raise SettingsError("the client is closed.", hint="create a new one")
        connection = _Connection(self.client)
        result: object = None
        error: Exception | None = None
        try:
            while True:
                try:
                    effect = flow.send(result) if error is None else flow.throw(error)
                except StopIteration as end:
                    returned: T = end.value
                    return returned
                result = error = None
                try:
                    result = await self._perform(effect, connection)
                except Exception as raised:  # noqa: BLE001 - raised in the flow
                    error = translate_error(effect, raised)
        finally:
            flow.close()
            with anyio.CancelScope(shield=True):
                await connection.close()

    async def _perform(self, effect: Effect, connection: _Connection) -> object:
        match effect:
            case Send(request, seconds):
                return await connection.send(request, seconds)
            case ReadChunk(seconds):
                return await connection.read_chunk(seconds)
            case Sleep(seconds):
                return await self.sleep(seconds)
            case Call(function):
                return await _run_in_thread(function)


async def _run_in_thread(function: Callable[[], object]) -> object:
    """Return the result of a function; a task that is cancelled waits until the function ends.

    anyio shields the call from cancelled scopes, but not from `Task.cancel`. That does not reach a
    separate task.
    """
    outcomes: list[Callable[[], object]] = []

    async def run() -> None:
        try:
            result = await anyio.to_thread.run_sync(function)
        except Exception as error:  # noqa: BLE001 - raised below, outside the group
            outcomes.append(partial(_raise, error))
        else:
            outcomes.append(lambda: result)

    async with anyio.create_task_group() as group:
        group.start_soon(run)
    return outcomes[0]()


def _raise(error: Exception) -> None:
    raise error


class _Connection:
    """The open response of a flow, if any."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._response: httpx.Response | None = None
        self._chunks: AsyncGenerator[bytes, None] | None = None
        self._end = 0.0

    async def send(self, request: httpx.Request, seconds: float) -> httpx.Response:
        await self.close()
        self._end = anyio.current_time() + seconds
        with anyio.fail_after(seconds):
            self._response = await self._client.send(request, stream=True)
        # Not `aiter_bytes`, which decodes any encoding, and without a limit.
        self._chunks = _iterate_raw(cast("httpx.AsyncByteStream", self._response.stream))
        return self._response

    async def read_chunk(self, seconds: float | None) -> bytes:
        if seconds is not None:
            self._end = anyio.current_time() + seconds
        if self._chunks is None:
            return b""
        with anyio.fail_after(self._end - anyio.current_time()):
            return await anext(self._chunks, b"")

    async def close(self) -> None:
        if self._chunks is not None:
            await self._chunks.aclose()
        if self._response is not None:
            await self._response.aclose()


async def _iterate_raw(stream: httpx.AsyncByteStream) -> AsyncGenerator[bytes, None]:
    """Yield the bytes of a stream as they were sent, without empty chunks."""
    async for chunk in stream:
        if chunk:
            yield chunk
