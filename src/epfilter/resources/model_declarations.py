"""A resource from a pydantic model: its fields, by the names and types that it writes into JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, Flag
from itertools import count
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin
from uuid import UUID

import pydantic
from pydantic import BaseModel, RootModel
from pydantic.fields import ComputedFieldInfo, FieldInfo

from epfilter.ast import Operator
from epfilter.errors import FilterTypeError, FilterValueError, ResourceError, describe_type
from epfilter.resources.declaration_checks import (
    default_operators,
    first_line,
    nearest,
    read_operators,
)
from epfilter.resources.declarations import Declaration, Deprecation
from epfilter.resources.field_types import (
    FieldType,
    boolean,
    date_,
    enum,
    integer,
    list_of,
    number,
    string,
    timestamp,
    unknown,
    uuid,
)
from epfilter.resources.schema import field_name_problem
from epfilter.snippets import shorten
from epfilter.values import to_text

_SAME_MODEL_AT_MOST = 2
"""How often one model may stand on a path: a model inside itself is followed once."""

_NAMES_AT_MOST = 16
"""How many names a path may have."""

_BRACKETS_AT_MOST = 8
"""How many types may stand in each other's brackets: an alias may hold itself."""

_FIELDS_AT_MOST = 10_000
"""How many fields a model may have in all, with those that are models themselves: models that
refer to each other multiply."""


class _Read(NamedTuple):
    """What an annotation says: a type, or a model whose fields lie below."""

    kind: FieldType[Any]
    model: type[BaseModel] | None = None
    below: Any = None
    """What the values of a mapping are."""
    many: bool = False
    null: bool = False


class _Place(NamedTuple):
    """Where a model stands; `steps` counts what was looked at so far, wherever it stands."""

    steps: Iterator[int]
    prefix: str = ""
    depth: int = 0
    models: tuple[type[BaseModel], ...] = ()
    many: bool = False
    null: bool = False


def from_model(
    model: type[BaseModel], operators: Mapping[str, Iterable[Operator | str]]
) -> dict[str, Declaration[Any]]:
    """The fields of a model; see Resource.from_model."""
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise FilterTypeError(
            f"a class of pydantic's BaseModel is expected, not {_type_or_value(model)}."
        )
    if issubclass(model, RootModel):
        raise ResourceError(
            f"the model {model.__name__} is a RootModel, which has no fields.",
            hint="declare the model that it holds",
        )
    found: dict[str, Declaration[Any]] = {}
    for path, declared in _of_model(model, _Place(count(1))):
        if path in found:
            raise ResourceError(f"the model {model.__name__} has two fields `{path}`.")
        found[path] = declared
    for path, given in _mapping(operators).items():
        if path not in found:
            raise ResourceError(
                f"operators: the model {model.__name__} has no field `{shorten(str(path))}`.",
                hint=nearest(str(path), found),
            )
        found[path] = replace(found[path], operators=read_operators(path, given))
    return found


def _mapping(operators: object) -> Mapping[str, Any]:
    if not isinstance(operators, Mapping):
        raise FilterTypeError(
            f"operators is a mapping of fields to their operators, not {describe_type(operators)}."
        )
    return operators


def _of_model(model: type[BaseModel], at: _Place) -> Iterator[tuple[str, Declaration[Any]]]:
    at = at._replace(models=(*at.models, model), depth=at.depth + 1)
    for name, info in _fields(model).items():
        if next(at.steps) > _FIELDS_AT_MOST:
            raise ResourceError(
                f"the model {at.models[0].__name__} has more than {_FIELDS_AT_MOST:,} fields.",
                hint="its models refer to each other; declare the fields that are asked for",
            )
        wire = _wire_name(model, name, info)
        annotation = info.annotation if isinstance(info, FieldInfo) else info.return_type
        yield from _of_annotation(annotation, f"{at.prefix}{wire}", info, at)


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo | ComputedFieldInfo]:
    """What a model writes into JSON, with every annotation resolved."""
    try:
        model.model_rebuild()
    except Exception as error:  # noqa: BLE001 - annotations are Python, which fails as it likes
        said = first_line(error)
        raise ResourceError(
            f"the annotations of the model {model.__name__} cannot be resolved: {said}",
            hint="define what they name, then call model_rebuild()",
        ) from None
    kept = {name: info for name, info in model.model_fields.items() if info.exclude is not True}
    return {**kept, **model.model_computed_fields}


def _wire_name(model: type[BaseModel], name: str, info: FieldInfo | ComputedFieldInfo) -> str:
    given = info.serialization_alias if isinstance(info, FieldInfo) else None
    wire = given or info.alias or name
    problem = field_name_problem(wire)
    if problem or "{" in wire:
        raise ResourceError(
            f"the field {name} of the model {model.__name__} {problem or 'has braces in its name'}."
        )
    return wire


def _of_annotation(
    annotation: Any, path: str, info: FieldInfo | ComputedFieldInfo, at: _Place
) -> Iterator[tuple[str, Declaration[Any]]]:
    read = _read(annotation)
    at = at._replace(null=at.null or read.null, many=at.many or read.many)
    cut = at.depth >= _NAMES_AT_MOST
    if read.below is not None and not cut:
        yield from _of_annotation(
            read.below, f"{path}.{{key}}", info, at._replace(depth=at.depth + 1)
        )
    elif read.model is None:
        kind = list_of(read.kind) if at.many and read.kind.item is None else read.kind
        known = default_operators(list_of(read.kind) if read.many else read.kind)
        yield path, _declaration(info, kind, known, null=at.null)
    elif at.null and not at.many:
        yield path, _declaration(info, unknown(), (), null=True)
    if read.model is not None and not cut and at.models.count(read.model) < _SAME_MODEL_AT_MOST:
        yield from _of_model(read.model, at._replace(prefix=f"{path}."))


