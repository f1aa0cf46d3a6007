"""Connections to DuckDB that reach nothing but the files they are given, and what they raise."""

from __future__ import annotations

import errno
import re
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from uuid import uuid4

import duckdb

from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders.flat_view import literal

_PATIENCE = 10.0
"""Seconds that `interrupt` waits for a call to end."""

_GLOB = re.compile(r"[*?\[]")


class DataError(Exception):
    """The data are at fault; in DuckDB's words, whose numbers of lines are not to be trusted."""


class Sessions:
    """Makes a connection for each call, and can end what runs on one.

    Raises OrdersError for settings that DuckDB does not take.
    """

    def __init__(
        self, *, threads: int | None = None, memory: str = "256MB", temporary: Path | None = None
    ) -> None:
        if threads is not None and threads < 1:
            raise OrdersError("an export needs one thread or more.")
        self._threads, self._memory, self._temporary = threads, memory, temporary
        self._running: list[duckdb.DuckDBPyConnection] = []
        self._interrupted: list[duckdb.DuckDBPyConnection] = []
        self._ended = threading.Condition()

    @contextmanager
    def session(
        self, paths: Collection[Path] = (), folder: Path | None = None
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that reaches these paths; errors of DuckDB come out as ours.

        `folder` is where it puts what does not fit into memory, unless the settings name one.
        Raises DataError for what is wrong with the data, OrdersError for all else.
        """
        base = self._temporary or folder
        # Each has its own: two DuckDBs would write over each other's files in one.
        spill = None if base is None else base / f".duckdb-{uuid4().hex}"
        try:
            connection = self._connected(paths, spill)
        except (duckdb.Error, OSError) as error:
            raise _translated(error, paths) from None
        with self._ended:
            self._running.append(connection)
        try:
            with translated(paths):
                yield connection
        finally:
            with self._ended:
                self._running.remove(connection)
                self._interrupted = [each for each in self._interrupted if each is not connection]
                self._ended.notify_all()
            connection.close()
            if spill is not None:
                rmtree(spill, ignore_errors=True)

    def interrupt(self, elsewhere: Callable[[], None] = lambda: None) -> None:
        """End what runs, as `OrderStore.interrupt`; `elsewhere` ends what is outside of DuckDB."""
        deadline = time.monotonic() + _PATIENCE
        with self._ended:
            now = [*self._running]
            self._interrupted += now
            # Again and again, because DuckDB forgets it where its next statement begins.
            while time.monotonic() < deadline:
                left = [each for each in now if each in self._running]
                if not left:
                    return
                for connection in left:
                    connection.interrupt()
                elsewhere()
                self._ended.wait(0.02)

    def goes_on(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Raise OrdersError where the call has been interrupted, also between two statements."""
        if connection in self._interrupted:
            raise OrdersError("interrupted")

    def _connected(self, paths: Iterable[Path], spill: Path | None) -> duckdb.DuckDBPyConnection:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "memory_limit": self._memory,
            "python_enable_replacements": False,
            "temp_directory": "" if spill is None else str(spill),
        }
        if self._threads is not None:
            settings["threads"] = self._threads
        connection = duckdb.connect(":memory:", config=settings)
        try:
            connection.execute("SET TimeZone = 'UTC'")
            allowed = {name for path in paths for name in (str(path), unglobbed(path))}
            listed = ", ".join(literal(name) for name in sorted(allowed))
            connection.execute(f"SET allowed_paths = [{listed}]")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
        except BaseException:
            connection.close()
            raise
        return connection


@contextmanager
def translated(paths: Iterable[Path] = ()) -> Iterator[None]:
    """Errors of DuckDB and the system come out as ours, in which these paths are only names."""
    try:
        yield
    except duckdb.InterruptException:
        raise OrdersError("interrupted") from None
    except (duckdb.Error, OSError) as error:
        raise _translated(error, paths) from None


def unglobbed(path: Path) -> str:
    """The path as DuckDB reads it, to which `*`, `?` and `[` in a name mean many files.

    >>> unglobbed(Path("a[1].csv"))
    'a[[]1].csv'
    """
    return _GLOB.sub(r"[\g<0>]", str(path))


def _translated(error: Exception, paths: Iterable[Path]) -> Exception:
    """Ours for an error of DuckDB or the system."""
    said = str(error)
    for path in paths:
        # Whoever exports need not know the folders of the machine.
        said = said.replace(unglobbed(path), path.name).replace(str(path), path.name)
    if "No space left on device" in said or getattr(error, "errno", None) == errno.ENOSPC:
        return OrdersError("the disk is full.")
    if isinstance(error, duckdb.OutOfMemoryException):
        if "max_temp_directory_size" in said:
            return OrdersError("the disk is full.")
        return OrdersError("the memory that the export may use is too little.", hint="allow more")
    if isinstance(error, OSError):
        return OrdersError(f"{error.strerror or error}.")
    if isinstance(error, (duckdb.DataError, duckdb.InvalidInputException)):
        return DataError(_first_line(said))
    return OrdersError(f"DuckDB cannot read or write it: {_first_line(said)}")


def _first_line(said: str) -> str:
    """What DuckDB says, without the name of the kind of error and without advice for its users."""
    line = said.strip().partition("\n")[0]
    return re.sub(r"^[A-Z][A-Za-z ]* Error: ", "", line).strip() or "it says nothing more"
