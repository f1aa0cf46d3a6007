"""What is where in a file of orders, by its format: JSONL, CSV and Parquet."""

# ruff: noqa: S608 - names and texts of the SQL go through `quoted` and `literal`

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import duckdb

from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders.duckdb_sessions import unglobbed
from epfilter.exporter.orders.flat_view import Source, Value, dotted, literal, quoted
from epfilter.exporter.orders.layout import ITEM_MEMBERS, ORDER_MEMBERS, Tree, tree_of
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
        f"auto_detect = false, columns = {{{columns}}})"
    )
    return Source(
        table,
        {member.name: Value(dotted(member.path)) for member in ORDER_MEMBERS},
        "items",
        {member.name: Value(dotted(("item", *member.path))) for member in ITEM_MEMBERS},
    )


def comma_separated(connection: duckdb.DuckDBPyConnection, path: Path) -> Source:  # noqa: ARG001 - all is text
    """Columns named as the attributes, or as those of our own CSV files. An empty cell is null."""
    header = _header(path)
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in header)
    table = (
        f"read_csv({literal(unglobbed(path))}, auto_detect = false, header = true, delim = ',', "
        "quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, "
        # Several threads look for the ends of lines, and may find one inside quotes.
        f"parallel = false, columns = {{{columns}}})"
    )
    return source_of(table, dict.fromkeys(header, duckdb.sqltypes.VARCHAR))


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


def check_rows(path: Path) -> None:
    """Raise OrdersError where a row of CSV has not as many cells as the header.

    DuckDB leaves out what comes behind a quote that is never closed, such as the end of a file
    that was cut off, and says nothing.
    """
    _header(path, whole=True)


def _header(path: Path, *, whole: bool = False) -> list[str]:
    """The names of the columns; every row is checked where the whole file is asked for."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines, strict=True)
        try:
            header = next(rows, [])
            for row in rows if whole else ():
                if len(row) != len(header) and row:
                    raise OrdersError(
                        f"line {rows.line_num} of {path.name} ends a row of {len(row)} cells, "
                        f"and the header has {len(header)}."
                    )
        except UnicodeDecodeError:
            raise OrdersError(f"{path.name} is not UTF-8, behind line {rows.line_num}.") from None
        except csv.Error as error:
            raise OrdersError(f"line {rows.line_num} of {path.name} is no CSV: {error}.") from None
    if not header:
        raise OrdersError(f"{path.name} is empty.", hint="a CSV file begins with a header")
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise OrdersError(f"{path.name} has the column `{twice}` twice.")
    return header
