"""Many concurrent clients: the benchmark of the load with fewer of them."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from benchmarks.load import compute_percentiles, run_load
from exporter.end_to_end.conftest import Orders
from support.exporter_services import AUTHORIZATION, TOKEN
from support.live_services import live_service

CLIENTS = 100


@pytest.mark.slow
def test_many_clients_create_and_read_concurrently(tmp_path: Path) -> None:
    orders = Orders(tmp_path / "orders.jsonl", 50)
    with live_service("--orders", orders.path, "--state", tmp_path / "state") as live:
        load = run_load(live.address, TOKEN, CLIENTS)
        jobs = httpx.get(f"{live.address}/v2/jobs", headers=AUTHORIZATION, timeout=60).json()
        errors = [line for line in live.output if '"level":"error"' in line.replace(" ", "")]
    assert len(load.creates) == len(load.reads) == CLIENTS
    assert {job["id"] for job in jobs["data"]} == load.ids
    assert len({job["timestamps"]["created_at"] for job in jobs["data"]}) == CLIENTS
    assert errors == []
    for seconds in (load.creates, load.reads):
        cuts = [*compute_percentiles(seconds).values()]
        assert cuts == sorted(cuts)
        assert min(seconds) <= cuts[0] <= cuts[-1] == max(seconds)
