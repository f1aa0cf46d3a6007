"""Filters on dataframes: pandas, Polars, PyArrow, DuckDB, Ibis and Spark, through narwhals.

Requires `pip install 'epfilter[dataframe]'`.
"""

from __future__ import annotations

from epfilter.targets.dataframe.frames import filter_frame, render_polars, to_narwhals

__all__ = ["filter_frame", "render_polars", "to_narwhals"]
