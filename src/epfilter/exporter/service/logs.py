"""The log: a line per event on standard error, without data of orders or clients.

A line contains only values that cannot hold an order, a filter, a token or the signature of a link;
any other value is dropped.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from traceback import walk_tb
from typing import Any, TextIO

import structlog
from pydantic_core import to_json
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

from epfilter.exporter.service.settings import LogFormat

SAFE_KEYS = frozenset(
    {
        *("event", "level", "timestamp"),
        *("address", "attempts", "bytes", "drain", "error", "files", "folders", "job", "jobs"),
        *(
            "method",
            "part",
            "repeated",
            "request_id",
            "route",
            "seconds",
            "status",
            "warning",
            "where",
        ),
    }
)
"""The names of the values that a line may contain.

`error` is the type of an error, and `warning` a message without its arguments.
"""


_QUIET_SECONDS = 10.0
"""Seconds in which a warning is not repeated: a server without files would fill the disk."""


def open_log(style: LogFormat, stream: TextIO | None = None) -> FilteringBoundLogger:
    """Return a log that writes to a stream, by default to the standard error of that moment.

    A stream that cannot be written is ignored.

    >>> import sys
    >>> open_log("json", sys.stdout).info("swept", jobs=2, filter="eq(email,ron@swanson.com)")
    {"jobs":2,"event":"swept","level":"info","timestamp":"..."}
    """
    renderer: Any = _render_json
    if style == "text":
        shown = stream or sys.stderr
        renderer = structlog.dev.ConsoleRenderer(colors=shown is not None and shown.isatty())
    log: FilteringBoundLogger = structlog.wrap_logger(
        _LineWriter(stream),
        processors=[_complete_event, renderer],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        cache_logger_on_first_use=True,
    )
    # Otherwise each event would bind a logger again.
    return log.bind()


def error_fields(error: BaseException) -> dict[str, Any]:
    """Return what a log line may contain of an error: its type and its stack, not its message.

    >>> try:
    ...     int("a secret")
    ... except ValueError as error:
    ...     error_fields(error)["error"]
    'ValueError'
    """
    frames = [
        f"{frame.f_globals.get('__name__', '?')}:{line}"
        for frame, line in walk_tb(error.__traceback__)
    ]
    return {"error": type(error).__name__, "where": frames}


@contextmanager
def forward_warnings(log: FilteringBoundLogger) -> Iterator[None]:
    """Write the warnings of uvicorn and asyncio into the log, instead of as text."""
    handler = _WarningHandler(log)
    loggers = [logging.getLogger(name) for name in ("uvicorn", "asyncio")]
    former = [each.propagate for each in loggers]
    for each in loggers:
        each.propagate = False
        each.addHandler(handler)
    try:
        yield
    finally:
        for each, propagate in zip(loggers, former, strict=True):
            each.removeHandler(handler)
            each.propagate = propagate


class _WarningHandler(logging.Handler):
    """A handler that writes each warning once in 10 seconds, without the data in it.

    Arguments may contain data of a client, and so may the lines after the first and the function
    that asyncio called.
    """

    def __init__(self, log: FilteringBoundLogger) -> None:
        super().__init__(logging.WARNING)
        self._log = log
        self._repeated: dict[str, tuple[float, int]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        text = str(record.msg).strip().partition("\n")[0].partition(" in callback ")[0]
        now = time.monotonic()
        until, repeated = self._repeated.get(text, (0.0, 0))
        if now < until:
            self._repeated[text] = (until, repeated + 1)
            return
        self._repeated[text] = (now + _QUIET_SECONDS, 0)
        error = record.exc_info[1] if record.exc_info else None
        fields = error_fields(error) if error else {}
        if repeated:
            fields["repeated"] = repeated
        self._log.warning("server_warned", warning=text, **fields)


def _render_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """Return a line, in a third of the time that a renderer of structlog takes."""
    return to_json(event, fallback=repr).decode()


def _complete_event(_logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Return the safe values of an event with its level and time; one step, for each request."""
    safe = {name: value for name, value in event.items() if name in SAFE_KEYS}
    safe["level"] = method
    safe["timestamp"] = f"{datetime.now(UTC).replace(tzinfo=None).isoformat('T', 'microseconds')}Z"
    return safe


class _LineWriter:
    """A writer of whole lines that ignores a stream which is closed, full or missing.

    The lines of one turn of an event loop are written with one system call, because many requests
    end in a turn under load. A warning or an error is written at once, with the lines before it.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._lines: deque[str] = deque()

    def info(self, line: str) -> None:
        self._lines.append(line)
        try:
            asyncio.get_running_loop().call_soon(self._write_lines)
        except RuntimeError:  # a thread without a loop
            self._write_lines()

    def error(self, line: str) -> None:
        self._lines.append(line)
        self._write_lines()

    warning = error

    def _write_lines(self) -> None:
        lines = []
        with suppress(IndexError):
            while True:
                lines.append(self._lines.popleft() + "\n")  # another thread may append or write
        stream = self._stream or sys.stderr
        if lines and stream is not None:
            # A closed stream raises ValueError.
            with suppress(OSError, ValueError):
                stream.write("".join(lines))
                stream.flush()
