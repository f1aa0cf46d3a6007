"""Jobs in SQLite: a file in the state folder, for the processes of one machine."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, create_engine, event

from epfilter.exporter.errors import ExporterError, SettingsError
from epfilter.exporter.service.database import Database, DiskFullError

_PATIENCE = 30.0
"""How many seconds to wait for another process that is writing."""

_WRITES = "epfilter_writes"

_WORDS = {
    "SQLITE_BUSY": "another process keeps it locked",
    "SQLITE_CANTOPEN": "it cannot be opened",
    "SQLITE_CORRUPT": "it is damaged",
    "SQLITE_IOERR": "the disk does not read or write it",
    "SQLITE_NOTADB": "it is no database of SQLite, or damaged",
    "SQLITE_PERM": "it must not be opened",
    "SQLITE_READONLY": "it cannot be written",
}
"""What the primary result codes mean for a user. Source: https://sqlite.org/rescode.html"""


class SqliteDatabase(Database):
    """Jobs in a file of SQLite. The right to run them is a lock on a file beside it.

    Every commit is on the disk when it returns: WAL with `synchronous=FULL`, see
    https://sqlite.org/pragma.html#pragma_synchronous.
    """

    kind: ClassVar[str] = "SQLite"

    def __init__(self, path: Path) -> None:
        super().__init__(_engine(path), f"the database {path}")
        self._path = path
        self._writer = Lock()
        self._has_turn = False
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # SQLite gives the files beside this one the permissions of this one.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._file = _identity(path)
        except OSError as error:
            raise SettingsError(f"{self.place} cannot be opened: {error.strerror}.") from None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        self._demand_the_file()
        with super().reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write; they take turns within the process."""
        self._demand_the_file()
        with self._writer, self.translated(), self._engine.connect() as connection:
            # Upgrading a transaction that has read fails at once when another process has written.
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection

    running = writing

    def _demand_the_file(self) -> None:
        """SQLite goes on with a file that was removed, and what it writes there is lost."""
        try:
            same = _identity(self._path) == self._file
        except OSError:
            same = False
        if not same:
            raise ExporterError(
                f"{self.place} cannot be used: its file was removed or replaced.",
                hint="start the service again",
            )

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """The lock on the file; the system releases it when the process ends."""
        # A new one each time, as one and the same could be taken twice.
        lock = FileLock(self._beside("turn.lock"), mode=0o600)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            yield False
            return
        except OSError as error:
            said = error.strerror or type(error).__name__
            raise ExporterError(f"{lock.lock_file} cannot be locked: {said}.") from None
        self._has_turn = True
        try:
            yield True
        finally:
            self._has_turn = False
            lock.release()

    def _beside(self, name: str) -> Path:
        """A file of this database; another one in the same folder has its own."""
        return self._path.with_name(f"{self._path.name}.{name}")

    def has_turn(self) -> bool:
        """Whether it was taken: a lock on a file is never lost."""
        return self._has_turn

    @contextmanager
    def making_tables(self) -> Iterator[Connection]:
        """A writing transaction excludes all others; WAL is a property of the file."""
        lock = FileLock(self._beside("opening.lock"), timeout=_PATIENCE, mode=0o600)
        try:
            # Two processes that switch a new database to WAL at once get in each other's way.
            with lock:
                self._switch_to_wal()
        except OSError as error:  # a timeout of the lock is one too
            said = error.strerror or "another process keeps it locked"
            raise ExporterError(f"{self.place} cannot be opened: {said}.") from None
        with self.writing() as connection:
            damage = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
            if damage != "ok":
                raise ExporterError(f"{self.place} is damaged: {damage}.")
            yield connection

    def _switch_to_wal(self) -> None:
        """Outside a transaction, where alone SQLite allows it."""
        try:
            with closing(sqlite3.connect(self._path, timeout=_PATIENCE)) as connection:
                connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.Error as error:
            raise self.explained(error) from None

    def explained(self, error: BaseException | None) -> ExporterError:
        """The words for a result code of SQLite."""
        name = getattr(error, "sqlite_errorname", "")
        if name == "SQLITE_FULL":
            return DiskFullError(f"{self.place} cannot be written: the disk is full.")
        primary = "_".join(name.split("_")[:2])
        said = _WORDS.get(primary, name or type(error).__name__)
        return ExporterError(f"{self.place} cannot be used: {said}.")


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _engine(path: Path) -> Any:
    engine = create_engine(
        URL.create("sqlite", database=os.fspath(path)),
        connect_args={"timeout": _PATIENCE},
        hide_parameters=True,
        max_overflow=-1,  # as many readers as the service has threads
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _: object) -> None:
        # The driver's own idea of when a transaction begins is none of ours; see "begin".
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous=FULL").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
