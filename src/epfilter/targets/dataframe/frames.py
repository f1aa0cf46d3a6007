"""The public functions: a filter as an expression of narwhals, and a filtered frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

import narwhals as nw
from narwhals.exceptions import DuplicateError

from epfilter.arguments import describe_type
from epfilter.ast import Filter
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.resources import BoundCall, bound_calls
from epfilter.targets.binding import bind_filter, field_types
from epfilter.targets.column_aliases import resolve_columns
from epfilter.targets.dataframe.column_copies import copy_columns
from epfilter.targets.dataframe.columns import (
    Column,
    declared_column,
    find_column,
    has_column,
    locate_path,
)
from epfilter.targets.dataframe.conditions import build_condition
from epfilter.targets.dataframe.ibis_tables import SQL_BACKENDS, filter_sql_table
from epfilter.targets.dataframe.memberships import Memberships, has_sets
from epfilter.targets.dataframe.native_columns import (
    add_element_columns,
    convert_objects,
    find_incomparable_columns,
    find_null_columns,
    name_columns,
)
from epfilter.targets.or_to_in import merge_or_terms
from epfilter.targets.overrides import Override, Overrides

if TYPE_CHECKING:
    from epfilter.resources import Resource
    from epfilter.templates import Template

Frame = TypeVar("Frame")

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


def to_narwhals(
    f: Filter | str | Template,
    resource: Resource | str | None = None,
    *,
    schema: Mapping[str, nw.dtypes.DType] | None = None,
    override: Override | None = None,
) -> nw.Expr:
    """Return the filter as an expression of narwhals that is true or false, never null.

    With `schema` (`nw.from_native(frame).collect_schema()`), a value has the type of its column,
    and dotted paths go through structs. Without it, each path is the name of a column, of the type
    that `resource` declares (integers of 64 bits, numbers as floats of 64 bits, timestamps in
    microseconds with the time zone UTC), or of text without a resource. Prefer `filter_frame`,
    which takes the schema and the engine from the frame.

    `override` maps an operator and a field to a function of the call that returns its
    expression of narwhals.

    Raises FilterSyntaxError for an invalid text, ResourceError for what the resource does not
    accept, FilterValueError for a column that is not in the schema, and UnsupportedFilterError
    for what narwhals cannot express with the same meaning.

    >>> import narwhals as nw, polars as pl
    >>> frame = nw.from_native(pl.DataFrame({"name": ["Ron", "April", None], "total": [5, 7, 9]}))
    >>> frame.filter(to_narwhals("like(name,A*)")).to_native()["total"].to_list()
    [7]
    >>> frame.filter(to_narwhals("gt(total,5.5)", schema=frame.schema)).to_native().height
    2
    """
    overrides = Overrides(override, resource)
    tree = merge_or_terms(bind_filter(f, resource), overrides)
    if schema is None:
        condition = build_condition(tree, lambda call: declared_column(call, resource), overrides)
    else:
        tree = resolve_columns(tree, resource, lambda path: has_column(path, schema))
        condition = build_condition(tree, lambda call: find_column(call, schema), overrides)
    if condition is not None:
        return condition
    any_column = nw.col(next(iter(schema)) if schema else next(bound_calls(tree)).path)
    return any_column.is_null() & ~any_column.is_null()


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


def filter_frame(
    frame: Frame,
    f: Filter | str | Template,
    resource: Resource | str | None = None,
    *,
    allow_untested: bool = False,
    override: Override | None = None,
) -> Frame:
    """Return the rows of a frame that satisfy the filter, as a frame of the same kind.

    Accepts frames of pandas, Polars (also lazy), PyArrow, DuckDB, Spark, Dask, and of Ibis on
    DuckDB, SQLite, PostgreSQL, MySQL and MariaDB; a lazy frame is not computed. With
    `allow_untested` also those of other engines, which may select other rows.

    Without a resource, each value is read as the type of its column; a value that does not read as
    it matches nothing. A column whose name is the whole path comes first; otherwise a dotted path
    goes through structs, `tags[0]` and `tags.length` into a list. With a resource, a column may
    have the name of the attribute or an alias of it.

    Null and NaN satisfy `is_null` and nothing else. A float is the number of its shortest text. A
    time without time zone is in UTC. On a list `eq`, `gt` and `in` hold if any element satisfies
    them.

    `override` maps an operator and a field to a function of the call that returns its
    expression of narwhals.

    Raises FilterSyntaxError for an invalid text, ResourceError for what the resource does not
    accept, FilterTypeError for an argument that is not a frame or an engine that is not tested,
    FilterValueError for a missing column, and UnsupportedFilterError for what the engine cannot
    express with the same meaning.

    >>> import polars as pl
    >>> orders = pl.DataFrame({"id": [1, 2, 3], "total": [950, 1050, None]})
    >>> filter_frame(orders, "gt(total,1000)|is_null(total)")["id"].to_list()
    [2, 3]
    """
    if _is_of_dask(frame):
        run = partial(filter_frame, f=f, resource=resource, override=override)
        return cast("Frame", _filter_partitions(frame, run))
    wrapped = _wrap_frame(frame)
    engine = _find_engine(wrapped, allow_untested=allow_untested)
    if engine == "pandas":
        wrapped = _wrap_frame(name_columns(frame))
    if engine in SQL_BACKENDS:
        return cast("Frame", filter_sql_table(frame, f, resource, override))
    overrides = Overrides(override, resource)
    schema = dict(wrapped.collect_schema())
    tree = bind_filter(f, resource)
    tree = resolve_columns(tree, resource, lambda path: has_column(path, schema))
    tree = merge_or_terms(tree, overrides)
    calls = [call for call in bound_calls(tree) if not overrides.has(call)]
    used = dict.fromkeys(locate_path(call.path, schema)[0] for call in calls)
    if engine == "pandas":
        wrapped = convert_objects(wrapped, used)
        converted = wrapped.collect_schema()
        schema.update({name: converted[name] for name in used})
    null_columns = find_null_columns(wrapped, engine, schema)
    schema.update(find_incomparable_columns(wrapped, engine, schema))
    if engine == "pandas":
        wrapped = add_element_columns(wrapped, calls, schema, null_columns)
        schema = dict(wrapped.collect_schema()) | schema
    copied = copy_columns(wrapped, engine, schema, used)
    memberships = Memberships()
    look_up = memberships.add if has_sets(copied.native, engine) else None

    def column_of(call: BoundCall) -> Column:
        column = copied.find_column(call, schema, engine, null_columns)
        return column._replace(look_up=look_up)

    condition = build_condition(tree, column_of, overrides)
    if condition is None:
        return cast("Frame", _wrap_frame(frame).head(0).to_native())
    prepared = nw.from_native(memberships.add_columns(copied.native, engine))
    if engine != "pandas":
        selected = prepared.filter(condition).to_native()
        return cast("Frame", copied.drop_from(selected, engine, memberships.names))
    mask = prepared.select(matches=condition).get_column("matches").to_numpy()
    return cast("Frame", cast("Any", frame).loc[mask.astype(bool)])


def _find_engine(frame: Any, *, allow_untested: bool) -> str:
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


def _is_of_dask(frame: Any) -> bool:
    return type(frame).__module__.partition(".")[0] == "dask" and hasattr(frame, "map_partitions")


def _filter_partitions(frame: Any, run: Callable[[Any], Any]) -> Any:
    """Return a frame of Dask whose partitions, which are of pandas, are filtered when they run."""
    return frame.map_partitions(run, meta=run(frame._meta))  # noqa: SLF001 - as all of Dask does


def _wrap_frame(frame: object) -> Any:
    """Return a frame as one of narwhals."""
    if isinstance(frame, (nw.DataFrame, nw.LazyFrame)):
        raise FilterTypeError(
            "a frame of an engine is expected, not one of narwhals.",
            hint="frame.filter(to_narwhals(f, schema=frame.collect_schema()))",
        )
    try:
        return nw.from_native(cast("Any", frame))
    except DuplicateError:
        raise FilterValueError(
            "two columns of the frame have the same name.", hint="rename one of them"
        ) from None
    except TypeError:
        raise FilterTypeError(
            f"a dataframe is expected, not {describe_type(frame)}.",
            hint="pass one of pandas, Polars, PyArrow, DuckDB, Ibis or Spark",
        ) from None
