"""The engines of dataframes: each makes of an Arrow table a function that selects rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from epfilter.targets import filter_frame
from support.one_meaning import Select

duckdb = pytest.importorskip("duckdb")
pandas = pytest.importorskip("pandas")
polars = pytest.importorskip("polars")


def _in_frame(frame: Any, ids: Callable[[Any], Iterable[int]]) -> Select:
    return lambda f: set(ids(filter_frame(frame, f)))


def _in_pandas(table: Any) -> Select:
    frame = table.to_pandas(types_mapper=pandas.ArrowDtype)
    return _in_frame(frame, lambda selected: [int(each) for each in selected["id"]])


def _in_polars(table: Any) -> Select:
    return _in_frame(polars.from_arrow(table), lambda selected: selected["id"].to_list())


def _in_lazy_polars(table: Any) -> Select:
    frame = polars.from_arrow(table).lazy()
    return _in_frame(frame, lambda selected: selected.collect()["id"].to_list())


def _in_pyarrow(table: Any) -> Select:
    return _in_frame(table, lambda selected: selected["id"].to_pylist())


def _in_duckdb(table: Any) -> Select:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    relation = connection.from_arrow(table)
    return _in_frame(
        relation, lambda selected: [row[0] for row in selected.select("id").fetchall()]
    )


def _in_ibis(table: Any) -> Select:
    ibis = pytest.importorskip("ibis")
    frame = ibis.memtable(table)
    return _in_frame(frame, lambda selected: selected.select("id").to_pyarrow()["id"].to_pylist())


def _in_dask(table: Any) -> Select:
    dask = pytest.importorskip("dask.dataframe")
    frame = dask.from_pandas(table.to_pandas(types_mapper=pandas.ArrowDtype), npartitions=2)
    return _in_frame(frame, lambda selected: [int(each) for each in selected.compute()["id"]])


FRAMES: dict[str, Callable[[Any], Select]] = {
    "pandas": _in_pandas,
    "polars": _in_polars,
    "lazy polars": _in_lazy_polars,
    "pyarrow": _in_pyarrow,
    "duckdb": _in_duckdb,
}

MORE_FRAMES: dict[str, Callable[[Any], Select]] = {"ibis": _in_ibis, "dask": _in_dask}
"""Engines that take tens of milliseconds for a filter."""
