"""What a store of orders can do, and how one is opened."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from epfilter.ast import Filter
from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders.columns import RowsPer

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")


class OrderStore(Protocol):
    """Orders that a filter selects from.

    Every error of the store, the disk or the database is an OrdersError; what the store cannot
    ask of its orders is an UnsupportedFilterError, and what is no filter of orders a ResourceError.
    It may be used from several threads, but writes one file at a time.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "orders.jsonl")
    ...     _ = path.write_text('{"id": "1", "payment": "paid"}', encoding="utf-8")
    ...     open_orders(path).count(None)
    1
    """

    def count(self, filter: Filter | None) -> int:  # noqa: A002 - as the platform calls it
        """How many orders the filter selects; all of them without a filter."""

    def write_csv(
        self,
        filter: Filter | None,  # noqa: A002 - as the platform calls it
        path: Path,
        *,
        rows: RowsPer = "item",
        neutralise: bool = True,
    ) -> int:
        """Write the orders that the filter selects, in their order, and say how many rows.

        The columns are `CSV_COLUMNS[rows]`; the header is always there. A file that is there is
        overwritten; after an error, what is there is no whole file.
        """

    def interrupt(self) -> None:
        """End what runs in another thread: there it raises OrdersError `interrupted`.

        Where nothing runs it does nothing. It returns when that call has ended, or after a few
        seconds.
        """

    def ready(self) -> None:
        """Do nothing, or raise OrdersError where the orders cannot be read."""

    def close(self) -> None:
        """Give back what the store holds."""


def open_orders(
    source: str | os.PathLike[str],
    *,
    threads: int | None = None,
    memory: str = "256MB",
    temporary: Path | None = None,
) -> OrderStore:
    """The store of orders at a path or a URL.

    A file is JSONL (`.jsonl`, `.ndjson`), CSV (`.csv`) or Parquet (`.parquet`), read by DuckDB
    with so many threads, by default one a core, and so much memory; `temporary` is where it puts
    what does not fit, by default the folder of the CSV file that is written. A URL is one that
    Ibis connects to, such as `postgresql://user@host/database#table`; the table is `orders` where
    the URL names none, and may be `schema.table`. Nothing is read before it is asked for; `ready`
    says whether it can be.

    Raises OrdersError for what is neither, and where a package that it takes is not installed.

    >>> open_orders("orders.txt")
    Traceback (most recent call last):
        ...
    epfilter.exporter.errors.OrdersError: `orders.txt` is no file of orders. Hint: its name ends \
in .jsonl, .ndjson, .csv or .parquet.
    """
    text = os.fspath(source)
    url = _URL.match(text)
    if url and url[1].lower() != "file":
        with _installed("stores"):
            from epfilter.exporter.orders.ibis_tables import IbisTable
        return IbisTable(text, threads=threads, memory=memory, temporary=temporary)
    with _installed("service"):
        from epfilter.exporter.orders.duckdb_files import OrderFile
        from epfilter.exporter.orders.file_formats import FORMATS
    name = _local(text) if url else text
    path = Path(name)
    if path.suffix.lower() not in FORMATS:
        raise _no_orders(name)
    return OrderFile(path, threads=threads, memory=memory, temporary=temporary)


def _no_orders(source: str) -> OrdersError:
    hint = "its name ends in .jsonl, .ndjson, .csv or .parquet"
    if not source:
        return OrdersError("the file of orders has no name.", hint=hint)
    # A path such as `.` or `/` has no name of its own.
    shown = legible(Path(source).name or source)
    return OrdersError(f"`{shown}` is no file of orders.", hint=hint)


def readable(path: Path, name: str) -> os.stat_result:
    """What the system knows of a file; `name` is what messages call it.

    Raises OrdersError where it cannot be read, or is no file.

    >>> readable(Path("no", "orders.db"), "orders.db")
    Traceback (most recent call last):
        ...
    epfilter.exporter.errors.OrdersError: cannot read orders.db: No such file or directory.
    """
    try:
        found = path.stat()
        if stat.S_ISREG(found.st_mode):
            with path.open("rb"):
                return found
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or error
        raise OrdersError(f"cannot read {name}: {said}.") from None
    kind = "a folder" if stat.S_ISDIR(found.st_mode) else "no regular file"
    raise OrdersError(f"cannot read {name}: it is {kind}.")


def legible(name: str) -> str:
    r"""A name that can be printed everywhere, with what is no UTF-8 written out.

    >>> print(legible("\udcff.csv"))
    \udcff.csv
    """
    return name.encode(errors="backslashreplace").decode()


@contextmanager
def _installed(extra: str) -> Iterator[None]:
    """Say what to install where a package is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise OrdersError(
            f"the package `{error.name}` is not installed.",
            hint=f"pip install 'epfilter[{extra}]'",
        ) from None


def _local(url: str) -> str:
    # Not by urlsplit, which raises errors of its own and takes `?` and `#` out of a name.
    host, _, path = url[len("file://") :].partition("/")
    if host not in ("", "localhost"):
        shown = host.rpartition("@")[2]
        raise OrdersError(
            f"`file://{shown}/{path}` is a file of another machine.", hint="file:///path/to/file"
        )
    return unquote(f"/{path}", errors="surrogateescape")
