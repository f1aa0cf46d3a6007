"""A server on this machine whose connections reset, stall and end too early."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from epfilter.exporter import ConnectionFailedError, DownloadError
from exporter.client.conftest import Opener, both_kinds
from exporter.client.doubles import CSV, FILTER, ID, job

kind = both_kinds

LARGE = CSV * 500
Fault = Callable[["_Handler"], None]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        self.server.requests.append("POST")
        self.rfile.read(int(self.headers["content-length"]))
        self._answer()

    def do_GET(self) -> None:
        self.server.requests.append(f"GET {self.headers.get('range', '')}".strip())
        if self.path.startswith("/v2/"):
            self.json({"href": f"{self.server.url}/file"} if "/file" in self.path else job())
        else:
            assert "authorization" not in self.headers
            self._answer()

    def _answer(self) -> None:
        if self.server.faults:
            self.server.faults.pop(0)(self)
        elif self.command == "POST":
            self.json([job()], 202)
        else:
            self.file()

    def json(self, content: object, status: int = 200) -> None:
        body = json.dumps({"data": content}).encode()
        self.head(status, len(body))
        self.wfile.write(body)

    def file(self, upto: int | None = None) -> None:
        begin = int(self.headers.get("range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.head(206 if begin else 200, len(LARGE) - begin, begin)
        self.wfile.write(LARGE[begin:upto])
        self.wfile.flush()

    def head(self, status: int, length: int, begin: int = 0) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.send_header("ETag", '"1"')
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(LARGE) - 1}/{len(LARGE)}")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has
        """Log nothing."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.requests: list[str] = []
        self.faults: list[Fault] = []
        self.released = threading.Event()

    def handle_error(self, *_: object) -> None:
        """Ignore clients that close the connection."""


def reset_connection(handler: _Handler) -> None:
    """Send RST instead of a response or its rest."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


def reset_in_body(handler: _Handler) -> None:
    handler.file(upto=len(LARGE) // 2)
    reset_connection(handler)


def close_in_body(handler: _Handler) -> None:
    handler.file(upto=len(LARGE) // 2)
    handler.close_connection = True


def stall_in_body(handler: _Handler) -> None:
    handler.file(upto=len(LARGE) // 2)
    handler.server.released.wait(30)
    handler.close_connection = True


def send_nothing(handler: _Handler) -> None:
    handler.server.released.wait(30)
    handler.close_connection = True


def send_without_length(handler: _Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(LARGE[:1000])
    handler.close_connection = True


def send_chunks(handler: _Handler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(LARGE), LARGE))


def send_incomplete_chunks(handler: _Handler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"%x\r\n%b\r\n" % (len(LARGE), LARGE))
    handler.close_connection = True


def nonsense(handler: _Handler) -> None:
    handler.wfile.write(b"ICY 200 OK\r\n\r\n")
    handler.close_connection = True


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as served:
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield served
        served.released.set()
        served.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("fault", "resumed"),
    [
        (None, None),
        (reset_connection, False),
        (reset_in_body, None),
        (close_in_body, True),
        # Timeouts of the synchronous client are whole seconds.
        pytest.param(stall_in_body, True, marks=pytest.mark.slow),
        pytest.param(send_nothing, False, marks=pytest.mark.slow),
        (send_chunks, None),
        (send_incomplete_chunks, False),
        (nonsense, False),
    ],
)
def test_a_file_is_complete(
    open_client: Opener,
    server: Server,
    tmp_path: Path,
    fault: Fault | None,
    resumed: bool | None,  # noqa: FBT001 - a column of the table
) -> None:
    server.faults = [] if fault is None else [fault, fault]
    client = open_client(region=server.url, timeout=0.5)
    client.call("download", ID, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == LARGE
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    if resumed is not None:
        half = f"GET bytes={len(LARGE) // 2}-" if resumed else "GET"
        # The job's link, the file, and the two attempts after the faults.
        assert server.requests == ["GET", "GET", half, half]


def test_a_file_of_unknown_length_is_an_error(
    open_client: Opener, server: Server, tmp_path: Path
) -> None:
    server.faults = [send_without_length]
    with pytest.raises(DownloadError, match="does not send the length of the file"):
        open_client(region=server.url).call("download", ID, tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fault", [reset_connection, send_nothing, nonsense])
def test_a_creation_is_not_sent_twice(open_client: Opener, server: Server, fault: Fault) -> None:
    server.faults = [fault]
    client = open_client(region=server.url, timeout=0.5)
    with pytest.raises(ConnectionFailedError) as error_info:
        client.call("create_job", FILTER)
    assert error_info.value.maybe_received
    assert server.requests == ["POST"]


def test_a_server_that_does_not_exist_is_an_error(open_client: Opener) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        client = open_client(region=f"http://127.0.0.1:{port}", attempts=2)
        with pytest.raises(
            ConnectionFailedError, match="no connection could be made"
        ) as error_info:
            client.call("create_job", FILTER)
    assert not error_info.value.maybe_received
    assert len(client.time.slept) == 1
