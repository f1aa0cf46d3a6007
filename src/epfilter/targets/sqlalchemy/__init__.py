"""A filter as a condition of SQLAlchemy, for SQLite, PostgreSQL, DuckDB, MySQL and MariaDB.

`columns` finds the column of a field and its type, `calls` reads the values as that type, `clause`
is the expression that SQLAlchemy compiles, `conditions` writes each call, and `dialects` and
`json_paths` contain the SQL of each database.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, FromClause

from epfilter.ast import Filter
from epfilter.targets.binding import bind_filter
from epfilter.targets.column_aliases import resolve_columns
from epfilter.targets.or_to_in import merge_or_terms
from epfilter.targets.overrides import Override, Overrides
from epfilter.targets.sqlalchemy.clause import build_clause
from epfilter.targets.sqlalchemy.columns import Columns

if TYPE_CHECKING:
    from epfilter.resources import Resource
    from epfilter.templates import Template

__all__ = ["to_sqlalchemy"]


def to_sqlalchemy(
    f: Filter | str | Template,
    table: FromClause | type[Any],
    resource: Resource | str | None = None,
    *,
    columns: Mapping[str, Any] | None = None,
    override: Override | None = None,
) -> ColumnElement[bool]:
    """Return the condition of a filter, for `select(…).where(…)` and any other condition.

    `table` is a Table, an alias, a subquery, or a class mapped by the ORM. A field is looked up in
    `columns` (a mapping of fields to a column, an attribute or any typed expression), then among
    the attributes and columns of the table. What follows a dot is looked up inside a JSON column,
    `[0]` inside a JSON or ARRAY column. Values are read as the type of the column; with a resource
    (or its name) they are checked first, and aliases are resolved; a column may have the name of
    the attribute or an alias of it. All values are bound parameters.

    The condition means the same in SQLite, PostgreSQL, DuckDB, MySQL and MariaDB; the database is
    known when the statement is compiled. NULL satisfies only `is_null`. Texts compare by code
    point and with case, whatever the collation; a timestamp without time zone is in UTC. A value
    that does not read as the type of the column matches nothing.

    `override` maps an operator and a field to a function of the call that returns its expression.

    Raises FilterSyntaxError for an invalid text; FilterValueError for a field without a column;
    ResourceError for what the resource does not accept; FilterTypeError if the type of the column
    contradicts the resource, and for arguments of a wrong type; UnsupportedFilterError, at once or
    when the statement is compiled, for what a database cannot express: `text` except in
    PostgreSQL, NUL in PostgreSQL, lists and JSON in MySQL and MariaDB, any other database.

    >>> from sqlalchemy import Column, Integer, MetaData, String, Table
    >>> orders = Table("orders", MetaData(), Column("payment", String), Column("total", Integer))
    >>> condition = to_sqlalchemy("eq(payment,paid):gt(total,99.5)", orders)
    >>> from sqlalchemy.dialects import sqlite
    >>> compiled = condition.compile(dialect=sqlite.dialect())
    >>> print(compiled)
    (orders.payment COLLATE BINARY = ? AND orders.total > ?)
    >>> compiled.params
    {'param_1': 'paid', 'param_2': 99}
    """
    overrides = Overrides(override, resource)
    all_columns = Columns(table, columns)
    tree = resolve_columns(bind_filter(f, resource), resource, all_columns.has_column)
    return build_clause(merge_or_terms(tree, overrides), all_columns, overrides)
