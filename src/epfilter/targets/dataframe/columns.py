"""The column that a path of a filter means, as an expression with its type."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import narwhals as nw

from epfilter.ast import Operator
from epfilter.errors import FilterValueError, UnsupportedFilterError
from epfilter.resources import BoundComparison, BoundIsNull, BoundMembership
from epfilter.semantics import PathStep, parse_path
from epfilter.snippets import shorten
from epfilter.suggestions import list_names, suggest_name

Call = BoundComparison | BoundMembership | BoundIsNull
Schema = Mapping[str, nw.dtypes.DType]

ENGINES = {
    "pandas": "pandas",
    "polars": "Polars",
    "pyarrow": "PyArrow",
    "duckdb": "DuckDB",
    "ibis": "Ibis",
    "pyspark": "Spark",
    "pyspark[connect]": "Spark",
}
"""What narwhals calls the engines that the tests run on, and what people do."""


class Column(NamedTuple):
    """A column or a part of one."""

    expr: nw.Expr
    dtype: nw.dtypes.DType
    field: str
    engine: str

    def refused(self, op: str, reason: str, hint: str | None = None) -> UnsupportedFilterError:
        """The error for what cannot be asked of this column."""
        return UnsupportedFilterError(op, self.field, self.engine, reason, hint)


def column_of(
    call: Call, schema: Schema, engine: str = "narwhals", empty: Collection[str] = ()
) -> Column:
    """The column that a call asks about; those of `empty` hold nothing, of no type.

    A column whose name is the whole path wins; then the longest beginning of the path that is a
    column, the rest of the path going through its structs and lists.

    Raises FilterValueError where there is none, and UnsupportedFilterError for a path that the
    engines cannot follow.
    """
    name, rest = root(call.path, schema)
    if name in empty:
        return Column(nw.col(name).cast(nw.String), nw.String(), call.path, engine)
    column = Column(nw.col(name), instance(schema[name]), call.path, engine)
    op = Operator.IS_NULL if isinstance(call, BoundIsNull) else call.op
    for step in rest:
        if step.list_index is None:
            column = _part(column, step.name, op)
        else:
            column = _element(column, step.list_index, op)
    return column


def root(path: str, schema: Schema) -> tuple[str, tuple[PathStep, ...]]:
    """The name of the frame's column that holds what a path means, and the rest of the path."""
    found = _root(path, schema)
    if found is None:
        raise _unknown(f"the frame has no column `{shorten(path)}`", path, schema)
    return found


def has_root(path: str, schema: Schema) -> bool:
    """Whether the frame has a column that a path begins with."""
    return _root(path, schema) is not None


def _root(path: str, schema: Schema) -> tuple[str, tuple[PathStep, ...]] | None:
    if path in schema:
        return path, ()
    taken = parse_path(path)
    names = [step.name for step in taken]
    lists = [step.list_index is not None for step in taken]
    longest = lists.index(True) if any(lists) else len(taken)
    for length in range(longest, 0, -1):
        name = ".".join(names[:length])
        if name in schema:
            return name, taken[length:]
    return None


def _unknown(said: str, name: str, known: Iterable[str]) -> FilterValueError:
    known = [each for each in known if isinstance(each, str)]
    listed = list_names(known) or "none"
    return FilterValueError(f"{said}.", hint=suggest_name(name, known, f"there are {listed}"))


def _part(column: Column, name: str, op: str) -> Column:
    dtype = column.dtype
    if isinstance(dtype, nw.Struct):
        parts = {part.name: part.dtype for part in dtype.fields}
        if name not in parts:
            raise _unknown(f"`{column.field}`: there is no `{shorten(name)}`", name, parts)
        return column._replace(expr=column.expr.struct.field(name), dtype=instance(parts[name]))
    if isinstance(dtype, nw.List) and name == "length":
        return column._replace(expr=column.expr.list.len(), dtype=nw.UInt32())
    if isinstance(dtype, nw.List):
        raise column.refused(op, "it goes through a list of objects", "explode the list first")
    raise column.refused(op, f"a column of {dtype} has no `{shorten(name)}`")


def _element(column: Column, index: int, op: str) -> Column:
    if not isinstance(column.dtype, nw.List):
        raise column.refused(op, f"a column of {column.dtype} has no elements")
    # An index past the end is an error to most engines, and null to us.
    long_enough = nw.when(column.expr.list.len() > index).then(column.expr)
    return column._replace(expr=long_enough.list.get(index), dtype=instance(column.dtype.inner))


def instance(dtype: nw.dtypes.DType | type[nw.dtypes.DType]) -> nw.dtypes.DType:
    """The type itself, where it is given as a class."""
    return dtype() if isinstance(dtype, type) else dtype
