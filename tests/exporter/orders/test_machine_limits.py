"""The threads and the memory of an export, on machines of any size."""

from __future__ import annotations

from pathlib import Path

import pytest

from epfilter.exporter import OrdersError
from epfilter.exporter.orders import machine_limits
from epfilter.exporter.orders.machine_limits import choose_limits, measure_ram
from support.rows import for_each

GB = 10**9
MB = 10**6


@pytest.mark.parametrize(
    ("cores", "ram", "threads", "memory", "expected"),
    [
        (2, 8 * GB, None, None, (2, 1024 * MB)),
        (16, 64 * GB, None, None, (16, 8192 * MB)),
        (16, 8 * GB, None, None, (7, 4 * GB)),
        (4, 1 * GB, None, None, (1, 500 * MB)),
        (1, 8 * GB, None, None, (1, 512 * MB)),
        (4, 300 * MB, None, None, (1, 256 * MB)),
        (16, 8 * GB, 2, None, (2, 1024 * MB)),
        (2, 8 * GB, 8, None, (8, 4 * GB)),
        (4, 8 * GB, None, "256MB", (1, 256 * MB)),
        (4, 8 * GB, None, "1.5 GiB", (3, 1536 * 2**20)),
        (4, 8 * GB, None, "50%", (4, 4 * GB)),
        (4, 8 * GB, 3, "256MB", (3, 256 * MB)),
    ],
)
def test_the_limits_suit_the_machine(  # noqa: PLR0913, PLR0917 - the columns of the table
    monkeypatch: pytest.MonkeyPatch,
    cores: int,
    ram: int,
    threads: int | None,
    memory: str | None,
    expected: tuple[int, int],
) -> None:
    monkeypatch.setattr(machine_limits, "count_cores", lambda: cores)
    monkeypatch.setattr(machine_limits, "measure_ram", lambda: ram)
    assert choose_limits(threads, memory) == expected


@pytest.mark.parametrize("limit", ["max", "8192\n", "99999999999999999999"])
def test_the_limit_of_a_container_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, limit: str
) -> None:
    monkeypatch.setattr(machine_limits, "_CGROUP_LIMIT", tmp_path / "missing")
    whole = measure_ram()
    (tmp_path / "memory.max").write_text(limit, encoding="ascii")
    monkeypatch.setattr(machine_limits, "_CGROUP_LIMIT", tmp_path / "memory.max")
    assert measure_ram() == (8192 if limit.startswith("8") else whole)


@for_each("memory", ["", "lots", "500", "-1MB", "5 apples", "1GB; x", "٣GB", "1GB\n"])
def test_an_invalid_amount_of_memory_is_refused(memory: str) -> None:
    with pytest.raises(
        OrdersError, match=r"is not an amount of memory\. Hint: write it like 500MB"
    ):
        choose_limits(None, memory)


def test_an_export_needs_a_thread() -> None:
    with pytest.raises(OrdersError, match="at least one thread"):
        choose_limits(0, None)
