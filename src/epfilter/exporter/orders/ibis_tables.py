"""An order source for a database that Ibis supports: PostgreSQL, Spark, BigQuery and others.

The database filters and sorts. Its rows arrive in batches and DuckDB writes them, so that a CSV
file is the same wherever the orders are.
"""

# ruff: noqa: S608 - names and texts of the SQL go through `quote_name` and `quote_text`

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
from epfilter.exporter.errors import OrdersDatabaseError, OrdersError
from epfilter.exporter.orders.columns import RowsPer
from epfilter.exporter.orders.database_urls import connect, describe_error, disconnect, find_secrets
from epfilter.exporter.orders.duckdb_sessions import DataError, Sessions, copy_to_csv
from epfilter.exporter.orders.duckdb_sql import (
    Source,
    build_csv_select,
    build_view_select,
    quote_name,
)
from epfilter.exporter.orders.ibis_columns import select_attributes, select_exported_columns
from epfilter.exporter.orders.order_schema import choose_resource
from epfilter.exporter.orders.order_summary import SUMMARY_COLUMNS, OrderSummary
from epfilter.exporter.orders.table_columns import locate_columns
from epfilter.targets import filter_frame

_TESTED = ("duckdb", "sqlite", "postgresql", "postgres", "mysql")
"""The schemes of the URLs of tested databases."""

_BATCH = 10_000
"""How many orders are in memory at a time."""


