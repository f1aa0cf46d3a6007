"""What runs on a connection to DuckDB, and how it is ended from elsewhere."""

from __future__ import annotations

from threading import Event, Thread

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
