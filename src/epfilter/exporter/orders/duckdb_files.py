"""A file of orders as a store: DuckDB reads it, filters it and writes the CSV."""

# ruff: noqa: S608 - names and texts of the SQL go through `quoted` and `literal`

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from epfilter.ast import Filter
from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders.broken_lines import broken_line
from epfilter.exporter.orders.columns import RowsPer
from epfilter.exporter.orders.csv_checking import check_rows, long_row
from epfilter.exporter.orders.csv_writing import written
from epfilter.exporter.orders.duckdb_sessions import DataError, Sessions
from epfilter.exporter.orders.duckdb_sql import Source, csv_select, flat_view
from epfilter.exporter.orders.file_formats import FORMATS, Describe, comma_separated, jsonl
from epfilter.exporter.orders.store import legible, readable
from epfilter.targets import filter_frame

_FAULTS: dict[Describe, Callable[[Path], OrdersError | None]] = {
    jsonl: broken_line,
    comma_separated: long_row,
}
"""What looks for the place of a fault, by what describes the file."""


class OrderFile:
    r"""The orders of a file, as `open_orders` opens it. See `OrderStore` for its methods.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "orders.csv")
    ...     _ = path.write_text("id,payment\n1,paid\n2,unpaid\n", encoding="utf-8")
    ...     OrderFile(path).write_csv(None, Path(folder, "out.csv"))
    2
    """

    def __init__(
        self,
        path: Path,
        *,
        threads: int | None = None,
        memory: str = "256MB",
        temporary: Path | None = None,
    ) -> None:
        # Absolute, so that no name looks like an address.
        self._path = Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` would follow links
        self._name = legible(path.name)
        self._describe = FORMATS[path.suffix.lower()]
        self._sessions = Sessions(threads=threads, memory=memory, temporary=temporary)

    def count(self, filter: Filter | None) -> int:  # noqa: A002 - as the platform calls it
        """How many orders the filter selects; all of them without a filter."""
        with self._reading(()) as connection:
            selected, _ = self._selected(connection, filter)
            found = connection.execute(f"SELECT count(*) FROM ({selected})").fetchone()
        return 0 if found is None else int(found[0])

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
        if target.exists() and target.samefile(self._path):
            raise OrdersError("the orders cannot be written over themselves.")
        with self._reading((target,), target.parent) as connection:
            selected, source = self._selected(connection, filter)
            self._sessions.goes_on(connection)
            cells = csv_select(selected, source, rows, neutralise=neutralise)
            return written(connection, cells, target)

    def interrupt(self) -> None:
        """End what runs in another thread."""
        self._sessions.interrupt()

    def ready(self) -> None:
        """Do nothing, or raise OrdersError where the beginning of the file is none of orders."""
        with self._reading(()) as connection:
            source = self._describe(connection, self._path)
            if self._describe is jsonl:
                connection.execute(f"SELECT * FROM {source.table} LIMIT 1").fetchone()

    def close(self) -> None:
        """Nothing is held between two calls."""

    def _selected(
        self,
        connection: duckdb.DuckDBPyConnection,
        f: Filter | None,
    ) -> tuple[str, Source]:
        source = self._describe(connection, self._path)
        if self._describe is comma_separated:
            check_rows(self._path)
        view = flat_view(source)
        if f is None:
            return view, source
        return filter_frame(connection.sql(view), f, "orders").sql_query(), source

    @contextmanager
    def _reading(
        self, targets: tuple[Path, ...], folder: Path | None = None
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that reads the file; errors in words, and none unnoticed.

        A file that is replaced, appended to or cut off while it is read gives no orders that
        anybody has ever seen together.
        """
        before = self._state()
        try:
            with self._sessions.session((self._path, *targets), folder) as connection:
                yield connection
        except (DataError, OrdersError) as error:
            if self._state() != before:
                raise self._changed() from None
            if isinstance(error, OrdersError):
                raise
            raise self._fault(error) from None
        if self._state() != before:
            raise self._changed()

    def _state(self) -> tuple[int, ...]:
        found = readable(self._path, self._name)
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns

    def _changed(self) -> OrdersError:
        return OrdersError(f"{self._name} changed while it was read.", hint="export again")

    def _fault(self, error: DataError) -> OrdersError:
        found = None
        look = _FAULTS.get(self._describe)
        if look is not None:
            with suppress(OSError):
                found = look(self._path)
        return found or OrdersError(f"{self._name} holds what is no order: {error}")
