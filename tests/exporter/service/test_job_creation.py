"""Jobs that are created at the same time share a transaction."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from threading import Event

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from epfilter.exporter.errors import ExporterError
from epfilter.exporter.service import ServiceSettings
from epfilter.exporter.service.job_creation import MAX_BATCH, JobCreation
from epfilter.exporter.service.job_queue import JobQueue
from epfilter.exporter.service.job_tables import StoredJob
from exporter.service.worker_setup import WEEK
from support.exporter_services import AUTHORIZATION, CREATE


class CountedQueue(JobQueue):
    """A queue that remembers the size of each transaction, and fails those with the filter `bad`."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, lifetime=WEEK)
        self.sizes: list[int] = []
        self.begun, self.open = Event(), Event()

    def create_all(self, filters: Sequence[str | None]) -> list[StoredJob]:
        self.sizes.append(len(filters))
        self.begun.set()
        assert self.open.wait(20)
        if "bad" in filters:
            raise ExporterError("the disk is full.")
        return super().create_all(filters)


def create_together(jobs: CountedQueue, filters: Sequence[str]) -> list[StoredJob | Exception]:
    """Create the first job, and the others while its transaction runs."""
    results: dict[int, StoredJob | Exception] = {}

    async def run() -> None:
        creation = JobCreation(jobs)

        async def create(number: int) -> None:
            try:
                results[number] = await creation.create(filters[number])
            except ExporterError as error:
                results[number] = error

        async with anyio.create_task_group() as group:
            group.start_soon(create, 0)
            await anyio.to_thread.run_sync(jobs.begun.wait, 20)
            for number in range(1, len(filters)):
                group.start_soon(create, number)
            await anyio.wait_all_tasks_blocked()
            jobs.open.set()

    anyio.run(run)
    return [results[number] for number in range(len(filters))]


def test_jobs_that_wait_share_a_transaction(tmp_path: Path) -> None:
    filters = [f"eq(id,{number})" for number in range(MAX_BATCH + 3)]
    with CountedQueue(tmp_path / "jobs.db") as jobs:
        created = create_together(jobs, filters)
        assert jobs.sizes == [1, MAX_BATCH, 2]
        assert jobs.list_jobs(sort="created_at") == created
        assert [job.filter for job in created if isinstance(job, StoredJob)] == filters


def test_a_transaction_that_fails_creates_none_of_its_jobs(tmp_path: Path) -> None:
    with CountedQueue(tmp_path / "jobs.db") as jobs:
        first, *others = create_together(jobs, ["good", "bad", "good"])
        assert jobs.list_jobs() == [first]
    assert [str(each) for each in others] == ["the disk is full."] * 2
    assert others[0] is not others[1]


@pytest.mark.parametrize("native", [True, False])
def test_a_request_that_is_cancelled_leaves_no_other_waiting(
    tmp_path: Path, *, native: bool
) -> None:
    """The end of the drain time cancels requests; the next requests still get their jobs."""

    async def run(jobs: CountedQueue) -> tuple[object, ...]:
        creation, scope = JobCreation(jobs), anyio.CancelScope()

        async def create_first() -> StoredJob | None:
            with scope:
                return await creation.create("first")
            return None

        first = asyncio.ensure_future(create_first())
        await asyncio.to_thread(jobs.begun.wait, 20)
        other = asyncio.ensure_future(creation.create("other"))
        await asyncio.sleep(0)
        (first if native else scope).cancel()
        jobs.open.set()
        return await asyncio.gather(first, other, return_exceptions=True)

    with CountedQueue(tmp_path / "jobs.db") as jobs:
        _, other = asyncio.run(run(jobs))
        assert isinstance(other, StoredJob)
        assert jobs.get_job(other.id) == other


def test_reads_are_answered_while_another_process_keeps_the_queue_locked(
    app: Starlette, settings: ServiceSettings
) -> None:
    async def run() -> list[int]:
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(
                transport=transport, base_url="http://a", headers=AUTHORIZATION
            ) as client,
        ):
            created = await client.post("/v2/jobs", json=CREATE)
            job = f"/v2/jobs/{created.json()['data'][0]['id']}"
            path = settings.state_folder / "jobs.db"
            statuses: list[int] = []
            with closing(sqlite3.connect(path, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")

                async def create() -> None:
                    statuses.append((await client.post("/v2/jobs", json=CREATE)).status_code)

                async with anyio.create_task_group() as group:
                    # More than there are threads for all requests together.
                    for _ in range(50):
                        group.start_soon(create)
                    await anyio.sleep(0.05)
                    with anyio.fail_after(10):
                        for read in (job, "/v2/jobs", f"{job}/file"):
                            await client.get(read)
                    assert statuses == [], "the file is still locked"
                    other.execute("ROLLBACK")
            return statuses

    assert anyio.run(run) == [202] * 50


def test_a_job_for_a_locked_queue_is_refused_as_a_temporary_failure(
    app: Starlette, settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("epfilter.exporter.service.sqlite._LOCK_TIMEOUT", 0.05)
    path = settings.state_folder / "jobs.db"
    with TestClient(app, headers=AUTHORIZATION) as client:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            response = client.post("/v2/jobs", json=CREATE)
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
        assert response.json()["errors"][0]["detail"] == (
            "Another process keeps the queue of jobs locked. Send the request again."
        )
        assert client.get("/v2/jobs").json()["data"] == []
        assert client.post("/v2/jobs", json=CREATE).status_code == 202
