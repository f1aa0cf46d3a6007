"""Jobs in PostgreSQL, for service processes on several machines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import ClassVar

from sqlalchemy import URL, Connection, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError

from epfilter.exporter.errors import ExporterError, SettingsError
from epfilter.exporter.service.database import Database, DatabaseLockedError
from epfilter.exporter.service.job_tables import JOBS

_LOCKS = 0x65706678
"""The first key of our advisory locks, the letters `epfx`, to not share a lock with others."""

_KEEP_ALIVE = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
"""Detects a server that is gone within half a minute.

Source: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""

_SESSION = """
    SELECT set_config('lock_timeout', '10s', false),
           set_config('idle_in_transaction_session_timeout', '60s', false),
           set_config('tcp_keepalives_idle', '10', false),
           set_config('tcp_keepalives_interval', '5', false),
           set_config('tcp_keepalives_count', '3', false)
"""
"""Lets the server detect a process that is gone or stuck, so that its lease ends.

Source: https://www.postgresql.org/docs/current/runtime-config-connection.html
"""

_LOCK_NOT_AVAILABLE = "55P03"
"""Source: https://www.postgresql.org/docs/current/errcodes-appendix.html"""

# One lease per queue; several queues may be in schemas of one database.
_ACQUIRE_LEASE = text(
    "SELECT pg_try_advisory_lock(:locks, CAST(CAST(CAST(:queue AS regclass) AS oid) AS integer)),"
    " pg_backend_pid()"
).bindparams(locks=_LOCKS, queue=JOBS.name)
_RELEASE_LEASE = text(
    "SELECT pg_advisory_unlock(:locks, CAST(CAST(CAST(:queue AS regclass) AS oid) AS integer))"
).bindparams(locks=_LOCKS, queue=JOBS.name)
_LOCK_SCHEMA = text("SELECT pg_advisory_xact_lock(:locks, 0)").bindparams(locks=_LOCKS)


class PostgresqlDatabase(Database):
    """Jobs in PostgreSQL. The lease to run them is an advisory lock of a session.

    The lease requires a session of its own, so do not connect through a pooler that shares
    sessions between clients, such as PgBouncer in transaction mode.

    Source: https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
    """

    kind: ClassVar[str] = "PostgreSQL"

    def __init__(self, url: URL) -> None:
        hosts = url.host or url.query.get("host") or "the default host"
        host = hosts if isinstance(hosts, str) else ", ".join(hosts)
        at = f"{host}:{url.port}" if url.port else host
        self._secrets = [url.password or "", *_query_secrets(url)]
        self._lease: Connection | None = None
        self._lease_process = 0
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
                hint="pip install 'epfilter[databases]'",
            ) from None
        super().__init__(engine, f"the database {url.database or 'of the user'} at {at}")
        event.listen(engine, "connect", _configure)

    @contextmanager
    def write_transaction(self) -> Iterator[Connection]:
        """Open a transaction of a connection of the pool."""
        with self.translate_errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def lease_transaction(self) -> Iterator[Connection]:
        """Begin a transaction in the session of the lease: a lost session changes nothing."""
        lease = self._lease
        if lease is None:
            with self.write_transaction() as connection:
                yield connection
            return
        if lease.invalidated:  # SQLAlchemy would reconnect, without the lock
            raise ExporterError(f"{self.location} has closed the connection that held the lease.")
        with self.translate_errors(), lease.begin():
            yield lease

    @contextmanager
    def lease(self) -> Iterator[bool]:
        """Acquire the lock of a session, if it is free; it ends with the connection."""
        with self.translate_errors():
            connection = self._engine.connect()
        with closing(connection):
            with self.translate_errors(), connection.begin():
                is_acquired, process = connection.execute(_ACQUIRE_LEASE).one()
            if not is_acquired:
                yield False
                return
            connection.detach()
            self._lease, self._lease_process = connection, process
            try:
                yield True
            finally:
                self._lease = None
                self._release(connection)

    @staticmethod
    def _release(lease: Connection) -> None:
        """Unlock explicitly, because the server detects the end of a session a little later."""
        if not lease.invalidated:
            with suppress(SQLAlchemyError), lease.begin():
                lease.execute(_RELEASE_LEASE)

    def holds_lease(self) -> bool:
        """Return whether the session is still the one that holds the lock."""
        lease = self._lease
        if lease is None or lease.invalidated:
            return False
        try:
            with lease.begin():
                return bool(lease.scalar(text("SELECT pg_backend_pid()")) == self._lease_process)
        except SQLAlchemyError:
            return False

    @contextmanager
    def schema_transaction(self) -> Iterator[Connection]:
        """Begin a transaction that locks out other processes: concurrent `CREATE TABLE` fails."""
        with self.write_transaction() as connection:
            connection.execute(_LOCK_SCHEMA)
            yield connection

    def explain_error(self, error: BaseException | None) -> ExporterError:
        """Return the message of the server or the driver, without the secrets of the URL."""
        if getattr(error, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            return DatabaseLockedError(
                f"{self.location} cannot be used: another process keeps it locked."
            )
        message = getattr(getattr(error, "diag", None), "message_primary", None) or str(error)
        message = " ".join(message.split()).rstrip(".?")
        for secret in self._secrets:
            message = message.replace(secret, "***") if secret else message
        return ExporterError(f"{self.location} cannot be used: {message}.")


def _configure(connection: DBAPIConnection, _: object) -> None:
    """Apply the settings to the whole session, which requires a commit."""
    cursor = connection.cursor()
    cursor.execute(_SESSION)
    cursor.close()
    connection.commit()


def _query_secrets(url: URL) -> Iterator[str]:
    """Yield the secrets that the query of a URL passes to libpq."""
    for name, value in url.query.items():
        if "password" in name:
            yield from (value,) if isinstance(value, str) else value
