"""Columns that narwhals alone cannot compare: Python objects, lists of pandas, unusual types."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from numbers import Integral
from typing import Any

import narwhals as nw

from epfilter.errors import FilterValueError
from epfilter.resources import BoundCall
from epfilter.targets.dataframe.column_copies import to_variable_lists
from epfilter.targets.dataframe.columns import Schema, dtype_instance, find_column, locate_path

_NULL_TYPES = ("Null", "null", "null[pyarrow]", '"NULL"', "NullType()")
"""The names of the type of a column that holds only null, in each engine."""

_INCOMPARABLE_ARROW_TYPES = (
    *("string_view", "halffloat", "string_view[pyarrow]", "halffloat[pyarrow]"),
)

_NATIVE_TYPES: dict[str, Callable[[Any], Mapping[str, object]]] = {
    "pandas": lambda frame: dict(frame.dtypes),
    "Polars": lambda frame: frame.collect_schema(),
    "PyArrow": lambda frame: dict(zip(frame.column_names, frame.schema.types, strict=True)),
    "DuckDB": lambda frame: dict(zip(frame.columns, frame.types, strict=True)),
    "Ibis": lambda frame: frame.schema(),
    "Spark": lambda frame: {field.name: field.dataType for field in frame.schema},
}
"""Returns the engine's own types of the columns of a frame."""


def name_columns(frame: Any) -> Any:
    """Return a frame of pandas in which each column and each level of the index has a text as name.

    The number 5 becomes `5`, and the label `("a", "b")` of several levels `a.b`. A column comes
    before a level of the index with the same name.
    """
    names = [_to_name(label) for label in frame.columns]
    texts = {label for label in frame.columns if isinstance(label, str)}
    kept = [
        position
        for position, (label, name) in enumerate(zip(frame.columns, names, strict=True))
        if isinstance(label, str) or name not in texts
    ]
    named = frame.iloc[:, kept].set_axis([names[position] for position in kept], axis="columns")
    levels = {
        _to_name(label): frame.index.get_level_values(number)
        for number, label in enumerate(frame.index.names)
        if label is not None and _to_name(label) not in names
    }
    return named.assign(**{name: _to_series(level, frame.index) for name, level in levels.items()})


def _to_name(label: object) -> str:
    parts = label if isinstance(label, tuple) else (label,)
    return ".".join(str(part) for part in parts if part != "")


def _to_series(level: Any, index: Any) -> Any:
    import pandas as pd

    return pd.Series(level.array, index=index)


def convert_objects(frame: Any, names: Iterable[str]) -> Any:
    """Return a pandas frame whose named columns of Python objects are columns of PyArrow.

    Columns of lists of one length become lists of any length.
    Columns of text stay as they are. Raises FilterValueError for objects without a common type.
    """
    native = frame.to_native()
    columns = {
        name: _to_arrow(native[name])
        for name in names
        if native[name].dtype == object or str(native[name].dtype).startswith("fixed_size_list")
    }
    return nw.from_native(native.assign(**columns)) if columns else frame


def _to_arrow(series: Any) -> Any:
    import pandas as pd
    import pyarrow as pa

    if series.dtype != object:
        lists = to_variable_lists(pa.chunked_array(series.array.__arrow_array__()))
        array = pd.arrays.ArrowExtensionArray(lists)
        return pd.Series(array, index=series.index, name=series.name)
    inferred = pd.api.types.infer_dtype(series, skipna=True)
    if inferred == "string":
        return series
    try:
        array = _to_array(series.tolist(), are_integers=inferred == "integer")
    except (ImportError, ValueError, TypeError, OverflowError) as error:
        raise FilterValueError(
            f"the column `{series.name}` holds Python objects without a common type: {error}.",
            hint="convert it with astype",
        ) from None
    return pd.Series(pd.arrays.ArrowExtensionArray(array), index=series.index, name=series.name)


