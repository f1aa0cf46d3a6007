"""Many concurrent clients: the benchmark of the service with fewer of them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx
import pytest

from benchmarks import service
from exporter.end_to_end.conftest import Orders
from support.exporter_services import AUTHORIZATION, CREATE, TOKEN
from support.live_services import live_service

CLIENTS = 100


@pytest.mark.slow
def test_many_clients_create_and_read_concurrently(tmp_path: Path) -> None:
    orders = Orders(tmp_path / "orders.jsonl", 50)
    with live_service("--orders", orders.path, "--state", tmp_path / "state") as live:
        head = f"Authorization: Bearer {TOKEN}\r\n"
        server = service.Contender(live.address, live.process.pid, "", head)
        create = server.request("POST", "/v2/jobs", json.dumps(CREATE))
        _, opened = asyncio.run(service.send_load(server, create, 202, CLIENTS))
        created = {json.loads(each.last_body)["data"][0]["id"] for each in opened}
        jobs = httpx.get(f"{live.address}/v2/jobs", headers=AUTHORIZATION, timeout=60).json()
        read = server.request("GET", f"/v2/jobs/{min(created)}")
        _, opened = asyncio.run(service.send_load(server, read, 200, CLIENTS))
        errors = [line for line in live.output if '"level":"error"' in line.replace(" ", "")]
    assert {job["id"] for job in jobs["data"]} == created
    assert len({job["timestamps"]["created_at"] for job in jobs["data"]}) == CLIENTS
    assert {json.loads(each.last_body)["data"]["id"] for each in opened} == {min(created)}
    assert errors == []


@pytest.mark.slow
def test_the_benchmark_measures_the_service_beside_its_floor() -> None:
    results = service.measure(clients=20, rounds=1, jobs=150, seconds=0.1)
    assert [*results] == [*service.OPERATIONS, "20 creates at once", "20 reads at once"]
    for entry in results.values():
        assert entry.keys() == {service.OURS, service.FLOOR}
        assert all(value >= 0 for values in entry.values() for value in values.values())
    for values in [*results.values()][-2:]:
        cuts = [*values[service.OURS].values()]
        assert cuts == sorted(cuts)
