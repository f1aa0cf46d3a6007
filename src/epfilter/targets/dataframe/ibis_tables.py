"""Filters on tables of Ibis in SQLite, PostgreSQL and MySQL, with the SQL of `targets.sqlalchemy`.

The functions of Ibis and narwhals compare texts as the column's collation does, and SQLite's
wildcards are a part of its `GLOB` and `LIKE`. So the condition is the one that `to_sqlalchemy`
writes, in a SELECT around the table. Its values are literals: Ibis has no bound parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import narwhals as nw

from epfilter.ast import Filter
from epfilter.errors import FilterError, UnsupportedFilterError
from epfilter.resources import BoundCall
from epfilter.targets.dataframe.column_copies import new_name, select_from
from epfilter.targets.dataframe.conditions import build_override
from epfilter.targets.overrides import Override, Overrides
from epfilter.templates import Template

if TYPE_CHECKING:
    from epfilter.resources import Resource

SQL_BACKENDS = {"sqlite": "sqlite", "postgres": "postgresql", "mysql": "mysql"}
"""The backends of Ibis, and SQLAlchemy's names of their dialects."""

_MAX_SQLITE_BYTES = 900_000
"""SQLite limits a statement to 1,000,000 bytes by default; the rest is for the table."""


def filter_sql_table(
    table: Any,
    f: Filter | str | Template,
    resource: Resource | str | None,
    override: Override | None,
) -> Any:
    """Return the rows of a table of Ibis that a filter selects, as a table of Ibis.

    Raises the errors of `to_sqlalchemy`, and UnsupportedFilterError for a filter that is too long
    for SQLite.
    """
    import sqlalchemy

    from epfilter.targets.sqlalchemy import to_sqlalchemy

    own = _OverrideColumns(override, resource)
    backend = table.get_backend()
    types = table.schema()
    is_utc = backend.name != "mysql" or _is_session_in_utc(backend, types)
    columns = [
        sqlalchemy.column(name, _column_type(dtype, is_utc=is_utc)) for name, dtype in types.items()
    ]
    lengths = {
        f"{column.name}.length": sqlalchemy.func.cardinality(column, type_=sqlalchemy.Integer())
        for column in columns
        if isinstance(column.type, sqlalchemy.ARRAY)
    }
    alias = new_name()
    rows = sqlalchemy.table(alias, *columns)
    condition = to_sqlalchemy(f, rows, resource, columns=lengths, override=own.override)
    compiled = str(
        condition.compile(dialect=_make_dialect(backend), compile_kwargs={"literal_binds": True})
    )
    if backend.name == "sqlite" and len(compiled.encode()) > _MAX_SQLITE_BYTES:
        raise UnsupportedFilterError(
            "in", "*", "SQLite", "the statement would be too long for it", "use fewer values"
        )
    source = own.add_columns(table)
    query = f"SELECT * FROM {alias} WHERE {compiled}"  # noqa: S608 - see `_write_literal`
    return own.drop_columns(select_from(source, alias, query, source.schema()))


class _OverrideColumns:
    """The caller's expressions of narwhals, as boolean columns that the SQL refers to."""

    def __init__(self, override: Override | None, resource: Resource | str | None) -> None:
        self._overrides = Overrides(override, resource)
        self.override = dict.fromkeys(override or {}, self._build)
        self._columns: dict[str, nw.Expr] = {}

    def _build(self, call: BoundCall) -> Any:
        import sqlalchemy

        name = new_name()
        self._columns[name] = build_override(call, self._overrides)
        return sqlalchemy.column(name, sqlalchemy.Boolean())

    def add_columns(self, table: Any) -> Any:
        """Return the table with these columns."""
        if not self._columns:
            return table
        return nw.from_native(table).with_columns(**self._columns).to_native()

    def drop_columns(self, table: Any) -> Any:
        """Return the table without these columns."""
        return table.drop(*self._columns) if self._columns else table


def _is_session_in_utc(backend: Any, types: Mapping[str, Any]) -> bool:
    """Return whether a session of MySQL shows each TIMESTAMP in UTC."""
    if all(not dtype.is_timestamp() or dtype.timezone is None for dtype in types.values()):
        return True
    with closing(backend.raw_sql("SELECT @@session.time_zone, @@system_time_zone")) as cursor:
        zone, system = cursor.fetchone()
    return (system if zone == "SYSTEM" else zone) in ("UTC", "+00:00", "Etc/UTC")


