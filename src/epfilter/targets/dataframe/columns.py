"""The column of a path, as an expression with its type."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import narwhals as nw

from epfilter.errors import FilterValueError, UnsupportedFilterError
from epfilter.resources import BoundCall, resource_info, resource_of
from epfilter.semantics import PathStep
from epfilter.snippets import shorten
from epfilter.suggestions import list_names, suggest_name
from epfilter.targets.column_aliases import split_path

if TYPE_CHECKING:
    from epfilter.resources import FieldType, Resource

Schema = Mapping[str, nw.dtypes.DType]

_DECLARED_TYPES: dict[str, nw.dtypes.DType] = {
    "integer": nw.Int64(),
    "number": nw.Float64(),
    "boolean": nw.Boolean(),
    "date": nw.Date(),
    "datetime": nw.Datetime("us", "UTC"),
}


class Column(NamedTuple):
    """A column or a part of one."""

    expr: nw.Expr
    dtype: nw.dtypes.DType
    field: str
    engine: str
    is_uuid: bool = False
    """The column holds UUIDs, as texts in lower case."""
    look_up: Callable[..., nw.Expr] | None = None
    """`Memberships.add`, if the engine has sets."""

    def unsupported(self, op: str, reason: str, hint: str | None = None) -> UnsupportedFilterError:
        """Return the error for what the engine cannot express on this column."""
        return UnsupportedFilterError(op, self.field, self.engine, reason, hint)


class ColumnCopy(NamedTuple):
    """The copy of a column that is compared instead of it."""

    name: str
    dtype: nw.dtypes.DType
    is_uuid: bool = False


def find_column(
    call: BoundCall,
    schema: Schema,
    engine: str = "narwhals",
    null_columns: Collection[str] = (),
    copies: Mapping[str, ColumnCopy] = MappingProxyType({}),
) -> Column:
    """Return the column of a call; the columns in `null_columns` hold only null and have no type.

    A column in `copies` is replaced by its copy.

    A column whose name is the whole path comes first, then the longest beginning of the path that
    is a column; the rest of the path goes through its structs and lists.

    Raises FilterValueError if there is no column, and UnsupportedFilterError for a path that the
    engines cannot follow.
    """
    name, rest = locate_path(call.path, schema)
    if name in null_columns:
        return Column(nw.col(name).cast(nw.String), nw.String(), call.path, engine)
    copy = copies.get(name) or ColumnCopy(name, dtype_instance(schema[name]))
    column = Column(nw.col(copy.name), copy.dtype, call.path, engine, copy.is_uuid)
    if isinstance(copy.dtype, nw.Array):
        column = _to_list(column)
    for step in rest:
        if step.list_index is None:
            column = _get_member(column, step.name, call.op)
        else:
            column = _get_element(column, step.list_index, call.op)
    return column


def declared_column(call: BoundCall, resource: Resource | str | None) -> Column:
    """Return the column with the path's name, of the declared type; of text by default."""
    dtype: nw.dtypes.DType = nw.String()
    resource = resource_of(resource)
    if resource is not None:
        dtype = _declared_type(resource_info(resource).fields[call.field].type)
    return Column(nw.col(call.path), dtype, call.path, "narwhals")


def _declared_type(type_: FieldType[object]) -> nw.dtypes.DType:
    if type_.item is not None:
        return nw.List(_declared_type(type_.item))
    return _DECLARED_TYPES.get(type_.name, nw.String())


def locate_path(path: str, schema: Schema) -> tuple[str, tuple[PathStep, ...]]:
    """Return the name of the frame's column that a path begins with, and the rest of the path.

    Raises FilterValueError if there is none.
    """
    split = split_path(path, schema)
    if split is None:
        raise _unknown_name(f"the frame has no column `{shorten(path)}`", path, schema)
    return split


def has_column(path: str, schema: Schema) -> bool:
    """Return whether the frame has a column that a path begins with, and its structs the rest."""
    split = split_path(path, schema)
    if split is None:
        return False
    dtype = dtype_instance(schema[split[0]])
    for step in split[1]:
        if not isinstance(dtype, nw.Struct):
            break
        members = {member.name: member.dtype for member in dtype.fields}
        if step.name not in members:
            return False
        dtype = dtype_instance(members[step.name])
    return True


def _unknown_name(message: str, name: str, known: Iterable[str]) -> FilterValueError:
    known = [each for each in known if isinstance(each, str)]
    names = list_names(known) or "none"
    return FilterValueError(f"{message}.", hint=suggest_name(name, known, f"there are {names}"))


def _to_list(column: Column) -> Column:
    """Return a column of arrays of one length as one of lists; one of tables stays as it is."""
    dtype = column.dtype
    if not isinstance(dtype, nw.Array) or len(dtype.shape) > 1:
        return column
    as_list = nw.List(dtype.inner)
    return column._replace(expr=column.expr.cast(as_list), dtype=as_list)


def _get_member(column: Column, name: str, op: str) -> Column:
    dtype = column.dtype
    if isinstance(dtype, nw.Struct):
        members = {member.name: member.dtype for member in dtype.fields}
        if name not in members:
            message = f"`{column.field}`: there is no `{shorten(name)}`"
            raise _unknown_name(message, name, members)
        member = column.expr.struct.field(name)
        return column._replace(expr=member, dtype=dtype_instance(members[name]))
    if isinstance(dtype, nw.List) and name == "length":
        return column._replace(expr=column.expr.list.len(), dtype=nw.UInt32())
    if isinstance(dtype, nw.List):
        raise column.unsupported(
            op, "the path goes through a list of objects", "explode the list first"
        )
    raise column.unsupported(op, f"a column of {dtype} has no `{shorten(name)}`")


def _get_element(column: Column, index: int, op: str) -> Column:
    if not isinstance(column.dtype, nw.List):
        raise column.unsupported(op, f"a column of {column.dtype} has no elements")
    # An index past the end is an error in most engines; in a filter it is null.
    long_enough = nw.when(column.expr.list.len() > index).then(column.expr)
    element = long_enough.list.get(index)
    return column._replace(expr=element, dtype=dtype_instance(column.dtype.inner))


def dtype_instance(dtype: nw.dtypes.DType | type[nw.dtypes.DType]) -> nw.dtypes.DType:
    """Return an instance of a type that may be given as a class."""
    return dtype() if isinstance(dtype, type) else dtype
