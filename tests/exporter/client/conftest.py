"""The fixture that opens either client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from exporter.client.doubles import Client, Handler

Opener = Callable[..., Client]


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EPFILTER_API_TOKEN", "EPFILTER_CLIENT_ID", "EPFILTER_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(params=["sync", pytest.param("async", marks=pytest.mark.slow)])
def kind(request: pytest.FixtureRequest) -> str:
    """Return which client a test uses: both perform the same flows.

    Modules that test how each performs them use `both_kinds`, whose tests all are in the default run.
    """
    return str(request.param)


@pytest.fixture(params=["sync", "async"])
def both_kinds(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def open_client(kind: str) -> Iterator[Opener]:
    """Return a function that opens a client with a handler for its requests, or with the network."""
    opened: list[Client] = []

    def open_with(handler: Handler | None = None, **settings: Any) -> Client:
        transport = None if handler is None else httpx.MockTransport(handler)
        opened.append(Client(kind, transport, **settings))
        return opened[-1]

    yield open_with
    for client in opened:
        client.close()
