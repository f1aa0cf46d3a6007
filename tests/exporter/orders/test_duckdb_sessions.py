"""What runs on a connection to DuckDB, and how it is ended from elsewhere."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from epfilter.exporter import OrdersError
from epfilter.exporter.orders.duckdb_sessions import Sessions
from support.rows import for_each


def test_a_call_can_end_while_it_is_ended_outside_of_duckdb() -> None:
    sessions, begun, may_end = Sessions(threads=1), Event(), Event()
    is_alive: list[bool] = []

    def call() -> None:
        with sessions.session():
            begun.set()
            may_end.wait(20)

    def elsewhere() -> None:
        may_end.set()
        thread.join(5)
        is_alive.append(thread.is_alive())

    thread = Thread(target=call)
    thread.start()
    assert begun.wait(20)
    sessions.interrupt(elsewhere)
    assert is_alive == [False]
    thread.join()


@pytest.mark.parametrize("memory", ["500MB", "2GB", "1.5 GiB", "100 kb", "80%"])
def test_an_amount_of_memory(memory: str) -> None:
    with Sessions(memory=memory).session() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@for_each("memory", ["", "lots", "500", "-1MB", "5 apples", "1GB; x", "٣GB", "1GB\n"])
def test_an_invalid_amount_of_memory_is_refused(memory: str) -> None:
    with pytest.raises(
        OrdersError, match=r"is not an amount of memory\. Hint: write it like 500MB"
    ):
        Sessions(memory=memory)
