"""Whatever interrupts an export leaves nothing behind but what was asked for."""

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
from exporter.client.conftest import Opener
from exporter.client.doubles import CSV, FILTER, ID, TOKEN, Service, file_answer, job


class StopError(Exception):
    """An error of whoever uses the client."""


INTERRUPTIONS = [KeyboardInterrupt, SystemExit, StopError, asyncio.CancelledError]
WINDOW = "ge(created_at,2018-09-01):lt(created_at,2018-11-01)"


@pytest.mark.parametrize("interruption", INTERRUPTIONS)
@pytest.mark.parametrize("before", [None, b"before"])
def test_progress_may_interrupt_a_download(
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
def test_a_body_may_interrupt_a_download(
    open_client: Opener, tmp_path: Path, interruption: type[BaseException]
) -> None:
    service = Service(file_answer(sent=1000, error=interruption()))
    with pytest.raises(interruption):
        open_client(service).call("download", ID, tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", range(8))
def test_an_export_may_be_interrupted_at_any_request(
    open_client: Opener, tmp_path: Path, place: int
) -> None:
    service = Service(file_answer())

    def answer(request: httpx.Request) -> httpx.Response:
        if len(service.all) == place:
            raise KeyboardInterrupt
        return service(request)

    client = open_client(answer)
    export: Callable[[], Any] = lambda: client.call(  # noqa: E731 - it is called in two ways
        "export", WINDOW, tmp_path / "a.csv", split="month"
    )
    if place < 6:
        with pytest.raises(KeyboardInterrupt):
            export()
        assert list(tmp_path.iterdir()) == []
    else:
        export()
        assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_a_sleep_may_be_interrupted(open_client: Opener, tmp_path: Path) -> None:
    client = open_client(Service(file_answer(sent=1000)))

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    client.inner._driver.sleep = interrupt
    with pytest.raises(KeyboardInterrupt):
        client.call("download", ID, tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


class Slow(httpx.AsyncByteStream):
    """A body whose end never comes."""

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
def test_a_task_may_be_cancelled(tmp_path: Path, by: str, resume: bool) -> None:  # noqa: FBT001 - a column of the table
    async def cancelled() -> Slow:
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

    body = asyncio.run(cancelled())
    assert body.closed
    assert names(tmp_path) == (["a.csv.export.json"] if resume else [])


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize("method", ["open", "write", "publish"])
def test_a_task_that_is_cancelled_waits_for_its_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    begun = threading.Event()
    real: Callable[..., Any] = getattr(PartialFile, method)

    def slowly(*given: object) -> object:
        begun.set()
        time.sleep(0.1)
        return real(*given)

    monkeypatch.setattr(PartialFile, method, slowly)

    async def cancelled() -> list[str]:
        transport = httpx.MockTransport(Service(file_answer()))
        async with AsyncExporterClient(token=TOKEN, transport=transport) as client:
            task = asyncio.create_task(client.download(ID, tmp_path / "a.csv"))
            await asyncio.to_thread(begun.wait)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return names(tmp_path)

    left = asyncio.run(cancelled())
    time.sleep(0.15)
    # Who is cancelled too late has published the whole file.
    assert left == names(tmp_path) == (["a.csv"] if method == "publish" else [])


def answer_once(answer: httpx.Response) -> Callable[[httpx.Request], httpx.Response]:
    """The response itself, whose body knows whether it was closed."""
    return lambda _: answer


def test_several_exports_may_run_at_once(tmp_path: Path) -> None:
    async def all_of_them() -> list[Any]:
        transport = httpx.MockTransport(Service(file_answer()))
        async with AsyncExporterClient(token=TOKEN, transport=transport) as client:
            paths = [tmp_path / f"{number}.csv" for number in range(20)]
            return await asyncio.gather(*(client.export(FILTER, path) for path in paths))

    done = asyncio.run(all_of_them())
    assert len({one.path for one in done}) == 20
    assert all(one.path.read_bytes() == CSV for one in done)
    assert job()["id"] in {str(one.jobs[0].id) for one in done}
