"""The base of the databases of jobs: transactions, the lease, and errors."""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Connection, Engine, insert, inspect, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from epfilter.exporter.errors import ExporterError, SettingsError
from epfilter.exporter.service.job_tables import METADATA, QUEUE, SCHEMA_VERSION, StoredJob

_KEY_BYTES = 32


class DiskFullError(ExporterError):
    """The disk is full, so a database or a file cannot be written.

    >>> issubclass(DiskFullError, ExporterError)
    True
    """


class DatabaseLockedError(ExporterError):
    """A database that another process keeps locked; nothing was written.

    >>> issubclass(DatabaseLockedError, ExporterError)
    True
    """


class Database(ABC):
    """Transactions on a database, and the lease to run its jobs.

    `location` names the database in messages, without secrets. A transaction raises ExporterError
    for every error of the database.
    """

    kind: ClassVar[str]
    """The name of the database system."""

    def __init__(self, engine: Engine, location: str) -> None:
        self.location = location
        self._engine = engine

    @contextmanager
    def read_transaction(self) -> Iterator[Connection]:
        """Begin a transaction that only reads."""
        with self.translate_errors(), self._engine.begin() as connection:
            yield connection

    def read_job_at_once(self, id: UUID, after: int) -> StoredJob | None:  # noqa: A002, ARG002 - overridden
        """Return the job with this ID that was created after a time, or None; never wait.

        Raises BlockingIOError where the database may make it wait, as a server always does.
        """
        raise BlockingIOError

    @abstractmethod
    def write_transaction(self) -> AbstractContextManager[Connection]:
        """Begin a transaction that may write; it is durable when it ends."""

    @abstractmethod
    def lease_transaction(self) -> AbstractContextManager[Connection]:
        """Begin a transaction that may write; it fails after the lease was acquired and lost."""

    @abstractmethod
    def lease(self) -> AbstractContextManager[bool]:
        """Acquire the lease to run jobs; see `JobQueue.lease`."""

    @abstractmethod
    def holds_lease(self) -> bool:
        """Return whether this process holds the lease now."""

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def open(self) -> None:
        """Create missing tables.

        Raises SettingsError for a database that cannot be used, after closing it.
        """
        try:
            with self.schema_transaction() as connection:
                self._check_version(connection)
        except ExporterError as error:
            self.close()
            raise SettingsError(str(error)) from None

    @abstractmethod
    def schema_transaction(self) -> AbstractContextManager[Connection]:
        """Begin a transaction in which no other process creates tables."""

    def _check_version(self, connection: Connection) -> None:
        if not inspect(connection).has_table(QUEUE.name):
            METADATA.create_all(connection)
            first = {"version": SCHEMA_VERSION, "last_created": 0}
            connection.execute(insert(QUEUE).values(**first, key=secrets.token_bytes(_KEY_BYTES)))
            return
        version = connection.scalar(select(QUEUE.c.version))
        if version is None:
            raise ExporterError(f"{self.location} is damaged: the version of its queue is missing.")
        if version > SCHEMA_VERSION:
            raise ExporterError(
                f"{self.location} was created by a newer epfilter (schema {version}; this version "
                f"supports up to {SCHEMA_VERSION}).",
                hint="update epfilter, or store the jobs somewhere else",
            )

    @contextmanager
    def translate_errors(self) -> Iterator[None]:
        """Raise ExporterError with a plain message for every error of the database."""
        try:
            yield
        except DBAPIError as error:
            raise self.explain_error(error.orig) from None
        except SQLAlchemyError as error:
            raise ExporterError(
                f"{self.location} cannot be used: {type(error).__name__}."
            ) from None

    @abstractmethod
    def explain_error(self, error: BaseException | None) -> ExporterError:
        """Return the error that describes an error of the driver."""
