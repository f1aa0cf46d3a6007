"""A filter on a dataframe, beside the expression and the SQL that a person would write."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from benchmarks.rows import FIRST, LAST
from benchmarks.timing import interleaved, repeated
from benchmarks.works import THREE_CALLS

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


def absent() -> dict[str, str]:
    """What is not there to be compared, and why."""
    needed = {OURS: "narwhals", POLARS: "polars", DUCKDB: "duckdb", "pyarrow": "pyarrow"}
    return {name: "not installed" for name, module in needed.items() if find_spec(module) is None}


def made(number: int) -> pl.DataFrame:
    """So many orders of one year in no order; some have no payment."""
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


def actions(frame: pl.DataFrame) -> dict[str, Actions]:
    """By engine: ours, and by hand. Each gives the rows that it keeps."""
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
    """Seconds for each engine."""
    if absent():
        return []
    return [
        {"name": name, "rows": number, "seconds": _measured(name, compared, rounds)}
        for name, compared in actions(made(number)).items()
    ]


def _measured(name: str, compared: Actions, rounds: int) -> dict[str, float]:
    """Measure nothing that does not keep as many."""
    lengths = {len(action()) for action in compared.values()}
    if len(lengths) != 1:
        raise AssertionError(f"not the same rows are kept in {name}: {lengths}")
    return interleaved({one: repeated(run) for one, run in compared.items()}, rounds=rounds)
