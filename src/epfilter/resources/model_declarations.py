"""The fields of a pydantic model, by the names and types that it writes into JSON."""

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

from epfilter.arguments import describe_type
from epfilter.ast import Operator
from epfilter.errors import FilterTypeError, FilterValueError, ResourceError
from epfilter.resources.declarations import Declaration, Deprecation
from epfilter.resources.declared_operators import default_operators, parse_operators
from epfilter.resources.field_types import SIMPLE_TYPES, FieldType, enum, list_of, unknown
from epfilter.resources.messages import name_hint
from epfilter.resources.schema import field_name_problem
from epfilter.snippets import shorten
from epfilter.values import to_text

_MAX_REPEATS = 2
"""How often one model may occur on a path: a model inside itself is followed once."""

_MAX_NAMES = 16
"""How many names a path may have."""

_MAX_NESTED_BRACKETS = 8
"""How deep types may be nested in brackets: an alias may contain itself."""

_MAX_FIELDS = 10_000
"""How many fields a model may have, including fields that are models themselves: models that
refer to each other multiply."""


class _Annotation(NamedTuple):
    """The meaning of an annotation: a field type, or a model whose fields are below the path."""

    field_type: FieldType[Any]
    model: type[BaseModel] | None = None
    mapped: Any = None
    """The annotation of a mapping's values."""
    is_list: bool = False
    nullable: bool = False


class _Position(NamedTuple):
    """The position of a model; `counter` counts the fields of the whole resource."""

    counter: Iterator[int]
    prefix: str = ""
    depth: int = 0
    models: tuple[type[BaseModel], ...] = ()
    """The models on the path, from the outermost to this one."""
    in_list: bool = False
    nullable: bool = False


def read_model(
    model: type[BaseModel], operators: Mapping[str, Iterable[Operator | str]]
) -> dict[str, Declaration[Any]]:
    """Return the fields of a model; see `Resource.from_model`."""
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise FilterTypeError(
            f"a subclass of pydantic's BaseModel is expected, not {_describe(model)}."
        )
    if issubclass(model, RootModel):
        raise ResourceError(
            f"the model {model.__name__} is a RootModel, which has no fields.",
            hint="declare the model that it contains",
        )
    if not isinstance(operators, Mapping):
        raise FilterTypeError(
            "operators must be a mapping of fields to their operators, "
            f"not {describe_type(operators)}."
        )
    fields: dict[str, Declaration[Any]] = {}
    for path, declared in _read_model(model, _Position(count(1))):
        if path in fields:
            raise ResourceError(f"the model {model.__name__} has two fields `{path}`.")
        fields[path] = declared
    for path, names in operators.items():
        if path not in fields:
            raise ResourceError(
                f"operators: the model {model.__name__} has no field `{shorten(str(path))}`.",
                hint=name_hint(str(path), fields),
            )
        fields[path] = replace(fields[path], operators=parse_operators(path, names))
    return fields


def _read_model(
    model: type[BaseModel], position: _Position
) -> Iterator[tuple[str, Declaration[Any]]]:
    position = position._replace(models=(*position.models, model), depth=position.depth + 1)
    for name, info in _serialized_fields(model).items():
        if next(position.counter) > _MAX_FIELDS:
            raise ResourceError(
                f"the model {position.models[0].__name__} has more than {_MAX_FIELDS:,} fields.",
                hint="its models refer to each other; declare only the fields to filter on",
            )
        path = f"{position.prefix}{_json_name(model, name, info)}"
        annotation = info.annotation if isinstance(info, FieldInfo) else info.return_type
        yield from _read_field(annotation, path, info, position)


def _serialized_fields(model: type[BaseModel]) -> dict[str, FieldInfo | ComputedFieldInfo]:
    """Return the fields that a model writes into JSON, with every annotation resolved."""
    try:
        model.model_rebuild()
    except Exception as error:  # noqa: BLE001 - annotations are Python code, which may raise anything
        reason = str(error).partition("\n")[0].rstrip(".")
        raise ResourceError(
            f"the annotations of the model {model.__name__} cannot be resolved: {reason}.",
            hint="define the names that they use, then call model_rebuild()",
        ) from None
    included = {name: info for name, info in model.model_fields.items() if info.exclude is not True}
    return {**included, **model.model_computed_fields}


def _json_name(model: type[BaseModel], name: str, info: FieldInfo | ComputedFieldInfo) -> str:
    alias = info.serialization_alias if isinstance(info, FieldInfo) else None
    json_name = alias or info.alias or name
    problem = field_name_problem(json_name)
    if problem or "{" in json_name:
        raise ResourceError(
            f"the field {name} of the model {model.__name__} {problem or 'has braces in its name'}."
        )
    return json_name


def _read_field(
    annotation: Any, path: str, info: FieldInfo | ComputedFieldInfo, position: _Position
) -> Iterator[tuple[str, Declaration[Any]]]:
    """Yield the field of an annotation, or the fields below it."""
    read = _read_annotation(annotation)
    position = position._replace(
        nullable=position.nullable or read.nullable, in_list=position.in_list or read.is_list
    )
    too_deep = position.depth >= _MAX_NAMES
    if read.mapped is not None and not too_deep:
        below = position._replace(depth=position.depth + 1)
        yield from _read_field(read.mapped, f"{path}.{{key}}", info, below)
    elif read.model is None:
        is_list = position.in_list and read.field_type.item is None
        field_type = list_of(read.field_type) if is_list else read.field_type
        operators = default_operators(list_of(read.field_type) if read.is_list else read.field_type)
        yield path, _declare(info, field_type, operators, nullable=position.nullable)
    elif position.nullable and not position.in_list:
        yield path, _declare(info, unknown(), (), nullable=True)
    repeated = position.models.count(read.model) >= _MAX_REPEATS if read.model else True
    if read.model is not None and not too_deep and not repeated:
        yield from _read_model(read.model, position._replace(prefix=f"{path}."))


