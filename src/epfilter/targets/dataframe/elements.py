"""Elements of the lists that columns of pandas hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import narwhals as nw

from epfilter.targets.dataframe.columns import Call, Schema, column_of, root


def with_elements(frame: Any, calls: Iterable[Call], schema: Schema, empty: Collection[str]) -> Any:
    """A frame of pandas with a column for each path that goes to an element of a list.

    PyArrow finds the elements, because pandas makes floats of the whole numbers of a list where it
    leaves out the lists that are too short, and numbers of more than 53 bits are others then.

    Raises UnsupportedFilterError for a path that nothing can follow.
    """
    import pandas as pd
    import pyarrow as pa

    native = frame.to_native()
    found = {}
    for call in calls:
        name, rest = root(call.path, schema)
        if name in empty or all(step.list_index is None for step in rest):
            continue
        lists = nw.from_native(pa.table({name: frame.get_column(name).to_arrow()}))
        element = lists.select(column_of(call, schema, "pandas").expr.alias(name))
        array = pd.arrays.ArrowExtensionArray(element.get_column(name).to_native())
        found[call.path] = pd.Series(array, index=native.index)
    return nw.from_native(native.assign(**found)) if found else frame
