"""What signals do to a service that runs in this process."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
import uvicorn
from starlette.testclient import TestClient

from epfilter.exporter import JobStatus, OrdersError
from epfilter.exporter.service import ServiceSettings, create_app, serve
from epfilter.exporter.service.assembly import Service
from epfilter.exporter.service.jobs import JobStore
from epfilter.exporter.service.serving import _told_to_end
from exporter_services import (
    AUTHORIZATION,
    CREATE,
    HeldOrders,
    eventually,
    service_of,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such signals")


def asking(
    settings: ServiceSettings, ask: Callable[[str], None], told: threading.Event | None = None
) -> list[str]:
    """Serve in this process until `ask`, in another thread, has asked; what serving has said.

    `told` is set where `ask` has sent the signal itself: after the end another one would kill.
    """
    addresses: list[str] = []

    def ask_and_end(address: str) -> None:
        try:
            ask(address)
        finally:
            if told is None or not told.is_set():
                os.kill(os.getpid(), signal.SIGTERM)

    def listening(address: str) -> None:
        addresses.append(address)
        threading.Thread(target=ask_and_end, args=(address,)).start()

    serve(settings, port=0, listening=listening)
    return addresses


def test_it_serves_until_it_is_told_to_end_and_leaves_the_process_as_it_was(
    settings: ServiceSettings, held_orders: HeldOrders
) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    found = []
    asking(settings, lambda address: found.append(httpx.get(f"{address}/readyz").json()))
    assert found == [{"status": "ready"}]
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before
    assert held_orders.open.is_set(), "the store was not closed"


def is_refused(address: str) -> bool:
    """Whether nobody listens there any more."""
    host, _, port = address.removeprefix("http://").partition(":")
    try:
        socket.create_connection((host, int(port))).close()
    except ConnectionRefusedError:
        return True
    return False


def test_no_job_begins_after_the_signal_while_requests_are_still_answered(
    settings: ServiceSettings, held_orders: HeldOrders
) -> None:
    told = threading.Event()
    found: list[object] = []

    def ask(address: str) -> None:
        def slowly() -> Iterator[bytes]:
            """The server waits for the request whose body this is."""
            yield b"{"
            told.set()
            os.kill(os.getpid(), signal.SIGTERM)
            eventually(lambda: is_refused(address))
            held_orders.open.set()
            eventually(lambda: jobs.statuses()[JobStatus.SUCCESS] == 1)
            time.sleep(1.5)  # more than the pause of the runner
            found.append(jobs.statuses())
            yield json.dumps(CREATE).encode()[1:]

        client = httpx.Client(base_url=address, headers=AUTHORIZATION, timeout=30)
        with client, JobStore.of(settings) as jobs:
            for _ in range(2):
                client.post("/v2/jobs", json=CREATE)
            eventually(lambda: jobs.statuses()[JobStatus.STARTED] == 1)
            kind = {"Content-Type": "application/json"}
            found.append(client.post("/v2/jobs", content=slowly(), headers=kind).status_code)

    asking(replace(settings, drain=timedelta(seconds=20)), ask, told)
    counts = dict.fromkeys(JobStatus, 0)
    assert found == [{**counts, JobStatus.SUCCESS: 1, JobStatus.PENDING: 1}, 202]


def test_who_ends_a_service_while_it_opens_lets_no_job_begin(
    settings: ServiceSettings, held_orders: HeldOrders
) -> None:
    held_orders.open.set()
    with JobStore.of(settings) as jobs:
        created = jobs.create(None)
        service = Service(settings)
        service.begin_no_more()
        service.open()
        eventually(lambda: not service.runner.alive)
        service.close()
        assert jobs.jobs() == [created]


def test_requests_that_are_answered_after_the_signal_take_of_the_time_of_the_job(
    settings: ServiceSettings, held_orders: HeldOrders, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_orders.open.set()
    given: list[float] = []
    for asked_first in (True, False):
        service = Service(replace(settings, drain=timedelta(seconds=10)))
        service.open()
        stop = service.runner.stop

        def stopped(drain: float, stop: Callable[[float], bool] = stop) -> bool:
            given.append(drain)
            return stop(drain)

        monkeypatch.setattr(service.runner, "stop", stopped)
        if asked_first:
            service.begin_no_more()
            time.sleep(0.3)
        service.close()
    assert given[0] <= 9.7
    assert given[1] == 10


def test_a_second_signal_ends_the_drain(
    settings: ServiceSettings,
    held_orders: HeldOrders,  # noqa: ARG001 - the app opens these orders
) -> None:
    def ask(address: str) -> None:
        headers = AUTHORIZATION
        httpx.post(f"{address}/v2/jobs", json=CREATE, headers=headers)
        eventually(lambda: '"started"' in httpx.get(f"{address}/v2/jobs", headers=headers).text)
        threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGTERM)).start()

    began = time.monotonic()
    asking(replace(settings, drain=timedelta(minutes=5)), ask)
    assert time.monotonic() - began < 60


def test_a_service_that_cannot_start_leaves_the_process_as_it_was(
    settings: ServiceSettings, held_orders: HeldOrders
) -> None:
    held_orders.unready = True
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(OrdersError, match="cannot be read"):
        serve(settings, port=0)
    assert signal.getsignal(signal.SIGTERM) == before


def test_in_another_thread_no_signal_is_its_business(settings: ServiceSettings) -> None:
    before = signal.getsignal(signal.SIGTERM)
    server = uvicorn.Server(uvicorn.Config("none", log_config=None))
    within = []

    def enter() -> None:
        with _told_to_end(server, Service(settings)):
            within.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert within == [before]


def test_who_hurries_a_service_before_it_ends_ends_nothing_but_its_drain(
    settings: ServiceSettings,
    held_orders: HeldOrders,  # noqa: ARG001 - the app opens these orders
) -> None:
    app = create_app(replace(settings, drain=timedelta(minutes=5)))
    with TestClient(app, headers=AUTHORIZATION) as client:
        client.post("/v2/jobs", json=CREATE)
        eventually(lambda: '"started"' in client.get("/v2/jobs").text)
        service_of(app).hurry()
        assert client.get("/readyz").status_code == 200
        began = time.monotonic()
    assert time.monotonic() - began < 60
