"""Groups of fields with a common path prefix: below a name, and below any key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Generic, Self, TypeVar, cast

from epfilter.arguments import describe_type
from epfilter.errors import FilterTypeError, FilterValueError, ResourceError
from epfilter.resources.declarations import Declaration
from epfilter.resources.fields import Field
from epfilter.resources.schema import KEY

P = TypeVar("P", bound="Field[Any] | FieldGroup | Keyed[Any]")
G = TypeVar("G", bound="FieldGroup")
K = TypeVar("K", bound="Keyed[Any]")


class FieldGroup:
    """Fields that share the beginning of their path: `contact.name`, `contact.email`.

    >>> from epfilter.resources import EqLike, Nested, Resource, string
    >>> class Contact(FieldGroup):
    ...     name = EqLike(string())
    >>> class Orders(Resource):
    ...     contact = Nested(Contact)
    >>> str(Orders().contact.name.like("Ron*"))
    'like(contact.name,Ron*)'
    """

    def __init__(self) -> None:
        self._prefix = ""

    def _child_path(self, name: str) -> str:
        return f"{self._prefix}.{name}" if self._prefix else name

    def _at(self, path: str) -> Self:
        """Return the same group at another path."""
        group = type(self)()
        group._prefix = path
        return group


class Nested(Generic[G]):
    """A group below a name; `multivalued` if one object can have several of it.

    >>> from epfilter.resources import EqLike, FieldGroup, Nested, Resource, string
    >>> class Contact(FieldGroup):
    ...     email = EqLike(string())
    >>> class Tickets(Resource):
    ...     contact = Nested(Contact)
    >>> str(Tickets().contact.email.like("*@example.com"))
    'like(contact.email,*@example.com)'
    """

    def __init__(self, group: type[G], *, multivalued: bool = False) -> None:
        self._group = group
        self._multivalued = multivalued
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: FieldGroup, owner: type) -> G:
        path = self._name if instance is None else instance._child_path(self._name)
        return self._group()._at(path)


class Keyed(Generic[P]):
    """A field or group below any key: `locales["fr-FR"].name`, `shopper_attributes["color"]`.

    `key` is the name of the key in documentation.

    >>> from epfilter.resources import Eq, Keyed, Resource, string
    >>> class Tickets(Resource):
    ...     labels = Keyed(Eq(string()), "label")
    >>> str(Tickets().labels["team"].eq("red"))
    'eq(labels.team,red)'
    """

    def __init__(self, inner: P, key: str) -> None:
        self._inner = inner
        self._key = key
        self._path = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._path = name

    def __get__(self: K, instance: FieldGroup | None, owner: type) -> K:  # noqa: PYI019 - for jedi, as in Field
        return self if instance is None else self._at(instance._child_path(self._path))

    def _at(self, path: str) -> Self:
        """Return the same declaration at another path."""
        keyed = type(self)(self._inner, self._key)
        keyed._path = path
        return keyed

    def __getitem__(self, key: str) -> P:
        if not isinstance(key, str):
            raise FilterTypeError(
                f"{self._path} requires a str in brackets, not {describe_type(key)}."
            )
        if not re.fullmatch(KEY, key):
            raise FilterValueError(
                f"`{key}` cannot be a {self._key}: it is empty or contains a dot or bracket."
            )
        return cast("P", self._inner._at(f"{self._path}.{key}"))

    __iter__ = None
    __contains__ = None


def declared_fields(owner: type, prefix: str = "") -> Iterator[tuple[str, Declaration[Any]]]:
    """Yield the path and declaration of every field of a class, in the order of declaration.

    Raises ResourceError if one field object has two names.
    """
    members: dict[str, object] = {}
    for base in reversed(owner.__mro__):
        members |= vars(base)
    for name, member in members.items():
        yield from member_fields(member, prefix, name)


def member_fields(member: object, prefix: str, name: str) -> Iterator[tuple[str, Declaration[Any]]]:
    """Yield the path and declaration of every field that one member of a class declares."""
    if isinstance(member, Field):
        if member._path not in {"", name}:
            raise ResourceError(
                f"one field object has two names, `{member._path}` and `{name}`.",
                hint="create one field for each name",
            )
        yield f"{prefix}{name}", member._declared
    elif isinstance(member, Nested):
        for path, declared in declared_fields(member._group, f"{prefix}{name}."):
            yield path, replace(declared, multivalued=True) if member._multivalued else declared
    elif isinstance(member, Keyed):
        yield from _keyed_fields(member, f"{prefix}{name}")


def _keyed_fields(keyed: Keyed[Any], path: str) -> Iterator[tuple[str, Declaration[Any]]]:
    inner, path = keyed._inner, f"{path}.{{{keyed._key}}}"
    if isinstance(inner, FieldGroup):
        yield from declared_fields(type(inner), f"{path}.")
    elif isinstance(inner, Keyed):
        yield from _keyed_fields(inner, path)
    else:
        yield path, inner._declared
