"""Runs the service until it is told to end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from structlog.typing import FilteringBoundLogger

from epfilter.exporter.errors import SettingsError
from epfilter.exporter.service.app import create_app
from epfilter.exporter.service.container import Service
from epfilter.exporter.service.logs import failure
from epfilter.exporter.service.settings import ServiceSettings

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def serve(
    settings: ServiceSettings,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    listening: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve until SIGTERM or SIGINT, then until all that runs has ended.

    From the signal on no job is begun, and what runs has `settings.drain` to end: the requests
    and the job. A job that takes longer is interrupted, as by a second signal, which takes up to
    a quarter of a minute; the next service runs it again.

    Port 0 takes a free one; `listening` is told the address as soon as requests are answered. In
    another thread than the main one no signals come, and it serves as long as the process lives.

    Raises SettingsError for an address that cannot be listened on, and ExporterError where the
    queue or the orders cannot be read.

    Source of the contract: Exporter Service API 1.0, OpenAPI document.

    >>> settings = ServiceSettings(orders="orders.jsonl", state="state", token="12345678")
    >>> serve(settings, port=70_000)
    Traceback (most recent call last):
    epfilter.exporter.errors.SettingsError: a port is a number from 0 to 65535, not 70000.
    """
    with _bound(host, port) as listener:
        asyncio.run(_served(settings, listener, listening))


async def _served(
    settings: ServiceSettings, listener: socket.socket, listening: Callable[[str], None]
) -> None:
    app = create_app(settings)
    service: Service = app.state.service
    config = uvicorn.Config(
        app,
        lifespan="off",  # it is entered here, where its errors can still be told in words
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,  # links are made of the public URL, not of headers that anybody sends
        timeout_graceful_shutdown=max(1, round(settings.drain.total_seconds())),
    )
    server = _Server(config)
    with _logged(service.log), _told_to_end(server, service):
        async with app.router.lifespan_context(app):
            listener.listen(config.backlog)
            address = address_of(listener)
            service.log.info("listening_started", address=address)
            listening(address)
            await server.serve([listener])
        await _cut_off(server)


async def _cut_off(server: uvicorn.Server) -> None:
    """End the requests that a second signal has left open, here, where it is still logged."""
    left = [*server.server_state.tasks]
    for task in left:
        task.cancel()
    if left:
        await asyncio.wait(left)


def address_of(listener: socket.socket) -> str:
    """The URL of a socket that is bound.

    >>> with socket.create_server(("127.0.0.1", 0)) as listener:
    ...     address_of(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"
    True
    """
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _bound(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65_535:
        # The system would take what is left of it after a division.
        raise SettingsError(f"a port is a number from 0 to 65535, not {port}.")
    if not host:
        raise SettingsError("the address to listen on has no name.", hint="0.0.0.0 means all")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no name of a host"
        raise SettingsError(f"cannot listen on {host}: {reason}.") from None
    listener = socket.socket(family, kind, protocol)
    try:
        # On Windows the same option would let two services share a port.
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"cannot listen on {host}, port {port}: {error.strerror}.",
            hint="take another port, or port 0 for a free one",
        ) from None
    return listener


class _Server(uvicorn.Server):
    """Leaves the signals to `_told_to_end`.

    uvicorn itself catches them only while it serves, and raises them once more at its end: it
    would learn of them first, and the service only when all requests are answered.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing more is caught than already is."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, but `force_exit` ends it also from Python 3.12 on.

        There uvicorn goes on to wait until the connections are closed.
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
def _told_to_end(server: uvicorn.Server, service: Service) -> Iterator[None]:
    """Signals end the server and nothing else, also before it serves and after it.

    The first signal lets no job begin any more, while requests are still answered; a second one
    ends the drain of both.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        # Not here: a signal handler may stand in the middle of anything.
        told = service.hurry if ended else service.begin_no_more
        threading.Thread(target=told, daemon=True).start()
        # uvicorn itself ends the requests for a second SIGINT only.
        server.force_exit = bool(ended)
        ended.append(number)
        server.handle_exit(number, frame)

    ended: list[int] = []
    former = {number: signal.signal(number, end) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


class _ToLog(logging.Handler):
    """What uvicorn warns of, as lines of the log: the fact, and never a message with values."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        # The text before its values are put in, because those may be what a client has said.
        error = record.exc_info[1] if record.exc_info else None
        said = failure(error) if error else {}
        self._log.warning("server_warned", warning=str(record.msg).strip(), **said)


@contextmanager
def _logged(log: FilteringBoundLogger) -> Iterator[None]:
    logger, handler = logging.getLogger("uvicorn"), _ToLog(log)
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate
