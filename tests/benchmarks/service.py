"""Benchmark of the service beside a floor: a bare Starlette application with one SQL statement.

`python tests/benchmarks/service.py` prints requests a second, CPU seconds and latencies of both. The
service is `epfilter serve` in a process of its own, the floor (`service_floor.py`) in another one;
both have the same rows and take turns. The load comes from this process: closed-loop connections
over plain sockets, because an HTTP client would be slower than the service. This process holds the
lease of the queue, so that no export runs meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

_TESTS = str(Path(__file__).resolve().parents[1])
OURS, FLOOR = "service", "floor"
CLIENTS = 1000
CONNECTIONS = 16
JOBS = 10_000
ROUNDS = 5
SECONDS = 1.5
"""Seconds of load for one contender in a round."""

_TIMEOUT = 300.0
"""Seconds that all clients at once can take."""

_FILTER = "eq(payment,refunded)"
_BODY = json.dumps({"data": {"type": "job", "job_type": "order_export", "filter": _FILTER}})


@dataclass
class Contender:
    """A running server: where it listens, its process, and the path of one job."""

    address: str
    process: int
    job: str
    head: str = ""
    """The headers of each request."""

    def request(self, method: str, path: str, body: str = "") -> bytes:
        """Return the bytes of a request."""
        content = (
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        )
        host = urlsplit(self.address).netloc
        return (
            f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{self.head}{content}\r\n{body}".encode()
        )

    def cpu_seconds(self) -> float:
        """Return the CPU time of the process so far; 0 where the system does not report it."""
        try:
            text = Path(f"/proc/{self.process}/stat").read_text(encoding="ascii")
        except FileNotFoundError:
            return 0.0
        user, system = text.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


class _Connection(asyncio.Protocol):
    """A connection that sends a request as soon as the response to the last one is complete."""

    def __init__(self, request: bytes, statuses: dict[bytes, int]) -> None:
        self.request = request
        self.statuses = statuses
        self.latencies: list[float] = []
        self.last_body = b""
        self.closed = asyncio.get_running_loop().create_future()
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def start(self, deadline: float) -> None:
        self._deadline = deadline
        self._send()

    def _send(self) -> None:
        self._began = time.perf_counter()
        self._transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        start = head.lower().index(b"content-length:") + 15
        if len(body) < int(head[start:].split(b"\r\n", 1)[0]):
            return
        now = time.perf_counter()
        self.latencies.append(now - self._began)
        status = head[9:12]
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self._buffer = b""
        if now < self._deadline:
            self._send()
        else:
            self.last_body = body
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is None:
            self.closed.set_result(None)
        else:
            self.closed.set_exception(exc)


async def send_load(
    contender: Contender, request: bytes, status: int, connections: int, seconds: float = 0
) -> tuple[float, list[_Connection]]:
    """Send a request again and again on all connections; return the seconds and the connections.

    With 0 seconds each connection sends one request. Raises AssertionError for another status.
    """
    parts = urlsplit(contender.address)
    loop, statuses = asyncio.get_running_loop(), dict[bytes, int]()
    host, port = parts.hostname, parts.port
    assert host is not None
    assert port is not None
    opened = []
    for _ in range(connections):
        create = partial(_Connection, request, statuses)
        opened.append((await loop.create_connection(create, host, port))[1])
    start = time.perf_counter()
    for connection in opened:
        connection.start(start + seconds)
    await asyncio.wait_for(asyncio.gather(*(each.closed for each in opened)), _TIMEOUT)
    assert set(statuses) == {str(status).encode()}, statuses
    return time.perf_counter() - start, opened


OPERATIONS = {
    "GET job": ("GET", "{job}", "", 200),
    "POST job": ("POST", "/v2/jobs", _BODY, 202),
    "GET a page of 100 jobs": (
        "GET",
        "/v2/jobs?page%5Blimit%5D=100&page%5Boffset%5D=5000",
        "",
        200,
    ),
}


def measure(
    clients: int = CLIENTS, rounds: int = ROUNDS, jobs: int = JOBS, seconds: float = SECONDS
) -> dict[str, dict[str, dict[str, float]]]:
    """Return for each operation and contender the requests a second and the CPU seconds of one.

    For `clients` at once it has the percentiles of creating and reading. Raises AssertionError
    where a response is an error.
    """
    if find_spec("starlette") is None or find_spec("duckdb") is None:
        return {}
    _raise_file_limit(clients)
    results: dict[str, dict[str, dict[str, float]]] = {}
    with start_contenders(jobs) as contenders:
        for name, (method, path, body, status) in OPERATIONS.items():
            rates: dict[str, dict[str, float]] = {each: {} for each in contenders}
            for label, contender in _in_turns(contenders, rounds):
                request = contender.request(method, path.format(job=contender.job), body)
                before = contender.cpu_seconds()
                taken, opened = asyncio.run(
                    send_load(contender, request, status, CONNECTIONS, seconds)
                )
                number = sum(len(each.latencies) for each in opened)
                best = rates[label]
                best["per second"] = max(best.get("per second", 0), number / taken)
                cpu = (contender.cpu_seconds() - before) / number
                best["cpu"] = min(best.get("cpu", cpu), cpu)
            results[name] = rates
        for name, latencies in _measure_bursts(contenders, clients, rounds).items():
            results[f"{clients:,} {name} at once"] = latencies
    return results


def _measure_bursts(
    contenders: dict[str, Contender], clients: int, rounds: int
) -> dict[str, dict[str, dict[str, float]]]:
    """Return the lowest percentiles of `clients` creates at once, then as many reads."""
    results: dict[str, dict[str, dict[str, float]]] = {"creates": {}, "reads": {}}
    for label, contender in _in_turns(contenders, rounds):
        create = contender.request("POST", "/v2/jobs", _BODY)
        read = contender.request("GET", contender.job)
        for name, request, status in (("creates", create, 202), ("reads", read, 200)):
            _, opened = asyncio.run(send_load(contender, request, status, clients))
            if name == "creates":
                ids = {json.loads(each.last_body)["data"][0]["id"] for each in opened}
                assert len(ids) == clients
            found = compute_percentiles([each.latencies[0] for each in opened])
            lowest = results[name].setdefault(label, found)
            results[name][label] = {cut: min(lowest[cut], found[cut]) for cut in found}
    return results


def _in_turns(contenders: dict[str, Contender], rounds: int) -> Iterator[tuple[str, Contender]]:
    for turn in range(rounds):
        yield from [*contenders.items()][:: 1 if turn % 2 else -1]


@contextmanager
def start_contenders(jobs: int = JOBS) -> Iterator[dict[str, Contender]]:
    """Start both servers, each with this many jobs."""
    from benchmarks.service_floor import open_jobs
    from epfilter.exporter.orders import demo_lines
    from epfilter.exporter.service.job_queue import JobQueue
    from support.exporter_services import TOKEN
    from support.live_services import live_service

    with TemporaryDirectory() as folder, ExitStack() as stack:
        orders = Path(folder, "orders.jsonl")
        orders.write_text("".join(demo_lines(10)), encoding="utf-8", newline="\n")
        queue = JobQueue(Path(folder, "state", "jobs.db"), lifetime=timedelta(weeks=1))
        stack.enter_context(queue)
        assert stack.enter_context(queue.lease())
        job = queue.create_all([_FILTER] * jobs)[0]
        floor = open_jobs(Path(folder, "floor.db"), jobs)
        (floor_job,) = floor.execute("SELECT id FROM jobs LIMIT 1").fetchone()
        floor.close()
        live = stack.enter_context(
            live_service("--orders", orders, "--state", Path(folder, "state"))
        )
        process = stack.enter_context(_run_floor(Path(folder, "floor.db")))
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        yield {
            OURS: Contender(
                live.address,
                live.process.pid,
                f"/v2/jobs/{job.id}",
                f"Authorization: Bearer {TOKEN}\r\n",
            ),
            FLOOR: Contender(address, process.pid, f"/v2/jobs/{floor_job}"),
        }


@contextmanager
def _run_floor(path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(Path(__file__).with_name("service_floor.py")), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        try:
            yield process
        finally:
            process.kill()


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


def render_results(results: dict[str, Any]) -> Iterator[str]:
    """Yield a line per operation and contender."""
    from benchmarks.report import format_seconds

    for name, contenders in results.items():
        for label, values in contenders.items():
            cells = (
                f"{cut} {value:,.0f}" if cut == "per second" else f"{cut} {format_seconds(value)}"
                for cut, value in values.items()
            )
            yield f"{name}, {label}: {', '.join(cells)}"
        ours, floor = contenders[OURS], contenders[FLOOR]
        ratios = (f"{cut} {ours[cut] / floor[cut]:.2f}" for cut in ours if floor[cut])
        yield f"{name}, service / floor: {', '.join(ratios)}"


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(
        prog="python tests/benchmarks/service.py", description=__doc__
    )
    arguments.add_argument("--clients", type=int, default=CLIENTS, help="number of clients at once")
    arguments.add_argument("--rounds", type=int, default=ROUNDS, help="number of rounds")
    chosen = arguments.parse_args()
    sys.stdout.writelines(
        f"{line}\n" for line in render_results(measure(chosen.clients, chosen.rounds))
    )


if __name__ == "__main__":
    sys.path.insert(0, _TESTS)
    main()
