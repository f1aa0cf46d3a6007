"""The plug-in of pytest: the fixture `exporter_service`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from epfilter.testing.embedded_service import ExporterService


@pytest.fixture(scope="session")
def exporter_service() -> Iterator[ExporterService]:
    """Run an Exporter Service with demo orders on a free port; skip without its packages."""
    for package in ("anyio", "duckdb", "httpx", "starlette", "uvicorn"):
        pytest.importorskip(
            package, reason=f"{package} is missing: pip install 'epfilter[client,service]'"
        )
    from epfilter.testing.embedded_service import run_exporter_service

    with run_exporter_service() as service:
        yield service
