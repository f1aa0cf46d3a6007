"""What is where in a file of orders, by its format: JSONL, CSV and Parquet."""

# ruff: noqa: S608 - names and texts of the SQL go through `quoted` and `literal`

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from epfilter.exporter.orders.broken_lines import LONGEST_LINE
from epfilter.exporter.orders.csv_checking import LONGEST_ROW, header
from epfilter.exporter.orders.duckdb_sessions import unglobbed
from epfilter.exporter.orders.duckdb_sql import Source, Value, dotted, literal, quoted
from epfilter.exporter.orders.order_schema import ITEM_MEMBERS, ORDER_MEMBERS, Tree, tree_of
from epfilter.exporter.orders.table_columns import source_of

Describe = Callable[[duckdb.DuckDBPyConnection, Path], Source]


def _struct(tree: Tree) -> str:
    """The type of DuckDB for such an object, all of text."""
    members = (
        f"{quoted(name)} {'VARCHAR' if inner is None else _struct(inner)}"
        for name, inner in tree.items()
    )
    return f"STRUCT({', '.join(members)})"


def jsonl(connection: duckdb.DuckDBPyConnection, path: Path) -> Source:  # noqa: ARG001 - the schema is known
    """Orders as the platform gives them, one a line.

    The schema is given, not guessed from the first lines. All is read as text at first, because
    DuckDB would make 6 of 5.5 where a whole number is due.
    """
    types = {
        name: "VARCHAR" if inner is None else _struct(inner)
        for name, inner in tree_of(ORDER_MEMBERS).items()
    }
    types["items"] = f"{_struct(tree_of(ITEM_MEMBERS))}[]"
    columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in types.items())
    table = (
        f"read_json({literal(unglobbed(path))}, format = 'newline_delimited', records = 'true', "
        f"auto_detect = false, maximum_object_size = {LONGEST_LINE}, columns = {{{columns}}})"
    )
    return Source(
        table,
        {member.name: Value(dotted(member.path)) for member in ORDER_MEMBERS},
        "items",
        {member.name: Value(dotted(("item", *member.path))) for member in ITEM_MEMBERS},
    )


def comma_separated(connection: duckdb.DuckDBPyConnection, path: Path) -> Source:  # noqa: ARG001 - all is text
    """Columns named as the attributes, or as those of our own CSV files. An empty cell is null."""
    names = header(path)
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    table = (
        f"read_csv({literal(unglobbed(path))}, auto_detect = false, header = true, delim = ',', "
        "quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, "
        # Without a size, the buffer would be that of sixteen of the longest rows.
        f"max_line_size = {LONGEST_ROW}, buffer_size = {2 * LONGEST_ROW}, "
        # Several threads look for the ends of lines, and may find one inside quotes.
        f"parallel = false, columns = {{{columns}}})"
    )
    return source_of(table, dict.fromkeys(names, duckdb.sqltypes.VARCHAR))


def parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> Source:
    """Columns as in CSV files, or objects as the platform's, whatever of them is there."""
    table = f"read_parquet({literal(unglobbed(path))})"
    relation = connection.sql(f"SELECT * FROM {table}")
    return source_of(table, dict(zip(relation.columns, relation.types, strict=True)))


FORMATS: dict[str, Describe] = {
    ".jsonl": jsonl,
    ".ndjson": jsonl,
    ".csv": comma_separated,
    ".parquet": parquet,
}
"""By the suffix of the name."""
