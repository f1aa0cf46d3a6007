"""The one place that writes the CSV files, for orders of any store."""

from __future__ import annotations

from pathlib import Path

import duckdb

from epfilter.exporter.orders.duckdb_sql import literal

_OPTIONS = "FORMAT csv, HEADER true, USE_TMP_FILE false"
"""The file is the caller's unfinished one already; a temporary one beside it would be another."""


def written(connection: duckdb.DuckDBPyConnection, cells: str, target: Path) -> int:
    """Write what a SELECT gives, with a header; how many rows they are.

    Raises what DuckDB raises.
    """
    connection.execute(f"COPY ({cells}) TO {literal(str(target))} ({_OPTIONS})")
    found = connection.fetchone()
    return 0 if found is None else int(found[0])