def _declaration(
    info: FieldInfo | ComputedFieldInfo,
    kind: FieldType[Any],
    operators: tuple[Operator, ...],
    *,
    null: bool,
) -> Declaration[Any]:
    deprecation = None
    note = info.description or ""
    if info.deprecated:
        deprecation = Deprecation()
        said = info.deprecated if isinstance(info.deprecated, str) else ""
        note = " ".join(filter(None, (note, getattr(info.deprecated, "message", said))))
    own = (*operators, Operator.IS_NULL) if null else operators
    return Declaration(kind, tuple(op for op in Operator if op in own), (), deprecation, note=note)


_KINDS: tuple[tuple[tuple[type[Any], ...], FieldType[Any]], ...] = (
    ((bool,), boolean()),
    ((str, pydantic.EmailStr, pydantic.AnyUrl), string()),
    ((int,), integer()),
    ((float, Decimal), number()),
    (
        (
            datetime,
            pydantic.AwareDatetime,
            pydantic.NaiveDatetime,
            pydantic.PastDatetime,
            pydantic.FutureDatetime,
        ),
        timestamp(),
    ),
    ((date, pydantic.PastDate, pydantic.FutureDate), date_()),
    ((UUID,), uuid()),
)
"""The first that a class descends from: a bool is an int, a datetime is a date."""


def _read(annotation: Any, depth: int = 0) -> _Read:
    """What an annotation means; unknown where an alias goes round in a circle."""
    annotation = _unwrapped(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if depth > _BRACKETS_AT_MOST:
        return _Read(unknown())
    if origin in {Union, UnionType}:
        return _either([_read(argument, depth + 1) for argument in arguments])
    if origin is Literal:
        return _values(arguments)
    kind = origin or annotation
    if not isinstance(kind, type):
        return _Read(unknown())
    return _NULL if kind is NoneType else _of_class(kind, arguments, depth)


def _unwrapped(annotation: Any) -> Any:
    """An annotation without Annotated, NewType, the aliases of `type X = …` and RootModel."""
    for _ in range(_BRACKETS_AT_MOST):
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        elif hasattr(annotation, "__value__"):
            annotation = annotation.__value__
        elif isinstance(annotation, type) and issubclass(annotation, RootModel):
            annotation = annotation.model_fields["root"].annotation
        else:
            break
    return annotation


def _of_class(kind: type[Any], arguments: tuple[Any, ...], depth: int) -> _Read:
    """What a class means; the arguments are those in brackets."""
    if issubclass(kind, BaseModel):
        return _Read(unknown(), model=kind)
    if issubclass(kind, Enum) and not issubclass(kind, Flag):
        return _values(tuple(kind))
    for classes, known in _KINDS:
        if issubclass(kind, classes) and not issubclass(kind, Flag):
            return _Read(known)
    if issubclass(kind, Mapping) and len(arguments) == 2:
        return _Read(unknown(), below=arguments[1])
    if issubclass(kind, Collection) and not issubclass(kind, _NO_LISTS):
        items = [argument for argument in arguments if argument is not Ellipsis]
        return _many([_read(item, depth + 1) for item in items])
    return _Read(unknown())


_NO_LISTS = (bytes, bytearray, memoryview, Mapping, Flag)


def _many(items: list[_Read]) -> _Read:
    """A list of what its members are; unknown for a list of lists, which cannot be asked for."""
    item = _either(items)
    if item.many or item.below is not None:
        item = _Read(unknown())
    return item._replace(many=True, null=False)


def _values(values: tuple[Any, ...]) -> _Read:
    """An enum of the values of an Enum or a Literal, as they are written."""
    null = None in values
    try:
        texts = dict.fromkeys(to_text(value) for value in values if value is not None)
    except FilterValueError:
        return _Read(unknown(), null=null)
    return _Read(enum(*texts) if texts else unknown(), null=null)


def _either(members: list[_Read]) -> _Read:
    """One type for the members of a union; unknown where they have none in common."""
    null = any(member.null for member in members)
    real = [member._replace(null=False) for member in members if member != _NULL]
    if real and all(member == real[0] for member in real):
        return real[0]._replace(null=null)
    plain = all(member == _Read(member.kind) for member in real)
    names = frozenset(member.kind.name for member in real)
    if plain and names == {"enum"}:
        values = dict.fromkeys(value for member in real for value in member.kind.values)
        return _Read(enum(*values), null=null)
    common = (kind for among, kind in _COMMON if plain and names and names <= among)
    return _Read(next(common, unknown()), null=null)


_NULL = _Read(unknown(), null=True)
_COMMON: tuple[tuple[frozenset[str], FieldType[Any]], ...] = (
    (frozenset({"string", "enum"}), string()),
    (frozenset({"integer", "number"}), number()),
    (frozenset({"date", "datetime"}), timestamp()),
)
"""The type of a union whose members are all among these."""


def _type_or_value(value: object) -> str:
    return f"the class {value.__name__}" if isinstance(value, type) else describe_type(value)
