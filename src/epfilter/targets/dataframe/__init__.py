"""Filters on dataframes: pandas, Polars, PyArrow, DuckDB, Ibis and Spark, by way of narwhals.

Needs `pip install 'epfilter[dataframe]'`.
"""

from __future__ import annotations

from epfilter.targets.dataframe.frames import filter_frame, to_narwhals

__all__ = ["filter_frame", "to_narwhals"]
