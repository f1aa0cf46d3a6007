"""Connections to DuckDB that reach nothing but the files they are given, and what they raise."""

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

from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders.duckdb_sql import literal
from epfilter.exporter.orders.spilling import spill_folder
from epfilter.exporter.orders.store import legible
from epfilter.snippets import shorten

_PATIENCE = 5.0
"""Seconds that `interrupt` waits for a call to end."""

_MEMORY = re.compile(r"\d+(?:\.\d+)? ?(?:[kmgt]i?b|%)", re.ASCII | re.IGNORECASE)

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
        if not _MEMORY.fullmatch(memory):
            raise OrdersError(
                f"`{shorten(memory)}` is no amount of memory.", hint="write it as in 500MB or 2GB"
            )
        self._threads, self._memory, self._temporary = threads, memory, temporary
        self._running: dict[duckdb.DuckDBPyConnection, Mapping[str, str]] = {}
        self._interrupted: list[duckdb.DuckDBPyConnection] = []
        self._ended = threading.Condition()

    @contextmanager
    def session(
        self, paths: Collection[Path] = (), folder: Path | None = None
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that reaches these paths; errors of DuckDB come out as ours.

        `folder` is where it puts what does not fit into memory, unless the settings name one,
        which is made where it is missing. Raises DataError for what is wrong with the data,
        OrdersError for all else.
        """
        base = self._temporary or folder
        spill = None if base is None else spill_folder(base)
        shown = _shown(paths, spill)
        self._make_temporary()
        with _translated(shown):
            connection = self._connected(paths, spill)
        with self._ended:
            self._running[connection] = shown
        try:
            with _translated(shown):
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
    def translated(self, connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Errors of a session come out as ours already here, as its own at its end."""
        with _translated(self._running[connection]):
            yield

    def interrupt(self, elsewhere: Callable[[], None] = lambda: None) -> None:
        """End what runs, as `OrderStore.interrupt`; `elsewhere` ends what is outside of DuckDB."""
        deadline = time.monotonic() + _PATIENCE
        with self._ended:
            now = [*self._running]
            self._interrupted += now
        # Again and again, because DuckDB forgets it where its next statement begins.
        while time.monotonic() < deadline:
            with self._ended:
                left = [each for each in now if each in self._running]
                for connection in left:
                    connection.interrupt()
            if not left:
                return
            elsewhere()  # not under the lock, which the call needs in order to end
            with self._ended:
                self._ended.wait(0.02)

    def goes_on(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Raise OrdersError where the call has been interrupted, also between two statements."""
        if connection in self._interrupted:
            raise OrdersError("interrupted")

    def _make_temporary(self) -> None:
        if self._temporary is None:
            return
        try:
            self._temporary.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            said = error.strerror or type(error).__name__
            raise OrdersError(f"the folder for temporary files cannot be made: {said}.") from None

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


def _shown(paths: Iterable[Path], spill: Path | None) -> dict[str, str]:
    """What stands for each path in a message: whoever exports need not know the folders here.

    Raises OrdersError for a path that DuckDB cannot take.
    """
    shown = {} if spill is None else {_utf_8(spill, "the temporary files"): "temporary"}
    for path in paths:
        shown |= {unglobbed(path): path.name, _utf_8(path, legible(path.name)): path.name}
    return shown


def _utf_8(path: Path, name: str) -> str:
    try:
        os.fspath(path).encode()
    except UnicodeEncodeError:
        raise OrdersError(
            f"the path of {name} is not UTF-8.",
            hint="DuckDB takes no other: rename the file or the folder that is not",
        ) from None
    return str(path)


@contextmanager
def _translated(shown: Mapping[str, str]) -> Iterator[None]:
    """Errors of DuckDB and the system come out as ours, without the paths of the session."""
    try:
        yield
    except duckdb.InterruptException:
        raise OrdersError("interrupted") from None
    except (duckdb.Error, OSError) as error:
        raise _ours(error, shown) from None


def unglobbed(path: Path) -> str:
    """The path as DuckDB reads it, to which `*`, `?` and `[` in a name mean many files.

    >>> unglobbed(Path("a[1].csv"))
    'a[[]1].csv'
    """
    return _GLOB.sub(r"[\g<0>]", str(path))


def _ours(error: Exception, shown: Mapping[str, str]) -> Exception:
    """Ours for an error of DuckDB or the system."""
    said = str(error)
    for path, name in shown.items():
        said = said.replace(path, name)
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