def _to_array(values: list[object], *, are_integers: bool) -> Any:
    import pyarrow as pa

    try:
        array = pa.array(values, from_pandas=True)
    except OverflowError:
        if not are_integers:
            raise
        exact = [Decimal(int(value)) if isinstance(value, Integral) else None for value in values]
        return pa.array(exact, pa.decimal128(38, 0))
    # A column of only null stays without a type; see `find_null_columns`.
    return array if pa.types.is_null(array.type) else array.cast(_replace_null_type(array.type))


def _replace_null_type(type_: Any) -> Any:
    """Return the type with text in place of every part that holds only null."""
    import pyarrow as pa

    if pa.types.is_null(type_):
        return pa.string()
    if pa.types.is_list(type_):
        return pa.list_(_replace_null_type(type_.value_type))
    if pa.types.is_struct(type_):
        return pa.struct([(member.name, _replace_null_type(member.type)) for member in type_])
    return type_


def add_element_columns(
    frame: Any, calls: Iterable[BoundCall], schema: Schema, null_columns: Collection[str]
) -> Any:
    """Return a pandas frame with a column for each path that selects an element of a list.

    PyArrow selects the elements: pandas turns the integers of a list into floats if some lists are
    too short, which changes integers of more than 53 bits.

    Raises UnsupportedFilterError for a path that no engine can follow.
    """
    import pandas as pd
    import pyarrow as pa

    native = frame.to_native()
    columns = {}
    for call in calls:
        name, rest = locate_path(call.path, schema)
        if name in null_columns or all(step.list_index is None for step in rest):
            continue
        lists = nw.from_native(pa.table({name: frame.get_column(name).to_arrow()}))
        element = lists.select(find_column(call, schema, "pandas").expr.alias(name))
        array = pd.arrays.ArrowExtensionArray(element.get_column(name).to_native())
        columns[call.path] = pd.Series(array, index=native.index)
    return nw.from_native(native.assign(**columns)) if columns else frame


def find_null_columns(frame: Any, engine: str, schema: Schema) -> frozenset[str]:
    """Return the columns that hold only null and have no other type."""
    unknown = [name for name, dtype in schema.items() if isinstance(dtype, nw.Unknown)]
    if not unknown:
        return frozenset()
    types = _NATIVE_TYPES[engine](frame.to_native()) if engine in _NATIVE_TYPES else {}
    return frozenset(name for name in unknown if str(types.get(name)) in _NULL_TYPES)


def find_incomparable_columns(
    frame: Any, engine: str, schema: Schema
) -> dict[str, nw.dtypes.DType]:
    """Return `Unknown` as the type of columns that cannot be compared despite their type.

    These are categories of other values than text; JSON of DuckDB, which compares only with texts
    that are JSON too; and types that PyArrow has no comparisons for.
    """
    if engine not in ("pandas", "PyArrow", "DuckDB"):
        return {}
    types = _NATIVE_TYPES[engine](frame.to_native())
    if engine == "DuckDB":
        return {name: _hide_json(dtype, types[name]) for name, dtype in schema.items()}
    categories = [name for name, dtype in schema.items() if isinstance(dtype, _CATEGORIES)]
    unknown = {name for name in categories if not _are_texts(types[name])}
    unknown |= {name for name, type_ in types.items() if str(type_) in _INCOMPARABLE_ARROW_TYPES}
    return dict.fromkeys(unknown, nw.Unknown())


_CATEGORIES = (nw.Categorical, nw.Enum)


def _hide_json(dtype: nw.dtypes.DType, native: Any) -> nw.dtypes.DType:
    if str(native) == "JSON":
        return nw.Unknown()
    if isinstance(dtype, nw.List):
        return nw.List(_hide_json(dtype_instance(dtype.inner), native.children[0][1]))
    if isinstance(dtype, nw.Struct):
        types = dict(native.children)
        members = {
            member.name: _hide_json(dtype_instance(member.dtype), types[member.name])
            for member in dtype.fields
        }
        return nw.Struct(members)
    return dtype


def _are_texts(dtype: Any) -> bool:
    categories = getattr(dtype, "categories", None)
    if categories is None:
        return str(dtype).startswith(("dictionary<values=string", "dictionary<values=large_string"))
    return all(isinstance(each, str) for each in categories)
