"""A filter as a SELECT of each database, for people to read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy
from sqlalchemy.dialects import mysql, postgresql, sqlite

from epfilter.ast import Filter
from epfilter.resources import resource_info
from epfilter.targets.binding import field_types
from epfilter.targets.sqlalchemy import to_sqlalchemy

if TYPE_CHECKING:
    from epfilter.resources import Resource

_TYPES: dict[str, sqlalchemy.types.TypeEngine[Any]] = {
    "integer": sqlalchemy.BigInteger(),
    "number": sqlalchemy.Numeric(),
    "boolean": sqlalchemy.Boolean(),
    "date": sqlalchemy.Date(),
    "datetime": sqlalchemy.DateTime(timezone=True),
    "uuid": sqlalchemy.Uuid(),
}


def render_duckdb(f: Filter, resource: Resource | None) -> str:
    """Return a SELECT for DuckDB; see `render_select`."""
    import duckdb_engine

    return render_select(f, resource, dialect=duckdb_engine.Dialect)


def render_select(f: Filter, resource: Resource | None, *, dialect: Any) -> str:
    """Return a SELECT of the rows that a filter selects, with its parameters below it.

    Columns have the types of the resource's fields; without a resource they are texts.

    >>> from epfilter import F
    >>> print(render_sqlite(F.name.eq("Ron"), None))
    SELECT *
    FROM rows
    WHERE rows.name COLLATE BINARY = :param_1
    :param_1 = 'Ron'
    """
    columns = {}
    for path, (type_name, is_list) in field_types(f, resource).items():
        type_ = _TYPES.get(type_name, sqlalchemy.String())
        columns[path] = sqlalchemy.column(path, sqlalchemy.ARRAY(type_) if is_list else type_)
    name = "rows" if resource is None else resource_info(resource).name
    table = sqlalchemy.table(name, *columns.values())
    condition = to_sqlalchemy(f, table, resource, columns=columns)
    everything: sqlalchemy.ColumnClause[Any] = sqlalchemy.literal_column("*")
    statement = sqlalchemy.select(everything).select_from(table)
    compiled = statement.where(condition).compile(dialect=dialect(paramstyle="named"))
    lines = [line.rstrip() for line in str(compiled).splitlines()]
    lines += [f":{name} = {value!r}" for name, value in compiled.params.items()]
    return "\n".join(lines)


render_mysql = partial(render_select, dialect=mysql.dialect)
render_postgresql = partial(render_select, dialect=postgresql.dialect)
render_sqlite = partial(render_select, dialect=sqlite.dialect)
