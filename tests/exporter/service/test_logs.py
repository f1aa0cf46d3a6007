"""The log, the metrics and the settings of a service."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import re
import stat
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.testclient import TestClient

from epfilter.exporter import ExporterError, JobStatus, SettingsError, service
from epfilter.exporter.service import ServiceSettings, create_app
from epfilter.exporter.service.logs import SAFE_KEYS, error_fields, open_log
from epfilter.exporter.service.metrics import Metrics
from support.exporter_services import (
    AUTHORIZATION,
    TOKEN,
    HeldOrders,
    eventually,
    get_service,
    job_request,
    run_job,
)


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def value_of(client: TestClient, name: str, **labels: str) -> float:
    text = client.get("/metrics").text
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def test_requests_are_counted_by_method_route_and_status(client: TestClient) -> None:
    for path in ("/v2/jobs", "/v2/jobs/1", "/v2/jobs/2", "/nothing/ron@swanson.com"):
        client.get(path)
    client.request("BREW", "/v2/jobs")
    count = "epfilter_http_requests_total"
    assert value_of(client, count, route="/v2/jobs", status="200", method="GET") == 1
    assert value_of(client, count, route="/v2/jobs/{jobID}", status="404") == 2
    assert value_of(client, count, route="none", status="404") == 1
    assert value_of(client, count, route="/v2/jobs", method="other", status="405") == 1
    assert value_of(client, "epfilter_http_request_seconds_count", route="/v2/jobs/{jobID}") == 2
    assert "swanson" not in client.get("/metrics").text


def test_jobs_are_counted(client: TestClient, held_orders: HeldOrders) -> None:
    held_orders.rows = 3
    run_job(client, held_orders)
    eventually(lambda: value_of(client, "epfilter_jobs_finished_total", status="success") == 1)
    assert value_of(client, "epfilter_jobs", status="success") == 1
    assert value_of(client, "epfilter_jobs") == 1
    assert value_of(client, "epfilter_rows_written_total") == 3
    assert value_of(client, "epfilter_job_seconds_count", status="success") == 1
    held_orders.rows = 0
    client.post("/v2/jobs", json=job_request("eq(payment,paid)"))
    eventually(lambda: value_of(client, "epfilter_jobs_finished_total", status="failed") == 1)
    assert value_of(client, "epfilter_rows_written_total") == 3


def test_each_application_has_its_own_metrics(
    settings: ServiceSettings,
    held_orders: HeldOrders,  # noqa: ARG001 - the apps open these orders
) -> None:
    with (
        TestClient(create_app(settings), headers=AUTHORIZATION) as first,
        TestClient(create_app(settings), headers=AUTHORIZATION) as second,
    ):
        first.get("/healthz")
        assert value_of(first, "epfilter_http_requests_total", route="/healthz") == 1
        assert value_of(second, "epfilter_http_requests_total", route="/healthz") == 0


def test_a_request_is_a_line_of_json(
    capsys: pytest.CaptureFixture[str], client: TestClient
) -> None:
    capsys.readouterr()
    response = client.get("/v2/jobs/not-a-job?secret=1")
    (line,) = lines_of(capsys)
    assert line.pop("seconds") >= 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request_answered",
        "level": "info",
        "request_id": response.headers["X-Request-Id"],
        "method": "GET",
        "route": "/v2/jobs/{jobID}",
        "status": 404,
        "bytes": len(response.content),
    }


def test_no_line_contains_data_of_orders_or_clients(
    capsys: pytest.CaptureFixture[str],
    client: TestClient,
    app: Starlette,
    held_orders: HeldOrders,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret = held_orders.csv.decode().split(",")[-1].strip()
    job_id = run_job(client, held_orders)
    link = client.get(f"/v2/jobs/{job_id}/file").json()["data"]["href"]
    client.get(link)
    client.get(f"{link}x")
    client.post("/v2/jobs", json=job_request(f"eq(email,{secret})"))
    client.post("/v2/jobs", json=job_request(f"eq(email:{secret}"))
    client.post("/v2/jobs", content=secret, headers={"Content-Type": "application/json"})
    client.get(f"/v2/jobs/{secret}?token={TOKEN}")
    client.request(secret.upper().replace("@", "-"), "/v2/jobs")
    client.get("/v2/jobs", headers={"Authorization": f"Bearer {secret}"})
    held_orders.fault = RuntimeError(secret)
    client.post("/v2/jobs", json=job_request(f"eq(email,{secret})"))
    eventually(lambda: client.get("/v2/jobs").json()["data"][0]["status"] == "failed")
    held_orders.unready = True
    client.get("/readyz")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(secret)

    monkeypatch.setattr(get_service(app).jobs, "list_jobs", fail)
    assert client.get("/v2/jobs").status_code == 500
    log = capsys.readouterr().err
    assert len(log.splitlines()) > 20
    for text in (secret, "swanson", "SWANSON", TOKEN, link.rpartition("/")[2], "Traceback"):
        assert text not in log
    assert {name for line in log.splitlines() for name in json.loads(line)} <= SAFE_KEYS


def test_an_unexpected_error_is_logged_with_the_id_of_its_request(
    capsys: pytest.CaptureFixture[str],
    client: TestClient,
    app: Starlette,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("ron@swanson.com")

    monkeypatch.setattr(get_service(app).jobs, "list_jobs", fail)
    capsys.readouterr()
    response = client.get("/v2/jobs")
    asked = response.headers["X-Request-Id"]
    # The runner has trouble with the queue too, and says so.
    trouble, request = [line for line in lines_of(capsys) if line.get("request_id") == asked]
    assert (trouble["level"], trouble["error"], trouble["request_id"]) == (
        "error",
        "RuntimeError",
        asked,
    )
    assert trouble["where"][-1].startswith(f"{__name__}:")
    assert (request["status"], request["request_id"]) == (500, asked)


def test_a_response_that_has_begun_is_cut_off(
    capsys: pytest.CaptureFixture[str], app: Starlette, held_orders: HeldOrders
) -> None:
    from starlette.requests import Request
    from starlette.responses import Response, StreamingResponse
    from starlette.routing import Route

    async def half() -> Any:
        yield b"half"
        raise OSError("ron@swanson.com")

    async def broken(request: Request) -> Response:  # noqa: ARG001 - the signature of a handler
        return StreamingResponse(half())

    app.router.routes.append(Route("/broken", broken))
    with TestClient(app, headers=AUTHORIZATION) as client:
        assert client.get("/broken").content == b"half"
    assert held_orders.open.is_set()
    lines = lines_of(capsys)
    assert [line["error"] for line in lines if line["level"] == "error"] == ["OSError"]
    assert "ron@" not in str(lines)


def test_the_text_log_has_a_line_per_event(capsys: pytest.CaptureFixture[str]) -> None:
    open_log("text").warning("readiness_failed", part="orders", filter="eq(a,1)")
    line = capsys.readouterr().err
    assert "readiness_failed" in line
    assert "part=orders" in line
    assert "eq(a,1)" not in line
    assert "\x1b" not in line


def test_the_events_of_the_log_are_known() -> None:
    code = "\n".join(path.read_text("utf-8") for path in Path(service.__path__[0]).rglob("*.py"))
    said = re.findall(r'\b(?:info|warning|error|log)\(\s*"([^"]+)"', code)
    assert sorted(set(said)) == [
        *("drain_started", "end_requested", "job_failed", "job_finished", "job_given_back"),
        *("job_started", "job_vanished", "lease_lost", "listening_started", "queue_failed"),
        "queue_recovered",
        *("readiness_failed", "request_answered", "request_failed", "server_warned"),
        *("service_started", "service_stopped", "swept"),
    ]


def test_the_log_has_no_debug_lines(capsys: pytest.CaptureFixture[str]) -> None:
    open_log("json").debug("secret")
    assert not capsys.readouterr().err


def test_a_log_that_cannot_be_written_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    open_log("json", closed).info("swept")
    monkeypatch.setattr(sys, "stderr", None)
    open_log("text").info("swept")
    open_log("json").info("swept")


def test_the_lines_of_one_turn_of_the_event_loop_are_written_together() -> None:
    written: list[str] = []

    class Stream(io.StringIO):
        def write(self, text: str) -> int:
            written.append(text)
            return len(text)

    async def run() -> None:
        log = open_log("json", Stream())
        for event in ("job_started", "job_finished"):
            log.info(event)
        assert written == []
        await asyncio.sleep(0)
        log.info("swept")
        log.error("queue_failed")
        assert len(written) == 2, "an error does not wait"

    asyncio.run(run())
    open_log("json", Stream()).info("service_stopped")
    assert [[json.loads(line)["event"] for line in text.splitlines()] for text in written] == [
        ["job_started", "job_finished"],
        ["swept", "queue_failed"],
        ["service_stopped"],
    ]


def test_the_fields_of_an_error_are_its_type_and_stack() -> None:
    try:
        int("ron@swanson.com")
    except ValueError as error:
        said = error_fields(error)
    assert said["error"] == "ValueError"
    assert len(said["where"]) == 1
    assert "swanson" not in str(said)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"max_body_bytes": 0}, "`max_body_bytes` must be at least 1, not 0."),
        ({"max_or_complexity": -1}, "`max_or_complexity` must be at least 1, not -1."),
        ({"link_lifetime": timedelta()}, "`link_lifetime` must be longer than zero."),
        ({"job_lifetime": timedelta()}, "`job_lifetime` must be longer than zero."),
        ({"drain": timedelta(-1)}, "`drain` must not be negative."),
        ({"drain": timedelta.max}, "`drain` must be at most 30 days."),
        ({"state": ""}, "the path of the state folder is empty."),
    ],
)
def test_invalid_settings_are_refused(
    settings: ServiceSettings, changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        replace(settings, **changed)
    assert str(caught.value) == message


def test_the_repr_contains_no_password(settings: ServiceSettings) -> None:
    url = "postgresql://ron:swanson@127.0.0.1/orders?password=swanson"
    shown = repr(replace(settings, orders=url, jobs=url, token="swanson-swanson"))  # noqa: S106 - opens nothing
    assert shown.startswith("ServiceSettings(state=")
    assert "swanson" not in shown


def test_the_temporary_folder_exists_and_is_private(
    client: TestClient, settings: ServiceSettings
) -> None:
    assert client.get("/readyz").status_code == 200
    assert settings.temporary_folder.is_dir()
    if os.name == "posix":
        assert stat.S_IMODE(settings.temporary_folder.stat().st_mode) == 0o700


def test_nothing_configures_the_logging_of_the_process(client: TestClient) -> None:
    client.get("/healthz")
    assert not [
        each for each in logging.root.handlers if type(each).__module__.startswith("epfilter")
    ]


def test_other_metrics_are_rendered_while_the_queue_fails() -> None:
    def statuses() -> dict[JobStatus, int]:
        raise ExporterError("the queue does not respond.")

    metrics = Metrics()
    metrics.observe_jobs(statuses)
    metrics.record_request("GET", "/v2/jobs", 500, 0.1)
    text = metrics.render().decode()
    assert 'epfilter_http_requests_total{method="GET",route="/v2/jobs",status="500"} 1.0' in text
    assert "epfilter_jobs{" not in text
