"""Benchmark of a filter on a dataframe, compared with a hand-written expression and SQL."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from benchmarks.cases import THREE_CALLS
from benchmarks.rows import FIRST, LAST
from benchmarks.timing import repeat_action, time_in_turns

if TYPE_CHECKING:
    import polars as pl

NUMBER = 10_000_000
ROUNDS = 9

OURS = "filter_frame"
POLARS, DUCKDB = "Polars", "DuckDB"
HAND = {POLARS: "expression by hand", DUCKDB: "SQL by hand"}

Actions = dict[str, Callable[[], Any]]
_SQL = (
    "SELECT * FROM orders WHERE created_at > TIMESTAMPTZ '2018-09-01 00:00:00+00' "
    "AND created_at < TIMESTAMPTZ '2018-10-01 00:00:00+00' AND payment = 'refunded'"
)


def missing_packages() -> dict[str, str]:
    """Return the missing packages and the reason."""
    packages = {OURS: "narwhals", POLARS: "polars", DUCKDB: "duckdb", "pyarrow": "pyarrow"}
    return {name: "not installed" for name, module in packages.items() if find_spec(module) is None}


def create_frame(number: int) -> pl.DataFrame:
    """Return this number of unordered orders of one year; some have no payment."""
    import polars as pl

    n = pl.int_range(number, dtype=pl.Int64)
    second = (n * 7919 % number) * (360 * 24 * 3600) // number
    payments = pl.Series(["paid", "unpaid", "refunded", "authorized"])
    payment = pl.lit(payments).gather(n % 4)
    return pl.select(
        id=n,
        created_at=(second * 1_000_000 + 1_514_764_800_000_000).cast(pl.Datetime("us", "UTC")),
        payment=pl.when(n % 50 != 0).then(payment),
        with_tax=n % 10_000,
    )


def create_actions(frame: pl.DataFrame) -> dict[str, Actions]:
    """Return by engine our action and the hand-written one, which return the selected rows."""
    import duckdb
    import polars as pl

    from epfilter.targets import filter_frame

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.register("given", frame.to_arrow())
    connection.execute("CREATE TABLE orders AS SELECT * FROM given")
    connection.unregister("given")
    created, payment = pl.col("created_at"), pl.col("payment")
    return {
        POLARS: {
            OURS: lambda: filter_frame(frame, THREE_CALLS),
            HAND[POLARS]: lambda: frame.filter(
                (created > FIRST) & (created < LAST) & (payment == "refunded")
            ),
        },
        DUCKDB: {
            OURS: lambda: filter_frame(connection.table("orders"), THREE_CALLS).to_arrow_table(),
            HAND[DUCKDB]: lambda: connection.sql(_SQL).to_arrow_table(),
        },
    }


def measure(number: int = NUMBER, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """Return the seconds for each engine."""
    if missing_packages():
        return []
    return [
        {"name": name, "rows": number, "seconds": _measure_engine(name, compared, rounds)}
        for name, compared in create_actions(create_frame(number)).items()
    ]


def _measure_engine(name: str, compared: Actions, rounds: int) -> dict[str, float]:
    """Return the seconds of each action; raise AssertionError where they select other rows."""
    lengths = {len(action()) for action in compared.values()}
    if len(lengths) != 1:
        raise AssertionError(f"different rows are selected in {name}: {lengths}")
    return time_in_turns(
        {label: repeat_action(run) for label, run in compared.items()}, rounds=rounds
    )
