"""The protocol of an order source, and the function that opens one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from epfilter.ast import Filter
from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders.columns import RowsPer
from epfilter.exporter.orders.order_summary import OrderSummary
from epfilter.exporter.orders.source_paths import path_from_url, printable_name

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")


class OrderSource(Protocol):
    """Orders that a filter selects from.

    Every error of the source, the disk or the database is an OrdersError. A filter that the source
    cannot run raises UnsupportedFilterError, one that is not for orders ResourceError. You may use
    a source from several threads, but it writes one file at a time.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "orders.jsonl")
    ...     _ = path.write_text('{"id": "1", "payment": "paid"}', encoding="utf-8")
    ...     open_orders(path).count(None)
    1
    """

    def count(self, filter: Filter | None) -> int:  # noqa: A002 - as the platform calls it
        """Return how many orders the filter selects; None selects all orders."""

    def summarise(
        self,
        filter: Filter | None,  # noqa: A002 - as the platform calls it
        rows: int = 5,
    ) -> OrderSummary:
        """Return the number of selected orders, their months, and the first `rows` of them."""

    def write_csv(
        self,
        filter: Filter | None,  # noqa: A002 - as the platform calls it
        path: Path,
        *,
        rows: RowsPer = "item",
        neutralise: bool = True,
        bom: bool = False,
    ) -> int:
        """Write the orders that the filter selects, in their order; return the number of rows.

        The columns are `CSV_COLUMNS[rows]`; the header is always written, with `bom` after a byte
        order mark, by which Excel recognises UTF-8. An existing file is
        overwritten. After an error the file is incomplete.
        """

    def interrupt(self) -> None:
        """End a call that runs in another thread; there it raises OrdersError.

        Does nothing where no call runs. Returns when that call has ended, or after a few seconds.
        """

    def require_ready(self) -> None:
        """Raise OrdersError if the orders cannot be read."""

    def close(self) -> None:
        """Release what the source holds."""


def open_orders(  # noqa: PLR0913 - the options of an order source, by keyword
    source: str | os.PathLike[str],
    *,
    threads: int | None = None,
    memory: str | None = None,
    temporary: Path | None = None,
    allow_untested: bool = False,
    check: bool = True,
) -> OrderSource:
    """Return the order source at a path or a URL.

    A file is JSONL (`.jsonl`, `.ndjson`), JSON (`.json`: a list of orders, or responses of the
    platform), CSV (`.csv`) or Parquet (`.parquet`). DuckDB reads it
    with this number of threads (default: one per core that has 512 MB) and this much memory, for
    example `2GB` (default: 512 MB per core, half of the machine's at most); data that does not fit
    goes into the folder `temporary` (default: the folder of the CSV file that is written).

    A URL is one of DuckDB, SQLite, PostgreSQL, MySQL or MariaDB, such as
    `postgresql://user@host/database#table`; with `allow_untested`, one of any database that Ibis
    connects to, where a filter may select other orders. The table is `orders` by default, and may
    be `schema.table`.

    With `check=False`, a filter may also use columns and operators that `orders` does not list,
    such as `eq(billing_country,GB)`; a column that does not exist is an error still.

    Opening reads nothing; call `ready` to check that the orders can be read. Raises OrdersError
    for any other source, and if a required package is not installed.

    >>> open_orders("orders.txt")
    Traceback (most recent call last):
        ...
    epfilter.exporter.errors.OrdersError: `orders.txt` is not a supported orders file. Hint: use \
.jsonl, .ndjson, .json, .csv or .parquet.
    """
    text = os.fspath(source)
    url = _URL.match(text)
    if url and url[1].lower() != "file":
        with _explain_missing_package("databases"):
            from epfilter.exporter.orders.ibis_tables import IbisTable
        return IbisTable(
            text,
            threads=threads,
            memory=memory,
            temporary=temporary,
            allow_untested=allow_untested,
            check=check,
        )
    with _explain_missing_package("service"):
        from epfilter.exporter.orders.duckdb_files import OrderFile
        from epfilter.exporter.orders.file_formats import FORMATS
    name = path_from_url(text) if url else text
    path = Path(name)
    if path.suffix.lower() not in FORMATS:
        raise _unsupported_file(name)
    return OrderFile(path, threads=threads, memory=memory, temporary=temporary, check=check)


def _unsupported_file(source: str) -> OrdersError:
    hint = "use .jsonl, .ndjson, .json, .csv or .parquet"
    if not source:
        return OrdersError("the path of the orders file is empty.", hint=hint)
    # A path such as `.` or `/` has no name of its own.
    shown = printable_name(Path(source).name or source)
    return OrdersError(f"`{shown}` is not a supported orders file.", hint=hint)


@contextmanager
def _explain_missing_package(extra: str) -> Iterator[None]:
    """Raise OrdersError with the extra to install if a package is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise OrdersError(
            f"the package `{error.name}` is not installed.",
            hint=f"pip install 'epfilter[{extra}]'",
        ) from None
