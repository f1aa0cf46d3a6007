"""Signals: those that end a process act as Ctrl-C does, so that files are complete or absent."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

INTERRUPTED = 130
"""The exit code after Ctrl-C, by the convention of shells."""

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
"""Windows has no SIGHUP."""


@contextmanager
def interrupt_on_signals() -> Iterator[list[int]]:
    """Raise KeyboardInterrupt also for signals that would kill the process.

    Yield the list of the signals received so far.
    """
    received: list[int] = []

    def interrupt(number: int, _: object) -> None:
        received.append(number)
        raise KeyboardInterrupt

    numbers = [
        number for number in _handled_signals() if signal.getsignal(number) == signal.SIG_DFL
    ]
    try:
        for number in numbers:
            signal.signal(number, interrupt)
        yield received
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def defer_signals() -> Iterator[list[int]]:
    """Defer signals to the end of the block, where the first one takes effect.

    Yield the list of the signals received so far. Without this KeyboardInterrupt can occur
    anywhere, also while a lock is held, or before the cleanup code knows about a new folder.
    """
    received: list[int] = []
    former = {
        number: signal.signal(number, lambda number, _: received.append(number))
        for number in _handled_signals()
        if callable(signal.getsignal(number))
    }
    try:
        yield received
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        if received:
            signal.raise_signal(received[0])


def _handled_signals() -> list[int]:
    """Return the signals that can be handled here: Python handles them only in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        return []
    return [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
