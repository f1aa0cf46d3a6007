"""The connections of the server: how many are open, and how long one may send or take nothing.

uvicorn limits none of it, so that idle clients would use all files of the process.
"""

from __future__ import annotations

import asyncio
import json
import sys
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_SECONDS = 30.0
"""Seconds in which the headers of a request must arrive, from the beginning of the connection."""

WRITE_SECONDS = 60.0
"""Seconds in which a client must receive 112 KB of a response, or its last bytes.

Up to 128 KB wait to be sent, and writing resumes below 16 KB.
"""

_SLOW_CLIENT = "A client did not take its response in time."
_INVALID_REQUEST = "Invalid HTTP request received."

MAX_CONNECTIONS = 2000
"""The most open connections; a connection that sends a file needs two files of the process."""

ACCEPT_BACKLOG = 64
"""The most connections that asyncio accepts without a look at them, or errors that it logs at once.

It does not stop at the first error if the process has no file left (CPython issue 93821).
"""

_RESERVED_FILES = 128 + ACCEPT_BACKLOG
"""Files of the process for the queue, the orders and exports."""

MAX_HEADER_BYTES = 65_536
"""The maximum size of the headers that arrive after the first read, in bytes.

httptools has no limit.
"""


def _render_error(status: HTTPStatus, detail: str, *headers: str) -> bytes:
    """Return the last response of a connection."""
    error = {"status": status.value, "title": status.phrase, "detail": detail}
    body = json.dumps({"errors": [error]}, separators=(",", ":"))
    lines = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        *headers,
        "Connection: close",
    )
    return "\r\n".join((*lines, "", body)).encode("ascii")


_HEADERS_TOO_LARGE = _render_error(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "The URL and the headers of the request exceed 64 KB. Send fewer or shorter headers.",
)
_INVALID = _render_error(HTTPStatus.BAD_REQUEST, "The request is not valid HTTP/1.1.")
_UNAVAILABLE = _render_error(
    HTTPStatus.SERVICE_UNAVAILABLE, "The service has too many connections.", "Retry-After: 5"
)


def raise_file_limit() -> int:
    """Let the process open the files for `MAX_CONNECTIONS`, if the system permits it.

    Returns how many connections its files suffice for.
    """
    try:
        import resource
    except ModuleNotFoundError:
        return MAX_CONNECTIONS
    if sys.platform == "win32":
        return MAX_CONNECTIONS
    needed = 2 * MAX_CONNECTIONS + _RESERVED_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return count_connections(needed if soft == resource.RLIM_INFINITY else soft)


