"""What SQLite and PostgreSQL have in common as the place where jobs are kept."""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import ClassVar

from sqlalchemy import Connection, Engine, insert, inspect, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from epfilter.exporter.errors import ExporterError, SettingsError
from epfilter.exporter.service.tables import METADATA, QUEUE, SCHEMA_VERSION

_KEY_BYTES = 32


class DiskFullError(ExporterError):
    """There is no room left on the disk for a database or a file.

    >>> issubclass(DiskFullError, ExporterError)
    True
    """


class Database(ABC):
    """Transactions on a database, and the right to run its jobs.

    `place` says in messages which database it is, without any secret. Whatever a transaction
    raises that is an error of the database leaves it as an ExporterError.
    """

    kind: ClassVar[str]
    """The name of the database system."""

    def __init__(self, engine: Engine, place: str) -> None:
        self.place = place
        self._engine = engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self.translated(), self._engine.begin() as connection:
            yield connection

    @abstractmethod
    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that may write; it is durable when it ends."""

    @abstractmethod
    def running(self) -> AbstractContextManager[Connection]:
        """A transaction that may write, and that fails where the turn was taken and is lost."""

    @abstractmethod
    def turn(self) -> AbstractContextManager[bool]:
        """The right to run jobs, which one process has at a time; see `JobStore.turn`."""

    @abstractmethod
    def has_turn(self) -> bool:
        """Whether the right to run jobs is held at this moment."""

    def close(self) -> None:
        """Closes all connections."""
        self._engine.dispose()

    def open(self) -> None:
        """Makes the tables where they are missing.

        Raises SettingsError for a database that cannot be used, which is closed then.
        """
        try:
            with self.making_tables() as connection:
                self._check_version(connection)
        except ExporterError as error:
            self.close()
            raise SettingsError(str(error)) from None

    @abstractmethod
    def making_tables(self) -> AbstractContextManager[Connection]:
        """A transaction that no other process makes tables beside."""

    def _check_version(self, connection: Connection) -> None:
        if not inspect(connection).has_table(QUEUE.name):
            METADATA.create_all(connection)
            first = {"version": SCHEMA_VERSION, "last_created": 0}
            connection.execute(insert(QUEUE).values(**first, key=secrets.token_bytes(_KEY_BYTES)))
            return
        version = connection.scalar(select(QUEUE.c.version))
        if version is None:
            raise ExporterError(f"{self.place} is damaged: its queue has no version.")
        if version > SCHEMA_VERSION:
            raise ExporterError(
                f"{self.place} was made by a newer epfilter (its schema is {version}, the newest "
                f"known here is {SCHEMA_VERSION}).",
                hint="update epfilter, or take another place for the jobs",
            )

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turns every error of the database into an ExporterError with words."""
        try:
            yield
        except DBAPIError as error:
            raise self.explained(error.orig) from None
        except SQLAlchemyError as error:
            raise ExporterError(f"{self.place} cannot be used: {type(error).__name__}.") from None

    @abstractmethod
    def explained(self, error: BaseException | None) -> ExporterError:
        """What an error of the driver means."""
