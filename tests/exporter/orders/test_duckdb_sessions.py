"""What runs on a connection to DuckDB, and how it is ended from elsewhere."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from epfilter.exporter.orders.duckdb_sessions import Sessions


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


def test_the_limits_are_those_of_the_settings() -> None:
    with Sessions(memory="512MB", threads=3).session() as connection:
        limits = connection.execute(
            "SELECT current_setting('threads'), current_setting('memory_limit')"
        ).fetchone()
    assert limits == (3, "488.2 MiB")
