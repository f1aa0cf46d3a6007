"""Files of orders that a test writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from epfilter.exporter.orders import OrderSource

TWO = '{"id":"1","payment":"paid"}\n{"id":"2","payment":"refunded"}\n'


@pytest.fixture
def stored(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file and says where it is."""

    def store(text: str | bytes = TWO, name: str = "orders.jsonl") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return store


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "exported.csv"


def ids(store: OrderSource, target: Path) -> list[str]:
    store.write_csv(None, target)
    return [line.partition(",")[0] for line in target.read_text(encoding="utf-8").splitlines()[1:]]
