"""Reads a big text in a process of its own, which is ended where it takes too long.

A peer may run out of stack, or end the whole process; then this says so. The process is a copy of
the one that runs, where the system can make copies, so that all contenders start from the same.
"""

from __future__ import annotations

import gc
import multiprocessing
import time
import tracemalloc
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.peers import readers
from benchmarks.works import Work

LIMIT = 20.0
"""Seconds after which a contender is not waited for."""

_REPEATS = 7
_ENOUGH = 3.0

Measure = Callable[[Callable[[], object]], float]


def least_time(action: Callable[[], object]) -> float:
    """The least seconds of several runs."""
    gc.collect()
    gc.freeze()
    least = float("inf")
    end = time.perf_counter() + _ENOUGH
    for _ in range(_REPEATS):
        start = time.perf_counter()
        action()
        now = time.perf_counter()
        least = min(least, now - start)
        if now > end:
            break
    return least


def peak_memory(action: Callable[[], object]) -> float:
    """The most bytes that Python held at once to read the text."""
    tracemalloc.start()
    kept = action()
    peak = tracemalloc.get_traced_memory()[1]
    del kept
    return float(peak)


def apart(measure: Measure, contender: str, work: Work, limit: float = LIMIT) -> float | str:
    """What is measured of a contender; or in words why there is no result."""
    known = multiprocessing.get_all_start_methods()
    context: Any = multiprocessing.get_context("fork" if "fork" in known else "spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_measured, args=(sender, measure, contender, work))
    process.start()
    sender.close()
    try:
        if not receiver.poll(limit):
            return f"over {limit:.0f} s"
        result: float | str = receiver.recv()
    except EOFError:
        return "ended the process"
    finally:
        process.kill()
        process.join()
        receiver.close()
    return result


def _measured(sender: Connection, measure: Measure, contender: str, work: Work) -> None:
    try:
        sender.send(measure(readers(work, only=contender)[contender]))
    except Exception as error:  # noqa: BLE001 - whatever stops a peer is its result
        sender.send(type(error).__name__)
