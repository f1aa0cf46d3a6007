"""An order source for a file: DuckDB reads it, filters it and writes the CSV."""

# ruff: noqa: S608 - names and texts of the SQL go through `quote_name` and `quote_text`

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import duckdb

from epfilter.ast import Filter
from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders.columns import RowsPer
from epfilter.exporter.orders.csv_validation import check_rows, find_long_row, has_complete_rows
from epfilter.exporter.orders.duckdb_sessions import (
    CsvError,
    DataError,
    Sessions,
    copy_to_csv,
    reads_csv,
)
from epfilter.exporter.orders.duckdb_sql import (
    Source,
    build_csv_select,
    build_month_select,
    build_summary_select,
    build_view_select,
)
from epfilter.exporter.orders.file_formats import FORMATS, describe_csv, describe_jsonl
from epfilter.exporter.orders.item_rows import (
    build_order_select,
    build_repetition_select,
    can_select_by_id,
    uses_items,
)
from epfilter.exporter.orders.jsonl_validation import find_broken_line
from epfilter.exporter.orders.order_schema import choose_resource
from epfilter.exporter.orders.order_summary import OrderSummary
from epfilter.exporter.orders.source_paths import printable_name, stat_readable
from epfilter.targets import filter_frame

_ORDER_ID = re.compile(r", in the order (.+)$")
"""The end of a message of `build_view_select`."""

_LINE = re.compile(r", in line (\d{1,15}):")
"""The line in a message of DuckDB."""

_LEAST_SEARCH_SECONDS = 2.0

Result = TypeVar("Result")


class _SearchTooLongError(Exception):
    """The search for a broken line takes longer than the export took."""


