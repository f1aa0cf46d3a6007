"""Reads the value of a path in a row: a mapping, a model, a dataclass or any other object."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from collections.abc import Set as AbstractSet
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from numbers import Number
from typing import Any, TypeVar, cast
from uuid import UUID

from epfilter.semantics import PathStep, parse_path

T = TypeVar("T")

Reader = Callable[[object], object]
"""Returns the value in a row, `MultipleValues` if the path goes through a list, or None."""


def cache_by_class(function: Callable[[type], T]) -> Callable[[type], T]:
    """Cache the results of a function of a class; a decorator."""
    return lru_cache(maxsize=1024)(function)


class MultipleValues(list[object]):
    """The values that a path through a list of objects selects, one of each object."""

    __slots__ = ()


_MISSING = object()

_ROUTINES = (
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    types.MethodWrapperType,
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
)
_TEXTS = (str, bytes, bytearray, memoryview)
_WITHOUT_ATTRIBUTES = (
    *(*_TEXTS, *_ROUTINES, Number, Decimal, date, time, timedelta, UUID, Enum),
    *(type, types.ModuleType, type(None)),
)
"""Values whose attributes are not data: `name.upper` or `created_at.year` is not in a row."""


@lru_cache(maxsize=1024)
def join_reader(paths: tuple[str, ...]) -> Reader:
    """Return a function that reads the texts of several paths in a row, joined with a space.

    It returns None if the row has none of them.

    >>> join_reader(("first", "last"))({"first": "Ann", "last": "Lee"})
    'Ann Lee'
    """
    readers = [path_reader(path) for path in paths]

    def read(row: object) -> object:
        texts = [text for reader in readers if isinstance(text := reader(row), str)]
        return " ".join(texts) if texts else None

    return read


@lru_cache(maxsize=1024)
def path_reader(path: str) -> Reader:
    """Return a function that reads the value of a path in a row.

    Null and missing are None. In a row with keys, the whole path is tried as a key first, so flat
    rows such as `{"contact.name": …}` match as nested ones do.

    >>> path_reader("items.sku")({"items": [{"sku": "a"}, {"sku": "b"}]})
    ['a', 'b']
    >>> path_reader("items.length")({"items": [{"sku": "a"}, {"sku": "b"}]})
    2
    """
    first, *rest = parse_path(path)
    if not rest:
        return lambda row: _accessor(type(row))(row, path, None)
    follow = step_follower(tuple(rest))

    def read(row: object) -> object:
        access = _accessor(type(row))
        if access is not _get_attribute:
            whole = access(row, path, _MISSING)
            if whole is not _MISSING:
                return whole
        return follow(access(row, first.name, None))

    return read


@lru_cache(maxsize=1024)
def step_follower(steps: tuple[PathStep, ...]) -> Reader:
    """Return a function that follows steps from a value, as the rest of a path.

    >>> step_follower(parse_path("sku.length"))({"sku": ["a", "b"]})
    2
    """
    (name, list_index), *rest = steps
    is_length = name == "length" and not rest
    follow_rest = step_follower(steps[1:]) if rest else None

    def follow(value: object) -> object:
        if list_index is not None:
            value = _get_element(value, list_index)
        elif type(value) is not list and not is_list(type(value)):
            value = _accessor(type(value))(value, name, None)
        elif is_length:
            return len(cast("Sized", value))
        else:
            return _follow_each(cast("Iterable[object]", value), name, follow_rest)
        return value if value is None or follow_rest is None else follow_rest(value)

    return follow


def _follow_each(
    objects: Iterable[object], name: str, follow_rest: Reader | None
) -> MultipleValues | None:
    """Return the values that a member of each object leads to; None without any."""
    values = [
        each.get(name) if type(each) is dict else _accessor(type(each))(each, name, None)
        for each in objects
    ]
    if follow_rest is None:
        return MultipleValues([value for value in values if value is not None]) or None
    found = MultipleValues()
    for value in values:
        followed = None if value is None else follow_rest(value)
        if type(followed) is MultipleValues:
            found += followed
        elif followed is not None:
            found.append(followed)
    return found or None


def _get_element(value: object, index: int) -> object:
    if isinstance(value, Sequence) and is_list(type(value)) and index < len(value):
        element: object = value[index]
        return element
    return None


def elements(value: object) -> Iterator[object]:
    """Yield the elements of a list, those of all lists that a path selects, or the one value.

    >>> list(elements(MultipleValues([["a", "b"], "c"]))), list(elements("ab"))
    (['a', 'b', 'c'], ['ab'])
    """
    if type(value) is MultipleValues:
        for each in value:
            yield from cast("Iterable[object]", each) if is_list(type(each)) else (each,)
    elif is_list(type(value)):
        yield from cast("Iterable[object]", value)
    else:
        yield value


@cache_by_class
def is_list(class_: type) -> bool:
    """Return whether values of a class are lists of values: list, tuple, set and the like.

    >>> is_list(tuple), is_list(str), is_list(dict)
    (True, False, False)
    """
    return (
        issubclass(class_, (Sequence, AbstractSet))
        and not issubclass(class_, _TEXTS)
        and not hasattr(class_, "_fields")  # a named tuple is an object
        and not callable(getattr(class_, "keys", None))  # and so is a row of sqlite3
    )


@cache_by_class
def _accessor(class_: type) -> Callable[[Any, str, object], object]:
    """Return the function that reads a member of values of a class."""
    if issubclass(class_, Mapping):
        return _get_key
    if is_list(class_) or issubclass(class_, _WITHOUT_ATTRIBUTES):
        return _get_nothing
    if callable(getattr(class_, "keys", None)) and hasattr(class_, "__getitem__"):
        return _get_item
    return _get_attribute


def _get_key(row: Mapping[str, object], name: str, missing: object) -> object:
    try:
        return row.get(name, missing)
    except (AttributeError, KeyError, TypeError):
        return missing


def _get_item(row: Any, name: str, missing: object) -> object:
    try:
        value: object = row[name]
    except (AttributeError, LookupError, TypeError):
        return missing
    return value


def _get_nothing(row: object, name: str, missing: object) -> object:  # noqa: ARG001 - an accessor
    return missing


def _get_attribute(row: object, name: str, missing: object) -> object:
    if name.startswith("_") and name not in _declared_names(type(row)):
        return missing
    try:
        value = getattr(row, name)
    except (AttributeError, KeyError, TypeError):
        value = missing
    if value is missing:
        alias = _names_by_alias(type(row)).get(name, name)
        return missing if alias == name else _get_attribute(row, alias, missing)
    return missing if issubclass(type(value), _ROUTINES) else value


@cache_by_class
def _declared_names(class_: type) -> frozenset[str]:
    """Return the fields that a dataclass, a pydantic model, an attrs class or a named tuple has."""
    names = {attribute.name for attribute in getattr(class_, "__attrs_attrs__", ())}
    for fields in ("__dataclass_fields__", "__pydantic_fields__", "_fields"):
        names.update(getattr(class_, fields, ()))
    return frozenset(names)


@cache_by_class
def _names_by_alias(class_: type) -> dict[str, str]:
    """Return the fields of a pydantic model by their names in its JSON."""
    fields = getattr(class_, "__pydantic_fields__", {})
    aliases = {name: info.serialization_alias or info.alias for name, info in fields.items()}
    return {alias: name for name, alias in aliases.items() if alias and alias not in fields}
