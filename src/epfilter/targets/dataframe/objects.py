"""Columns that hold Python objects, as pandas has them, and columns that hold nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from numbers import Integral
from typing import Any

import narwhals as nw

from epfilter.errors import FilterValueError
from epfilter.targets.dataframe.columns import Schema, instance


def as_arrow(frame: Any, names: Iterable[str]) -> Any:
    """A frame of pandas with its columns of objects as columns of PyArrow.

    Columns of text stay as they are. Raises FilterValueError for objects that no one type holds.
    """
    native = frame.to_native()
    changed = {name: _converted(native[name]) for name in names if native[name].dtype == object}
    return nw.from_native(native.assign(**changed)) if changed else frame


def _converted(series: Any) -> Any:
    import pandas as pd

    kind = pd.api.types.infer_dtype(series, skipna=True)
    if kind == "string":
        return series
    try:
        array = _array(series.tolist(), whole=kind == "integer")
    except (ImportError, ValueError, TypeError, OverflowError) as error:
        raise FilterValueError(
            f"the column `{series.name}` holds Python objects that have no one type: {error}.",
            hint="give it a type with astype",
        ) from None
    return pd.Series(pd.arrays.ArrowExtensionArray(array), index=series.index, name=series.name)


def _array(values: list[object], *, whole: bool) -> Any:
    import pyarrow as pa

    try:
        array = pa.array(values, from_pandas=True)
    except OverflowError:
        if not whole:
            raise
        exact = [Decimal(int(value)) if isinstance(value, Integral) else None for value in values]
        return pa.array(exact, pa.decimal128(38, 0))
    # A column of nothing at all keeps no type; see null_columns.
    return array if pa.types.is_null(array.type) else array.cast(_some_type(array.type))


def _some_type(found: Any) -> Any:
    """The type with text in the place of every part that nothing was seen of."""
    import pyarrow as pa

    if pa.types.is_null(found):
        return pa.string()
    if pa.types.is_list(found):
        return pa.list_(_some_type(found.value_type))
    if pa.types.is_struct(found):
        return pa.struct([(part.name, _some_type(part.type)) for part in found])
    return found


def null_columns(frame: Any, engine: str, schema: Schema) -> frozenset[str]:
    """The columns that hold nothing but null, and have no other type."""
    unknown = [name for name, dtype in schema.items() if isinstance(dtype, nw.Unknown)]
    if not unknown:
        return frozenset()
    types = _NATIVE_TYPES[engine](frame.to_native()) if engine in _NATIVE_TYPES else {}
    return frozenset(name for name in unknown if str(types.get(name)) in _NULL)


def not_compared(frame: Any, engine: str, schema: Schema) -> dict[str, nw.dtypes.DType]:
    """The columns that cannot be compared though narwhals tells their type, as unknown.

    These are categories of other values than text; JSON of DuckDB, to which a text is compared
    only if it is JSON too; and what PyArrow has no comparisons for.
    """
    if engine not in ("pandas", "PyArrow", "DuckDB"):
        return {}
    types = _NATIVE_TYPES[engine](frame.to_native())
    if engine == "DuckDB":
        return {name: _no_json(dtype, types[name]) for name, dtype in schema.items()}
    found = [name for name, dtype in schema.items() if isinstance(dtype, (nw.Categorical, nw.Enum))]
    unknown = {name for name in found if not _of_text(types[name])}
    unknown |= {name for name, known in types.items() if str(known) in _WITHOUT_COMPARISONS}
    return dict.fromkeys(unknown, nw.Unknown())


_WITHOUT_COMPARISONS = ("string_view", "halffloat", "string_view[pyarrow]", "halffloat[pyarrow]")


def _no_json(dtype: nw.dtypes.DType, native: Any) -> nw.dtypes.DType:
    if str(native) == "JSON":
        return nw.Unknown()
    if isinstance(dtype, nw.List):
        return nw.List(_no_json(instance(dtype.inner), native.children[0][1]))
    if isinstance(dtype, nw.Struct):
        known = dict(native.children)
        return nw.Struct(
            {part.name: _no_json(instance(part.dtype), known[part.name]) for part in dtype.fields}
        )
    return dtype


def _of_text(dtype: Any) -> bool:
    categories = getattr(dtype, "categories", None)
    if categories is None:
        return str(dtype).startswith(("dictionary<values=string", "dictionary<values=large_string"))
    return all(isinstance(each, str) for each in categories)


_NULL = ("Null", "null", "null[pyarrow]", '"NULL"', "NullType()")
"""What the engines call the type of a column that holds nothing."""

_NATIVE_TYPES: dict[str, Callable[[Any], Mapping[str, object]]] = {
    "pandas": lambda frame: dict(frame.dtypes),
    "Polars": lambda frame: frame.collect_schema(),
    "PyArrow": lambda frame: dict(zip(frame.column_names, frame.schema.types, strict=True)),
    "DuckDB": lambda frame: dict(zip(frame.columns, frame.types, strict=True)),
    "Ibis": lambda frame: frame.schema(),
    "Spark": lambda frame: {field.name: field.dataType for field in frame.schema},
}
