"""Jobs in SQLite: a file in the state folder, for the processes of one machine."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar
from uuid import UUID

from filelock import FileLock, Timeout
from pydantic_core import from_json
from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.dialects import sqlite

from epfilter.atomic_files import OWNER_ONLY
from epfilter.exporter.errors import ExporterError, SettingsError
from epfilter.exporter.service.database import Database, DatabaseLockedError, DiskFullError
from epfilter.exporter.service.job_statements import GET_JOB
from epfilter.exporter.service.job_tables import StoredJob, build_job

_LOCK_TIMEOUT = 5.0
"""Seconds to wait for another process that is writing; a request waits at most twice as long."""

_OPENING_TIMEOUT = 30.0
"""Seconds to wait for other processes that open the same database, which check it first."""

_WRITES = "epfilter_writes"
"""The execution option of a transaction that writes."""

_GET_JOB = str(GET_JOB.compile(dialect=sqlite.dialect()))

_MESSAGES = {
    "SQLITE_CANTOPEN": "it cannot be opened",
    "SQLITE_CORRUPT": "it is damaged",
    "SQLITE_IOERR": "the disk cannot read or write it",
    "SQLITE_NOTADB": "it is not a SQLite database, or damaged",
    "SQLITE_PERM": "permission is missing",
    "SQLITE_READONLY": "it cannot be written",
}
"""Primary result code → reason. Source: https://sqlite.org/rescode.html"""


class SqliteDatabase(Database):
    """Jobs in a SQLite file. The lease to run them is a lock on a file beside it.

    Every commit is on the disk when it returns: WAL with `synchronous=FULL`, see
    https://sqlite.org/pragma.html#pragma_synchronous.
    """

    kind: ClassVar[str] = "SQLite"

    def __init__(self, path: Path) -> None:
        super().__init__(_create_engine(path), f"the database {path}")
        self._path = path
        self._path_text = os.fspath(path)
        self._writer = Lock()
        self._reading = Lock()
        self._reader: sqlite3.Connection | None = None
        self._holds_lease = False
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # SQLite gives its other files the permissions of this one.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY))
            self._file = _identity(self._path_text)
        except OSError as error:
            raise SettingsError(f"{self.location} cannot be opened: {error.strerror}.") from None

    @contextmanager
    def read_transaction(self) -> Iterator[Connection]:
        """Begin a transaction that only reads."""
        self._require_same_file()
        with super().read_transaction() as connection:
            yield connection

    def read_job_at_once(self, id: UUID, after: int) -> StoredJob | None:  # noqa: A002 - as in the base
        """Read without a transaction of SQLAlchemy, which takes forty times as long.

        In WAL mode a reader waits for no writer.
        """
        self._require_same_file()
        if not self._reading.acquire(blocking=False):
            raise BlockingIOError
        try:
            if self._reader is None:
                self._reader = sqlite3.connect(
                    self._path, timeout=0, isolation_level=None, check_same_thread=False
                )
            row = self._reader.execute(_GET_JOB, (id.hex, after)).fetchone()
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
                raise BlockingIOError from None
            raise self.explain_error(error) from None
        finally:
            self._reading.release()
        if row is None:
            return None
        _, text, status, message, *rest = row
        return build_job((id, _from_json(text), status, _from_json(message), *rest))

    def close(self) -> None:
        """Close all connections."""
        with self._reading:
            if self._reader is not None:
                self._reader.close()
            self._reader = None
        super().close()

    @contextmanager
    def write_transaction(self) -> Iterator[Connection]:
        """Begin a transaction that may write; one at a time in this process."""
        self._require_same_file()
        with self._writer, self.translate_errors(), self._engine.connect() as connection:
            # It writes from the start: upgrading a read transaction fails if another process wrote.
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection

    lease_transaction = write_transaction

    def _require_same_file(self) -> None:
        """Raise ExporterError if the file was removed: SQLite would write into it, and lose it."""
        try:
            same = _identity(self._path_text) == self._file
        except OSError:
            same = False
        if not same:
            raise ExporterError(
                f"{self.location} cannot be used: its file was removed or replaced.",
                hint="restart the service",
            )

    @contextmanager
    def lease(self) -> Iterator[bool]:
        """Acquire the file lock, if it is free; the system releases it when the process ends."""
        # A new object each time, because one object can be locked twice.
        lock = FileLock(self._sibling("lease.lock"), mode=OWNER_ONLY)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            yield False
            return
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ExporterError(f"{lock.lock_file} cannot be locked: {reason}.") from None
        self._holds_lease = True
        try:
            yield True
        finally:
            self._holds_lease = False
            lock.release()

    def _sibling(self, name: str) -> Path:
        """Return the path of a file that belongs to this database only."""
        return self._path.with_name(f"{self._path.name}.{name}")

    def holds_lease(self) -> bool:
        """Return whether the lock is held; a file lock is never lost."""
        return self._holds_lease

    @contextmanager
    def schema_transaction(self) -> Iterator[Connection]:
        """Begin a write transaction, which excludes all others, on a file in WAL mode."""
        lock = FileLock(self._sibling("opening.lock"), timeout=_OPENING_TIMEOUT, mode=OWNER_ONLY)
        try:
            lock.acquire()
        except OSError as error:  # includes the timeout of the lock
            reason = error.strerror or "another process keeps it locked"
            raise ExporterError(f"{self.location} cannot be opened: {reason}.") from None
        try:
            # Two processes cannot switch a new database to WAL at the same time.
            self._switch_to_wal()
            with self.write_transaction() as connection:
                damage = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
                if damage != "ok":
                    raise ExporterError(f"{self.location} is damaged: {damage}.")
                yield connection
        finally:
            lock.release()

    def _switch_to_wal(self) -> None:
        """Switch the file to WAL mode, which SQLite allows only outside of transactions."""
        try:
            with closing(sqlite3.connect(self._path, timeout=_LOCK_TIMEOUT)) as connection:
                connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.Error as error:
            raise self.explain_error(error) from None

    def explain_error(self, error: BaseException | None) -> ExporterError:
        """Return the error for a result code of SQLite."""
        name = getattr(error, "sqlite_errorname", "")
        if name == "SQLITE_FULL":
            return DiskFullError(f"{self.location} cannot be written: the disk is full.")
        primary = "_".join(name.split("_")[:2])
        if primary == "SQLITE_BUSY":
            return DatabaseLockedError(
                f"{self.location} cannot be used: another process keeps it locked."
            )
        reason = _MESSAGES.get(primary, name or type(error).__name__)
        return ExporterError(f"{self.location} cannot be used: {reason}.")


def _from_json(text: str | None) -> Any:
    """Return the value of a column of JSON, as SQLAlchemy does."""
    return None if text is None else from_json(text)


def _identity(path: str) -> tuple[int, int]:
    status = os.stat(path)  # noqa: PTH116 - a third of the time, and each request needs it
    return status.st_dev, status.st_ino


def _create_engine(path: Path) -> Any:
    engine = create_engine(
        URL.create("sqlite", database=os.fspath(path)),
        connect_args={"timeout": _LOCK_TIMEOUT},
        hide_parameters=True,
        json_deserializer=from_json,  # reads a text in a third of the time
        pool_size=0,  # no limit: one reader per thread of the service
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _: object) -> None:
        # The driver must not begin transactions by itself; see "begin".
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous=FULL").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
