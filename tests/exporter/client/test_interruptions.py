"""An interrupted export leaves no files, except those that `resume` keeps."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from epfilter.exporter import AsyncExporterClient
from epfilter.exporter.client import DownloadProgress
from epfilter.exporter.client.target_files import PartialFile
from exporter.client.conftest import Opener, both_kinds
from exporter.client.doubles import CSV, FILTER, ID, TOKEN, Service, file_answer, job

kind = both_kinds


class StopError(Exception):
    """An error of the program that uses the client."""


INTERRUPTIONS = [KeyboardInterrupt, SystemExit, StopError, asyncio.CancelledError]
WINDOW = "ge(created_at,2018-09-01):lt(created_at,2018-11-01)"


@pytest.mark.parametrize("interruption", INTERRUPTIONS)
@pytest.mark.parametrize("before", [None, b"before"])
def test_an_error_of_progress_interrupts_a_download(
    open_client: Opener,
    tmp_path: Path,
    interruption: type[BaseException],
    before: bytes | None,
) -> None:
    target = tmp_path / "a.csv"
    if before is not None:
        target.write_bytes(before)

    def interrupt(progress: DownloadProgress) -> None:
        if progress.received > 1000:
            assert len(list(tmp_path.iterdir())) == 1 + (before is not None)
            raise interruption

    with pytest.raises(interruption):
        open_client(Service(file_answer())).call("download", ID, target, progress=interrupt)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == (
        [] if before is None else [before]
    )


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, StopError])
def test_an_error_of_the_body_interrupts_a_download(
    open_client: Opener, tmp_path: Path, interruption: type[BaseException]
) -> None:
    service = Service(file_answer(sent=1000, error=interruption()))
    with pytest.raises(interruption):
        open_client(service).call("download", ID, tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("index", range(8))
def test_an_export_that_is_interrupted_at_any_request_leaves_no_files(
    open_client: Opener, tmp_path: Path, index: int
) -> None:
    service = Service(file_answer())

    def answer(request: httpx.Request) -> httpx.Response:
        if len(service.all) == index:
            raise KeyboardInterrupt
        return service(request)

    client = open_client(answer)
    export: Callable[[], Any] = lambda: client.call(  # noqa: E731 - it is called in two ways
        "export", WINDOW, tmp_path / "a.csv", split="month"
    )
    if index < 6:
        with pytest.raises(KeyboardInterrupt):
            export()
        assert list(tmp_path.iterdir()) == []
    else:
        export()
        assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_a_pause_that_is_interrupted_leaves_no_files(open_client: Opener, tmp_path: Path) -> None:
    client = open_client(Service(file_answer(sent=1000)))

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    client.inner._driver.sleep = interrupt
    with pytest.raises(KeyboardInterrupt):
        client.call("download", ID, tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


class Slow(httpx.AsyncByteStream):
    """A body that never ends."""

    def __init__(self, reached: asyncio.Event) -> None:
        self.reached = reached
        self.closed = False

    async def __aiter__(self) -> Any:
        yield CSV[:1000]
        self.reached.set()
        await asyncio.sleep(3600)

    async def aclose(self) -> None:
        self.closed = True


@pytest.mark.parametrize("by", ["task", "scope"])
@pytest.mark.parametrize("resume", [False, True])
def test_a_cancelled_task_closes_the_response(tmp_path: Path, by: str, resume: bool) -> None:  # noqa: FBT001 - a column of the table
    async def cancel_task() -> Slow:
        body = Slow(asyncio.Event())
        answer = httpx.Response(200, headers={"content-length": str(len(CSV))}, stream=body)
        transport = httpx.MockTransport(Service(answer_once(answer)))
        async with AsyncExporterClient(token=TOKEN, transport=transport) as client:
            export = client.export(FILTER, tmp_path / "a.csv", resume=resume)
            if by == "task":
                task = asyncio.create_task(export)
                await body.reached.wait()
                assert len(names(tmp_path)) == 1 + resume
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            else:
                async with anyio.create_task_group() as group:
                    group.start_soon(lambda: export)
                    await body.reached.wait()
                    group.cancel_scope.cancel()
        return body

    body = asyncio.run(cancel_task())
    assert body.closed
    assert names(tmp_path) == (["a.csv.export.json"] if resume else [])


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize("method", ["open", "write", "publish"])
def test_a_cancelled_task_waits_for_its_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    started = threading.Event()
    original: Callable[..., Any] = getattr(PartialFile, method)

    def call_slowly(*args: object) -> object:
        started.set()
        time.sleep(0.1)
        return original(*args)

    monkeypatch.setattr(PartialFile, method, call_slowly)

    async def cancel_task() -> list[str]:
        transport = httpx.MockTransport(Service(file_answer()))
        async with AsyncExporterClient(token=TOKEN, transport=transport) as client:
            task = asyncio.create_task(client.download(ID, tmp_path / "a.csv"))
            await asyncio.to_thread(started.wait)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return names(tmp_path)

    files = asyncio.run(cancel_task())
    time.sleep(0.15)
    # A task that is cancelled too late has published the complete file.
    assert files == names(tmp_path) == (["a.csv"] if method == "publish" else [])


def answer_once(answer: httpx.Response) -> Callable[[httpx.Request], httpx.Response]:
    """Return the response itself, whose body records whether it was closed."""
    return lambda _: answer


def test_several_exports_run_concurrently(tmp_path: Path) -> None:
    async def run_exports() -> list[Any]:
        transport = httpx.MockTransport(Service(file_answer()))
        async with AsyncExporterClient(token=TOKEN, transport=transport) as client:
            paths = [tmp_path / f"{number}.csv" for number in range(20)]
            return await asyncio.gather(*(client.export(FILTER, path) for path in paths))

    results = asyncio.run(run_exports())
    assert len({result.path for result in results}) == 20
    assert all(result.path.read_bytes() == CSV for result in results)
    assert job()["id"] in {str(result.jobs[0].id) for result in results}
