"""A proxy on loopback between a client and a service, which causes the faults of a test."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Literal
from urllib.parse import urlsplit

Phase = Literal["create", "list", "get", "link", "file", "other"]
"""The purpose of a request."""

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True)
class ProxiedRequest:
    """A request that the proxy has received."""

    phase: Phase
    range: str | None
    authorized: bool


class Exchange:
    """One request, and the actions that a fault may combine."""

    def __init__(self, handler: _Handler, body: bytes) -> None:
        self._handler = handler
        self._body = body

    def forward(self) -> tuple[bytes, bytes]:
        """Forward the request; return the head and the body of the response."""
        handler = self._handler
        upstream = HTTPConnection(handler.server.host, handler.server.port, timeout=60)
        try:
            upstream.request(handler.command, handler.path, self._body, dict(handler.headers))
            response = upstream.getresponse()
            content = response.read()
        finally:
            upstream.close()
        lines = [f"HTTP/1.1 {response.status} {response.reason}"]
        lines += [
            f"{name}: {value}"
            for name, value in response.getheaders()
            if name.lower() not in _HOP_BY_HOP
        ]
        return "\r\n".join([*lines, "", ""]).encode("latin-1"), content

    def send(self, data: bytes) -> None:
        self._handler.connection.sendall(data)

    def respond(
        self, status: int, body: bytes, kind: str = "application/json", **more: str
    ) -> None:
        """Send a response of the proxy itself."""
        headers = {"Content-Type": kind, "Content-Length": str(len(body))}
        headers |= {name.replace("_", "-"): value for name, value in more.items()}
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.send("\r\n".join([*lines, "", ""]).encode() + body)

    def hang_up(self) -> None:
        """Close the connection in good order, after everything was sent."""
        self._handler.close_connection = True

    def reset(self) -> None:
        """Close the connection with RST."""
        linger = struct.pack("ii", 1, 0)
        self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._handler.close_connection = True
        self._handler.connection.close()

    def hold(self) -> None:
        """Send nothing more until the client gives up."""
        self._handler.close_connection = True
        self._handler.connection.recv(1)


Fault = Callable[[Exchange], None]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def _receive(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.server.fault_of(self)
        exchange = Exchange(self, body)
        # Clients are expected to close connections.
        with suppress(ConnectionError):
            if fault is None:
                exchange.send(b"".join(exchange.forward()))
            else:
                fault(exchange)

    do_GET = do_POST = _receive  # noqa: N815 - the names that http.server calls

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@dataclass
class _Script:
    """The planned faults, and the requests so far."""

    faults: dict[Phase, list[Fault]] = field(default_factory=dict)
    requests: list[ProxiedRequest] = field(default_factory=list)


class Proxy(ThreadingHTTPServer):
    """A proxy of the service at an address; each request uses up one fault."""

    daemon_threads = False  # so that they are joined
    request_queue_size = 64

    def __init__(self, address: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        parts = urlsplit(address)
        self.host, self.port = str(parts.hostname), int(parts.port or 0)
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        self._script = _Script()
        self._lock = Lock()
        self._connections: list[socket.socket] = []
        self.errors: list[BaseException] = []

    @property
    def requests(self) -> list[ProxiedRequest]:
        return self._script.requests

    @property
    def phases(self) -> list[Phase]:
        """The purposes of the requests, in order."""
        return [request.phase for request in self.requests]

    def begin(self, faults: dict[Phase, Sequence[Fault]] | None = None) -> None:
        """Forget the requests so far; cause these faults from now on, and none after them."""
        with self._lock:
            self._script = _Script({phase: [*some] for phase, some in (faults or {}).items()})

    def fault_of(self, handler: _Handler) -> Fault | None:
        phase = _phase(handler.command, handler.path)
        with self._lock:
            self.requests.append(
                ProxiedRequest(
                    phase, handler.headers.get("Range"), "Authorization" in handler.headers
                )
            )
            remaining = self._script.faults.get(phase)
            return remaining.pop(0) if remaining else None

    def opened(self, connection: socket.socket) -> None:
        with self._lock:
            self._connections.append(connection)

    def handle_error(self, *_: object) -> None:
        """Keep unexpected errors for the end of the test."""
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self.errors.append(error)

    def hang_up(self) -> None:
        """Close all open connections, so that nothing waits for them."""
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


def _phase(method: str, path: str) -> Phase:
    parts = path.strip("/").split("/")
    if parts[0] == "files":
        return "file"
    if parts[:2] != ["v2", "jobs"]:
        return "other"
    if len(parts) == 2:
        return "create" if method == "POST" else "list"
    return "get" if len(parts) == 3 else "link"


@contextmanager
def proxy_to(address: str) -> Iterator[Proxy]:
    """Run a proxy while the block lasts."""
    with Proxy(address) as proxy:
        thread = Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
            proxy.hang_up()
    assert proxy.errors == []
