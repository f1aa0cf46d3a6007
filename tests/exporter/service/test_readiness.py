"""Whether a service is healthy and ready, and what it answers where it is not."""

from __future__ import annotations

import json
from contextlib import suppress
from shutil import rmtree
from threading import Barrier, BrokenBarrierError, Event, Thread

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from epfilter.exporter import ExporterError, OrdersError
from epfilter.exporter.service import ServiceSettings
from epfilter.exporter.service.readiness import Readiness
from epfilter.exporter.service.responses import ERRORS
from support.exporter_services import (
    AUTHORIZATION,
    CREATE,
    HeldOrders,
    eventually,
    get_service,
    run_job,
)


def test_a_service_that_works_is_healthy_and_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}


def test_a_service_whose_orders_cannot_be_read_is_healthy_and_not_ready(
    capsys: pytest.CaptureFixture[str], client: TestClient, held_orders: HeldOrders
) -> None:
    held_orders.unready = True
    response = client.get("/readyz")
    (error,) = response.json()["errors"]
    assert (response.status_code, error["title"], error["detail"]) == (
        503,
        "Service Unavailable",
        "The orders cannot be read.",
    )
    assert client.get("/healthz").status_code == 200
    lines = map(json.loads, capsys.readouterr().err.splitlines())
    message = [line for line in lines if line["event"] == "readiness_failed"]
    assert [(line["part"], line["error"]) for line in message] == [("orders", "OrdersError")]


def wait_for_cleanup(app: Starlette) -> None:
    """Wait for the first cleanup of the worker, which creates the folder of files again."""
    worker = get_service(app).worker
    eventually(lambda: worker._cleanup_due > 0)


def test_a_folder_of_files_that_is_removed_is_made_again(
    client: TestClient, app: Starlette, settings: ServiceSettings, held_orders: HeldOrders
) -> None:
    wait_for_cleanup(app)
    for _ in range(2):
        rmtree(settings.state_folder / "files")
        run_job(client, held_orders)
    rmtree(settings.state_folder / "files")
    assert client.get("/readyz").json() == {"status": "ready"}
    assert (settings.state_folder / "files").is_dir()


def test_a_service_that_can_write_no_files_is_not_ready(
    capsys: pytest.CaptureFixture[str],
    client: TestClient,
    app: Starlette,
    settings: ServiceSettings,
) -> None:
    wait_for_cleanup(app)
    folder = settings.state_folder / "files"
    folder.rmdir()
    folder.touch()
    response = client.get("/readyz")
    assert (response.status_code, response.json()["errors"][0]["detail"]) == (
        503,
        "The files cannot be written.",
    )
    lines = map(json.loads, capsys.readouterr().err.splitlines())
    message = [line for line in lines if line["event"] == "readiness_failed"]
    assert [(line["part"], line["error"]) for line in message] == [("files", "ExporterError")]
    folder.unlink()
    assert client.get("/readyz").json() == {"status": "ready"}


def test_a_service_whose_queue_does_not_respond_is_not_ready(
    client: TestClient, app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ExporterError("no connection.")

    monkeypatch.setattr(get_service(app).jobs, "require_ready", fail)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["errors"][0]["detail"]) == (
        503,
        "The queue does not respond.",
    )


@pytest.mark.parametrize("unready", [False, True])
def test_the_readiness_of_the_orders_is_cached_for_five_seconds(
    client: TestClient, app: Starlette, held_orders: HeldOrders, *, unready: bool
) -> None:
    held_orders.unready = unready
    asked, now = [], [0.0]

    def asks() -> None:
        asked.append(now[0])
        held_orders.require_ready()

    get_service(app).readiness = Readiness(asks, clock=lambda: now[0])
    status = 503 if unready else 200
    for second in (0.0, 1.0, 4.9):
        now[0] = second
        assert client.get("/readyz").status_code == status
    assert asked == [0.0]
    now[0] = 5.0
    held_orders.unready = not unready
    assert client.get("/readyz").status_code == (200 if unready else 503)
    assert asked == [0.0, 5.0]


def test_many_probes_check_the_orders_once_and_block_no_request(app: Starlette) -> None:
    asked: list[str] = []
    may_answer = Event()
    found: list[int] = []

    def asks() -> None:
        asked.append("ready?")
        assert may_answer.wait(30)

    async def ask() -> None:
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(
                transport=transport, base_url="http://service", headers=AUTHORIZATION
            ) as client,
            anyio.create_task_group() as group,
        ):
            get_service(app).readiness = Readiness(asks)

            async def probe() -> None:
                found.append((await client.get("/readyz")).status_code)

            # More than there are threads for all requests together.
            for _ in range(45):
                group.start_soon(probe)
            await anyio.wait_all_tasks_blocked()
            try:
                with anyio.fail_after(10):
                    found.append((await client.get("/v2/jobs")).status_code)
                assert found == [200], "no probe is answered yet"
            finally:
                may_answer.set()

    anyio.run(ask)
    assert found == [200] * 46
    assert asked == ["ready?"]


def test_threads_that_check_at_the_same_time_probe_once() -> None:
    asked: list[str] = []
    together, second = Barrier(4), Barrier(2)

    def asks() -> None:
        asked.append("ready?")
        # Time for a second one, which does not come.
        with suppress(BrokenBarrierError):
            second.wait(0.2)

    readiness = Readiness(asks)

    def demand() -> None:
        together.wait(20)
        readiness.check()

    threads = [Thread(target=demand) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked == ["ready?"]


def no_answer(*_: object, **__: object) -> None:
    raise ExporterError("the database of ron@swanson.com does not answer.")


@pytest.mark.parametrize(
    ("method", "path", "broken", "status"),
    [
        ("GET", "/v2/jobs", "list_jobs", 500),
        ("POST", "/v2/jobs", "create_all", 500),
        ("GET", "/v2/jobs/{id}", "get_job_at_once", 500),
        ("GET", "/v2/jobs/{id}/file", "get_job_at_once", 500),
        ("GET", "{link}", "get_job", 503),
        ("GET", "/page/jobs", "list_jobs", 503),
        ("GET", "/readyz", "require_ready", 503),
    ],
)
def test_a_queue_that_does_not_respond_is_a_temporary_failure(  # noqa: PLR0913, PLR0917 - one case and its fixtures
    capsys: pytest.CaptureFixture[str],
    client: TestClient,
    app: Starlette,
    held_orders: HeldOrders,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    broken: str,
    status: int,
) -> None:
    job_id = run_job(client, held_orders)
    link = client.get(f"/v2/jobs/{job_id}/file").json()["data"]["href"]
    with monkeypatch.context() as patched:
        patched.setattr(get_service(app).jobs, broken, no_answer)
        address = path.format(id=job_id, link=link)
        response = client.request(method, address, json=CREATE if method == "POST" else None)
    assert response.status_code == status
    assert response.headers.get("Retry-After") == ("5" if status == 503 else None)
    (error,) = response.json()["errors"]
    assert (error["status"], error["title"]) == (status, ERRORS[status].title)
    assert "swanson" not in response.text + capsys.readouterr().err


def test_a_service_that_runs_no_jobs_is_not_ready(client: TestClient, app: Starlette) -> None:
    get_service(app).worker.stop(0)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["errors"][0]["detail"]) == (
        503,
        "The worker does not run.",
    )


def test_a_service_whose_orders_cannot_be_read_does_not_start(
    app: Starlette, held_orders: HeldOrders
) -> None:
    held_orders.unready = True
    with pytest.raises(OrdersError, match="cannot be read"), TestClient(app):
        pass
    assert held_orders.open.is_set(), "the store was not closed"
