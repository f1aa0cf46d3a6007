"""Copies of columns that the engine compares as the language does, beside the original ones.

A text of DuckDB or Spark may have a collation, narwhals has no UUIDs, and it takes the name of a
column of Spark for a path. The copies are dropped when the rows are selected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import accumulate
from typing import Any, NamedTuple
from uuid import uuid4

import narwhals as nw

from epfilter.ast import Operator
from epfilter.resources import BoundCall
from epfilter.targets.dataframe.columns import (
    Column,
    ColumnCopy,
    Schema,
    dtype_instance,
    find_column,
    locate_path,
)


class CopiedColumns(NamedTuple):
    """A native frame with copies of columns."""

    native: Any
    copies: Mapping[str, ColumnCopy]
    """The copy of a column, by the name of the column."""
    has_collation: bool = False
    """Whether texts inside lists and structs compare by a collation."""

    def drop_from(self, native: Any, engine: str, others: Iterable[str]) -> Any:
        """Return a frame without the copies and without other columns."""
        names = [*(copy.name for copy in self.copies.values()), *others]
        if not names:
            return native
        if engine == "DuckDB":
            return native.project(f"* EXCLUDE ({', '.join(map(_quote, names))})")
        return native.drop_columns(names) if engine == "PyArrow" else native.drop(*names)

    def find_column(
        self, call: BoundCall, schema: Schema, engine: str, null_columns: Collection[str]
    ) -> Column:
        """Return the column of a call, of a copy if there is one.

        Raises the errors of `columns.find_column`, and UnsupportedFilterError for texts that
        compare by a collation.
        """
        column = find_column(call, schema, engine, null_columns, self.copies)
        if self.has_collation and call.op is not Operator.IS_NULL:
            inner = (
                dtype_instance(column.dtype.inner) if isinstance(column.dtype, nw.List) else None
            )
            has_copy = locate_path(call.path, schema)[0] in self.copies
            if isinstance(inner or column.dtype, nw.String) and not has_copy:
                raise column.unsupported(
                    call.op,
                    "texts in lists and structs compare by the `default_collation`",
                    "reset the setting",
                )
        return column


def copy_columns(frame: Any, engine: str, schema: Schema, names: Collection[str]) -> CopiedColumns:
    """Return the frame with copies of those of its named columns that need one."""
    native = frame.to_native()
    add = _COPY.get(engine)
    return CopiedColumns(native, {}) if add is None else add(native, schema, names)


def _copy_in_duckdb(native: Any, schema: Schema, names: Iterable[str]) -> CopiedColumns:
    types = dict(zip(native.columns, map(str, native.types), strict=True))
    sql, copies = _write_copies(names, schema, {name for name in names if types[name] == "UUID"})
    has_collation = _has_texts_inside(schema, names) and _is_collation(
        native.query(new_name(), _DEFAULT_COLLATION).fetchall()[0][0]
    )
    return CopiedColumns(native.project(f"*, {sql}") if sql else native, copies, has_collation)


def _copy_in_ibis(native: Any, schema: Schema, names: Iterable[str]) -> CopiedColumns:
    backend = native.get_backend()
    if backend.name != "duckdb":
        return CopiedColumns(native, {})
    types = native.schema()
    sql, copies = _write_copies(names, schema, {name for name in names if types[name].is_uuid()})
    has_collation = _has_texts_inside(schema, names) and _is_collation(
        backend.con.sql(_DEFAULT_COLLATION).fetchall()[0][0]
    )
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
    names: Iterable[str], schema: Schema, uuids: Collection[str]
) -> tuple[str, dict[str, ColumnCopy]]:
    """Return DuckDB's SQL of copies of texts, enumerations and UUIDs, and the copies."""
    copies = {
        name: ColumnCopy(new_name(), nw.String(), name in uuids)
        for name in names
        if name in uuids or isinstance(schema[name], (nw.String, nw.Enum, nw.Categorical))
    }
    columns = [
        f"CAST({_quote(name)} AS VARCHAR) COLLATE C AS {_quote(copy.name)}"
        for name, copy in copies.items()
    ]
    return ", ".join(columns), copies


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
    return CopiedColumns(native.withColumns(columns) if columns else native, copies)


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


def _copy_in_pyarrow(native: Any, schema: Schema, names: Iterable[str]) -> CopiedColumns:
    copies = {}
    for name in names:
        dtype = schema[name]
        if isinstance(dtype, nw.Array) and len(dtype.shape) == 1:
            copies[name] = ColumnCopy(new_name(), nw.List(dtype.inner))
            native = native.append_column(copies[name].name, to_variable_lists(native[name]))
    return CopiedColumns(native, copies)


def to_variable_lists(column: Any) -> Any:
    """Return lists of one length as lists of any length; PyArrow cannot cast them beside null."""
    import pyarrow as pa

    chunks = []
    for chunk in column.chunks:
        mask = chunk.is_null()
        sizes = [0 if null else chunk.type.list_size for null in mask.to_pylist()]
        offsets = pa.array([0, *accumulate(sizes)], pa.int32())
        chunks.append(pa.ListArray.from_arrays(offsets, chunk.flatten(), mask=mask))
    return pa.chunked_array(chunks, pa.list_(column.type.value_type))


_COPY: dict[str, Callable[[Any, Schema, Collection[str]], CopiedColumns]] = {
    "DuckDB": _copy_in_duckdb,
    "Ibis": _copy_in_ibis,
    "PyArrow": _copy_in_pyarrow,
    "Spark": _copy_in_spark,
}


def new_name() -> str:
    """Return a name that no column and no table has."""
    return f"epfilter_{uuid4().hex}"


def _quote(name: str, quote: str = '"') -> str:
    return f"{quote}{name.replace(quote, quote * 2)}{quote}"
