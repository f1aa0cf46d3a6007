"""Clients that open connections and send nothing, or only the beginning of a request."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import pytest
import uvicorn

from epfilter.exporter.orders import demo_lines
from epfilter.exporter.service import connections
from epfilter.exporter.service.connections import CoalescingTransport, LimitedConnection
from epfilter.exporter.service.logs import forward_warnings, open_log
from support.exporter_services import AUTHORIZATION
from support.live_services import live_service

BEGIN = b"GET /healthz HTTP/1.1\r\nHost: service\r\n"
HEALTHZ = b"GET /healthz HTTP/1.1\r\nHost: service\r\n\r\n"


async def answer(scope: object, receive: object, send: Callable[..., object]) -> None:  # noqa: ARG001 - the signature of an application
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})  # type: ignore[misc] # of ASGI
    await send({"type": "http.response.body", "body": b""})  # type: ignore[misc] # the same


async def echo(scope: object, receive: Callable[..., object], send: Callable[..., object]) -> None:  # noqa: ARG001 - the signature of an application
    """Answer with the body of the request, after a while."""
    body, more = b"", True
    while more:
        message = await receive()  # type: ignore[misc] # of ASGI
        if message["type"] == "http.disconnect":
            return
        body += message["body"]
        more = message["more_body"]
    await asyncio.sleep(0.05)
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})  # type: ignore[misc] # of ASGI
    await send({"type": "http.response.body", "body": body})  # type: ignore[misc] # the same


def post(body: bytes, *headers: bytes) -> bytes:
    lines = (b"POST / HTTP/1.1", b"Host: service", *headers, b"Content-Length: %d" % len(body))
    return b"\r\n".join((*lines, b"", body))


def read_rest(connection: socket.socket) -> list[str]:
    """Return the status and the body of all responses until the server closes the connection."""
    data = b""
    with suppress(ConnectionResetError):  # of what it has not read
        while received := connection.recv(65_536):
            data += received
    found: list[str] = []
    while data:
        head, _, data = data.partition(b"\r\n\r\n")
        size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        found.append(f"{head.split()[1].decode()} {data[:size].decode()}")
        data = data[size:]
    return found


@pytest.fixture(scope="module")
def echo_port() -> Iterator[int]:
    with serve_in_thread(app=echo) as port:
        yield port


H2C = (
    b"Connection: Upgrade, HTTP2-Settings",
    b"Upgrade: h2c",
    b"HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
)
"""The headers that `curl --http2` sends."""
CHUNKED = b"POST / HTTP/1.1\r\nHost: service\r\nTransfer-Encoding: chunked\r\n%s\r\n"
LAST = post(b"last", b"Connection: close")


@pytest.mark.parametrize("part", [1, 7, 100_000])
@pytest.mark.parametrize(
    "upgrade", [H2C, (b"Connection: upgrade", b"Upgrade: websocket"), (b"Upgrade: h2c",)]
)
def test_a_request_to_upgrade_is_a_request_as_any_other(
    echo_port: int, part: int, upgrade: tuple[bytes, ...]
) -> None:
    chunked = CHUNKED % b"".join(line + b"\r\n" for line in upgrade)
    data = post(b"first", *upgrade) + chunked + b"6\r\nsecond\r\n0\r\n\r\n"
    data += post(b"", *upgrade) + LAST
    with connect(echo_port) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(data), part):
            connection.sendall(data[start : start + part])
        assert read_rest(connection) == ["200 first", "200 second", "200 ", "200 last"]


def test_many_requests_to_upgrade_in_one_read_are_answered() -> None:
    count = 1200
    data = BEGIN + b"Connection: upgrade\r\nUpgrade: h2c\r\n\r\n"
    with serve_in_thread() as port, connect(port) as connection:
        connection.sendall(data * count + LAST)
        assert read_rest(connection) == ["200 "] * (count + 1)


INVALID = "The request is not valid HTTP/1.1."
TOO_LARGE = "The URL and the headers of the request exceed 64 KB. Send fewer or shorter headers."
LONG = b"X: " + b"x" * 2_000_000


@pytest.mark.parametrize(
    ("data", "answered", "detail"),
    [
        pytest.param(b"\x16\x03\x01", [], INVALID, id="no HTTP"),
        pytest.param(b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", [], INVALID, id="CONNECT"),
        pytest.param(post(b"first") + b"\x00\x01", ["first"], INVALID, id="garbage"),
        pytest.param(
            post(b"first") + post(b"second") + b"\x00\x01",
            ["first", "second"],
            INVALID,
            id="pipelined",
        ),
        pytest.param(post(b"first", *H2C) + b"\x00\x01", ["first"], INVALID, id="after an upgrade"),
        pytest.param(post(b"first") + BEGIN + LONG, ["first"], TOO_LARGE, id="headers"),
        pytest.param(CHUNKED % b"" + b"xyz", [], INVALID, id="body"),
        pytest.param(
            post(b"first") + CHUNKED % b"" + b"xyz", ["first"], INVALID, id="pipelined body"
        ),
        pytest.param(CHUNKED % b"" + b"1;" + LONG[3:], [], TOO_LARGE, id="chunk extension"),
        pytest.param(
            post(b"first", b"Connection: close") + b"\x00\x01", ["first"], None, id="closed"
        ),
    ],
)
def test_bad_bytes_are_refused_after_the_responses_to_the_requests_before_them(
    echo_port: int, data: bytes, answered: list[str], detail: str | None
) -> None:
    with connect(echo_port) as connection:
        with suppress(ConnectionResetError, BrokenPipeError):
            connection.sendall(data)
        responses = read_rest(connection)
    refusals = responses[len(answered) :]
    assert responses[: len(answered)] == [f"200 {body}" for body in answered]
    assert [json.loads(each[4:])["errors"][0]["detail"] for each in refusals] == (
        [] if detail is None else [detail]
    )
    assert all(each[:3] == str(json.loads(each[4:])["errors"][0]["status"]) for each in refusals)


def test_a_refusal_is_not_cached(echo_port: int) -> None:
    with connect(echo_port, b"\x00") as connection:
        response = connection.recv(1000)
        assert response.startswith(b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json")
        assert b"\r\nCache-Control: no-store\r\n" in response


@pytest.mark.parametrize(
    ("data", "answered"),
    [
        (b"", []),
        (BEGIN, []),
        (post(b"first"), ["200 first"]),
        (post(b"first", *H2C), ["200 first"]),
        (post(b"first") + post(b"second") + BEGIN, ["200 first", "200 second"]),
        (post(b"first") + post(b"second")[:-1], ["200 first"]),
        (post(b"first")[:-1], []),
    ],
)
def test_a_client_that_sends_nothing_more_gets_its_responses(
    echo_port: int, data: bytes, answered: list[str]
) -> None:
    with connect(echo_port, data) as connection:
        connection.shutdown(socket.SHUT_WR)
        began = time.monotonic()
        assert read_rest(connection) == answered
        assert time.monotonic() - began < 3, "the connection is closed at once"


def test_a_client_that_ends_an_idle_connection_is_disconnected() -> None:
    with serve_in_thread() as port, connect(port, HEALTHZ) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        connection.shutdown(socket.SHUT_WR)
        began = time.monotonic()
        assert is_closed(connection)
        assert time.monotonic() - began < 3


FILE = b"x" * 20_000_000
"""More than the buffers of the system hold."""


async def send_file(scope: object, receive: object, send: Callable[..., object]) -> None:  # noqa: ARG001 - the signature of an application
    headers = [(b"content-length", str(len(FILE)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})  # type: ignore[misc] # of ASGI
    for start in range(0, len(FILE), 65_536):
        chunk = FILE[start : start + 65_536]
        await send({"type": "http.response.body", "body": chunk, "more_body": True})  # type: ignore[misc] # the same
    await send({"type": "http.response.body", "body": b""})  # type: ignore[misc] # the same


@contextmanager
def serve_in_thread(limit: int = 100, app: Callable[..., object] = answer) -> Iterator[int]:
    """Serve an application with limited connections; the value is the port."""
    from functools import partial
    from threading import Thread

    listener = socket.create_server(("127.0.0.1", 0))
    protocol = partial(LimitedConnection, limit=limit)
    config = uvicorn.Config(app, http=protocol, lifespan="off", log_config=None)  # type: ignore[arg-type] # called only
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


def connect(port: int, data: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    connection.sendall(data)
    return connection


def is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1000) == b""
    except ConnectionResetError:
        return True


@pytest.mark.slow
def test_headers_that_do_not_arrive_in_time_end_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.5)
    with serve_in_thread() as port, ExitStack() as stack:
        for data in (b"", b"G", BEGIN, HEALTHZ + BEGIN):
            connection = stack.enter_context(connect(port, data))
            began = time.monotonic()
            if data.startswith(HEALTHZ):
                assert connection.recv(1000).startswith(b"HTTP/1.1 200")
            assert is_closed(connection), data
            assert time.monotonic() - began < 10, data


@pytest.mark.slow
def test_a_header_that_drips_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.5)
    with serve_in_thread() as port, connect(port, BEGIN) as connection:
        began = time.monotonic()
        with suppress(ConnectionResetError, BrokenPipeError):
            while time.monotonic() - began < 10:
                connection.sendall(b"X")
                time.sleep(0.05)
        assert 0.3 < time.monotonic() - began < 5


@pytest.mark.parametrize(
    "begin",
    [
        pytest.param(b"GET /", id="URL"),
        pytest.param(BEGIN + b"X: ", id="header"),
        pytest.param(BEGIN + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: ", id="trailer"),
        pytest.param(BEGIN + b"Transfer-Encoding: chunked\r\n\r\n1;", id="chunk extension"),
    ],
)
def test_endless_headers_end_the_connection(begin: bytes) -> None:
    with serve_in_thread() as port, connect(port, begin) as connection:
        sent = 0
        with suppress(ConnectionResetError, BrokenPipeError):
            while sent < 50_000_000:
                connection.sendall(b"x" * 100_000)
                sent += 100_000
        assert sent < 10_000_000


def test_endless_headers_get_a_response() -> None:
    with serve_in_thread() as port, connect(port, BEGIN) as connection:
        time.sleep(0.05)  # its beginning is not counted
        connection.sendall(b"X: " + b"x" * connections.MAX_HEADER_BYTES)
        response = connection.recv(1000)
        assert response.startswith(b"HTTP/1.1 431")
        assert b"exceed 64 KB. Send fewer or shorter headers." in response


def test_long_headers_are_accepted() -> None:
    with serve_in_thread() as port, connect(port, BEGIN) as connection:
        connection.sendall(b"X: " + b"x" * 60_000 + b"\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")


@pytest.mark.slow
def test_requests_in_time_keep_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.5)
    with serve_in_thread() as port, connect(port) as connection:
        for _ in range(8):
            connection.sendall(BEGIN)
            time.sleep(0.1)
            connection.sendall(b"\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")


@pytest.mark.slow
def test_the_connection_that_has_waited_longest_is_closed_for_a_new_one() -> None:
    with serve_in_thread(limit=3) as port, ExitStack() as stack:
        idle = []
        for _ in range(5):
            idle.append(stack.enter_context(connect(port, BEGIN)))
            time.sleep(0.05)
        assert is_closed(idle[0])
        assert is_closed(idle[1])
        for connection in idle[2:]:
            connection.sendall(b"\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")


@pytest.mark.slow
@pytest.mark.parametrize("rest", [b"", b"Connection: close\r\n"])
def test_a_client_that_does_not_read_is_disconnected(
    monkeypatch: pytest.MonkeyPatch, rest: bytes
) -> None:
    monkeypatch.setattr(connections, "WRITE_SECONDS", 0.5)
    with serve_in_thread(app=send_file) as port:
        with connect(port, BEGIN + rest + b"\r\n") as connection:
            time.sleep(2)
            assert read_all(connection) < len(FILE)
        with connect(port, BEGIN + b"Connection: close\r\n\r\n") as connection:
            # It takes the file for longer than this time, but some of it in each.
            assert read_all(connection, pause=0.05) > len(FILE)


def read_all(connection: socket.socket, pause: float = 0) -> int:
    size = 0
    with suppress(ConnectionResetError):
        while data := connection.recv(1_000_000):
            size += len(data)
            time.sleep(pause)
    return size


class Recorder:
    """A transport that takes nothing from its buffer."""

    def __init__(self) -> None:
        self.events: list[bytes | str] = []

    def write(self, data: bytes) -> None:
        self.events.append(data)

    def close(self) -> None:
        self.events.append("close")

    def abort(self) -> None:
        self.events.append("abort")

    def get_write_buffer_size(self) -> int:
        return len(self.events)


def test_what_is_written_in_one_turn_is_sent_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "WRITE_SECONDS", 0.01)

    async def run() -> list[bytes | str]:
        recorder = Recorder()
        transport = CoalescingTransport(recorder)  # type: ignore[arg-type] # the methods that are called
        for data in (b"head", b"body", b""):
            transport.write(data)
        assert recorder.events == []
        await asyncio.sleep(0)
        transport.write(b"x" * 70_000)
        assert len(recorder.events) == 2, "a long part is not held"
        transport.write(b"rest")
        transport.close()
        await asyncio.sleep(0.05)
        return recorder.events

    assert asyncio.run(run()) == [b"headbody", b"x" * 70_000, b"rest", "close", "abort"]


def limit_files() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads the CPU time from /proc")
def test_a_service_with_few_files_answers_beside_half_open_connections(tmp_path: Path) -> None:
    orders = tmp_path / "orders.jsonl"
    orders.write_text("".join(demo_lines(20)), encoding="utf-8")
    arguments = ("--orders", orders, "--state", tmp_path / "state")
    with live_service(*arguments, before=limit_files) as live, ExitStack() as stack:
        port = httpx.URL(live.address).port
        assert port is not None
        for _ in range(400):
            stack.enter_context(connect(port, BEGIN))
        with httpx.Client(base_url=live.address, headers=AUTHORIZATION, timeout=20) as client:
            for path in ("/healthz", "/readyz", "/v2/jobs"):
                assert client.get(path).status_code == 200
        before = cpu_seconds(live.process.pid)
        time.sleep(2)
        assert cpu_seconds(live.process.pid) - before < 0.5
        assert len("\n".join(live.output)) < 20_000
        assert "Traceback" not in "\n".join(live.output)


def cpu_seconds(process: int) -> float:
    user, system = (
        Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
    )
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def test_the_errors_of_asyncio_are_few_lines_of_json_without_data(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(secret: str) -> None:
        raise ValueError(secret)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        for _ in range(1000):
            loop.call_exception_handler(
                {"message": "socket.accept() out of system resource", "socket": "ron@swanson.com"}
            )
        loop.call_soon(fail, "ron@swanson.com")
        await asyncio.sleep(0.01)

    with forward_warnings(open_log("json")):
        asyncio.run(run())
    error = capsys.readouterr().err
    lines = [json.loads(line) for line in error.splitlines()]
    assert [(line["warning"], line.get("error")) for line in lines] == [
        ("socket.accept() out of system resource", None),
        ("Exception", "ValueError"),
    ]
    assert "swanson" not in error
    assert logging.getLogger("asyncio").propagate


def test_a_warning_counts_how_often_it_was_not_repeated(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with forward_warnings(open_log("json")):
        for second in (1, 2, 3, 30):
            now[0] = second
            logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line.get("repeated") for line in lines] == [None, 2]
