"""What people call: a filter as an expression of narwhals, and a frame filtered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

import narwhals as nw
from narwhals.exceptions import DuplicateError

from epfilter.ast import Filter
from epfilter.errors import FilterTypeError, FilterValueError, describe_type
from epfilter.resources import BoundFilter
from epfilter.targets.binding import bind_filter
from epfilter.targets.column_aliases import resolve_columns
from epfilter.targets.dataframe.columns import ENGINES, column_of, has_root, root
from epfilter.targets.dataframe.conditions import calls, condition
from epfilter.targets.dataframe.declared import declared_column
from epfilter.targets.dataframe.elements import with_elements
from epfilter.targets.dataframe.objects import as_arrow, not_compared, null_columns
from epfilter.targets.or_to_in import merge_or_terms

if TYPE_CHECKING:
    from epfilter.resources import Resource

Frame = TypeVar("Frame")


def to_narwhals(
    f: Filter | str,
    resource: Resource | str | None = None,
    *,
    schema: Mapping[str, nw.dtypes.DType] | None = None,
) -> nw.Expr:
    """The filter as an expression of narwhals that is true or false, never null.

    With `schema` (`nw.from_native(frame).collect_schema()`) a value has the type of its column,
    and dotted paths go through structs. Without it each path is the name of a column, of the type
    that `resource` gives the attribute (whole numbers of 64 bits, numbers as floats of 64 bits,
    timestamps in microseconds with the zone UTC), or of text where there is no resource.
    `filter_frame` knows the schema and the engine; prefer it.

    Raises FilterSyntaxError for a text that is no filter, ResourceError for what the resource does
    not accept, FilterValueError for a column that is not in the schema, and UnsupportedFilterError
    for what cannot be asked of a column.

    >>> import narwhals as nw, polars as pl
    >>> frame = nw.from_native(pl.DataFrame({"name": ["Ron", "April", None], "total": [5, 7, 9]}))
    >>> frame.filter(to_narwhals("like(name,A*)")).to_native()["total"].to_list()
    [7]
    >>> frame.filter(to_narwhals("gt(total,5.5)", schema=frame.schema)).to_native().height
    2
    """
    tree = merge_or_terms(bind_filter(f, resource))
    if schema is None:
        found = condition(tree, lambda call: declared_column(call, resource))
    else:
        tree = resolve_columns(tree, resource, lambda path: has_root(path, schema))
        found = condition(tree, lambda call: column_of(call, schema))
    if found is not None:
        return found
    anything = nw.col(next(iter(schema)) if schema else _a_path(tree))
    return anything.is_null() & ~anything.is_null()


def filter_frame(frame: Frame, f: Filter | str, resource: Resource | str | None = None) -> Frame:
    """The rows of a frame that satisfy the filter, as a frame of the same kind.

    Takes frames of pandas, Polars (also lazy), PyArrow, DuckDB, Ibis and Spark; nothing is
    computed of a frame that is lazy. Without a resource each value is read as the type of its
    column, and one that is none of it matches nothing. A column whose name is the whole path wins;
    otherwise a dotted path goes through structs, `tags[0]` and `tags.length` into a list. With a
    resource a column may bear the name of the attribute or an alias of it.

    Null and NaN satisfy `is_null` and nothing else. A float is the number that its shortest text
    is. A time without zone is UTC. On a list `eq`, `gt` and `in` hold when any element does.

    Raises FilterSyntaxError for a text that is no filter, ResourceError for what the resource does
    not accept, FilterTypeError for what is no frame, FilterValueError for a column that it does
    not have, and UnsupportedFilterError for what the engine cannot run with the same meaning.

    >>> import polars as pl
    >>> orders = pl.DataFrame({"id": [1, 2, 3], "total": [950, 1050, None]})
    >>> filter_frame(orders, "gt(total,1000)|is_null(total)")["id"].to_list()
    [2, 3]
    """
    known = _narwhals(frame)
    engine = ENGINES.get(known.implementation.value, known.implementation.value)
    schema = dict(known.collect_schema())
    tree = bind_filter(f, resource)
    tree = merge_or_terms(resolve_columns(tree, resource, lambda path: has_root(path, schema)))
    if engine == "pandas":
        asked = frozenset(root(call.path, schema)[0] for call in calls(tree))
        known = as_arrow(known, asked)
        retyped = known.collect_schema()
        schema.update({name: retyped[name] for name in asked})
    empty = null_columns(known, engine, schema)
    schema.update(not_compared(known, engine, schema))
    if engine == "pandas":
        known = with_elements(known, calls(tree), schema, empty)
        schema = dict(known.collect_schema()) | schema
    found = condition(tree, lambda call: column_of(call, schema, engine, empty))
    if found is None:
        return cast("Frame", _narwhals(frame).head(0).to_native())
    if engine != "pandas":
        return cast("Frame", known.filter(found).to_native())
    mask = known.select(kept=found).get_column("kept").to_numpy()
    return cast("Frame", cast("Any", frame).loc[mask.astype(bool)])


def _narwhals(frame: object) -> Any:
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
            hint="of pandas, Polars, PyArrow, DuckDB, Ibis or Spark",
        ) from None


def _a_path(tree: BoundFilter) -> str:
    return next(calls(tree)).path
