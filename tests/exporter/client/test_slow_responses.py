"""Responses whose bytes arrive one by one: every request and every download ends in time."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from epfilter.exporter import ConnectionFailedError, DownloadError
from exporter.client.conftest import Opener, both_kinds
from exporter.client.doubles import CSV, ID, Body, Service, Time, file_answer
from support.sizes import slow_except

kind = both_kinds

_PAUSE = 0.02


class _DrippingServer:
    """A server that sends a head at once, and then a byte now and then."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def start(self, head: bytes) -> str:
        self._run(self._accept, head)
        return self.url

    def stop(self) -> None:
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _run(self, function: Callable[..., None], *args: object) -> None:
        self._threads.append(threading.Thread(target=function, args=args))
        self._threads[-1].start()

    def _accept(self, head: bytes) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._run(self._answer, connection, head)

    def _answer(self, connection: socket.socket, head: bytes) -> None:
        with connection, suppress(OSError):
            if b"/file " in connection.recv(65_536):
                body = json.dumps({"data": {"href": f"{self.url}/1.csv"}}).encode()
                length = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
                connection.sendall(length % len(body) + body)
                return
            connection.sendall(head)
            while not self._stopped.wait(_PAUSE):
                connection.sendall(b"1")


@pytest.fixture
def dripping_server() -> Iterator[_DrippingServer]:
    server = _DrippingServer()
    yield server
    server.stop()


HEAD = b"HTTP/1.1 200 OK\r\nX-Filler: "
BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"


@pytest.mark.parametrize("head", slow_except([HEAD, BODY], HEAD), ids=["head", "body"])
@pytest.mark.parametrize(
    ("method", "options"), slow_except([("jobs", {}), ("wait", {"timeout": 0.1})], ("jobs", {}))
)
def test_a_request_ends_although_bytes_arrive(
    open_client: Opener,
    dripping_server: _DrippingServer,
    head: bytes,
    method: str,
    options: dict[str, float],
) -> None:
    client = open_client(region=dripping_server.start(head), timeout=0.05, attempts=1)
    client.inner._jobs.api.clock = time.monotonic
    start = time.monotonic()
    with pytest.raises(ConnectionFailedError, match="did not respond in time"):
        client.call(method, *([ID] if method == "wait" else []), **options)
    assert time.monotonic() - start < 3


@pytest.mark.parametrize("head", slow_except([HEAD, BODY], BODY), ids=["head", "body"])
def test_a_download_ends_although_bytes_arrive(
    open_client: Opener, dripping_server: _DrippingServer, tmp_path: Path, head: bytes
) -> None:
    client = open_client(region=dripping_server.start(head), timeout=0.05)
    client.inner._jobs.api.clock = time.monotonic
    start = time.monotonic()
    with pytest.raises(DownloadError, match="arrives with less than 1,000 bytes a second"):
        client.call("download", ID, tmp_path / "a.csv")
    assert time.monotonic() - start < 3
    assert list(tmp_path.iterdir()) == []


class _SlowBody(Body):
    """A body of CSV whose bytes take a number of seconds of a clock in total."""

    def __init__(self, clock: Time, seconds: float) -> None:
        super().__init__([CSV[place : place + 100] for place in range(0, len(CSV), 100)])
        self._clock, self._seconds = clock, seconds / len(self.pieces)

    def __iter__(self) -> Iterator[bytes]:
        for piece in super().__iter__():
            self._clock.now += self._seconds
            yield piece


@pytest.mark.parametrize(("seconds", "is_in_time"), [(300, True), (400, False)])
def test_a_download_may_take_longer_the_more_has_arrived(
    open_client: Opener, tmp_path: Path, seconds: float, *, is_in_time: bool
) -> None:
    service = Service(file_answer())
    client = open_client(service, timeout=30)
    answer = file_answer()
    answer.stream = _SlowBody(client.time, seconds)
    service.answers = [answer]
    target = tmp_path / "a.csv"
    if is_in_time:
        client.call("download", ID, target)
        assert target.read_bytes() == CSV
        return
    with pytest.raises(DownloadError, match="arrives with less than 1,000 bytes a second"):
        client.call("download", ID, target)
    assert service.all[1:] == ["GET /orders/0.csv?signature=SIGNED"]


def test_the_pauses_between_attempts_are_not_slowness(open_client: Opener, tmp_path: Path) -> None:
    answers = [file_answer(sent=1000 * number, etag="") for number in range(1, 4)]
    client = open_client(Service(*answers, file_answer()), timeout=30)
    sleep = client.time.sleep

    def sleep_long(seconds: float) -> None:
        sleep(seconds + 200)

    async def sleep_long_async(seconds: float) -> None:
        sleep_long(seconds)

    is_async = "Async" in repr(client.inner)
    client.inner._driver.sleep = sleep_long_async if is_async else sleep_long
    client.call("download", ID, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == CSV
    assert client.time.now > 1600
