"""The service as a process: real sockets, real orders, and signals."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from epfilter.exporter import SettingsError
from epfilter.exporter.orders import demo_lines
from epfilter.exporter.service import ServiceSettings, serve
from epfilter.exporter.service.logs import forward_warnings, open_log
from epfilter.exporter.service.serving import _bind, get_address
from support.exporter_services import (
    AUTHORIZATION,
    CREATE,
    TOKEN,
    eventually,
    job_request,
)
from support.live_services import LiveService, live_service

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such signals")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("orders") / "orders.jsonl"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(demo_lines(2000))
    return path


def client_of(live: LiveService) -> httpx.Client:
    return httpx.Client(base_url=live.address, headers=AUTHORIZATION, timeout=30)


@pytest.fixture
def live(demo: Path, tmp_path: Path) -> Iterator[LiveService]:
    with live_service("--orders", demo, "--state", tmp_path / "state") as live:
        yield live


def run_job(client: httpx.Client, body: object = CREATE) -> str:
    """The link to the file of a new job, once it is done."""
    job_id = client.post("/v2/jobs", json=body).json()["data"][0]["id"]

    def job() -> dict[str, Any]:
        return client.get(f"/v2/jobs/{job_id}").json()["data"]  # type: ignore[no-any-return] # JSON

    eventually(lambda: job()["status"] in {"success", "failed"})
    assert job()["status"] == "success", job()
    return str(job()["link"]["href"])


@pytest.mark.slow  # the tests of the page and of `epfilter serve` start one in every run
def test_orders_are_exported_from_the_first_request_to_the_last_byte(live: LiveService) -> None:
    with client_of(live) as client:
        whole = httpx.get(run_job(client))
        part = httpx.get(run_job(client, job_request("eq(payment,refunded)")))
    assert whole.status_code == part.status_code == 200
    assert part.text.splitlines()[0] == whole.text.splitlines()[0]
    assert 1 < len(part.text.splitlines()) < len(whole.text.splitlines())
    assert len(whole.text.splitlines()) > 2000


@pytest.mark.slow
def test_the_log_of_a_process_is_json_without_data_of_clients(live: LiveService) -> None:
    with client_of(live) as client:
        client.post("/v2/jobs", json=job_request("eq(email,ron@swanson.com)"))
        client.get("/v2/jobs/ron@swanson.com?a=swanson")
        with socket.create_connection((client.base_url.host, client.base_url.port)) as raw:
            raw.sendall(b"ron@swanson.com\r\n\r\n")
            assert raw.recv(12) == b"HTTP/1.1 400"
    assert live.stop() == 0
    lines = [json.loads(line) for line in live.output if line.startswith("{")]
    assert {
        *("service_started", "listening_started", "request_answered"),
        *("end_requested", "drain_started", "service_stopped"),
    } <= {line["event"] for line in lines}
    warned = [line["warning"] for line in lines if line["event"] == "server_warned"]
    assert warned == ["Invalid HTTP request received."]
    assert "swanson" not in "\n".join(live.output)


@pytest.mark.slow  # tests/cli/test_serve.py stops one in every run
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_0(live: LiveService, number: int) -> None:
    with client_of(live) as client:
        assert client.get("/healthz").status_code == 200
    assert live.stop(number) == 0
    assert "Traceback" not in "\n".join(live.output)


@pytest.mark.slow
def test_a_running_download_finishes_before_the_shutdown(live: LiveService) -> None:
    with client_of(live) as client:
        link = run_job(client)
        size = int(httpx.head(link).headers["Content-Length"])
        with httpx.stream("GET", link) as response:
            chunks = response.iter_raw(1)
            first = next(chunks)
            live.process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            rest = b"".join(chunks)
    assert len(first) + len(rest) == size
    assert live.process.wait(30) == 0


@pytest.mark.slow
def test_a_file_that_expires_while_it_is_sent_is_sent_to_its_end(
    live: LiveService, tmp_path: Path
) -> None:
    # Far more than the buffers of a connection hold.
    size = 50_000_000
    with client_of(live) as client:
        link = run_job(client)
        (path,) = (tmp_path / "state" / "files").glob("*.csv")
        os.truncate(path, size)
        with httpx.stream("GET", link) as response:
            received = 0
            for chunk in response.iter_raw():
                path.unlink(missing_ok=True)
                received += len(chunk)
        assert received == size
        assert httpx.get(link).status_code == 404


@pytest.mark.slow
def test_a_body_in_chunks_is_stopped_at_the_limit(live: LiveService) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 500_000_000:
            sent += 65_536
            yield b" " * 65_536

    with client_of(live) as client:
        try:
            response = client.post(
                "/v2/jobs", content=endless(), headers={"Content-Type": "application/json"}
            )
        except httpx.NetworkError:
            # The answer may be lost where the connection is reset first.
            pass
        else:
            assert response.status_code == 413
        assert client.get("/healthz").status_code == 200
    assert sent < 100_000_000


@pytest.mark.slow
def test_the_next_service_runs_an_interrupted_job(demo: Path, tmp_path: Path) -> None:
    arguments = ("--orders", demo, "--state", tmp_path / "state")
    with live_service(*arguments, "--drain", "0") as live:
        with client_of(live) as client:
            for _ in range(5):
                client.post("/v2/jobs", json=CREATE)
        assert live.stop() == 0
    with live_service(*arguments) as live, client_of(live) as client:
        eventually(
            lambda: (
                [job["status"] for job in client.get("/v2/jobs").json()["data"]] == ["success"] * 5
            )
        )


@pytest.mark.slow
def test_a_service_that_is_killed_loses_no_job(demo: Path, tmp_path: Path) -> None:
    arguments = ("--orders", demo, "--state", tmp_path / "state")
    with live_service(*arguments) as live:
        with client_of(live) as client:
            ids = [client.post("/v2/jobs", json=CREATE).json()["data"][0]["id"] for _ in range(3)]
        live.process.kill()
    with live_service(*arguments) as live, client_of(live) as client:
        eventually(
            lambda: (
                {(job["id"], job["status"]) for job in client.get("/v2/jobs").json()["data"]}
                == {(each, "success") for each in ids}
            )
        )


@pytest.mark.slow
def test_two_services_share_a_queue(demo: Path, tmp_path: Path) -> None:
    arguments = ("--orders", demo, "--state", tmp_path / "state")
    with (
        live_service(*arguments) as first_service,
        live_service(*arguments) as second_service,
        client_of(first_service) as first,
        client_of(second_service) as second,
    ):
        path = httpx.URL(run_job(first)).path
        assert second.get(path, headers={"Authorization": ""}).status_code == 200
        assert first.get("/v2/jobs").json()["data"][0]["id"] in second.get("/v2/jobs").text


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_address_contains_the_selected_port(host: str) -> None:
    try:
        listener = _bind(host, 0)
    except SettingsError:
        pytest.skip("this machine has no IPv6")
    with listener:
        port = listener.getsockname()[1]
        assert get_address(listener) == (
            f"http://[::1]:{port}" if ":" in host else f"http://{host}:{port}"
        )


@pytest.mark.parametrize(
    ("host", "port", "message"),
    [
        (
            "203.0.113.1",
            0,
            "cannot listen on 203.0.113.1, port 0: Cannot assign requested address.",
        ),
        ("no such host", 0, "cannot listen on no such host: "),
        ("", 0, "the address to listen on is empty. Hint: use 0.0.0.0 for all addresses."),
        ("x" * 70, 0, f"cannot listen on {'x' * 70}: "),
        ("127.0.0.1", 70_000, "a port must be a number from 0 to 65535, not 70000."),
    ],
)
def test_an_invalid_address_is_refused(host: str, port: int, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        _bind(host, port)
    assert str(caught.value).startswith(message)


def test_a_port_in_use_is_refused(demo: Path, tmp_path: Path) -> None:
    settings = ServiceSettings(orders=demo, state=tmp_path, token=TOKEN)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError) as caught:
            serve(settings, port=port)
    assert str(caught.value) == (
        f"cannot listen on 127.0.0.1, port {port}: Address already in use. Hint: use another "
        "port, or port 0 for a free one."
    )


def test_an_unexpected_error_of_the_server_is_logged_without_its_message(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logger = logging.getLogger("uvicorn.error")
    with forward_warnings(open_log("json")):
        try:
            int("ron@swanson.com")
        except ValueError:
            logger.exception("it failed for %s", "ron@swanson.com")
    (line,) = capsys.readouterr().err.splitlines()
    said = json.loads(line)
    assert (said["event"], said["warning"]) == ("server_warned", "it failed for %s")
    assert said["error"] == "ValueError"
    assert "swanson" not in line
    assert logging.getLogger("uvicorn").propagate