def _declare(
    info: FieldInfo | ComputedFieldInfo,
    field_type: FieldType[Any],
    operators: tuple[Operator, ...],
    *,
    nullable: bool,
) -> Declaration[Any]:
    deprecation = None
    note = info.description or ""
    if info.deprecated:
        deprecation = Deprecation()
        text = info.deprecated if isinstance(info.deprecated, str) else ""
        note = " ".join(filter(None, (note, getattr(info.deprecated, "message", text))))
    supported = (*operators, Operator.IS_NULL) if nullable else operators
    in_order = tuple(op for op in Operator if op in supported)
    return Declaration(field_type, in_order, (), deprecation, note=note)


_TYPES_OF_CLASSES: tuple[tuple[tuple[type[Any], ...], str], ...] = (
    ((bool,), "boolean"),
    ((str, pydantic.EmailStr, pydantic.AnyUrl), "string"),
    ((int,), "integer"),
    ((float, Decimal), "number"),
    (
        (
            datetime,
            pydantic.AwareDatetime,
            pydantic.NaiveDatetime,
            pydantic.PastDatetime,
            pydantic.FutureDatetime,
        ),
        "datetime",
    ),
    ((date, pydantic.PastDate, pydantic.FutureDate), "date"),
    ((UUID,), "uuid"),
)
"""The first base class that matches decides: a bool is an int, a datetime is a date."""


def _read_annotation(annotation: Any, depth: int = 0) -> _Annotation:
    """Return the meaning of an annotation; unknown for an alias that contains itself."""
    annotation = _unwrap(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if depth > _MAX_NESTED_BRACKETS:
        return _Annotation(unknown())
    if origin in {Union, UnionType}:
        return _union_of([_read_annotation(argument, depth + 1) for argument in arguments])
    if origin is Literal:
        return _enum_of(arguments)
    class_ = origin or annotation
    if not isinstance(class_, type):
        return _Annotation(unknown())
    return _NULL if class_ is NoneType else _read_class(class_, arguments, depth)


def _unwrap(annotation: Any) -> Any:
    """Return an annotation without Annotated, NewType, type aliases and RootModel."""
    for _ in range(_MAX_NESTED_BRACKETS):
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


def _read_class(class_: type[Any], arguments: tuple[Any, ...], depth: int) -> _Annotation:
    """Return the meaning of a class; `arguments` are the types in its brackets."""
    if issubclass(class_, BaseModel):
        return _Annotation(unknown(), model=class_)
    if issubclass(class_, Enum) and not issubclass(class_, Flag):
        return _enum_of(tuple(class_))
    for classes, name in _TYPES_OF_CLASSES:
        if issubclass(class_, classes) and not issubclass(class_, Flag):
            return _Annotation(SIMPLE_TYPES[name])
    if issubclass(class_, Mapping) and len(arguments) == 2:
        return _Annotation(unknown(), mapped=arguments[1])
    if issubclass(class_, Collection) and not issubclass(class_, _NOT_LISTS):
        items = [argument for argument in arguments if argument is not Ellipsis]
        return _list_of([_read_annotation(item, depth + 1) for item in items])
    return _Annotation(unknown())


_NOT_LISTS = (bytes, bytearray, memoryview, Mapping, Flag)


def _list_of(items: list[_Annotation]) -> _Annotation:
    """Return the list of the items; a list of lists is unknown, as no filter can compare it."""
    item = _union_of(items)
    if item.is_list or item.mapped is not None:
        item = _Annotation(unknown())
    return item._replace(is_list=True, nullable=False)


def _enum_of(values: tuple[Any, ...]) -> _Annotation:
    """Return the enum of the values of an Enum or a Literal, as they appear in JSON."""
    nullable = None in values
    try:
        texts = dict.fromkeys(to_text(value) for value in values if value is not None)
    except FilterValueError:
        return _Annotation(unknown(), nullable=nullable)
    return _Annotation(enum(*texts) if texts else unknown(), nullable=nullable)


def _union_of(members: list[_Annotation]) -> _Annotation:
    """Return the common type of the members of a union; unknown if they have none."""
    nullable = any(member.nullable for member in members)
    others = [member._replace(nullable=False) for member in members if member != _NULL]
    if others and all(member == others[0] for member in others):
        return others[0]._replace(nullable=nullable)
    names = frozenset(member.field_type.name for member in others)
    are_plain = all(member == _Annotation(member.field_type) for member in others)
    if not names or not are_plain:
        return _Annotation(unknown(), nullable=nullable)
    if names == {"enum"}:
        values = dict.fromkeys(value for member in others for value in member.field_type.values)
        return _Annotation(enum(*values), nullable=nullable)
    common = next((name for group, name in _COMMON_TYPES.items() if names <= group), "unknown")
    return _Annotation(SIMPLE_TYPES[common], nullable=nullable)


_NULL = _Annotation(unknown(), nullable=True)
_COMMON_TYPES = {
    frozenset({"string", "enum"}): "string",
    frozenset({"integer", "number"}): "number",
    frozenset({"date", "datetime"}): "datetime",
}
"""The type of a union whose members all belong to a group."""


def _describe(value: object) -> str:
    return f"the class {value.__name__}" if isinstance(value, type) else describe_type(value)
