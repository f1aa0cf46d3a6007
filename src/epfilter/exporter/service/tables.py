"""The tables that jobs are kept in, the same in SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Uuid,
)

SCHEMA_VERSION = 1
"""Raised with every change of a table; a database of a greater version is not touched."""

METADATA = MetaData()

QUEUE = Table(
    "epfilter_exporter_queue",
    METADATA,
    Column("version", Integer, nullable=False),
    # Each job is created after the last one, whatever the clocks of the processes say. The row
    # is locked until a creation is committed, so jobs are also seen in the order of creation.
    Column("last_created", BigInteger, nullable=False),
    Column("key", LargeBinary, nullable=False),
)
"""One row: what belongs to the queue as a whole."""

JOBS = Table(
    "epfilter_exporter_jobs",
    METADATA,
    Column("id", Uuid, primary_key=True),
    # As JSON, because no text of PostgreSQL holds NUL, which a filter may.
    Column("filter", JSON(none_as_null=True)),
    Column("status", String(16), nullable=False),
    Column("error", JSON(none_as_null=True)),
    Column("created", BigInteger, nullable=False, unique=True),
    Column("updated", BigInteger, nullable=False),
    Column("rows", BigInteger),
    Column("attempts", Integer, nullable=False),
    Index("epfilter_exporter_jobs_by_status", "status", "created"),
)
"""One row a job; times are nanoseconds since 1970 in UTC."""
