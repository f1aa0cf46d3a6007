"""Where the members of orders are in a file, by its format: JSONL, CSV or Parquet."""

# ruff: noqa: S608 - names and texts of the SQL go through `quote_name` and `quote_text`

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb

from epfilter.exporter.orders.csv_validation import MAX_ROW_BYTES, read_header
from epfilter.exporter.orders.duckdb_sessions import escape_glob
from epfilter.exporter.orders.duckdb_sql import (
    Source,
    Value,
    quote_name,
    quote_path,
    quote_text,
)
from epfilter.exporter.orders.jsonl_validation import (
    MAX_LINE_BYTES,
    require_nested,
    require_nested_line,
)
from epfilter.exporter.orders.order_schema import (
    ITEM_MEMBERS,
    ORDER_MEMBERS,
    Tree,
    build_member_tree,
)
from epfilter.exporter.orders.response_files import read_orders
from epfilter.exporter.orders.table_columns import locate_columns

Describe = Callable[..., Source]


def _struct_type(tree: Tree) -> str:
    """Return the DuckDB type of an object whose members are all text."""
    members = (
        f"{quote_name(name)} {'VARCHAR' if inner is None else _struct_type(inner)}"
        for name, inner in tree.items()
    )
    return f"STRUCT({', '.join(members)})"


def describe_jsonl(
    connection: duckdb.DuckDBPyConnection,  # noqa: ARG001 - the schema is fixed
    path: Path,
    *,
    ignore_errors: bool = False,
) -> Source:
    """Return the source for orders as the platform returns them, one per line.

    With `ignore_errors`, a line that is not JSON is an order without values.

    The schema is fixed, not guessed from the first lines. Every value is read as text first,
    because DuckDB would read 5.5 as the integer 6.

    Raises OrdersError if the first order is flat.
    """
    require_nested_line(path)
    columns = ", ".join(
        f"{quote_text(name)}: {quote_text(kind)}" for name, kind in _column_types().items()
    )
    table = (
        f"read_json({quote_text(escape_glob(path))}, format = 'newline_delimited', "
        f"records = 'true', auto_detect = false, ignore_errors = {ignore_errors}, "
        f"maximum_object_size = {MAX_LINE_BYTES}, "
        f"columns = {{{columns}}})"
    )
    return _source_of_objects(table)


def describe_json(connection: duckdb.DuckDBPyConnection, path: Path) -> Source:
    """Return the source for responses of the platform, whose orders go into a temporary table.

    The columns are those of JSONL. Raises OrdersError if the first order is flat.
    """
    columns = ", ".join(f"{quote_name(name)} {kind}" for name, kind in _column_types().items())
    orders = [*read_orders(path)]
    require_nested(orders[0] if orders else None, path.name)
    lines = [json.dumps(order, ensure_ascii=False) for order in orders]
    connection.execute("CREATE TABLE responses AS SELECT unnest(?::VARCHAR[]) AS line", [lines])
    structure = json.dumps({"root": f"STRUCT({columns})"})
    table = f"json_transform(line, {quote_text(structure)}).root"
    wrapped = "(SELECT '{\"root\":' || line || '}' AS line FROM responses)"
    return _source_of_objects(f"(SELECT unnest({table}) FROM {wrapped})")


def _column_types() -> dict[str, str]:
    """Return the DuckDB types of the members of an order."""
    types = {
        name: "VARCHAR" if inner is None else _struct_type(inner)
        for name, inner in build_member_tree(ORDER_MEMBERS).items()
    }
    types["items"] = f"{_struct_type(build_member_tree(ITEM_MEMBERS))}[]"
    return types


def _source_of_objects(table: str) -> Source:
    return Source(
        table,
        {member.name: Value(quote_path(member.path)) for member in ORDER_MEMBERS},
        "items",
        {member.name: Value(quote_path(("item", *member.path))) for member in ITEM_MEMBERS},
    )


_TYPED_NAMES = {member.name for member in (*ORDER_MEMBERS, *ITEM_MEMBERS) if member.kind != "text"}

_LINE_END_NAMES = {"": r"\n", "\n": r"\n", "\r\n": r"\r\n", "\r": r"\r"}
"""What DuckDB calls the line ends; a header without one has no rows."""


def describe_csv(
    connection: duckdb.DuckDBPyConnection,  # noqa: ARG001 - all is text
    path: Path,
    *,
    parallel: bool = True,
) -> Source:
    """Return the source for CSV; its columns have the names of attributes or of our CSV files.

    An empty cell is null; one in quotes is an empty text, or null where no text is expected.

    In `parallel`, each thread searches for the end of a row. DuckDB raises an error where one has
    found it inside quotes: its rows do not end where those of the next thread begin. Without
    `parallel`, one thread is best: several would keep the whole file in memory.
    """
    names, line_end = read_header(path)
    columns = ", ".join(f"{quote_text(name)}: 'VARCHAR'" for name in names)
    table = (
        f"read_csv({quote_text(escape_glob(path))}, auto_detect = false, header = true, "
        "delim = ',', quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, "
        # By default the buffer would hold sixteen rows of the maximum size.
        f"max_line_size = {MAX_ROW_BYTES}, buffer_size = {2 * MAX_ROW_BYTES}, "
        # Otherwise DuckDB takes the first line break, which may be in the name of a column.
        f"new_line = '{_LINE_END_NAMES[line_end]}', parallel = {parallel}, "
        f"columns = {{{columns}}})"
    )
    if quoted := ", ".join(
        f"nullif({quote_name(name)}, '') AS {quote_name(name)}"
        for name in names
        if name in _TYPED_NAMES
    ):
        table = f"(SELECT * REPLACE ({quoted}) FROM {table})"
    return locate_columns(table, dict.fromkeys(names, duckdb.sqltypes.VARCHAR))


def describe_parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> Source:
    """Return the source for Parquet: columns as in CSV files, or objects as the platform's."""
    table = f"read_parquet({quote_text(escape_glob(path))})"
    relation = connection.sql(f"SELECT * FROM {table}")
    return locate_columns(table, dict(zip(relation.columns, relation.types, strict=True)))


FORMATS: dict[str, Describe] = {
    ".jsonl": describe_jsonl,
    ".ndjson": describe_jsonl,
    ".json": describe_json,
    ".csv": describe_csv,
    ".parquet": describe_parquet,
}
"""The function that describes a file, by the suffix of its name."""
