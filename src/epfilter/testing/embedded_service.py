"""A service with the contract of the Exporter Service in this process, for tests."""

from __future__ import annotations

import json
import secrets
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from epfilter.exporter.errors import SettingsError
from epfilter.exporter.orders import demo_orders

if TYPE_CHECKING:
    import uvicorn

    from epfilter.exporter import ExporterClient

_DEMO_ORDERS = 200
_START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class ExporterService:
    """A running service: its address, the token that it accepts, and the file of its orders.

    >>> service = ExporterService("http://127.0.0.1:8000", "secret", Path("orders.jsonl"))
    >>> service.open_client()
    ExporterClient('http://127.0.0.1:8000')
    """

    url: str
    token: str = field(repr=False)
    orders: Path

    def open_client(self) -> ExporterClient:
        """Return a client of the service; close it, or use it in a `with` statement.

        >>> service = ExporterService("http://127.0.0.1:8000", "secret", Path("orders.jsonl"))
        >>> with service.open_client() as client:
        ...     client
        ExporterClient('http://127.0.0.1:8000')
        """
        from epfilter.exporter import ExporterClient

        return ExporterClient(self.url, token=self.token)


@contextmanager
def run_exporter_service(
    orders: Iterable[Mapping[str, Any]] | None = None,
) -> Iterator[ExporterService]:
    """Run a service on a free port of the loopback interface, until the `with` block ends.

    `orders` are the orders that it exports; by default 200 invented ones. Jobs and files are
    deleted at the end.

    Raises SettingsError if the service does not start in 30 seconds, and ModuleNotFoundError
    without the extra `service`.

    >>> with run_exporter_service() as service, service.open_client() as client:
    ...     client.create_job("eq(payment,refunded)").status
    <JobStatus.PENDING: 'pending'>
    """
    import uvicorn

    from epfilter.exporter.service import ServiceSettings, create_app

    with TemporaryDirectory(prefix="epfilter-") as folder:
        file = Path(folder, "orders.jsonl")
        lines = map(json.dumps, demo_orders(_DEMO_ORDERS) if orders is None else orders)
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        token = secrets.token_urlsafe(16)
        app = create_app(ServiceSettings(orders=file, state=Path(folder, "state"), token=token))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none"))
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
            thread.start()
            try:
                _wait_until_started(server, thread)
                yield ExporterService(f"http://127.0.0.1:{port}", token, file)
            finally:
                server.should_exit = True
                thread.join(_START_SECONDS)


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise SettingsError("the service did not start.", hint="its log has the reason")
        time.sleep(0.01)
