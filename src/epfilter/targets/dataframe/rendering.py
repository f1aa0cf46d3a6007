"""A filter as an expression of Polars, for people to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from epfilter.ast import Filter
from epfilter.targets.binding import field_types
from epfilter.targets.dataframe.frames import to_narwhals

if TYPE_CHECKING:
    from epfilter.resources import Resource


def render_polars(f: Filter, resource: Resource | None) -> str:
    """Return the text of the Polars expression that runs a filter.

    Columns have the types of the resource's fields; without a resource they are texts.
    """
    import polars as pl

    types: dict[str, pl.DataType] = {
        "integer": pl.Int64(),
        "number": pl.Float64(),
        "boolean": pl.Boolean(),
        "date": pl.Date(),
        "datetime": pl.Datetime("us", "UTC"),
    }
    schema: dict[str, pl.DataType] = {}
    for path, (type_name, is_list) in field_types(f, resource).items():
        type_ = types.get(type_name, pl.String())
        schema[path] = pl.List(type_) if is_list else type_
    frame = nw.from_native(pl.LazyFrame(schema=schema))
    plan: str = frame.filter(to_narwhals(f, resource)).to_native().explain(optimized=False)
    return plan.removeprefix("FILTER ").rpartition("\nFROM\n")[0]
