"""Copies of columns that the engine compares as the language does, beside the original ones.

A text of DuckDB or Spark may have a collation, narwhals has no UUIDs, and it takes the name of a
column of Spark for a path. The copies are dropped when the rows are selected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple
from uuid import uuid4

import narwhals as nw

from epfilter.targets.dataframe.columns import ColumnCopy, Schema


class CopiedColumns(NamedTuple):
    """A native frame with copies of columns."""

    native: Any
    copies: Mapping[str, ColumnCopy]
    """The copy of a column, by the name of the column."""
    has_collation: bool
    """Whether texts inside lists and structs compare by a collation."""

    def drop_from(self, native: Any, engine: str) -> Any:
        """Return a frame without the copies."""
        names = [copy.name for copy in self.copies.values()]
        if not names:
            return native
        if engine == "DuckDB":
            return native.project(f"* EXCLUDE ({', '.join(map(_quote, names))})")
        return native.drop(*names)


def copy_columns(frame: Any, engine: str, schema: Schema, names: Collection[str]) -> CopiedColumns:
    """Return the frame with copies of those of its named columns that need one."""
    native = frame.to_native()
    add = {"DuckDB": _copy_in_duckdb, "Ibis": _copy_in_ibis, "Spark": _copy_in_spark}.get(engine)
    return CopiedColumns(native, {}, False) if add is None else add(native, schema, names)  # noqa: FBT003 - the field names it


def _copy_in_duckdb(native: Any, schema: Schema, names: Iterable[str]) -> CopiedColumns:
    types = dict(zip(native.columns, map(str, native.types), strict=True))
    sql, copies = _write_copies(
        names, schema, {name for name in names if types[name] == "UUID"}, _BY_CODE_POINT["duckdb"]
    )
    has_collation = _has_texts_inside(schema, names) and _is_collation(
        native.query("epfilter_rows", _DEFAULT_COLLATION).fetchall()[0][0]
    )
    return CopiedColumns(native.project(f"*, {sql}") if sql else native, copies, has_collation)


def _copy_in_ibis(native: Any, schema: Schema, names: Iterable[str]) -> CopiedColumns:
    backend = native.get_backend()
    write = _BY_CODE_POINT.get(backend.name)
    if write is None:
        return CopiedColumns(native, {}, has_collation=False)
    types = native.schema()
    sql, copies = _write_copies(
        names, schema, {name for name in names if types[name].is_uuid()}, write
    )
    has_collation = False
    if backend.name == "duckdb" and _has_texts_inside(schema, names):
        has_collation = _is_collation(backend.con.sql(_DEFAULT_COLLATION).fetchall()[0][0])
    if sql:
        new = {copy.name: "string" for copy in copies.values()}
        alias = new_name()
        query = f"SELECT *, {sql} FROM {alias}"  # noqa: S608 - names are quoted
        native = select_from(native, alias, query, {**types, **new})
    return CopiedColumns(native, copies, has_collation)


def select_from(table: Any, alias: str, query: str, schema: Mapping[str, Any]) -> Any:
    """Return a SELECT in the SQL of the backend, from a table of Ibis with this name."""
    import ibis
    import ibis.expr.operations as ops

    parent = ops.AliasedRelation(parent=table.op(), name=alias)
    return ops.SQLStringView(parent=parent, query=query, schema=ibis.schema(schema)).to_expr()


def _write_copies(
    names: Iterable[str], schema: Schema, uuids: Collection[str], write: Callable[[str], str]
) -> tuple[str, dict[str, ColumnCopy]]:
    """Return the SQL of copies of texts, enumerations and UUIDs, and the copies."""
    copies = {
        name: ColumnCopy(new_name(), nw.String(), name in uuids)
        for name in names
        if name in uuids or isinstance(schema[name], (nw.String, nw.Enum, nw.Categorical))
    }
    quote = "`" if write is _BY_CODE_POINT["pyspark"] else '"'
    columns = [
        f"{write(_quote(name, quote))} AS {_quote(copy.name, quote)}"
        for name, copy in copies.items()
    ]
    return ", ".join(columns), copies


_BY_CODE_POINT: dict[str, Callable[[str], str]] = {
    "duckdb": lambda column: f"CAST({column} AS VARCHAR) COLLATE C",
    "pyspark": lambda column: f"collate(CAST({column} AS STRING), 'UTF8_BINARY')",
}
"""Writes a column as a text that compares by code point, for each backend of Ibis."""

_DEFAULT_COLLATION = "SELECT current_setting('default_collation')"


def _is_collation(setting: str) -> bool:
    return setting.upper() not in ("", "BINARY", "C", "POSIX")


def _has_texts_inside(schema: Schema, names: Iterable[str]) -> bool:
    return any(isinstance(schema[name], (nw.List, nw.Struct, nw.Array)) for name in names)


def _copy_in_spark(native: Any, schema: Schema, names: Iterable[str]) -> CopiedColumns:
    from pyspark.sql import functions

    types = {field.name: field.dataType for field in native.schema}
    columns, copies = {}, {}
    for name in names:
        binary = _remove_collations(types[name])
        if binary == types[name] and re.fullmatch(r"\w+", name):
            continue
        copies[name] = ColumnCopy(new_name(), schema[name])
        column = functions.col(_quote(name, "`"))
        columns[copies[name].name] = column if binary == types[name] else column.cast(binary)
    return CopiedColumns(native.withColumns(columns) if columns else native, copies, False)  # noqa: FBT003 - the field names it


def _remove_collations(type_: Any) -> Any:
    """Return a type of Spark in which every text compares by code point."""
    from pyspark.sql import types

    if isinstance(type_, types.StringType):
        return types.StringType() if type(type_) is types.StringType else type_
    if isinstance(type_, types.ArrayType):
        return types.ArrayType(_remove_collations(type_.elementType), type_.containsNull)
    if isinstance(type_, types.StructType):
        fields = [
            types.StructField(field.name, _remove_collations(field.dataType), field.nullable)
            for field in type_
        ]
        return types.StructType(fields)
    return type_


def new_name() -> str:
    """Return a name that no column and no table has."""
    return f"epfilter_{uuid4().hex}"


def _quote(name: str, quote: str = '"') -> str:
    return f"{quote}{name.replace(quote, quote * 2)}{quote}"