def count_connections(files: int) -> int:
    """Return for how many connections this many files of a process suffice.

    >>> count_connections(1024), count_connections(100_000), count_connections(64)
    (416, 2000, 8)
    """
    return max(8, min(MAX_CONNECTIONS, (files - _RESERVED_FILES) // 2))


class CoalescingTransport:
    """A transport that sends what is written in one turn of the event loop with one system call.

    uvicorn writes the head and the body of a response separately; to send them separately costs
    as much as the rest of a short request. A client that does not take the rest of a response in
    time is disconnected, because asyncio would wait for it forever.
    """

    _MAX_HELD = 65_536

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._held = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send the data at the end of this turn."""
        if data and not self._held:
            self._loop.call_soon(self._send)
        self._held += data
        if len(self._held) > self._MAX_HELD:
            self._send()

    def close(self) -> None:
        """Send the rest, then close the connection."""
        self._send()
        self._transport.close()
        if self._transport.get_write_buffer_size():
            self._loop.call_later(WRITE_SECONDS, self._transport.abort)

    def _send(self) -> None:
        held, self._held = self._held, b""
        if held:
            self._transport.write(held)


class LimitedConnection(HttpToolsProtocol):
    """A connection of uvicorn that is closed if a client is too slow.

    The headers of a request must arrive in time and be short, and the client must take the
    response in time. Beyond `limit` connections, the one that has waited longest for a request is
    closed; if all are busy, the new one gets a 503.

    The responses to all requests are sent before the connection is closed, also if the client
    sends nothing more or something invalid. A request to change the protocol is read as any other
    (RFC 9110, section 7.8).
    """

    def __init__(self, *arguments: Any, limit: int = MAX_CONNECTIONS, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._limit = limit
        self._header_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self.waits_since = 0.0
        self._progressed = False
        self._header_bytes = 0
        self._last_response: bytes | None = None
        """What is sent before the connection is closed; None as long as requests are read."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        """Start the time for the first request."""
        super().connection_made(CoalescingTransport(transport))  # type: ignore[arg-type] # has its attributes
        self._start_waiting()
        if len(self.connections) > self._limit and not self._close_longest_waiting():
            transport.write(_UNAVAILABLE)
            transport.close()

    def data_received(self, data: bytes) -> None:
        """Start the time for the rest of the headers, or end it."""
        if self._last_response is not None:
            return
        self._progressed = False
        self._unset_keepalive_if_required()
        try:
            self._parse(data)
        except httptools.HttpParserError:
            self.logger.warning(_INVALID_REQUEST)
            self._end(_INVALID)
        self._limit_headers(len(data))
        if not self.waits_for_request():
            self._stop_waiting()
        elif self._header_timer is None:
            self._start_waiting()

    def eof_received(self) -> bool:  # type: ignore[override] # as asyncio permits
        """Return whether the connection stays open for responses, after the end of all requests."""
        if self._last_response is None:
            self._end(b"")
        return not self.transport.is_closing()

    def on_message_begin(self) -> None:
        """Note that a request begins."""
        self._progressed = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Note that the headers are complete."""
        self._progressed = True
        if not self._must_restart():
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Note that a part of the body is complete."""
        self._progressed = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that the body is complete."""
        if not self._must_restart():
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Start the next request, or end the connection."""
        is_last = not self.pipeline
        super().on_response_complete()
        if is_last and self._last_response is not None:
            self._close()

    def pause_writing(self) -> None:
        """Start the time for the client to take what was written."""
        super().pause_writing()
        loop = asyncio.get_running_loop()
        self._write_timer = loop.call_later(WRITE_SECONDS, self._end_writing)

    def resume_writing(self) -> None:
        """End the time."""
        super().resume_writing()
        self._stop_write_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_waiting()
        self._stop_write_timer()
        super().connection_lost(exc)

    def waits_for_request(self) -> bool:
        """Return whether no request is in progress, so that closing the connection loses none."""
        return self.cycle is None or bool(self.cycle.response_complete)

    def _parse(self, data: bytes) -> None:
        """Read all requests that the data contains.

        After headers that offer another protocol, httptools skips the body and stops. So they are
        read a second time without the offer.
        """
        rest = memoryview(data)
        while rest:
            try:
                self.parser.feed_data(rest)
            except httptools.HttpParserUpgrade as upgrade:
                rest = rest[upgrade.args[0] :]
                self._restart()
            else:
                return

    def _must_restart(self) -> bool:
        return self.parser.should_upgrade() and any(name == b"upgrade" for name, _ in self.headers)

    def _restart(self) -> None:
        """Read the headers again, without the offer of another protocol, by a new parser."""
        version = self.parser.get_http_version().encode()
        lines = [b"%s %s HTTP/%s" % (self.parser.get_method(), self.url, version)]
        lines += [b"%s: %s" % header for header in self.headers if header[0] != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        self.parser.feed_data(b"\r\n".join((*lines, b"", b"")))

    def _limit_headers(self, received: int) -> None:
        """Refuse a request line, headers or trailers that are too long."""
        self._header_bytes = 0 if self._progressed else self._header_bytes + received
        if self._header_bytes > MAX_HEADER_BYTES and self._last_response is None:
            self._end(_HEADERS_TOO_LARGE)

    def _end(self, response: bytes) -> None:
        """Read nothing more; close the connection after the running requests and this response."""
        self._last_response = response
        if self.waits_for_request():
            self._close()
        elif self.cycle.more_body:
            # This request will never be complete.
            self.cycle.disconnected = True
            if self.pipeline:
                self.pipeline.popleft()
                return
            if self.cycle.response_started:
                self._last_response = b""
            self._close()
            self.cycle.message_event.set()

    def _close(self) -> None:
        if self._last_response:
            self.transport.write(self._last_response)
        self.transport.close()

    def _start_waiting(self) -> None:
        loop = asyncio.get_running_loop()
        self.waits_since = loop.time()
        self._header_timer = loop.call_later(HEADER_SECONDS, self._end_waiting)

    def _stop_waiting(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _end_waiting(self) -> None:
        self._header_timer = None
        if self.waits_for_request():
            self.transport.abort()

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _end_writing(self) -> None:
        self.logger.warning(_SLOW_CLIENT)
        self.transport.abort()

    def _close_longest_waiting(self) -> bool:
        """Close the connection that has waited longest; return False if all others are busy."""
        waiting = [
            each
            for each in self.connections
            if isinstance(each, LimitedConnection) and each is not self and each.waits_for_request()
        ]
        if not waiting:
            return False
        longest = min(waiting, key=lambda each: each.waits_since)
        # At once, because it is not counted any more.
        self.connections.discard(longest)
        longest.transport.abort()
        return True
