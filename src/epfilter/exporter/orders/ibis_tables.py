"""Orders in a database, asked through Ibis: PostgreSQL, Spark, BigQuery and what else it knows.

The database filters and sorts; its rows come in batches, and DuckDB writes them, so that a CSV file
is the same wherever the orders are.
"""

# ruff: noqa: S608 - names and texts of the SQL go through `quoted` and `literal`

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
import ibis
from ibis.common.exceptions import TableNotFound

from epfilter.ast import Filter
from epfilter.errors import FilterError, FilterValueError
from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders.columns import RowsPer
from epfilter.exporter.orders.csv_writing import written
from epfilter.exporter.orders.database_urls import connected, disconnect, said, secrets
from epfilter.exporter.orders.duckdb_sessions import DataError, Sessions
from epfilter.exporter.orders.duckdb_sql import Source, csv_select, flat_view, quoted
from epfilter.exporter.orders.ibis_columns import attributes, carried
from epfilter.exporter.orders.table_columns import source_of
from epfilter.targets import filter_frame

_BATCH = 10_000
"""Orders that are in memory at a time."""


class IbisTable:
    """The orders of a table or a view, as `open_orders` opens it. See `OrderStore` for its methods.

    Its columns are found as those of a Parquet file; `product_id` and `product_sku` are lists, or
    `items` are a list of objects. It is sorted by `created_at` and `id`.

    Raises OrdersError for a URL of no database.

    >>> IbisTable("https://example.com/orders.parquet")
    Traceback (most recent call last):
        ...
    epfilter.exporter.errors.OrdersError: `https` is no database that Ibis connects to.
    """

    def __init__(
        self,
        url: str,
        *,
        threads: int | None = None,
        memory: str = "256MB",
        temporary: Path | None = None,
    ) -> None:
        self._url, _, fragment = url.partition("#")
        self._secrets = secrets(self._url)
        *schema, self._table = unquote(fragment or "orders").rsplit(".", 1)
        self._schema = schema[0] if schema else None
        self._backends: list[Any] = []
        self._sessions = Sessions(threads=threads, memory=memory, temporary=temporary)
        scheme = self._url.partition(":")[0].lower()
        known = {found.name for found in ibis.util.backend_entry_points()} | {"postgresql"}
        if scheme not in known:
            raise OrdersError(f"`{scheme}` is no database that Ibis connects to.")

    def count(self, filter: Filter | None) -> int:  # noqa: A002 - as the platform calls it
        """How many orders the filter selects; all of them without a filter."""
        # DuckDB has nothing to do here: by the session `interrupt` finds the call, and ends it.
        with self._sessions.session() as connection, self._connected(connection) as table:
            selected = self._selected(table, filter)
            counted = selected.aggregate(orders=selected.count())
            self._sessions.goes_on(connection)
            with _read(counted) as batches:
                return sum(sum(batch["orders"].to_pylist()) for batch in batches)

    def write_csv(
        self,
        filter: Filter | None,  # noqa: A002 - as the platform calls it
        path: Path,
        *,
        rows: RowsPer = "item",
        neutralise: bool = True,
    ) -> int:
        """Write the orders that the filter selects; how many rows of CSV they are."""
        target = Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` would follow links
        failures: list[Exception] = []
        with (
            self._sessions.session((target,), target.parent) as connection,
            self._connected(connection, failures) as table,
        ):
            selected = self._selected(table, filter, in_order=True)
            with _read(selected) as batches, self._sessions.translated(connection):
                connection.register("batches", self._watched(batches, connection, failures))
                source = _source(connection, table.schema(), selected.columns)
                cells = csv_select(flat_view(source), source, rows, neutralise=neutralise)
                self._sessions.goes_on(connection)
                return written(connection, cells, target)

    def interrupt(self) -> None:
        """End what runs in another thread, also in the database where it can be told to."""
        self._sessions.interrupt(self._cancel)

    def _cancel(self) -> None:
        for backend in [*self._backends]:
            inner = getattr(backend, "con", None)
            stop = getattr(inner, "cancel", None) or getattr(inner, "interrupt", None)
            if stop is not None:
                with suppress(Exception):  # it may have ended by itself
                    stop()

    def ready(self) -> None:
        """Do nothing, or raise OrdersError where the first order cannot be read."""
        with self._connected() as table, _read(self._selected(table, None).limit(1)) as batches:
            for _ in batches:
                pass

    def close(self) -> None:
        """Nothing is held between two calls."""

    def _selected(self, table: Any, f: Filter | None, *, in_order: bool = False) -> Any:
        """The columns that are exported, of the orders that the filter selects.

        The database sorts them only where it is told to, since that takes the whole table.
        """
        kept = {f"source {place}": column for place, column in enumerate(carried(table).values())}
        flat = table.select(**kept, **attributes(table))
        if f is not None:
            try:
                flat = filter_frame(flat, f, "orders")
            except FilterValueError as error:
                raise OrdersError(
                    f"the table cannot be asked this: {error}",
                    hint="add a column for the attribute, `product_sku` as a list of texts",
                ) from None
        if in_order:
            flat = flat.order_by(["created_at", "id"])
        return flat.select(
            **{name: flat[f"source {place}"] for place, name in enumerate(carried(table))}
        )

    def _watched(
        self, batches: Any, connection: duckdb.DuckDBPyConnection, failures: list[Exception]
    ) -> Any:
        """What the database sends, until the call is interrupted.

        What it fails with goes into `failures`: DuckDB only tells that something has failed.
        """
        import pyarrow as pa

        def watched() -> Iterator[Any]:
            try:
                for batch in batches:
                    self._sessions.goes_on(connection)
                    yield batch
            except Exception as error:
                failures.append(error)
                raise

        return pa.RecordBatchReader.from_batches(batches.schema, watched())

    @contextmanager
    def _connected(
        self,
        connection: duckdb.DuckDBPyConnection | None = None,
        failures: list[Exception] | None = None,
    ) -> Iterator[Any]:
        """The table; whatever a database raises comes out as OrdersError."""
        try:
            backend = connected(self._url)
            self._backends.append(backend)
            try:
                yield backend.table(self._table, database=self._schema)
            finally:
                self._backends.remove(backend)
                disconnect(backend)
        except FilterError:
            raise
        except Exception as error:  # noqa: BLE001 - each database has errors of its own
            # No name here may outlive the error, which holds this frame: both would stay for long.
            raise self._ours(error, connection, failures or []) from None

    def _ours(
        self,
        error: Exception,
        connection: duckdb.DuckDBPyConnection | None,
        failures: list[Exception],
    ) -> OrdersError:
        """Ours for what a database raises, or for the first of the failures behind it."""
        cause = failures[0] if failures else error
        failures.clear()
        if connection is not None:
            self._sessions.goes_on(connection)
        if isinstance(cause, OrdersError):
            return cause
        if isinstance(cause, DataError):
            return OrdersError(f"the table holds what is no order: {cause}")
        if isinstance(cause, TableNotFound):
            return self._without_table()
        return OrdersError(f"the database says: {said(cause, self._secrets)}")

    def _without_table(self) -> OrdersError:
        name = f"{self._schema}.{self._table}" if self._schema else self._table
        return OrdersError(
            f"the database has no table `{name}`.",
            hint="the URL names it behind `#`, as in postgresql://host/database#schema.table",
        )


def _read(selected: Any) -> Any:
    """What the database answers, in batches of Arrow; to be closed before the connection is.

    DuckDB keeps a database open for a reader that nobody has closed, and lets who connects to the
    same file again wait until it is gone: for ever where an error holds the reader.
    """
    backend = selected.get_backend()
    if backend.name == "duckdb":
        # Ibis 12 asks DuckDB 2 for a method that it no longer has.
        return backend.con.sql(backend.compile(selected)).to_arrow_reader(_BATCH)
    return backend.to_pyarrow_batches(selected, chunk_size=_BATCH)


def _source(
    connection: duckdb.DuckDBPyConnection, schema: Mapping[str, Any], names: Sequence[str]
) -> Source:
    """The batches as a table of DuckDB, JSON as JSON."""
    as_json = [
        f"CAST({quoted(name)} AS JSON) AS {quoted(name)}"
        for name in names
        if schema[name].is_json()
    ]
    replaced = f" REPLACE ({', '.join(as_json)})" if as_json else ""
    table = f"(SELECT *{replaced} FROM batches)"
    relation = connection.sql(f"SELECT * FROM {table}")
    return source_of(table, dict(zip(relation.columns, relation.types, strict=True)))
