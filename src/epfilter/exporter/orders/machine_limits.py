"""The threads and the memory of an export, by default those that the machine allows."""

from __future__ import annotations

import os
import re
from pathlib import Path

from epfilter.exporter.errors import OrdersError
from epfilter.snippets import shorten

_BYTES_PER_THREAD = 512 * 10**6
"""Measured with DuckDB 2.0: a thread that reads Parquet with the usual row groups needs so much."""

_RAM_SHARE = 0.5
"""The most that an export takes of the memory of the machine by default."""

_LEAST_BYTES = 256 * 10**6
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?) ?(?:([kmgt])(i)?b|%)", re.ASCII | re.IGNORECASE)
_POWERS = {"k": 1, "m": 2, "g": 3, "t": 4}


def choose_limits(threads: int | None, memory: str | None) -> tuple[int, int]:
    """Return the threads and the bytes of memory of an export; None is chosen for the machine.

    The default is 512 MB for each thread and half of the memory of the machine at most. There are
    as many threads as cores, but only as many as have 512 MB. `memory` is an amount such as 500MB,
    2GiB or 50%.

    Raises OrdersError for values that are not a number of threads or an amount of memory.

    >>> choose_limits(2, "500MB")
    (2, 500000000)
    >>> choose_limits(None, "512MB")
    (1, 512000000)
    """
    if threads is not None and threads < 1:
        raise OrdersError("an export needs at least one thread.")
    cores = threads or count_cores()
    if memory is None:
        share = int(measure_ram() * _RAM_SHARE)
        size = max(_LEAST_BYTES, min(cores * _BYTES_PER_THREAD, share))
    else:
        size = _parse_amount(memory)
    return threads or max(1, min(cores, size // _BYTES_PER_THREAD)), size


def _parse_amount(text: str) -> int:
    """Return the bytes of an amount of memory."""
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise OrdersError(
            f"`{shorten(text)}` is not an amount of memory.", hint="write it like 500MB or 2GB"
        )
    number, unit, binary = match.groups()
    if unit is None:
        return int(measure_ram() * float(number) / 100)
    return int(float(number) * (1024 if binary else 1000) ** _POWERS[unit.lower()])


def count_cores() -> int:
    """Return how many cores this process may use.

    >>> count_cores() >= 1
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # pragma: no cover - systems without affinity


def measure_ram() -> int:
    """Return the bytes of memory of the machine, or of the container if it has a limit.

    Where the system does not report it, the result is that of a small machine.

    >>> measure_ram() > 2**28
    True
    """
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        size = 4 * 2**30
    try:
        limit = _CGROUP_LIMIT.read_text(encoding="ascii").strip()
    except OSError:
        return size
    return min(size, int(limit)) if limit.isdecimal() else size
