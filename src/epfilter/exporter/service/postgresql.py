"""Jobs in PostgreSQL, for service processes on several machines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import ClassVar

from sqlalchemy import URL, Connection, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError

from epfilter.exporter.errors import ExporterError, SettingsError
from epfilter.exporter.service.database import Database
from epfilter.exporter.service.tables import JOBS

_LOCKS = 0x65706678
"""The first number of our advisory locks, the letters `epfx`: others may use such locks too."""

_KEEP_ALIVE = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
"""A server that is gone is noticed within half a minute.

Source: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""

_SESSION = """
    SELECT set_config('lock_timeout', '30s', false),
           set_config('idle_in_transaction_session_timeout', '60s', false),
           set_config('tcp_keepalives_idle', '10', false),
           set_config('tcp_keepalives_interval', '5', false),
           set_config('tcp_keepalives_count', '3', false)
"""
"""A process that is gone, or stands still, is noticed by the server too, so its turn ends.

Source: https://www.postgresql.org/docs/current/runtime-config-connection.html
"""

# One right to run for each queue, though several may be in schemas of one database.
_TAKE_TURN = text(
    "SELECT pg_try_advisory_lock(:locks, CAST(CAST(CAST(:queue AS regclass) AS oid) AS integer)),"
    " pg_backend_pid()"
).bindparams(locks=_LOCKS, queue=JOBS.name)
_GIVE_TURN_BACK = text(
    "SELECT pg_advisory_unlock(:locks, CAST(CAST(CAST(:queue AS regclass) AS oid) AS integer))"
).bindparams(locks=_LOCKS, queue=JOBS.name)
_MAKE_TABLES = text("SELECT pg_advisory_xact_lock(:locks, 0)").bindparams(locks=_LOCKS)


class PostgresqlDatabase(Database):
    """Jobs in PostgreSQL. The right to run them is an advisory lock of a session.

    The session is a connection of its own, so a pooler that shares sessions between clients
    (PgBouncer in transaction mode) must not stand between.

    Source: https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
    """

    kind: ClassVar[str] = "PostgreSQL"

    def __init__(self, url: URL) -> None:
        hosts = url.host or url.query.get("host") or "the default host"
        host = hosts if isinstance(hosts, str) else ", ".join(hosts)
        at = f"{host}:{url.port}" if url.port else host
        self._secrets = [url.password or "", *_in_query(url)]
        self._turn: Connection | None = None
        self._turn_process = 0
        defaults = {name: value for name, value in _KEEP_ALIVE.items() if name not in url.query}
        try:
            engine = create_engine(
                url.set(drivername="postgresql+psycopg"),
                connect_args=defaults,
                hide_parameters=True,
                pool_pre_ping=True,
            )
        except ImportError:
            raise SettingsError(
                "jobs in PostgreSQL need the package psycopg.",
                hint="pip install 'epfilter[stores]'",
            ) from None
        super().__init__(engine, f"the database {url.database or 'of the user'} at {at}")
        event.listen(engine, "connect", _set_up)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction of a connection of the pool."""
        with self.translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def running(self) -> Iterator[Connection]:
        """A transaction in the session that has the turn: no session, no change."""
        turn = self._turn
        if turn is None:
            with self.writing() as connection:
                yield connection
            return
        if turn.invalidated:  # SQLAlchemy would connect again, without the lock
            raise ExporterError(f"{self.place} has closed the connection that held the turn.")
        with self.translated(), turn.begin():
            yield turn

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """The lock of a session; the server releases it when the connection ends."""
        with self.translated():
            connection = self._engine.connect()
        with closing(connection):
            with self.translated(), connection.begin():
                taken, process = connection.execute(_TAKE_TURN).one()
            if not taken:
                yield False
                return
            connection.detach()
            self._turn, self._turn_process = connection, process
            try:
                yield True
            finally:
                self._turn = None
                self._give_back(connection)

    @staticmethod
    def _give_back(turn: Connection) -> None:
        """Explicitly, since the server learns a little later that a session has ended."""
        if not turn.invalidated:
            with suppress(SQLAlchemyError), turn.begin():
                turn.execute(_GIVE_TURN_BACK)

    def has_turn(self) -> bool:
        """Whether the session is still the one that took the lock."""
        turn = self._turn
        if turn is None or turn.invalidated:
            return False
        try:
            with turn.begin():
                return bool(turn.scalar(text("SELECT pg_backend_pid()")) == self._turn_process)
        except SQLAlchemyError:
            return False

    @contextmanager
    def making_tables(self) -> Iterator[Connection]:
        """`CREATE TABLE IF NOT EXISTS` of two processes at once fails, so they take turns."""
        with self.writing() as connection:
            connection.execute(_MAKE_TABLES)
            yield connection

    def explained(self, error: BaseException | None) -> ExporterError:
        """What the server or the driver says, without the secrets of the URL."""
        said = getattr(getattr(error, "diag", None), "message_primary", None) or str(error)
        said = " ".join(said.split()).rstrip(".?")
        for secret in self._secrets:
            said = said.replace(secret, "***") if secret else said
        return ExporterError(f"{self.place} cannot be used: {said}.")


def _set_up(connection: DBAPIConnection, _: object) -> None:
    """For the whole of a session, which needs a commit."""
    cursor = connection.cursor()
    cursor.execute(_SESSION)
    cursor.close()
    connection.commit()


def _in_query(url: URL) -> Iterator[str]:
    """The secrets that libpq takes as options of a URL."""
    for name, value in url.query.items():
        if "password" in name:
            yield from (value,) if isinstance(value, str) else value
