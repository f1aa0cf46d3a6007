"""The type of a column that only a resource tells, where there is no schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from epfilter.resources import resource_info, resource_of
from epfilter.targets.dataframe.columns import Call, Column

if TYPE_CHECKING:
    from epfilter.resources import FieldType, Resource

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
        dtype = _type(resource_info(found).fields[call.field].type)
    return Column(nw.col(call.path), dtype, call.path, "narwhals")


def _type(kind: FieldType[object]) -> nw.dtypes.DType:
    if kind.item is not None:
        return nw.List(_type(kind.item))
    return _TYPES.get(kind.name, nw.String())
