"""A filter as a condition of SQLAlchemy, for SQLite, PostgreSQL, DuckDB, MySQL and MariaDB.

`columns` finds the column of a field and what kind of data it holds, `cuts` decides in Python what
a value means among data of a kind, `clause` is the expression that SQLAlchemy compiles, `writers`
and `json_paths` know how each database says it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, FromClause

from epfilter.ast import Filter
from epfilter.targets.binding import bind_filter
from epfilter.targets.column_aliases import resolve_columns
from epfilter.targets.or_to_in import merge_or_terms
from epfilter.targets.sqlalchemy.clause import FilterClause
from epfilter.targets.sqlalchemy.columns import Columns

if TYPE_CHECKING:
    from epfilter.resources import Resource

__all__ = ["to_sqlalchemy"]


def to_sqlalchemy(
    f: Filter | str,
    table: FromClause | type[Any],
    resource: Resource | str | None = None,
    *,
    columns: Mapping[str, Any] | None = None,
) -> ColumnElement[bool]:
    """The condition that a filter is, for `select(…).where(…)` and wherever one may stand.

    `table` is a Table, an alias, a subquery, or a class mapped by the ORM. A field is looked up in
    `columns` (name of a field to a column, an attribute or any typed expression), then among the
    attributes and columns of the table. What follows a dot is looked up inside a JSON column, and
    `[0]` in a JSON or ARRAY column. Values are read as the type of the column; with a resource (or
    its name) they are checked first, and aliases are resolved; a column may bear the name of the
    attribute or an alias of it. All values are bound parameters.

    The condition means the same in SQLite, PostgreSQL, DuckDB, MySQL and MariaDB; which one it is
    for is known only when the statement is compiled. NULL satisfies only `is_null`. Texts compare
    by code point and with case whatever the collation; a timestamp without zone is UTC. A value
    that does not read as the type of the column matches nothing.

    Raises FilterSyntaxError for a text that is no filter; FilterValueError for a field without
    column; ResourceError for what the resource does not accept; FilterTypeError where the type of
    the column contradicts the resource, and for arguments of a wrong type; UnsupportedFilterError,
    at once or when the statement is compiled, for what a database cannot express: `text` except in
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
    found = Columns(table, columns)
    tree = merge_or_terms(resolve_columns(bind_filter(f, resource), resource, found.has))
    return FilterClause(tree, found)