class IbisTable:
    """The orders of a table or a view, as `open_orders` opens it.

    See `OrderSource` for its methods.

    The columns may be those of a Parquet file; `product_id` and `product_sku` are lists, or
    `items` is a list of objects. The export is sorted by `created_at` and `id`.

    Raises OrdersError for a URL that Ibis cannot connect to.

    >>> IbisTable("https://example.com/orders.parquet")
    Traceback (most recent call last):
        ...
    epfilter.exporter.errors.OrdersError: Ibis does not support `https` URLs.
    """

    def __init__(  # noqa: PLR0913 - the options of `open_orders`
        self,
        url: str,
        *,
        threads: int | None = None,
        memory: str | None = None,
        temporary: Path | None = None,
        allow_untested: bool = False,
        check: bool = True,
    ) -> None:
        self._url, _, fragment = url.partition("#")
        self._secrets = find_secrets(self._url)
        *schema, self._table = unquote(fragment or "orders").rsplit(".", 1)
        self._schema = schema[0] if schema else None
        self._backends: list[Any] = []
        self._sessions = Sessions(threads=threads, memory=memory, temporary=temporary)
        scheme = self._url.partition(":")[0].lower()
        known = {backend.name for backend in ibis.util.backend_entry_points()} | {"postgresql"}
        if scheme not in known:
            raise OrdersError(f"Ibis does not support `{scheme}` URLs.")
        if scheme not in _TESTED and not allow_untested:
            raise OrdersError(
                f"epfilter is not tested with `{scheme}`, where a filter may select other orders.",
                hint="use --allow-untested (in Python: allow_untested=True) to try it",
            )
        self._allow_untested = allow_untested
        self._check = check

    def count(self, filter: Filter | None) -> int:  # noqa: A002 - as the platform calls it
        """Return how many orders the filter selects; None selects all orders."""
        # DuckDB does nothing here; the session makes the call visible to `interrupt`.
        with self._sessions.session() as connection, self._open_table(connection) as table:
            selected = self._select_orders(table, filter)
            counted = selected.aggregate(orders=selected.count())
            self._sessions.raise_if_interrupted(connection)
            with _read_batches(counted) as batches:
                return sum(sum(batch["orders"].to_pylist()) for batch in batches)

    def summarise(
        self,
        filter: Filter | None,  # noqa: A002 - as the platform calls it
        rows: int = 5,
    ) -> OrderSummary:
        """Return the number of selected orders, their months, and the first `rows` of them."""
        with self._sessions.session() as connection, self._open_table(connection) as table:
            flat = self._filter_orders(table, filter)
            created = flat.created_at
            counted = flat.group_by(year=created.year(), month=created.month()).aggregate(
                orders=flat.count()
            )
            first = flat.order_by(["created_at", "id"]).select(*SUMMARY_COLUMNS).limit(rows)
            self._sessions.raise_if_interrupted(connection)
            with _read_batches(counted) as batches:
                months = [
                    (f"{row['year']:04}-{row['month']:02}" if row["year"] else None, row["orders"])
                    for row in _iterate_rows(batches)
                ]
            self._sessions.raise_if_interrupted(connection)
            with _read_batches(first) as batches:
                return OrderSummary.from_months(
                    months, [[*row.values()] for row in _iterate_rows(batches)]
                )

    def write_csv(
        self,
        filter: Filter | None,  # noqa: A002 - as the platform calls it
        path: Path,
        *,
        rows: RowsPer = "item",
        neutralise: bool = True,
        bom: bool = False,
    ) -> int:
        """Write the orders that the filter selects; return the number of rows."""
        target = Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` would follow links
        failures: list[Exception] = []
        with (
            self._sessions.session((target,), target.parent) as connection,
            self._open_table(connection, failures) as table,
        ):
            selected = self._select_orders(table, filter, in_order=True)
            with _read_batches(selected) as batches, self._sessions.translate_errors(connection):
                connection.register("batches", self._stream(batches, connection, failures))
                source = _describe_batches(connection, table.schema(), selected.columns)
                cells = build_csv_select(
                    build_view_select(source), source, rows, neutralise=neutralise, bom=bom
                )
                self._sessions.raise_if_interrupted(connection)
                return copy_to_csv(connection, cells, target)

    def interrupt(self) -> None:
        """End a call that runs in another thread, also in a database that can cancel queries."""
        self._sessions.interrupt(self._cancel)

    def _cancel(self) -> None:
        for backend in [*self._backends]:
            inner = getattr(backend, "con", None)
            stop = getattr(inner, "cancel", None) or getattr(inner, "interrupt", None)
            if stop is not None:
                with suppress(Exception):  # the query may have ended already
                    stop()

    def require_ready(self) -> None:
        """Raise OrdersError if the first order cannot be read."""
        with (
            self._open_table() as table,
            _read_batches(self._select_orders(table, None).limit(1)) as batches,
        ):
            for _ in batches:
                pass

    def close(self) -> None:
        """Do nothing; between two calls the source holds nothing."""

    def _select_orders(self, table: Any, f: Filter | None, *, in_order: bool = False) -> Any:
        """Return the exported columns of the orders that the filter selects.

        The database sorts them only with `in_order`, because sorting reads the whole table.
        """
        flat = self._filter_orders(table, f)
        if in_order:
            flat = flat.order_by(["created_at", "id"])
        return flat.select(
            **{
                name: flat[f"source {number}"]
                for number, name in enumerate(select_exported_columns(table))
            }
        )

    def _filter_orders(self, table: Any, f: Filter | None) -> Any:
        """Return the selected orders: their attributes, and the exported columns by number."""
        columns = {
            f"source {number}": column
            for number, column in enumerate(select_exported_columns(table).values())
        }
        flat = table.select(**columns, **select_attributes(table))
        if f is not None:
            try:
                resource = choose_resource(f, check=self._check)
                flat = filter_frame(flat, f, resource, allow_untested=self._allow_untested)
            except FilterValueError as error:
                raise OrdersError(
                    f"the table does not support this filter: {error}",
                    hint="add a column for the attribute, `product_sku` as a list of texts",
                ) from None
        return flat

    def _stream(
        self, batches: Any, connection: duckdb.DuckDBPyConnection, failures: list[Exception]
    ) -> Any:
        """Return the batches of the database as a reader that ends when the call is interrupted.

        Its errors go into `failures`, because the error of DuckDB does not contain them.
        """
        import pyarrow as pa

        def generate() -> Iterator[Any]:
            try:
                for batch in batches:
                    self._sessions.raise_if_interrupted(connection)
                    yield batch
            except Exception as error:
                failures.append(error)
                raise

        return pa.RecordBatchReader.from_batches(batches.schema, generate())

    @contextmanager
    def _open_table(
        self,
        connection: duckdb.DuckDBPyConnection | None = None,
        failures: list[Exception] | None = None,
    ) -> Iterator[Any]:
        """Yield the table; every error of the database becomes an OrdersError."""
        try:
            backend = connect(self._url)
            self._backends.append(backend)
            try:
                yield backend.table(self._table, database=self._schema)
            finally:
                self._backends.remove(backend)
                disconnect(backend)
        except FilterError:
            raise
        except Exception as error:  # noqa: BLE001 - each database has errors of its own
            # The error holds this frame: a variable that holds the error would keep both alive.
            raise self._translate(error, connection, failures or []) from None

    def _translate(
        self,
        error: Exception,
        connection: duckdb.DuckDBPyConnection | None,
        failures: list[Exception],
    ) -> OrdersError:
        """Return our own error for one of the database, or for the first failure that caused it."""
        cause = failures[0] if failures else error
        failures.clear()
        if connection is not None:
            self._sessions.raise_if_interrupted(connection)
        if isinstance(cause, OrdersError):
            return cause
        if isinstance(cause, DataError):
            return OrdersError(f"the table contains invalid orders: {cause}")
        if isinstance(cause, TableNotFound):
            return self._missing_table_error()
        return OrdersDatabaseError(f"the database reports: {describe_error(cause, self._secrets)}")

    def _missing_table_error(self) -> OrdersError:
        name = f"{self._schema}.{self._table}" if self._schema else self._table
        return OrdersError(
            f"the database has no table `{name}`.",
            hint="name it after `#`, like postgresql://host/database#schema.table",
        )


def _read_batches(selected: Any) -> Any:
    """Return the rows of a query as a reader of Arrow batches; close it before the connection.

    DuckDB keeps a database open for an open reader, and another connection to the same file waits
    until the reader is gone: forever if an error holds it.
    """
    backend = selected.get_backend()
    if backend.name == "duckdb":
        # Ibis 12 calls a method that DuckDB 2 no longer has.
        return backend.con.sql(backend.compile(selected)).to_arrow_reader(_BATCH)
    return backend.to_pyarrow_batches(selected, chunk_size=_BATCH)


def _iterate_rows(batches: Any) -> Iterator[dict[str, Any]]:
    return (row for batch in batches for row in batch.to_pylist())


def _describe_batches(
    connection: duckdb.DuckDBPyConnection, schema: Mapping[str, Any], names: Sequence[str]
) -> Source:
    """Return the source for the batches, with JSON columns as JSON."""
    as_json = [
        f"CAST({quote_name(name)} AS JSON) AS {quote_name(name)}"
        for name in names
        if schema[name].is_json()
    ]
    replaced = f" REPLACE ({', '.join(as_json)})" if as_json else ""
    table = f"(SELECT *{replaced} FROM batches)"
    relation = connection.sql(f"SELECT * FROM {table}")
    types = dict(zip(relation.columns, relation.types, strict=True))
    return locate_columns(table, types, once=True)