class OrderFile:
    r"""The orders of a file, as `open_orders` opens it. See `OrderSource` for its methods.

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
        memory: str | None = None,
        temporary: Path | None = None,
        check: bool = True,
    ) -> None:
        # Absolute, so that no name looks like an address.
        self._path = Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` would follow links
        self._name = printable_name(path.name)
        self._describe = FORMATS[path.suffix.lower()]
        self._check = check
        self._sessions = Sessions(threads=threads, memory=memory, temporary=temporary)

    def count(self, filter: Filter | None) -> int:  # noqa: A002 - as the platform calls it
        """Return how many orders the filter selects; None selects all orders."""

        def count_rows(connection: duckdb.DuckDBPyConnection, source: Source) -> int:
            selected, _ = self._select_orders(connection, source, filter, "order")
            row = connection.execute(f"SELECT count(*) FROM ({selected})").fetchone()
            return 0 if row is None else int(row[0])

        return self._run(count_rows)

    def summarise(
        self,
        filter: Filter | None,  # noqa: A002 - as the platform calls it
        rows: int = 5,
    ) -> OrderSummary:
        """Return the number of selected orders, their months, and the first `rows` of them."""

        def query(connection: duckdb.DuckDBPyConnection, source: Source) -> OrderSummary:
            selected, _ = self._select_orders(connection, source, filter, "order")
            months = connection.execute(build_month_select(selected)).fetchall()
            if not months:  # Another query would read the whole file again.
                return OrderSummary.from_months((), ())
            self._sessions.raise_if_interrupted(connection)
            first = connection.execute(f"{build_summary_select(selected)} LIMIT {rows:d}")
            return OrderSummary.from_months(months, first.fetchall())

        return self._run(query)

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
        if target.exists() and target.samefile(self._path):
            raise OrdersError("the CSV file would overwrite the orders. Choose another file.")

        def copy(connection: duckdb.DuckDBPyConnection, source: Source) -> int:
            selected, source = self._select_orders(connection, source, filter, rows)
            self._sessions.raise_if_interrupted(connection)
            cells = build_csv_select(selected, source, rows, neutralise=neutralise, bom=bom)
            return copy_to_csv(connection, cells, target)

        return self._run(copy, (target,), target.parent)

    def interrupt(self) -> None:
        """End a call that runs in another thread."""
        self._sessions.interrupt()

    def require_ready(self) -> None:
        """Raise OrdersError if the file does not begin like a file of orders."""
        with self._open() as connection:
            source = self._describe(connection, self._path)
            if self._describe is describe_jsonl:
                connection.execute(f"SELECT * FROM {source.table} LIMIT 1").fetchone()

    def close(self) -> None:
        """Do nothing; between two calls the source holds nothing."""

    def _run(
        self,
        call: Callable[[duckdb.DuckDBPyConnection, Source], Result],
        targets: tuple[Path, ...] = (),
        folder: Path | None = None,
    ) -> Result:
        """Return what `call` returns for the source of the file.

        A valid CSV file that several threads cannot divide is read again, by one.
        """
        if self._describe is not describe_csv:
            with self._open(targets, folder) as connection:
                return call(connection, self._describe(connection, self._path))
        for one_thread in (False, True):
            with (
                nullcontext() if one_thread else suppress(CsvError),
                self._open(targets, folder, one_thread=one_thread) as connection,
            ):
                return call(
                    connection, self._describe(connection, self._path, parallel=not one_thread)
                )
        raise AssertionError("unreachable")  # pragma: no cover

    def _select_orders(
        self,
        connection: duckdb.DuckDBPyConnection,
        source: Source,
        f: Filter | None,
        rows: RowsPer,
    ) -> tuple[str, Source]:
        """Return the SELECT of the orders, and the source that suffices for these rows.

        Raises OrdersError for a CSV file that DuckDB would not read as it is.
        """
        is_complete = False
        check = partial(self._sessions.raise_if_interrupted, connection)
        if self._describe is describe_csv:
            is_complete = has_complete_rows(self._path, check)
        if source.ungrouped is not None:
            source = self._choose_grouping(connection, source, f, rows, is_complete=is_complete)
        view = build_view_select(source)
        if f is None:
            return view, source
        resource = choose_resource(f, check=self._check)

        def select_rows(part: Filter) -> str:
            return filter_frame(connection.sql(view), part, resource).sql_query()

        selected = (
            build_order_select(view, f, select_rows)
            if source.only_item and uses_items(f)
            else select_rows(f)
        )
        if self._describe is describe_csv and not reads_csv(connection, selected):
            check_rows(self._path, check)
        return selected, source

    def _choose_grouping(
        self,
        connection: duckdb.DuckDBPyConnection,
        source: Source,
        f: Filter | None,
        rows: RowsPer,
        *,
        is_complete: bool = False,
    ) -> Source:
        """Return the source that needs the least memory for a filter and these rows.

        With `is_complete`, each row is known to have all of its order.
        """
        if rows == "order":
            return source.without_details or source
        if source.ungrouped is None or (f is not None and not can_select_by_id(f)):
            return source
        if is_complete:
            return source.ungrouped
        select = build_repetition_select(source.ungrouped)
        self._sessions.raise_if_interrupted(connection)
        ((repeated,),) = connection.execute(select).fetchall()
        return source.ungrouped if repeated else source

    @contextmanager
    def _open(
        self,
        targets: tuple[Path, ...] = (),
        folder: Path | None = None,
        *,
        one_thread: bool = False,
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection that can read the file; every error becomes an OrdersError.

        Raises OrdersError too if the file changes meanwhile: its orders may never have been in one
        file together. Raises CsvError for a CSV file that one thread may be able to read.
        """
        before, start = self._identity(), time.monotonic()
        paths = (self._path, *targets)
        try:
            with self._sessions.session(paths, folder, one_thread=one_thread) as connection:
                try:
                    with self._sessions.translate_errors(connection):
                        yield connection
                except DataError as error:
                    if self._describe is describe_csv and not one_thread:
                        self._check_rows(connection, before)
                    is_final = one_thread or not isinstance(error, CsvError)
                    if is_final and self._identity() == before:
                        # Here, where it can be interrupted.
                        raise self._explain(connection, error, time.monotonic() - start) from None
                    raise
        except (DataError, OrdersError):
            if self._identity() != before:
                raise self._changed_error() from None
            raise
        if self._identity() != before:
            raise self._changed_error()

    def _check_rows(self, connection: duckdb.DuckDBPyConnection, before: tuple[int, ...]) -> None:
        """Raise OrdersError for the first row of a CSV file that is not valid."""
        if self._identity() == before:
            with suppress(OSError):
                check_rows(self._path, partial(self._sessions.raise_if_interrupted, connection))

    def _identity(self) -> tuple[int, ...]:
        status = stat_readable(self._path, self._name)
        return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns

    def _changed_error(self) -> OrdersError:
        return OrdersError(f"{self._name} changed while it was read.", hint="export again")

    def _explain(
        self, connection: duckdb.DuckDBPyConnection, error: DataError, seconds: float
    ) -> OrdersError:
        """Return an error with the broken line, where it is found in the time of the export."""
        end = time.monotonic() + max(seconds, _LEAST_SEARCH_SECONDS)

        def check() -> None:
            self._sessions.raise_if_interrupted(connection)
            if time.monotonic() > end:
                raise _SearchTooLongError

        explanation = None
        with suppress(OSError, _SearchTooLongError):
            if self._describe is describe_csv:
                explanation = find_long_row(self._path, check)
            elif self._describe is describe_jsonl:
                explanation = self._find_broken_line(connection, str(error), check)
        return explanation or OrdersError(f"{self._name} contains invalid orders: {error}")

    def _find_broken_line(
        self, connection: duckdb.DuckDBPyConnection, message: str, check: Callable[[], None]
    ) -> OrdersError | None:
        """Return the error of a broken line: first of a suspect, because Python reads slowly."""
        if order_id := _ORDER_ID.search(message):
            shown = json.dumps(order_id[1], ensure_ascii=False)[1:-1].encode()
            found = find_broken_line(self._path, containing=shown, check=check)
        else:
            row = self._find_unreadable_row(connection)
            if row is None and (reported := _LINE.search(message)):
                row = int(reported[1])  # often, but not always, the right one
            found = None if row is None else find_broken_line(self._path, row=row, check=check)
        return found or find_broken_line(self._path, check=check)

    def _find_unreadable_row(self, connection: duckdb.DuckDBPyConnection) -> int | None:
        """Return the number of the first row that is not JSON or has no id, if there is one."""
        table = describe_jsonl(connection, self._path, ignore_errors=True).table
        numbered = f"SELECT row_number() OVER () AS number, id FROM {table}"
        with suppress(DataError), self._sessions.translate_errors(connection):
            row = connection.execute(
                f"SELECT min(number) FROM ({numbered}) WHERE id IS NULL"
            ).fetchone()
            return None if row is None or row[0] is None else int(row[0])
        return None
