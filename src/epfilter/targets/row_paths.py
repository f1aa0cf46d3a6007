"""Reads what a path means out of a row: a mapping, a model, a dataclass or any other object."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from collections.abc import Set as AbstractSet
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from numbers import Number
from typing import Any, cast
from uuid import UUID

from epfilter.semantics import PathStep, parse_path

Reader = Callable[[object], object]
"""Gives the value of a row, `Several` values where the path goes through a list, or None."""


class Several(list[object]):
    """What a path that goes through a list of objects has met, one value of each object."""

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
_CLOSED = (
    *(*_TEXTS, *_ROUTINES, Number, Decimal, date, time, timedelta, UUID, Enum),
    *(type, types.ModuleType, type(None)),
)
"""Values without parts: `name.upper` or `created_at.year` is no attribute of a row."""


def reader(path: str) -> Reader:
    """A function that gives what the path means in a row.

    Null and missing are None. A row with keys is asked for the whole path first, so flat rows such
    as `{"contact.name": …}` answer as nested ones do.

    >>> reader("items.sku")({"items": [{"sku": "a"}, {"sku": "b"}]})
    ['a', 'b']
    >>> reader("items.length")({"items": [{"sku": "a"}, {"sku": "b"}]})
    2
    """
    first, *rest = parse_path(path)
    if not rest:
        return lambda row: _access(type(row))(row, path, None)

    def read(row: object) -> object:
        access = _access(type(row))
        if access is not _attribute:
            whole = access(row, path, _MISSING)
            if whole is not _MISSING:
                return whole
        return _followed(access(row, first.name, None), rest)

    return read


def _followed(value: object, rest: list[PathStep]) -> object:
    met, several = [value], False
    for place, step in enumerate(rest, 1):
        found: list[object] = []
        for one in met:
            if step.list_index is not None:
                found.append(_element(one, step.list_index))
            elif not is_list(type(one)):
                found.append(_access(type(one))(one, step.name, None))
            elif step.name == "length" and place == len(rest):
                found.append(len(cast("Sized", one)))
            else:
                several = True
                found += [
                    _access(type(each))(each, step.name, None)
                    for each in cast("Iterable[object]", one)
                ]
        met = [one for one in found if one is not None]
    if several:
        return Several(met) if met else None
    return met[0] if met else None


def _element(value: object, index: int) -> object:
    if isinstance(value, Sequence) and is_list(type(value)) and index < len(value):
        element: object = value[index]
        return element
    return None


def elements(value: object) -> Iterator[object]:
    """The elements of a list, of all lists that a path has met, or the one value itself.

    >>> list(elements(Several([["a", "b"], "c"]))), list(elements("ab"))
    (['a', 'b', 'c'], ['ab'])
    """
    if type(value) is Several:
        for one in value:
            yield from cast("Iterable[object]", one) if is_list(type(one)) else (one,)
    elif is_list(type(value)):
        yield from cast("Iterable[object]", value)
    else:
        yield value


def _is_list(kind: type) -> bool:
    return (
        issubclass(kind, (Sequence, AbstractSet))
        and not issubclass(kind, _TEXTS)
        and not hasattr(kind, "_fields")  # a named tuple is an object
        and not callable(getattr(kind, "keys", None))  # and so is a row of sqlite3
    )


is_list: Callable[[type], bool] = lru_cache(maxsize=1024)(_is_list)
"""Whether values of a class are lists of values: list, tuple, set and their like."""


def _access_of(kind: type) -> Callable[[Any, str, object], object]:
    """How a member of values of a class is read."""
    if issubclass(kind, Mapping):
        return _key
    if is_list(kind) or issubclass(kind, _CLOSED):
        return _nothing
    if callable(getattr(kind, "keys", None)) and hasattr(kind, "__getitem__"):
        return _item
    return _attribute


_access: Callable[[type], Callable[[Any, str, object], object]]
_access = lru_cache(maxsize=1024)(_access_of)


def _key(row: Mapping[str, object], name: str, missing: object) -> object:
    try:
        return row.get(name, missing)
    except (AttributeError, KeyError, TypeError):
        return missing


def _item(row: Any, name: str, missing: object) -> object:
    try:
        found: object = row[name]
    except (AttributeError, LookupError, TypeError):
        return missing
    return found


def _nothing(row: object, name: str, missing: object) -> object:  # noqa: ARG001 - as its kin
    return missing


def _attribute(row: object, name: str, missing: object) -> object:
    if name.startswith("_") and name not in _declared(type(row)):
        return missing
    try:
        found = getattr(row, name)
    except (AttributeError, KeyError, TypeError):
        found = missing
    if found is missing:
        alias = _by_alias(type(row)).get(name, name)
        return missing if alias == name else _attribute(row, alias, missing)
    return missing if issubclass(type(found), _ROUTINES) else found


def _declared_of(kind: type) -> frozenset[str]:
    """The fields that a dataclass, a pydantic model, an attrs class or a named tuple declares."""
    names = {attribute.name for attribute in getattr(kind, "__attrs_attrs__", ())}
    for fields in ("__dataclass_fields__", "__pydantic_fields__", "_fields"):
        names.update(getattr(kind, fields, ()))
    return frozenset(names)


_declared: Callable[[type], frozenset[str]] = lru_cache(maxsize=1024)(_declared_of)


def _by_alias_of(kind: type) -> dict[str, str]:
    """The fields of a pydantic model by the names that they have in its JSON."""
    fields = getattr(kind, "__pydantic_fields__", {})
    named = {name: known.serialization_alias or known.alias for name, known in fields.items()}
    return {alias: name for name, alias in named.items() if alias and alias not in fields}


_by_alias: Callable[[type], dict[str, str]] = lru_cache(maxsize=1024)(_by_alias_of)
