"""The log: a line a happening on standard error, and never what orders or clients say.

A line has only values that cannot hold an order, a filter, a token or the signature of a link:
whoever logs another one by mistake finds it left out.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from traceback import walk_tb
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

from epfilter.exporter.service.settings import LogFormat

SAFE = frozenset(
    {
        *("event", "level", "timestamp"),
        *("address", "attempts", "bytes", "drain", "error", "files", "folders", "job", "jobs"),
        *("method", "part", "request_id", "route", "seconds", "status", "warning", "where"),
    }
)
"""The names that a line may have. `error` is the type of one, and `warning` has no values in it."""


def open_log(style: LogFormat, stream: TextIO | None = None) -> FilteringBoundLogger:
    """A log that writes to a stream, by default to what is standard error at that time.

    A log that cannot be written stops nobody.

    >>> import sys
    >>> open_log("json", sys.stdout).info("swept", jobs=2, filter="eq(email,ron@swanson.com)")
    {"jobs": 2, "event": "swept", "level": "info", "timestamp": "..."}
    """
    renderer: Any = structlog.processors.JSONRenderer()
    if style == "text":
        shown = stream or sys.stderr
        renderer = structlog.dev.ConsoleRenderer(colors=shown is not None and shown.isatty())
    log: FilteringBoundLogger = structlog.wrap_logger(
        _Lines(stream),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_safe,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        cache_logger_on_first_use=True,
    )
    return log


def failure(error: BaseException) -> dict[str, Any]:
    """What a log may say of an error: its type and where it was raised, but not its message.

    >>> try:
    ...     int("a secret")
    ... except ValueError as error:
    ...     failure(error)["error"]
    'ValueError'
    """
    frames = [
        f"{frame.f_globals.get('__name__', '?')}:{line}"
        for frame, line in walk_tb(error.__traceback__)
    ]
    return {"error": type(error).__name__, "where": frames}


def _only_safe(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {name: value for name, value in event.items() if name in SAFE}


class _Lines:
    """Writes whole lines; of a stream that is closed, full or missing it says nothing."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def write(self, line: str) -> None:
        stream = self._stream or sys.stderr
        if stream is not None:
            # ValueError is what a closed stream raises.
            with suppress(OSError, ValueError):
                stream.write(line + "\n")
                stream.flush()

    info = warning = error = write
