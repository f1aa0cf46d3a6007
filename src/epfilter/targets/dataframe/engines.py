"""The engine that runs a frame, and which engines are tested."""

from __future__ import annotations

from typing import Any

from epfilter.errors import FilterTypeError
from epfilter.targets.dataframe.ibis_tables import SQL_BACKENDS

_ENGINES = {
    "pandas": "pandas",
    "polars": "Polars",
    "pyarrow": "PyArrow",
    "duckdb": "DuckDB",
    "ibis": "Ibis",
    "pyspark": "Spark",
    "pyspark[connect]": "Spark",
}
"""The names of the tested engines, by their names in narwhals."""

_IBIS_BACKENDS = ("duckdb", *SQL_BACKENDS)
"""The tested backends of Ibis."""


def find_engine(frame: Any, *, allow_untested: bool) -> str:
    """Return the name of a frame's engine; for Ibis on a SQL database, the name of its backend.

    Raises FilterTypeError for an engine that is not tested, without `allow_untested`: each engine
    compares texts, numbers and times in its own way.
    """
    name = frame.implementation.value
    engine = _ENGINES.get(name)
    if engine == "Ibis":
        backend = frame.to_native().get_backend().name
        if backend in SQL_BACKENDS:
            return str(backend)
        if backend not in _IBIS_BACKENDS:
            engine, name = None, f"Ibis on {backend}"
    if engine is None and not allow_untested:
        raise FilterTypeError(
            f"epfilter is not tested with {name}, which may select other rows.",
            hint="pass allow_untested=True to try it",
        )
    return engine or ("Ibis" if name.startswith("Ibis") else str(name))
