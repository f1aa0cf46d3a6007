"""Measurements in a separate process, which is stopped if it takes too long.

A competitor can overflow the stack or crash the process; the result is then a description. The
process is a fork of the current one, where the system supports it, so that all contenders start in
the same state.
"""

from __future__ import annotations

import gc
import multiprocessing
import time
import tracemalloc
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.cases import Case
from benchmarks.competitors import create_parsers

LIMIT = 20.0
"""Seconds after which a contender is stopped."""

_REPEATS = 7
_MAX_SECONDS = 3.0

Measure = Callable[[Callable[[], object]], float]


def measure_time(action: Callable[[], object]) -> float:
    """Return the minimum seconds of several runs."""
    gc.collect()
    gc.freeze()
    seconds = float("inf")
    end = time.perf_counter() + _MAX_SECONDS
    for _ in range(_REPEATS):
        start = time.perf_counter()
        action()
        now = time.perf_counter()
        seconds = min(seconds, now - start)
        if now > end:
            break
    return seconds


def measure_peak_memory(action: Callable[[], object]) -> float:
    """Return the peak memory in bytes that Python allocated to parse the text."""
    tracemalloc.start()
    result = action()
    peak = tracemalloc.get_traced_memory()[1]
    del result
    return float(peak)


def measure_isolated(
    measure: Measure, contender: str, case: Case, limit: float = LIMIT
) -> float | str:
    """Return a measurement of a contender, or a description of why there is none."""
    methods = multiprocessing.get_all_start_methods()
    context: Any = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send_measurement, args=(sender, measure, contender, case))
    process.start()
    sender.close()
    try:
        if not receiver.poll(limit):
            return f"over {limit:.0f} s"
        result: float | str = receiver.recv()
    except EOFError:
        return "crashed the process"
    finally:
        process.kill()
        process.join()
        receiver.close()
    return result


def _send_measurement(sender: Connection, measure: Measure, contender: str, case: Case) -> None:
    try:
        sender.send(measure(create_parsers(case, only=contender)[contender]))
    except Exception as error:  # noqa: BLE001 - whatever stops a peer is its result
        sender.send(type(error).__name__)
