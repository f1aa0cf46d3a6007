"""Each fault of a network at each step of an export: complete files, no duplicate jobs."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

import pytest

from epfilter.exporter import (
    ConnectionFailedError,
    DownloadError,
    RequestFailedError,
    UnexpectedResponseError,
)
from exporter.end_to_end import faults
from exporter.end_to_end.conftest import MOST, Opener, Service
from exporter.end_to_end.fault_proxy import Fault, Phase, Proxy

READ_TIMEOUT = 0.2
"""Seconds until a client treats silence as a fault."""

READS: list[Phase] = ["get", "link", "file"]
"""The requests for a finished job, in this order."""

SILENCE = {faults.send_nothing, faults.stall_in_body}

BREAKS = [
    faults.reset_before_request,
    faults.reset_before_response,
    faults.close_before_response,
    faults.send_nothing,
    faults.close_in_head,
    faults.close_in_body,
    faults.reset_in_body,
    faults.stall_in_body,
    faults.send_other_protocol,
]
"""After these faults it is unknown whether the request was received."""

REFUSALS = [
    faults.respond_429,
    faults.respond_500,
    faults.respond_503_page,
    faults.respond_500_after_request,
]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("fault", [*BREAKS, *REFUSALS, faults.send_slowly])
def test_reading_requests_are_repeated(
    service: Service, proxy: Proxy, open_client: Opener, tmp_path: Path, fault: Fault
) -> None:
    target = tmp_path / "orders.csv"
    proxy.begin({phase: [fault] for phase in READS})
    client = (
        open_client(read_timeout=READ_TIMEOUT, attempts=50) if fault in SILENCE else open_client()
    )
    client.call("wait", service.finished_job)
    client.call("download", service.finished_job, target)
    assert target.read_bytes() == service.file
    assert names(tmp_path) == ["orders.csv"]
    times = 1 if fault is faults.send_slowly else 2
    if fault in SILENCE:
        # On a busy machine a slow response may be treated as silence.
        assert all(proxy.phases.count(phase) >= times for phase in READS)
    else:
        assert proxy.phases == [phase for phase in READS for _ in range(times)]
    if fault is faults.respond_429:
        assert len(client.slept) == len(READS)
        assert min(client.slept) >= 7, "Retry-After is respected"
    assert all(request.authorized == (request.phase != "file") for request in proxy.requests)


@pytest.mark.slow
@pytest.mark.parametrize("fault", [faults.respond_429, faults.send_slowly])
def test_a_creation_that_was_not_received_is_repeated(
    service: Service, proxy: Proxy, open_client: Opener, tmp_path: Path, fault: Fault
) -> None:
    before = len(service.jobs())
    proxy.begin({"create": [fault, fault]})
    exported = open_client().call("export", MOST, tmp_path / "orders.csv")
    assert (tmp_path / "orders.csv").read_bytes() == service.file
    assert names(tmp_path) == ["orders.csv"]
    assert exported.size == len(service.file)
    assert len(service.jobs()) == before + 1


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "kind"), [*zip(BREAKS, cycle(["sync", "async"]))])
def test_a_creation_without_a_response_is_not_repeated(
    service: Service, proxy: Proxy, open_client: Opener, tmp_path: Path, fault: Fault
) -> None:
    before = len(service.jobs())
    proxy.begin({"create": [fault, fault]})
    client = open_client()
    if fault in SILENCE:
        # The creation times out, but the service has processed it before.
        client.inner._driver.client.timeout = READ_TIMEOUT
    with pytest.raises(ConnectionFailedError) as error_info:
        client.call("export", MOST, tmp_path / "orders.csv")
    assert error_info.value.maybe_received
    assert "the request is not sent again, because that could export twice" in str(error_info.value)
    assert proxy.phases == ["create"]
    assert names(tmp_path) == []
    assert len(service.jobs()) == before + (fault is not faults.reset_before_request)


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault", [faults.respond_500, faults.respond_503_page, faults.respond_500_after_request]
)
def test_a_creation_that_fails_in_the_service_is_not_repeated(
    service: Service, proxy: Proxy, open_client: Opener, tmp_path: Path, fault: Fault
) -> None:
    before = len(service.jobs())
    proxy.begin({"create": [fault, fault]})
    with pytest.raises(RequestFailedError, match="check `jobs\\(\\)` first") as error_info:
        open_client().call("export", MOST, tmp_path / "orders.csv")
    assert error_info.value.status in {500, 503}
    assert proxy.phases == ["create"]
    assert names(tmp_path) == []
    assert len(service.jobs()) == before + (fault is faults.respond_500_after_request)


@pytest.mark.slow
@pytest.mark.parametrize("phase", ["create", "get", "link", "file"])
def test_a_page_of_another_server_is_an_error(
    service: Service, proxy: Proxy, open_client: Opener, tmp_path: Path, phase: Phase
) -> None:
    proxy.begin({phase: [faults.respond_page]})
    client = open_client()
    calls = {"create": ("export", MOST), "get": ("wait", service.finished_job)}
    method, *args = calls.get(phase, ("download", service.finished_job))
    paths = [] if method == "wait" else [tmp_path / "orders.csv"]
    with pytest.raises(DownloadError if phase == "file" else UnexpectedResponseError):
        client.call(method, *args, *paths)
    assert proxy.phases.count(phase) == 1
    assert names(tmp_path) == []


@pytest.mark.slow
def test_a_download_that_breaks_repeatedly_is_resumed(
    service: Service, proxy: Proxy, open_client: Opener, tmp_path: Path
) -> None:
    step = len(service.file) // 12
    proxy.begin({"file": [faults.close_after(step)] * 11})
    client = open_client(attempts=2)
    client.call("download", service.finished_job, tmp_path / "orders.csv")
    assert (tmp_path / "orders.csv").read_bytes() == service.file
    assert [request.range for request in proxy.requests if request.phase == "file"] == [
        None,
        *(f"bytes={step * number}-" for number in range(1, 12)),
    ]


@pytest.mark.slow
def test_a_download_without_progress_is_an_error(
    service: Service, proxy: Proxy, open_client: Opener, tmp_path: Path
) -> None:
    target = tmp_path / "orders.csv"
    target.write_bytes(b"before")
    proxy.begin({"file": [faults.close_after(1000), *[faults.close_after(0)] * 9]})
    with pytest.raises(DownloadError, match="the connection broke"):
        open_client(attempts=3).call("download", service.finished_job, target)
    assert proxy.phases == ["link", *["file"] * 4]
    assert (names(tmp_path), target.read_bytes()) == (["orders.csv"], b"before")
