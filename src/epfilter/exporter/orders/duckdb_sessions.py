"""Connections to DuckDB that can reach only the files of one call, and their errors."""

from __future__ import annotations

import errno
import os
import re
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

import duckdb

from epfilter.exporter.errors import (
    OrdersDiskFullError,
    OrdersError,
    OrdersInterruptedError,
)
from epfilter.exporter.orders.duckdb_sql import quote_text
from epfilter.exporter.orders.machine_limits import choose_limits
from epfilter.exporter.orders.source_paths import printable_name
from epfilter.exporter.orders.spill_folders import new_spill_folder

_INTERRUPT_SECONDS = 5.0
"""Seconds that `interrupt` waits for a call to end."""

_COPY_OPTIONS = "FORMAT csv, HEADER true, USE_TMP_FILE false"
"""The target is a temporary file of the caller already, so DuckDB needs none."""

_CSV_ERROR = re.compile(r"CSV Error on Line|Parallel CSV Reader")

_GLOB = re.compile(r"[*?\[]")


class DataError(Exception):
    """Invalid data, in the words of DuckDB; its line numbers are not reliable."""


class CsvError(DataError):
    """A CSV file that DuckDB does not read; a valid one is read by one thread."""


class Sessions:
    """A factory of connections, one for each call, that can interrupt a running call.

    Raises OrdersError for settings that DuckDB does not accept.
    """

    def __init__(
        self,
        *,
        threads: int | None = None,
        memory: str | None = None,
        temporary: Path | None = None,
    ) -> None:
        self._threads, self._memory = choose_limits(threads, memory)
        self._temporary = temporary
        self._running: dict[duckdb.DuckDBPyConnection, Mapping[str, str]] = {}
        self._interrupted: list[duckdb.DuckDBPyConnection] = []
        self._ended = threading.Condition()

    @contextmanager
    def session(
        self,
        paths: Collection[Path] = (),
        folder: Path | None = None,
        *,
        one_thread: bool = False,
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection that can reach only these paths, and may have only `one_thread`.

        Data that does not fit into memory goes into `folder`, unless the settings name a folder;
        that one is created if it is missing. Raises DataError for invalid data, and OrdersError
        for every other error of DuckDB and the system.
        """
        base = self._temporary or folder
        spill = None if base is None else new_spill_folder(base)
        names = _names_in_messages(paths, spill)
        self._make_temporary()
        with _translate_errors(names):
            connection = self._connect(paths, spill, 1 if one_thread else self._threads)
        with self._ended:
            self._running[connection] = names
        try:
            with _translate_errors(names):
                yield connection
        finally:
            with self._ended:
                del self._running[connection]
                self._interrupted = [each for each in self._interrupted if each is not connection]
                self._ended.notify_all()
            connection.close()
            if spill is not None:
                rmtree(spill, ignore_errors=True)

    @contextmanager
    def translate_errors(self, connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Translate errors as the end of the session does, but already here."""
        with _translate_errors(self._running[connection]):
            yield

    def interrupt(self, cancel_source: Callable[[], None] = lambda: None) -> None:
        """End running calls, as `OrderSource.interrupt`.

        `cancel_source` cancels the work of the database that DuckDB reads from.
        """
        deadline = time.monotonic() + _INTERRUPT_SECONDS
        with self._ended:
            running = [*self._running]
            self._interrupted += running
        # Repeatedly, because an interrupt has no effect on the statement that begins next.
        while time.monotonic() < deadline:
            with self._ended:
                left = [each for each in running if each in self._running]
                for connection in left:
                    connection.interrupt()
            if not left:
                return
            cancel_source()  # without the lock, which the call needs to end
            with self._ended:
                self._ended.wait(0.02)

    def raise_if_interrupted(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Raise OrdersInterruptedError if the call was interrupted, also between two statements."""
        if connection in self._interrupted:
            raise OrdersInterruptedError("interrupted")

    def _make_temporary(self) -> None:
        if self._temporary is None:
            return
        try:
            self._temporary.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            message = error.strerror or type(error).__name__
            raise OrdersError(f"cannot create the folder for temporary files: {message}.") from None

    def _connect(
        self, paths: Iterable[Path], spill: Path | None, threads: int
    ) -> duckdb.DuckDBPyConnection:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "memory_limit": f"{self._memory}B",
            "threads": threads,
            "python_enable_replacements": False,
            "temp_directory": "" if spill is None else str(spill),
        }
        connection = duckdb.connect(":memory:", config=settings)
        try:
            connection.execute("SET TimeZone = 'UTC'")
            allowed = {name for path in paths for name in (str(path), escape_glob(path))}
            listed = ", ".join(quote_text(name) for name in sorted(allowed))
            connection.execute(f"SET allowed_paths = [{listed}]")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
        except BaseException:
            connection.close()
            raise
        return connection


def _names_in_messages(paths: Iterable[Path], spill: Path | None) -> dict[str, str]:
    """Return path → the name that messages show instead; clients must not learn the folders.

    Raises OrdersError for a path that DuckDB does not accept.
    """
    names = {} if spill is None else {_require_utf_8(spill, "the temporary files"): "temporary"}
    for path in paths:
        names |= {
            escape_glob(path): path.name,
            _require_utf_8(path, printable_name(path.name)): path.name,
        }
    return names


def _require_utf_8(path: Path, name: str) -> str:
    try:
        os.fspath(path).encode()
    except UnicodeEncodeError:
        raise OrdersError(
            f"the path of {name} is not UTF-8.",
            hint="DuckDB requires UTF-8: rename the file or the folder",
        ) from None
    return str(path)


@contextmanager
def _translate_errors(names: Mapping[str, str]) -> Iterator[None]:
    """Raise our own errors for those of DuckDB and the system, without the session's paths."""
    try:
        yield
    except duckdb.InterruptException:
        raise OrdersInterruptedError("interrupted") from None
    except (duckdb.Error, OSError) as error:
        raise _translate(error, names) from None


def escape_glob(path: Path) -> str:
    """Return the path with `*`, `?` and `[` escaped: for DuckDB they match several files.

    >>> escape_glob(Path("a[1].csv"))
    'a[[]1].csv'
    """
    return _GLOB.sub(r"[\g<0>]", str(path))


def _translate(error: Exception, names: Mapping[str, str]) -> Exception:
    """Return our own error for one of DuckDB or the system."""
    message = str(error)
    for path, name in names.items():
        message = message.replace(path, name)
    if "No space left on device" in message or getattr(error, "errno", None) == errno.ENOSPC:
        return OrdersDiskFullError("the disk is full.")
    if isinstance(error, duckdb.OutOfMemoryException):
        if "max_temp_directory_size" in message:
            return OrdersDiskFullError("the disk is full.")
        return OrdersError("the export needs more memory than it may use.", hint="allow more")
    if isinstance(error, OSError):
        return OrdersError(f"{error.strerror or error}.")
    if _CSV_ERROR.search(message) or isinstance(
        error, (duckdb.DataError, duckdb.InvalidInputException)
    ):
        kind = CsvError if _CSV_ERROR.search(message) else DataError
        return kind(_first_line(message))
    return OrdersError(f"DuckDB cannot read or write the data: {_first_line(message)}")


def _first_line(message: str) -> str:
    """Return the message of DuckDB without the error type and without advice for its users."""
    line = message.strip().partition("\n")[0]
    return re.sub(r"^[A-Z][A-Za-z ]* Error: ", "", line).strip() or "there are no details"


def copy_to_csv(connection: duckdb.DuckDBPyConnection, cells: str, target: Path) -> int:
    """Write the rows of a SELECT into a CSV file with a header; return the number of rows.

    Raises what DuckDB raises.
    """
    connection.execute(f"COPY ({cells}) TO {quote_text(str(target))} ({_COPY_OPTIONS})")
    row = connection.fetchone()
    return 0 if row is None else int(row[0])


def reads_csv(connection: duckdb.DuckDBPyConnection, select: str) -> bool:
    """Return whether DuckDB reads a CSV file for a SELECT; it does not where no row can match."""
    plans = connection.execute(f"EXPLAIN {select}").fetchall()
    return any("READ_CSV" in plan for _, plan in plans)
