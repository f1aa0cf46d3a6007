"""Field lookup: the declared field that a name, an alias or an instance of a pattern means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from epfilter.ast import Operator
from epfilter.resources import messages
from epfilter.resources.aliases import Alias, AnyAlias, PrefixAlias, resolve_alias
from epfilter.resources.declarations import Declaration, ResourceInfo, SourceConflict
from epfilter.semantics import LIST_INDEX_PATTERN, Location

KEY = r"[^.\[\]]+"
"""What a placeholder such as `{locale}` stands for."""
_PLACEHOLDER = re.compile(r"(\[\{\w+\}\]|\{\w+\})")


@dataclass(frozen=True, slots=True)
class FieldMatch:
    """The field that a name means.

    >>> from epfilter.resources import pim_nodes, resource_schema
    >>> match = resource_schema(pim_nodes).find("locales.fr-FR.name")
    >>> match.path, match.declared_name, match.is_alias
    ('locales.fr-FR.name', 'locales.{locale}.name', False)
    """

    name: str
    """The name as written."""
    path: str
    """The canonical path: aliases resolved, keys and list indices filled in."""
    declared_name: str
    """The declared name, with placeholders: `locales.{locale}.name`."""
    declared: Declaration[Any]

    @property
    def is_alias(self) -> bool:
        """Whether the name is an alias of the field."""
        return self.name != self.path


class Schema:
    """The fields and aliases of a resource, and the lookup of a field by its name.

    >>> from epfilter.resources import orders, resource_schema
    >>> resource_schema(orders).find("customer.name").path
    'name'
    """

    def __init__(
        self,
        info: ResourceInfo,
        aliases: Iterable[AnyAlias] = (),
        locations: Mapping[str, Location] | None = None,
    ) -> None:
        self.info = info
        self._own_aliases = tuple(aliases)
        self._locations = locations or {}
        self._names: dict[str, tuple[Location, ...]] = {}

    def find(self, name: str) -> FieldMatch | None:
        """Return the field that a name means, or None.

        A field's own name comes before aliases; aliases apply in the order of declaration.
        """
        match = self._exact.get(name) or self._match(name, name)
        if match is not None:
            return match
        for alias in self.aliases:
            path = resolve_alias(alias, name)
            if path is not None and (match := self._match(name, path)):
                return match
        return None

    def find_conflicts(self, name: str, op: Operator) -> list[SourceConflict]:
        """Return the conflicts in which another source lists this operator for the field."""
        return [
            conflict
            for conflict in self.info.source_conflicts
            if op in conflict.operators and name in conflict.fields
        ]

    def get(self, name: str) -> FieldMatch:
        """Return the field that a name means.

        Raises ResourceError, with the nearest name as a hint, if no field has this name.
        """
        match = self.find(name)
        if match is None:
            raise messages.error(messages.unknown_field(self.info, name))
        return match

    def location_of(self, path: str) -> Location:
        """Return the path at which objects of the listing have a field; mostly the same path.

        A tuple contains the paths of texts that the field joins with a space.

        >>> from epfilter.resources import orders, resource_schema
        >>> resource_schema(orders).location_of("created_at")
        'meta.timestamps.created_at'
        """
        location = self._locations.get(path) or self._locations.get("*", path)
        return location.replace("{field}", path) if isinstance(location, str) else location

    def names_of(self, path: str) -> tuple[Location, ...]:
        """Return the names under which data may have a field: its own, its aliases, its location.

        An alias that is a regular expression has no names: they cannot be derived from the path.

        >>> from epfilter.resources import orders, resource_schema
        >>> resource_schema(orders).names_of("email")
        ('email', 'customer.email')
        """
        known = self._names.get(path)
        if known is not None:
            return known
        names: list[Location] = [path]
        for alias in self.aliases:
            if isinstance(alias, Alias) and alias.field == path:
                names.append(alias.name)
            elif isinstance(alias, PrefixAlias) and path.startswith(alias.replacement):
                names.append(alias.prefix + path[len(alias.replacement) :])
        found = tuple(dict.fromkeys((*names, self.location_of(path))))
        if path in self._exact:  # the paths with placeholders have no end
            self._names[path] = found
        return found

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The paths of the fields that a filter must contain."""
        return tuple(path for path, declared in self.info.fields.items() if declared.required)

    @cached_property
    def untyped(self) -> frozenset[str]:
        """The declared names of the fields whose values have no known type."""
        types = {name: declared.type for name, declared in self.info.fields.items()}
        return frozenset(
            name for name, type_ in types.items() if "unknown" in (type_.name, str(type_.item))
        )

    @cached_property
    def aliases(self) -> tuple[AnyAlias, ...]:
        """All aliases in the order in which they apply; those of single fields come first."""
        of_fields = [
            Alias(alias, path)
            for path, declared in self.info.fields.items()
            for alias in declared.aliases
        ]
        return (*of_fields, *self._own_aliases)

    def _match(self, name: str, path: str) -> FieldMatch | None:
        match = self._exact.get(path)
        if match is not None:
            return match if name == path else FieldMatch(name, path, path, match.declared)
        for pattern, expression, declared in self._patterns:
            if expression.fullmatch(path):
                return FieldMatch(name, path, pattern, declared)
        return None

    @cached_property
    def _exact(self) -> dict[str, FieldMatch]:
        """The fields without placeholders, by their own names."""
        return {
            path: FieldMatch(path, path, path, declared)
            for path, declared in self.info.fields.items()
            if "{" not in path
        }

    @cached_property
    def _patterns(self) -> list[tuple[str, re.Pattern[str], Declaration[Any]]]:
        """The fields with placeholders, each with its regular expression."""
        return [
            (path, _compile_pattern(path), declared)
            for path, declared in self.info.fields.items()
            if "{" in path
        ]


def field_name_problem(name: str) -> str | None:
    """Return why a field cannot have this name, or None."""
    if not name:
        return "has an empty name"
    if re.search(r"[{}]", _PLACEHOLDER.sub("", name)):
        return "has a brace in its name that belongs to no placeholder such as {locale}"
    return None


def _compile_pattern(path: str) -> re.Pattern[str]:
    """Return the regular expression of a declared name with placeholders."""
    return re.compile(
        "".join(
            rf"\[{LIST_INDEX_PATTERN}\]"
            if part.startswith("[{")
            else KEY
            if part.startswith("{")
            else re.escape(part)
            for part in _PLACEHOLDER.split(path)
        )
    )
