"""A small Exporter Service on loopback, for the tests of its clients."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from uuid import UUID

HEADER = b"order_id,status\r\n"

NOTHING = "No results matched the supplied filter"

Response = tuple[int, object]
"""A status and the JSON of the body."""


@dataclass
class Platform:
    """The behaviour of the service, which a test may change, and the requests so far."""

    url: str = ""
    csv_of: Callable[[str], bytes] = lambda _: HEADER + b"1,complete\r\n"
    """Returns the file of a filter; empty if no order matches."""

    status: str = "success"
    """The status of new jobs, if an order matches."""

    token: str = "token-for-tests"  # noqa: S105 - of this service alone
    response: Response | None = None
    """The response to every request, if it is set."""

    requests: list[tuple[str, str]] = field(default_factory=list)
    """The method and path of every request."""

    filters: list[str] = field(default_factory=list)
    """The filters of the created jobs, in order."""

    job_requested: Event = field(default_factory=Event)
    """Set when a job has been requested."""

    def job(self, number: int) -> dict[str, Any]:
        """Return the job with a number, from 1."""
        content = self.csv_of(self.filters[number - 1])
        return {
            "id": str(UUID(int=number)),
            "type": "job",
            "job_type": "order_export",
            "status": self.status if content else "failed",
            "filter": self.filters[number - 1],
            **({} if content else {"error": NOTHING}),
            "timestamps": {
                "created_at": "2018-10-04T11:08:49.156490335Z",
                "updated_at": "2018-10-04T11:09:01.162867081Z",
            },
        }

    def create(self, body: Any) -> Response:
        """Create a job."""
        self.filters.append(body["data"]["filter"])
        return 202, {"data": self.job(len(self.filters))}

    def show(self, parts: list[str]) -> Response:
        """Return all jobs, one job, or the link to its file."""
        if not parts:
            return 200, {"data": [self.job(i + 1) for i in range(len(self.filters))]}
        number = UUID(parts[0]).int
        if not 0 < number <= len(self.filters):
            return 404, {"errors": [{"status": 404, "title": "Resource Not Found"}]}
        if len(parts) > 1:
            return 200, {"data": {"href": f"{self.url}/files/{number}.csv"}}
        self.job_requested.set()
        return 200, {"data": self.job(number)}


@contextmanager
def run_platform() -> Iterator[Platform]:
    """Run the service while the block lasts."""
    platform = Platform()

    class Handler(BaseHTTPRequestHandler):
        def _receive(self) -> None:
            platform.requests.append((self.command, self.path))
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = self.path.strip("/").split("/")
            if parts[0] == "files" and platform.response is None:
                number = int(parts[1].removesuffix(".csv"))
                self._send(200, "text/csv", platform.csv_of(platform.filters[number - 1]))
                return
            if platform.response is not None:
                status, response = platform.response
            elif self.headers["Authorization"] != f"Bearer {platform.token}":
                status, response = 401, {"errors": [{"status": 401, "title": "Unauthorized"}]}
            elif self.command == "POST":
                status, response = platform.create(json.loads(body))
            else:
                status, response = platform.show(parts[2:])
            self._send(status, "application/json", json.dumps(response).encode())

        do_GET = do_POST = _receive  # noqa: N815 - the names that http.server calls

        def _send(self, status: int, content_type: str, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        platform.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield platform
        finally:
            server.shutdown()
            thread.join()
