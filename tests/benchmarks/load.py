"""Creates and reads jobs all at once: `python tests/benchmarks/load.py`, with the latencies.

The service is `epfilter serve` in a process of its own, and every client has a connection of its
own; they wait for each other, and then each creates a job and reads it. They speak
HTTP over plain sockets, because a thousand connections of an HTTP client would measure the client.
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
_PATIENCE = 300.0
"""Seconds that all requests together may take."""


@dataclass
class Load:
    """What came of the requests."""

    creates: list[float] = field(default_factory=list)
    """Seconds from the first byte of a request to the last of its answer."""

    reads: list[float] = field(default_factory=list)
    seconds: float = 0.0
    """How long all of it took."""

    ids: set[str] = field(default_factory=set)
    """The jobs that were created."""


def loaded(address: str, token: str, clients: int) -> Load:
    """So many clients at once at a service; AssertionError where any answer is an error."""
    return asyncio.run(asyncio.wait_for(_loaded(address, token, clients), _PATIENCE))


async def _loaded(address: str, token: str, clients: int) -> Load:
    load = Load()
    everybody = asyncio.Barrier(clients + 1)
    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(_client(address, token, everybody, load))
        await everybody.wait()
        begun = time.perf_counter()
    load.seconds = time.perf_counter() - begun
    return load


async def _client(address: str, token: str, everybody: asyncio.Barrier, load: Load) -> None:
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = f"Host: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n"
    body = json.dumps({"data": {"type": "job", "job_type": "order_export", "filter": _FILTER}})
    typed = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    try:
        await everybody.wait()
        begun = time.perf_counter()
        writer.write(f"POST /v2/jobs HTTP/1.1\r\n{head}{typed}\r\n{body}".encode())
        (created,) = (await _answer(reader, 202))["data"]
        load.creates.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        writer.write(f"GET /v2/jobs/{created['id']} HTTP/1.1\r\n{head}\r\n".encode())
        read = (await _answer(reader, 200))["data"]
        load.reads.append(time.perf_counter() - begun)
        assert read["id"] == created["id"]
        load.ids.add(read["id"])
    finally:
        writer.close()
        await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader, status: int) -> Any:
    """The JSON of an answer, which has to have this status."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    (length,) = [line[15:] for line in head.split("\r\n") if line.startswith("content-length:")]
    body = await reader.readexactly(int(length))
    assert head.split(" ", 2)[1] == str(status), body
    return json.loads(body)


def measure(clients: int = CLIENTS) -> dict[str, dict[str, float]]:
    """The latencies in seconds of creating and reading jobs, all clients at once.

    Raises AssertionError where any answer is an error.
    """
    if find_spec("starlette") is None or find_spec("duckdb") is None:
        return {}
    from epfilter.exporter.orders import demo_lines
    from support.exporter_services import TOKEN
    from support.live_services import live_service

    _allow_files(clients)
    with TemporaryDirectory() as folder:
        orders = Path(folder, "orders.jsonl")
        orders.write_text("".join(demo_lines(ORDERS)), encoding="utf-8", newline="\n")
        with live_service("--orders", orders, "--state", Path(folder, "state")) as live:
            load = loaded(live.address, TOKEN, clients)
    return {
        f"{clients:,} creates at once": _cut(load.creates),
        f"{clients:,} reads at once": _cut(load.reads),
    }


def _cut(seconds: list[float]) -> dict[str, float]:
    cuts = quantiles(seconds, n=100, method="inclusive")
    return {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "max": max(seconds)}


def _allow_files(clients: int) -> None:
    """Lets this process and the service have a connection for each client, where that is limited."""
    try:
        import resource
    except ModuleNotFoundError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(soft, clients + 200)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(prog="python tests/benchmarks/load.py", description=__doc__)
    arguments.add_argument("--clients", type=int, default=CLIENTS, help="how many at once")
    latencies = measure(arguments.parse_args().clients)

    from benchmarks.table import spoken

    for name, cuts in latencies.items():
        told = ", ".join(f"{cut} {spoken(seconds)}" for cut, seconds in cuts.items())
        sys.stdout.write(f"{name}, no error: {told}\n")


if __name__ == "__main__":
    sys.path.insert(0, _TESTS)
    main()
