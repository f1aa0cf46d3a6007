"""Signals that end a process end a run as Ctrl-C does, which leaves whole files or none."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
"""Windows has no SIGHUP."""


@contextmanager
def ended_by_signals() -> Iterator[list[int]]:
    """KeyboardInterrupt also for signals that would kill the process; gives those that came."""
    came: list[int] = []

    def end(number: int, _: object) -> None:
        came.append(number)
        raise KeyboardInterrupt

    numbers = [one for one in _numbers() if signal.getsignal(one) == signal.SIG_DFL]
    try:
        for number in numbers:
            signal.signal(number, end)
        yield came
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def deferred_signals() -> Iterator[list[int]]:
    """A block that no signal breaks off: the first takes effect at its end.

    Gives those that have come by now. KeyboardInterrupt may come at any place, also in the middle
    of a lock or before a folder that was made is known to whom removes it.
    """
    came: list[int] = []
    former = {
        number: signal.signal(number, lambda number, _: came.append(number))
        for number in _numbers()
        if callable(signal.getsignal(number))
    }
    try:
        yield came
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def _numbers() -> list[int]:
    """Signals that may be handled here: Python handles them in the main thread only."""
    if threading.current_thread() is not threading.main_thread():
        return []
    return [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