def _column_type(dtype: Any, *, is_utc: bool) -> Any:
    """Return the type of SQLAlchemy for a type of Ibis; bytes stand for what has no comparisons."""
    import sqlalchemy

    if dtype.is_string():
        return _exact_string()
    if dtype.is_decimal():
        return sqlalchemy.Numeric(dtype.precision, dtype.scale)
    if dtype.is_timestamp():
        is_zoned = dtype.timezone is not None
        # SQLAlchemy's target refuses a TIMESTAMP of MySQL, which may be in any time zone.
        class_ = sqlalchemy.DateTime if is_utc else sqlalchemy.TIMESTAMP
        return class_(timezone=is_zoned)
    if dtype.is_array() and not dtype.value_type.is_array():
        return sqlalchemy.ARRAY(_column_type(dtype.value_type, is_utc=is_utc))
    for matches, type_ in (
        (dtype.is_boolean, sqlalchemy.Boolean()),
        (dtype.is_integer, sqlalchemy.BigInteger()),
        (dtype.is_float64, sqlalchemy.Double()),
        (dtype.is_float32, sqlalchemy.Float(24)),
        (dtype.is_date, sqlalchemy.Date()),
        (dtype.is_uuid, sqlalchemy.Uuid()),
    ):
        if matches():
            return type_
    return sqlalchemy.LargeBinary()


def _exact_string() -> Any:
    """Return a type of text that is compared only by code point.

    Ibis does not distinguish VARCHAR from CHAR, enumerations and CITEXT, which compare in another
    way or accept only some texts.
    """
    import sqlalchemy

    class ExactString(sqlalchemy.String):
        cache_ok = True

    return ExactString()


def _make_dialect(backend: Any) -> Any:
    """Return the dialect of SQLAlchemy for a backend of Ibis, which writes values as literals."""
    from sqlalchemy import make_url

    name = SQL_BACKENDS[backend.name]
    if name == "mysql" and "mariadb" in str(backend.con.get_server_info()).lower():
        name = "mariadb"
    class_: Any = make_url(f"{name}://").get_dialect()
    dialect = class_(paramstyle="named")
    write_text = _WRITE_TEXT[backend.name]

    class LiteralCompiler(dialect.statement_compiler):  # type: ignore[misc, name-defined] # the base is known at run time
        def render_literal_value(self, value: Any, type_: Any) -> str:
            convert = type_.dialect_impl(self.dialect).bind_processor(self.dialect)
            return _write_literal(convert(value) if convert else value, write_text)

    dialect.statement_compiler = LiteralCompiler
    return dialect


def _write_literal(value: Any, write_text: Callable[[str], str]) -> str:
    """Return the SQL of a value that means the same under every setting of a session."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return write_text(value)
    if isinstance(value, bytes):
        is_postgresql = write_text is _write_postgresql_text
        return f"decode('{value.hex()}', 'hex')" if is_postgresql else f"X'{value.hex()}'"
    if isinstance(value, int):
        return str(value) if value >= 0 else f"({value})"
    if isinstance(value, Decimal):
        return f"({value:f})"
    if isinstance(value, float):
        text = repr(value)  # without an exponent it would be a decimal
        return f"({text if 'e' in text else text + 'e0'})"
    if isinstance(value, datetime):
        type_ = "TIMESTAMP" if value.tzinfo is None else "TIMESTAMP WITH TIME ZONE"
        return f"CAST('{value.isoformat(' ')}' AS {type_})"
    if isinstance(value, date):
        return f"CAST('{value.isoformat()}' AS DATE)"
    if isinstance(value, UUID):
        return f"CAST('{value}' AS UUID)"
    raise FilterError(f"a value of type {type(value).__name__} has no literal in SQL.")


def _write_sqlite_text(value: str) -> str:
    if "\x00" in value:
        return f"char({', '.join(str(ord(character)) for character in value)})"
    return _quote(value)


def _write_postgresql_text(value: str) -> str:
    # A backslash may be an escape, depending on `standard_conforming_strings`.
    if "\\" in value:
        return f"convert_from(decode('{value.encode().hex()}', 'hex'), 'UTF8')"
    return _quote(value)


def _write_mysql_text(value: str) -> str:
    # A backslash is an escape, depending on `sql_mode`; other letters depend on the connection.
    if not value.isascii() or not value.isprintable() or "\\" in value or "'" in value:
        return f"CAST(X'{value.encode().hex()}' AS CHAR CHARACTER SET utf8mb4)"
    return _quote(value)


def _quote(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


_WRITE_TEXT: Mapping[str, Callable[[str], str]] = {
    "sqlite": _write_sqlite_text,
    "postgres": _write_postgresql_text,
    "mysql": _write_mysql_text,
}
