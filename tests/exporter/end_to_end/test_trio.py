"""The asynchronous client in programs that run on trio."""

from __future__ import annotations

from pathlib import Path

import anyio
import httpx
import pytest
import trio

from epfilter.exporter import AsyncExporterClient, JobFailedError
from epfilter.exporter.models import NO_RESULTS
from exporter.end_to_end.conftest import MOST, Service
from support.exporter_services import TOKEN


def open_client(service: Service) -> AsyncExporterClient:
    # Loading the certificates of all authorities takes longer than a test.
    plain = httpx.AsyncHTTPTransport(verify=False)
    return AsyncExporterClient(region=service.address, token=TOKEN, transport=plain)


@pytest.mark.slow
def test_an_export_and_a_job_that_fails(service: Service, tmp_path: Path) -> None:
    async def run() -> None:
        async with open_client(service) as client:
            await client.export(MOST, tmp_path / "orders.csv")
            with pytest.raises(JobFailedError, match=NO_RESULTS):
                await client.export("eq(email,unknown)", tmp_path / "none.csv")

    trio.run(run)
    assert [path.name for path in tmp_path.iterdir()] == ["orders.csv"]
    assert (tmp_path / "orders.csv").read_bytes() == service.file


@pytest.mark.slow
def test_a_cancelled_export_leaves_no_files(service: Service, tmp_path: Path) -> None:
    cancelled: list[bool] = []

    async def run() -> None:
        async with open_client(service) as client:
            with anyio.CancelScope() as scope:
                await client.export(
                    MOST,
                    tmp_path / "orders.csv",
                    progress=lambda report: scope.cancel() if report.download else None,
                )
        cancelled.append(scope.cancelled_caught)

    trio.run(run)
    assert cancelled == [True]
    assert list(tmp_path.iterdir()) == []
