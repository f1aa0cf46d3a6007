"""Load test of the service: many clients at once create and read jobs.

`python tests/benchmarks/load.py` prints the latencies. The service is `epfilter serve` in a separate
process, and every client has its own connection. All clients start at the same time; each creates
a job and reads it. They use HTTP over plain sockets, because an HTTP client with a thousand
connections would be slower than the service.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

_TESTS = str(Path(__file__).resolve().parents[1])
CLIENTS = 1000
ORDERS = 1000
_FILTER = "eq(payment,refunded)"
_TIMEOUT = 300.0
"""Seconds that all requests together can take."""


@dataclass
class Load:
    """The results of the requests."""

    creates: list[float] = field(default_factory=list)
    """Seconds from the first byte of a request to the last byte of its response."""

    reads: list[float] = field(default_factory=list)
    seconds: float = 0.0
    """Seconds of the whole test."""

    ids: set[str] = field(default_factory=set)
    """The ids of the created jobs."""


def run_load(address: str, token: str, clients: int) -> Load:
    """Run this many clients at once; raise AssertionError where a response is an error."""
    return asyncio.run(asyncio.wait_for(_run_clients(address, token, clients), _TIMEOUT))


async def _run_clients(address: str, token: str, clients: int) -> Load:
    load = Load()
    barrier = asyncio.Barrier(clients + 1)
    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(_client(address, token, barrier, load))
        await barrier.wait()
        start = time.perf_counter()
    load.seconds = time.perf_counter() - start
    return load


async def _client(address: str, token: str, barrier: asyncio.Barrier, load: Load) -> None:
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = f"Host: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n"
    body = json.dumps({"data": {"type": "job", "job_type": "order_export", "filter": _FILTER}})
    content_head = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    try:
        await barrier.wait()
        start = time.perf_counter()
        writer.write(f"POST /v2/jobs HTTP/1.1\r\n{head}{content_head}\r\n{body}".encode())
        (created,) = (await _read_response(reader, 202))["data"]
        load.creates.append(time.perf_counter() - start)
        start = time.perf_counter()
        writer.write(f"GET /v2/jobs/{created['id']} HTTP/1.1\r\n{head}\r\n".encode())
        job = (await _read_response(reader, 200))["data"]
        load.reads.append(time.perf_counter() - start)
        assert job["id"] == created["id"]
        load.ids.add(job["id"])
    finally:
        writer.close()
        await writer.wait_closed()


async def _read_response(reader: asyncio.StreamReader, status: int) -> Any:
    """Return the JSON of a response, which must have this status."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    (length,) = [line[15:] for line in head.split("\r\n") if line.startswith("content-length:")]
    body = await reader.readexactly(int(length))
    assert head.split(" ", 2)[1] == str(status), body
    return json.loads(body)


def measure(clients: int = CLIENTS) -> dict[str, dict[str, float]]:
    """Return the latencies in seconds of creating and reading jobs, with all clients at once.

    Raises AssertionError where a response is an error.
    """
    if find_spec("starlette") is None or find_spec("duckdb") is None:
        return {}
    from epfilter.exporter.orders import demo_lines
    from support.exporter_services import TOKEN
    from support.live_services import live_service

    _raise_file_limit(clients)
    with TemporaryDirectory() as folder:
        orders = Path(folder, "orders.jsonl")
        orders.write_text("".join(demo_lines(ORDERS)), encoding="utf-8", newline="\n")
        with live_service("--orders", orders, "--state", Path(folder, "state")) as live:
            load = run_load(live.address, TOKEN, clients)
    return {
        f"{clients:,} creates at once": compute_percentiles(load.creates),
        f"{clients:,} reads at once": compute_percentiles(load.reads),
    }


def compute_percentiles(seconds: list[float]) -> dict[str, float]:
    cuts = quantiles(seconds, n=100, method="inclusive")
    return {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "max": max(seconds)}


def _raise_file_limit(clients: int) -> None:
    """Raise the limit of open files, so that every client can have a connection."""
    try:
        import resource
    except ModuleNotFoundError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = max(soft, clients + 200)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(prog="python tests/benchmarks/load.py", description=__doc__)
    arguments.add_argument("--clients", type=int, default=CLIENTS, help="number of clients at once")
    latencies = measure(arguments.parse_args().clients)

    from benchmarks.report import format_seconds

    for name, cuts in latencies.items():
        formatted = ", ".join(f"{cut} {format_seconds(seconds)}" for cut, seconds in cuts.items())
        sys.stdout.write(f"{name}, no error: {formatted}\n")


if __name__ == "__main__":
    sys.path.insert(0, _TESTS)
    main()
