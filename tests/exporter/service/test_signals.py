"""What signals do to a service that runs in this process."""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import httpx
import pytest
import uvicorn
from starlette.testclient import TestClient

from epfilter.exporter import JobStatus, OrdersError
from epfilter.exporter.service import ServiceSettings, components, create_app, serve
from epfilter.exporter.service.components import Service
from epfilter.exporter.service.job_queue import JobQueue
from epfilter.exporter.service.serving import _handle_signals
from epfilter.exporter.service.worker import JobWorker
from support.exporter_services import (
    AUTHORIZATION,
    CREATE,
    TOKEN,
    HeldOrders,
    eventually,
    get_service,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such signals")


@pytest.fixture(autouse=True)
def _exempt_again() -> Iterator[None]:
    """Exempt all modules from the collection of garbage again: a service that ends includes them."""
    yield
    gc.freeze()


HALF = (
    f"POST /v2/jobs HTTP/1.1\r\nHost: service\r\nAuthorization: Bearer {TOKEN}\r\n"
    "Content-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n{"
)


def serve_and_call(
    settings: ServiceSettings, call: Callable[[str], None], signalled: threading.Event | None = None
) -> list[str]:
    """Serve in this process until `ask`, in another thread, has asked; what serving has said.

    `told` is set where `ask` has sent the signal itself: after the end another one would kill.
    """
    addresses: list[str] = []

    def call_and_end(address: str) -> None:
        try:
            call(address)
        finally:
            if signalled is None or not signalled.is_set():
                os.kill(os.getpid(), signal.SIGTERM)

    def listening(address: str) -> None:
        addresses.append(address)
        threading.Thread(target=call_and_end, args=(address,)).start()

    serve(settings, port=0, listening=listening)
    return addresses


def test_it_serves_until_a_signal_and_restores_the_process(
    settings: ServiceSettings, held_orders: HeldOrders
) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    results = []
    serve_and_call(settings, lambda address: results.append(httpx.get(f"{address}/readyz").json()))
    assert results == [{"status": "ready"}]
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before
    assert held_orders.open.is_set(), "the store was not closed"


def is_refused(address: str) -> bool:
    """Whether nobody listens there any more."""
    try:
        connected(address).close()
    except ConnectionRefusedError:
        return True
    return False


def connected(address: str) -> socket.socket:
    host, _, port = address.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=20)


@contextmanager
def half_a_request(address: str) -> Iterator[socket.socket]:
    """A connection with a request that the service waits for, because its body does not end."""
    with connected(address) as connection:
        connection.sendall(HALF.encode())
        # Said when somebody waits for the body.
        assert connection.recv(1000).startswith(b"HTTP/1.1 100")
        yield connection


