"""The embedded service for tests, and its fixture, which pytest finds by an entry point."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import httpx
import pytest

from epfilter.exporter.client import jobs
from epfilter.testing import ExporterService, run_exporter_service

# Our own tests run without automatic plug-ins.
pytest_plugins = ["epfilter.testing.pytest_plugin"]


@pytest.fixture(autouse=True)
def _poll_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait shortly for jobs that take milliseconds."""
    monkeypatch.setattr(jobs, "_FIRST_PAUSE", 0.02)


def test_orders_are_exported(exporter_service: ExporterService, tmp_path: Path) -> None:
    with exporter_service.open_client() as client:
        client.export("eq(payment,refunded)", tmp_path / "refunds.csv")
    lines = (tmp_path / "refunds.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 1
    assert httpx.get(f"{exporter_service.url}/v2/jobs").status_code == 401


def test_the_orders_can_be_given(tmp_path: Path) -> None:
    order = {"type": "order", "id": "7", "payment": "paid"}
    with run_exporter_service([order]) as service, service.open_client() as client:
        client.export("eq(payment,paid)", tmp_path / "paid.csv")
        assert service.token not in repr(service)
    assert (tmp_path / "paid.csv").read_text(encoding="utf-8").count("\n") == 2


def test_pytest_finds_the_fixture() -> None:
    (entry_point,) = entry_points(group="pytest11", name="epfilter")
    assert entry_point.load().exporter_service.__name__ == "exporter_service"
