"""The type of a column that only a resource tells, where there is no schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from epfilter.resources.resolve import resource_of
from epfilter.targets.dataframe.columns import Call, Column

if TYPE_CHECKING:
    from epfilter.resources import Resource
    from epfilter.resources.field_types import Kind

_TYPES: dict[str, nw.dtypes.DType] = {
    "integer": nw.Int64(),
    "number": nw.Float64(),
    "boolean": nw.Boolean(),
    "date": nw.Date(),
    "datetime": nw.Datetime("us", "UTC"),
}


def declared_column(call: Call, resource: Resource | str | None) -> Column:
    """The column named as the path, of the attribute's type; of text where nobody declares it."""
    dtype: nw.dtypes.DType = nw.String()
    found = resource_of(resource)
    if found is not None:
        dtype = _type(found._info.fields[call.field].kind)  # noqa: SLF001 - the public names of a resource are its fields
    return Column(nw.col(call.path), dtype, call.path, "narwhals")


def _type(kind: Kind[object]) -> nw.dtypes.DType:
    if kind.item is not None:
        return nw.List(_type(kind.item))
    return _TYPES.get(kind.name, nw.String())