@pytest.mark.slow
def test_no_job_starts_after_the_signal_while_requests_are_answered(
    settings: ServiceSettings, held_orders: HeldOrders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(components, "JobWorker", partial(JobWorker, poll=0.05))
    signalled = threading.Event()
    results: list[object] = []

    def call(address: str) -> None:
        def slowly() -> Iterator[bytes]:
            """The server waits for the request whose body this is."""
            yield b"{"
            signalled.set()
            os.kill(os.getpid(), signal.SIGTERM)
            eventually(lambda: is_refused(address))
            held_orders.open.set()
            eventually(lambda: jobs.count_by_status()[JobStatus.SUCCESS] == 1)
            time.sleep(0.3)  # several pauses of the worker
            results.append(jobs.count_by_status())
            yield json.dumps(CREATE).encode()[1:]

        client = httpx.Client(base_url=address, headers=AUTHORIZATION, timeout=30)
        with client, JobQueue.from_settings(settings) as jobs:
            for _ in range(2):
                client.post("/v2/jobs", json=CREATE)
            eventually(lambda: jobs.count_by_status()[JobStatus.STARTED] == 1)
            kind = {"Content-Type": "application/json"}
            results.append(client.post("/v2/jobs", content=slowly(), headers=kind).status_code)

    serve_and_call(replace(settings, drain=timedelta(seconds=20)), call, signalled)
    counts = dict.fromkeys(JobStatus, 0)
    assert results == [{**counts, JobStatus.SUCCESS: 1, JobStatus.PENDING: 1}, 202]


@pytest.mark.parametrize("hurried", [False, True])
def test_a_shutdown_while_the_service_opens_starts_no_job(
    settings: ServiceSettings, held_orders: HeldOrders, *, hurried: bool
) -> None:
    held_orders.open.set()
    with JobQueue.from_settings(settings) as jobs:
        created = jobs.create(None)
        service = Service(settings)
        service.stop_taking_jobs()
        if hurried:
            service.skip_drain()
        service.open()
        eventually(lambda: not service.worker.is_alive)
        service.close()
        assert jobs.list_jobs() == [created]


def test_requests_after_the_signal_use_the_drain_time_of_the_job(
    settings: ServiceSettings, held_orders: HeldOrders, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_orders.open.set()
    drains: list[float] = []
    for asked_first in (True, False):
        service = Service(replace(settings, drain=timedelta(seconds=10)))
        service.open()
        stop = service.worker.stop

        def stopped(drain: float, stop: Callable[[float], bool] = stop) -> bool:
            drains.append(drain)
            return stop(drain)

        monkeypatch.setattr(service.worker, "stop", stopped)
        if asked_first:
            service.stop_taking_jobs()
            time.sleep(0.1)
        service.close()
    assert drains[0] <= 9.9
    assert drains[1] == 10


def test_a_second_signal_ends_the_drain(
    settings: ServiceSettings,
    held_orders: HeldOrders,  # noqa: ARG001 - the app opens these orders
) -> None:
    signalled, ended = threading.Event(), threading.Event()
    results: list[object] = []

    def call(address: str) -> None:
        with JobQueue.from_settings(settings) as jobs, half_a_request(address) as connection:
            httpx.post(f"{address}/v2/jobs", json=CREATE, headers=AUTHORIZATION)
            eventually(lambda: jobs.count_by_status()[JobStatus.STARTED] == 1)
            signalled.set()
            os.kill(os.getpid(), signal.SIGTERM)
            eventually(lambda: is_refused(address))
            results.append([job.attempts for job in jobs.list_jobs()])
            os.kill(os.getpid(), signal.SIGTERM)
            # While the request is still open, and long before the end of the drain.
            results.append(ended.wait(20))
            # A job that is given back has one attempt less.
            results.extend((job.status, job.attempts) for job in jobs.list_jobs())
            results.append(connection.recv(12) if ended.is_set() else b"")

    serve_and_call(replace(settings, drain=timedelta(minutes=5)), call, signalled)
    ended.set()
    eventually(lambda: len(results) == 4)
    assert results == [[1], True, (JobStatus.STARTED, 0), b"HTTP/1.1 500"]


def test_a_second_signal_interrupts_the_job_before_the_requests_have_ended(
    settings: ServiceSettings,
    held_orders: HeldOrders,  # noqa: ARG001 - the service opens these orders
) -> None:
    service = Service(replace(settings, drain=timedelta(minutes=5)))
    service.open()
    service.jobs.create(None)
    service.worker.wake()
    eventually(lambda: service.jobs.count_by_status()[JobStatus.STARTED] == 1)
    service.stop_taking_jobs()
    service.skip_drain()
    # What ends with the requests is not told yet.
    is_alive, attempts = service.worker.is_alive, [job.attempts for job in service.jobs.list_jobs()]
    service.close()
    assert (is_alive, attempts) == (False, [0])


@pytest.mark.slow
def test_a_request_that_does_not_end_in_time_is_logged(
    capsys: pytest.CaptureFixture[str],
    settings: ServiceSettings,
    held_orders: HeldOrders,  # noqa: ARG001 - the app opens these orders
) -> None:
    signalled = threading.Event()
    answers: list[bytes] = []

    def call(address: str) -> None:
        with half_a_request(address) as connection:
            signalled.set()
            os.kill(os.getpid(), signal.SIGTERM)
            answers.append(connection.recv(12))

    serve_and_call(replace(settings, drain=timedelta(seconds=1)), call, signalled)
    eventually(lambda: answers == [b"HTTP/1.1 500"])
    lines = map(json.loads, capsys.readouterr().err.splitlines())
    noted = [line for line in lines if line["event"] == "request_answered"]
    assert [(line["route"], line["status"]) for line in noted] == [("/v2/jobs", 500)]


def test_a_running_count_ends_with_the_service(
    settings: ServiceSettings, held_orders: HeldOrders
) -> None:
    held_orders.slow_counts = True
    raised: list[str] = []

    def count() -> None:
        try:
            service.page_orders.summarise(None)
        except OrdersError as error:
            raised.append(str(error))

    # Without a drain the runner, too, would interrupt the store.
    service = Service(replace(settings, drain=timedelta(minutes=5)))
    service.open()
    thread = threading.Thread(target=count)
    thread.start()
    assert held_orders.counting.wait(20)
    service.close()
    thread.join()
    assert raised == ["interrupted"]


def test_a_service_that_cannot_start_restores_the_process(
    settings: ServiceSettings, held_orders: HeldOrders
) -> None:
    held_orders.unready = True
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(OrdersError, match="cannot be read"):
        serve(settings, port=0)
    assert signal.getsignal(signal.SIGTERM) == before


def test_outside_of_the_main_thread_signals_are_ignored(settings: ServiceSettings) -> None:
    before = signal.getsignal(signal.SIGTERM)
    server = uvicorn.Server(uvicorn.Config("none", log_config=None))
    within = []

    def enter() -> None:
        with _handle_signals(server, Service(settings)):
            within.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert within == [before]


def test_skip_drain_before_the_shutdown_only_skips_the_drain(
    settings: ServiceSettings,
    held_orders: HeldOrders,  # noqa: ARG001 - the app opens these orders
) -> None:
    app = create_app(replace(settings, drain=timedelta(minutes=5)))
    with TestClient(app, headers=AUTHORIZATION) as client:
        client.post("/v2/jobs", json=CREATE)
        eventually(lambda: '"started"' in client.get("/v2/jobs").text)
        get_service(app).skip_drain()
        assert client.get("/readyz").status_code == 200
        began = time.monotonic()
    assert time.monotonic() - began < 60
