"""Lookups in a set of values, in the engine's own functions.

narwhals takes a set of texts and integers only, or compares with one value after the other. So a
long `in` becomes a column of booleans, which is dropped when the rows are selected.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import narwhals as nw

from epfilter.targets.dataframe.column_copies import new_name, select_from


class _Membership(NamedTuple):
    source: str
    """The column of values or lists."""
    result: str
    members: Sequence[Any]
    """Different values of the type of the column or of its lists."""
    is_list: bool
    needs_all: bool
    """Whether a list must contain every value."""


class Memberships:
    """The lookups of a filter: `add` while its condition is built, `add_columns` before it runs."""

    def __init__(self) -> None:
        self._sources: dict[str, nw.Expr] = {}
        self._memberships: list[_Membership] = []

    def add(
        self, expr: nw.Expr, values: Sequence[Any], *, is_list: bool, needs_all: bool = False
    ) -> nw.Expr:
        """Return the condition that a value, or an element of a list, is one of several values."""
        source, result = new_name(), new_name()
        self._sources[source] = expr
        distinct = list(dict.fromkeys(values))
        self._memberships.append(_Membership(source, result, distinct, is_list, needs_all))
        return nw.col(result)

    @property
    def names(self) -> list[str]:
        """The names of the added columns."""
        return [*self._sources, *(each.result for each in self._memberships)]

    def add_columns(self, native: Any, engine: str) -> Any:
        """Return a native frame with the results of the lookups."""
        if not self._sources:
            return native
        native = nw.from_native(native).with_columns(**self._sources).to_native()
        for membership in self._memberships:
            native = _ADD[engine](native, membership)
        return native


def has_sets(native: Any, engine: str) -> bool:
    """Return whether an engine has functions for the lookup; Ibis has them in DuckDB."""
    return engine in _ADD and (engine != "Ibis" or native.get_backend().name == "duckdb")


def _add_in_polars(native: Any, each: _Membership) -> Any:
    import polars as pl

    dtype = native.collect_schema()[each.source]
    members = pl.Series(each.members, dtype=dtype.inner if each.is_list else dtype)
    column = pl.col(each.source)
    if not each.is_list:
        found = column.is_in(members)
    elif each.needs_all:
        distinct = pl.element().filter(pl.element().is_in(members)).n_unique()
        found = column.list.eval(distinct).list.first() == len(each.members)
    else:
        found = column.list.eval(pl.element().is_in(members)).list.any()
    return native.with_columns(found.alias(each.result))


def _add_in_pyarrow(native: Any, each: _Membership) -> Any:
    return native.append_column(each.result, _find_in_arrow(native[each.source], each))


def _add_in_pandas(native: Any, each: _Membership) -> Any:
    import pandas as pd

    array = nw.from_native(native[each.source], series_only=True).to_arrow()
    found = _find_in_arrow(array, each).to_numpy(zero_copy_only=False)
    return native.assign(**{each.result: pd.Series(found, index=native.index)})


def _find_in_arrow(column: Any, each: _Membership) -> Any:
    """Return whether each value, or each list, is found; null is not."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    values = pc.list_flatten(column) if each.is_list else column
    members = pa.array(each.members, values.type)
    if pa.types.is_floating(values.type):  # 0.0 equals -0.0, but not in a set
        zero = pa.scalar(0.0, values.type)
        values, members = pc.add(values, zero), pc.add(members, zero)
    position = pc.index_in(values, members)
    if not each.is_list:
        return position.is_valid()
    is_found = position.is_valid()
    lists = pc.list_parent_indices(column).filter(is_found).to_numpy()
    if not each.needs_all:
        found = np.zeros(len(column), bool)
        found[lists] = True
        return pa.array(found)
    pairs = lists * len(each.members) + position.filter(is_found).to_numpy()
    distinct = np.bincount(np.unique(pairs) // len(each.members), minlength=len(column))
    return pa.array(distinct == len(each.members))


def _add_in_duckdb(native: Any, each: _Membership) -> Any:
    """Add the result in SQL: the functions for lists compare every element with every value."""
    import duckdb

    type_ = native.types[native.columns.index(each.source)]
    list_type = type_ if each.is_list else duckdb.list_type(type_)
    view = new_name()
    return native.query(view, f"SELECT *, {_write_lookup(each, list_type)} FROM {view}")  # noqa: S608


def _write_lookup(each: _Membership, list_type: Any) -> str:
    """Return the column of results in the SQL of DuckDB, which writes the constants."""
    from duckdb import ConstantExpression

    values = str(ConstantExpression([*each.members]).cast(list_type))
    if "\0" in values:  # of texts, whose constants cannot contain it
        parts = ([str(ConstantExpression(part)) for part in v.split("\0")] for v in each.members)
        values = f"[{', '.join(map(' || chr(0) || '.join, parts))}]"
    members = f"(SELECT unnest({values}))"
    if not each.is_list:
        return f"{each.source} IN {members} AS {each.result}"
    count = "count(DISTINCT v)" if each.needs_all else "count(*)"
    minimum = len(each.members) if each.needs_all else 1
    elements = f"(SELECT unnest({each.source}) AS v) WHERE v IN {members}"
    return f"(SELECT {count} FROM {elements}) >= {minimum} AS {each.result}"  # noqa: S608


def _add_in_ibis(native: Any, each: _Membership) -> Any:
    """Add the result in the SQL of DuckDB: Ibis takes milliseconds to write a value."""
    import duckdb
    from ibis.backends.sql.datatypes import DuckDBType

    schema = native.schema()
    name = DuckDBType.to_string(schema[each.source])
    list_type = duckdb.dtype(name if each.is_list else f"{name}[]")
    view = new_name()
    query = f"SELECT *, {_write_lookup(each, list_type)} FROM {view}"  # noqa: S608
    return select_from(native, view, query, {**schema, each.result: "boolean"})


def _add_in_spark(native: Any, each: _Membership) -> Any:
    from pyspark.sql import functions

    type_ = native.schema[each.source].dataType
    type_ = type_.elementType if each.is_list else type_
    # A date is a text: Spark takes those of Python for dates of another calendar or time zone.
    literals = [functions.lit(_to_plain(value)).cast(type_) for value in each.members]
    column = functions.col(each.source)
    if not each.is_list:
        found = column.isin(*literals)
    elif each.needs_all:
        common = functions.array_intersect(column, functions.array(*literals))
        found = functions.size(common) == len(each.members)
    else:
        found = functions.arrays_overlap(column, functions.array(*literals))
    return native.withColumn(each.result, found)


def _to_plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")
    return value.isoformat() if isinstance(value, date) else value


_ADD: dict[str, Callable[[Any, _Membership], Any]] = {
    "Polars": _add_in_polars,
    "PyArrow": _add_in_pyarrow,
    "pandas": _add_in_pandas,
    "DuckDB": _add_in_duckdb,
    "Ibis": _add_in_ibis,
    "Spark": _add_in_spark,
}
