"""`serve`: the service in a process of its own, until a signal ends it."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType

import uvicorn

from epfilter.exporter.errors import SettingsError
from epfilter.exporter.service.app import create_app
from epfilter.exporter.service.components import Service
from epfilter.exporter.service.connections import (
    ACCEPT_BACKLOG,
    LimitedConnection,
    raise_file_limit,
)
from epfilter.exporter.service.logs import forward_warnings
from epfilter.exporter.service.settings import ServiceSettings

_BACKLOG = 2048
"""The most clients that wait for the service to accept their connection."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def serve(
    settings: ServiceSettings,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    listening: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is running.

    After the signal no new job starts, and running requests and the running job get
    `settings.drain` to finish. A job that takes longer is interrupted, within a quarter of a
    minute; the next service restarts it. A second signal interrupts at once.

    Port 0 selects a free port. `listening` is called with the address as soon as requests are
    answered. Outside of the main thread there are no signals, and it serves as long as the process
    lives.

    Raises SettingsError for an address that cannot be used, and ExporterError if the queue or the
    orders cannot be read.

    Source of the contract: Exporter Service API 1.0, OpenAPI document.

    >>> settings = ServiceSettings(orders="orders.jsonl", state="state", token="12345678")
    >>> serve(settings, port=70_000)
    Traceback (most recent call last):
    epfilter.exporter.errors.SettingsError: a port must be a number from 0 to 65535, not 70000.
    """
    with _bind(host, port) as listener:
        asyncio.run(_serve(settings, listener, listening))


async def _serve(
    settings: ServiceSettings, listener: socket.socket, listening: Callable[[str], None]
) -> None:
    app = create_app(settings)
    service: Service = app.state.service
    config = uvicorn.Config(
        app,
        lifespan="off",  # it is entered here, where its errors can still be reported
        ws="none",
        access_log=False,
        log_config=None,
        http=partial(LimitedConnection, limit=raise_file_limit()),  # type: ignore[arg-type] # called only
        backlog=ACCEPT_BACKLOG,
        server_header=False,
        proxy_headers=False,  # links use the public URL, not headers that any client can send
        timeout_graceful_shutdown=max(1, round(settings.drain.total_seconds())),
    )
    server = _Server(config)
    with forward_warnings(service.log), _handle_signals(server, service):
        async with app.router.lifespan_context(app):
            listener.listen(_BACKLOG)
            address = get_address(listener)
            service.log.info("listening_started", address=address)
            listening(address)
            with _freeze_objects():
                await server.serve([listener])
        await _cancel_requests(server)


@contextmanager
def _freeze_objects() -> Iterator[None]:
    """Exclude the objects of the start from garbage collections: each would stop all requests."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


async def _cancel_requests(server: uvicorn.Server) -> None:
    """Cancel the requests that a second signal has left open, while they can be logged."""
    left = [*server.server_state.tasks]
    for task in left:
        task.cancel()
    if left:
        await asyncio.wait(left)


def get_address(listener: socket.socket) -> str:
    """Return the URL of a bound socket.

    >>> with socket.create_server(("127.0.0.1", 0)) as listener:
    ...     get_address(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"
    True
    """
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _bind(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65_535:
        # The system would silently use the remainder.
        raise SettingsError(f"a port must be a number from 0 to 65535, not {port}.")
    if not host:
        raise SettingsError(
            "the address to listen on is empty.", hint="use 0.0.0.0 for all addresses"
        )
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a host name"
        raise SettingsError(f"cannot listen on {host}: {reason}.") from None
    listener = socket.socket(family, kind, protocol)
    try:
        # On Windows this option would let two services share a port.
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"cannot listen on {host}, port {port}: {error.strerror}.",
            hint="use another port, or port 0 for a free one",
        ) from None
    return listener


class _Server(uvicorn.Server):
    """A uvicorn server that leaves the signals to `_handle_signals`.

    uvicorn handles them only while it serves and raises them again at its end, so the service
    would get a signal only after the last response.
    """

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as uvicorn does, but let more clients wait than asyncio accepts at once."""
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(_BACKLOG)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Change no signal handler."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Shut down as uvicorn does, but let `force_exit` end the wait on Python 3.12 and later.

        There uvicorn waits until all connections are closed.
        """
        ending = asyncio.ensure_future(super().shutdown(sockets))
        while not (await asyncio.wait([ending], timeout=0.1))[0] and not self.force_exit:
            pass
        if ending.done():
            ending.result()
        else:
            ending.cancel()
            await asyncio.wait([ending])


@contextmanager
def _handle_signals(server: uvicorn.Server, service: Service) -> Iterator[None]:
    """Let signals shut the server down, also before it serves and after it.

    After the first signal no new job starts, while requests are still answered; a second signal
    ends the drain time of both.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def shut_down(number: int, frame: FrameType | None) -> None:
        # In a thread: a signal handler may interrupt any code.
        action = service.skip_drain if signals else service.stop_taking_jobs
        threading.Thread(target=action, daemon=True).start()
        # By itself uvicorn ends the requests only after a second SIGINT.
        server.force_exit = bool(signals)
        signals.append(number)
        server.handle_exit(number, frame)

    signals: list[int] = []
    former = {number: signal.signal(number, shut_down) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
