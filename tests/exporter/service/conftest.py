from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from epfilter.exporter.service import ServiceSettings, components, create_app
from epfilter.exporter.service.job_queue import JobQueue
from exporter.service.worker_setup import WEEK, Service
from support.exporter_services import AUTHORIZATION, TOKEN, HeldOrders


@pytest.fixture
def held_orders(monkeypatch: pytest.MonkeyPatch) -> HeldOrders:
    orders = HeldOrders()
    monkeypatch.setattr(components, "open_orders", lambda *_args, **_options: orders)
    return orders


@pytest.fixture
def settings(tmp_path: Path) -> ServiceSettings:
    return ServiceSettings(
        orders=tmp_path / "orders.jsonl",
        state=tmp_path / "state",
        token=TOKEN,
        max_body_bytes=4096,
        drain=timedelta(),
    )


@pytest.fixture
def app(settings: ServiceSettings, held_orders: HeldOrders) -> Starlette:  # noqa: ARG001 - the app opens these orders
    return create_app(settings)


@pytest.fixture
def client(app: Starlette) -> Iterator[TestClient]:
    with TestClient(app, headers=AUTHORIZATION) as client:
        yield client


@pytest.fixture
def jobs(location: str) -> Iterator[JobQueue]:
    with JobQueue(location, lifetime=WEEK) as opened:
        yield opened


@pytest.fixture
def service(location: str, tmp_path: Path) -> Iterator[Service]:
    made = Service(location, tmp_path / "service")
    yield made
    made.jobs.close()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Service]:
    """For what is the same in every database."""
    made = Service(str(tmp_path / "service" / "jobs.db"), tmp_path / "service")
    yield made
    made.jobs.close()
