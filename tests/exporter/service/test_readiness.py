"""Whether a service is healthy and ready, and what it answers where it is not."""

from __future__ import annotations

import json

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from epfilter.exporter import ExporterError, OrdersError
from epfilter.exporter.service.answers import ERRORS
from epfilter.exporter.service.readiness import Readiness
from exporter_services import (
    CREATE,
    HeldOrders,
    exported,
    service_of,
)


def test_a_service_that_works_is_healthy_and_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}


def test_a_service_whose_orders_cannot_be_read_is_healthy_and_not_ready(
    capsys: pytest.CaptureFixture[str], client: TestClient, held_orders: HeldOrders
) -> None:
    held_orders.unready = True
    answer = client.get("/readyz")
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["title"], error["detail"]) == (
        503,
        "Service Unavailable",
        "The orders cannot be read.",
    )
    assert client.get("/healthz").status_code == 200
    lines = map(json.loads, capsys.readouterr().err.splitlines())
    said = [line for line in lines if line["event"] == "readiness_failed"]
    assert [(line["part"], line["error"]) for line in said] == [("orders", "OrdersError")]


def test_a_service_whose_queue_does_not_answer_is_not_ready(
    client: TestClient, app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ExporterError("no connection.")

    monkeypatch.setattr(service_of(app).jobs, "ready", fail)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["errors"][0]["detail"]) == (
        503,
        "The queue does not answer.",
    )


@pytest.mark.parametrize("unready", [False, True])
def test_many_probes_ask_the_orders_once(
    client: TestClient, app: Starlette, held_orders: HeldOrders, *, unready: bool
) -> None:
    held_orders.unready = unready
    asked, now = [], [0.0]

    def asks() -> None:
        asked.append(now[0])
        held_orders.ready()

    service_of(app).readiness = Readiness(asks, clock=lambda: now[0])
    status = 503 if unready else 200
    for second in (0.0, 1.0, 4.9):
        now[0] = second
        assert client.get("/readyz").status_code == status
    assert asked == [0.0]
    now[0] = 5.0
    held_orders.unready = not unready
    assert client.get("/readyz").status_code == (200 if unready else 503)
    assert asked == [0.0, 5.0]


def no_answer(*_: object) -> None:
    raise ExporterError("the database of ron@swanson.com does not answer.")


@pytest.mark.parametrize(
    ("method", "path", "broken", "status"),
    [
        ("GET", "/v2/jobs", "jobs", 500),
        ("POST", "/v2/jobs", "create", 500),
        ("GET", "/v2/jobs/{id}", "job", 500),
        ("GET", "/v2/jobs/{id}/file", "job", 500),
        ("GET", "{link}", "job", 503),
        ("GET", "/page/jobs", "jobs", 503),
        ("GET", "/readyz", "ready", 503),
    ],
)
def test_a_queue_that_does_not_answer_is_a_failure_that_may_pass(  # noqa: PLR0913, PLR0917 - one case and its fixtures
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
    job_id = exported(client, held_orders)
    link = client.get(f"/v2/jobs/{job_id}/file").json()["data"]["href"]
    with monkeypatch.context() as patched:
        patched.setattr(service_of(app).jobs, broken, no_answer)
        address = path.format(id=job_id, link=link)
        answer = client.request(method, address, json=CREATE if method == "POST" else None)
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == ("5" if status == 503 else None)
    (error,) = answer.json()["errors"]
    assert (error["status"], error["title"]) == (status, ERRORS[status].title)
    assert "swanson" not in answer.text + capsys.readouterr().err


def test_a_service_that_runs_no_jobs_is_not_ready(client: TestClient, app: Starlette) -> None:
    service_of(app).runner.stop(0)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["errors"][0]["detail"]) == (
        503,
        "Nothing runs the jobs.",
    )


def test_a_service_whose_orders_cannot_be_read_does_not_start(
    app: Starlette, held_orders: HeldOrders
) -> None:
    held_orders.unready = True
    with pytest.raises(OrdersError, match="cannot be read"), TestClient(app):
        pass
    assert held_orders.open.is_set(), "the store was not closed"
