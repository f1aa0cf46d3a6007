"""The fields of an index: their names and types, read from its mapping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf, nan
from typing import Any

from epfilter.arguments import describe_type
from epfilter.errors import FilterTypeError
from epfilter.snippets import format_argument, shorten

_HINT = 'as in {"properties": {"name": {"type": "keyword"}}}, or the response to GET INDEX/_mapping'

CONTAINERS = ("object", "nested")
TEXTS = ("keyword", "constant_keyword", "wildcard")
"""The types that hold whole texts."""
WORDS = ("text", "match_only_text", "search_as_you_type")
"""The types that hold the single words of a text."""


@dataclass(frozen=True, slots=True)
class IndexField:
    """A field or a sub-field of an index."""

    name: str
    type: str
    parameters: Mapping[str, Any]
    sub_fields: tuple[IndexField, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether the field holds each value as it is, and not changed or cut into words."""
        return self.type not in WORDS and "normalizer" not in self.parameters

    def find_exact(self) -> IndexField:
        """Return the field, or else its sub-field that holds the longest exact texts."""
        exact = [each for each in self.sub_fields if each.is_exact and each.type in TEXTS]
        if self.is_exact or not exact:
            return self
        return max(exact, key=lambda each: each.read_positive("ignore_above", inf))

    def read_positive(self, parameter: str, default: float) -> float:
        """Return a parameter that is a positive number; `default` if the field does not have it.

        Raises FilterTypeError for any other value.
        """
        if parameter not in self.parameters:
            return default
        value, number = self.parameters[parameter], nan
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            with suppress(ValueError, OverflowError):
                number = float(value)
        if not 0 < number < inf:
            raise FilterTypeError(
                f"`mapping`: `{parameter}` of `{shorten(self.name)}` is a positive number, not "
                f"{format_argument(value)}.",
                hint="pass the mapping that Elasticsearch returns",
            )
        return number

    def find_words(self) -> IndexField:
        """Return the field or the first sub-field that holds words, or the field itself."""
        words = (each for each in (self, *self.sub_fields) if each.type in WORDS)
        return next(words, self)


@dataclass(slots=True)
class IndexMapping:
    """The fields of an index by their full names.

    >>> mapping = IndexMapping.read({"properties": {"items": {"type": "nested", "properties": {
    ...     "name": {"type": "text", "fields": {"raw": {"type": "keyword"}}}}}}})
    >>> sorted(mapping.fields), mapping.nested
    (['items', 'items.name', 'items.name.raw'], {'items'})
    >>> mapping.fields["items.name"].find_exact().name
    'items.name.raw'
    """

    fields: dict[str, IndexField] = field(default_factory=dict)
    nested: set[str] = field(default_factory=set)
    parents: dict[str, str] = field(default_factory=dict)
    """The field of each sub-field."""

    @classmethod
    def read(cls, mapping: object) -> IndexMapping:
        """Return the fields of a mapping, or of the response that contains the one of an index.

        Raises FilterTypeError for anything else.
        """
        made = cls()
        root = _find_root(mapping)
        pending = [*_members(root, "properties"), *_members(root, "runtime")]
        while pending:  # not by recursion, because a mapping may be deep
            name, definition = pending.pop()
            inner = made._add(name, definition)
            pending += [(f"{name}.{each}", parameters) for each, parameters in inner]
        for name, each in list(made.fields.items()):
            if each.type == "alias":
                target = made.fields.get(str(each.parameters.get("path")))
                if target is not None:
                    made.fields[name] = target
        return made

    def _add(
        self, name: str, definition: Mapping[str, Any]
    ) -> Iterable[tuple[str, Mapping[str, Any]]]:
        """Add a field and its sub-fields; return the fields inside it."""
        type_ = _read_type(definition, name, "object")
        subs = [
            IndexField(f"{name}.{sub}", _read_type(parameters, sub, ""), parameters)
            for sub, parameters in _members(definition, "fields")
        ]
        self.fields[name] = IndexField(name, type_, definition, tuple(subs))
        for sub in subs:
            self.fields[sub.name] = sub
            self.parents[sub.name] = name
        if type_ == "nested":
            self.nested.add(name)
        if type_ in CONTAINERS and definition.get("enabled", True) not in (False, "false"):
            return _members(definition, "properties")
        return ()


def _find_root(mapping: object) -> Mapping[str, Any]:
    if not isinstance(mapping, Mapping):
        raise FilterTypeError(f"`mapping` is a mapping, not {describe_type(mapping)}.", hint=_HINT)
    if "properties" in mapping or "runtime" in mapping:
        return mapping
    inner = mapping.get("mappings")
    if isinstance(inner, Mapping):
        return inner
    if len(mapping) > 1:
        raise FilterTypeError(
            "`mapping` has several indices, whose fields may differ.",
            hint="pass the one of the index that you search",
        )
    if not mapping:
        return {}
    (inner,) = mapping.values()
    if not isinstance(inner, Mapping) or not isinstance(inner.get("mappings"), Mapping):
        raise FilterTypeError("`mapping` has no `properties`.", hint=_HINT)
    root: Mapping[str, Any] = inner["mappings"]
    return root


def _read_type(definition: Mapping[str, Any], name: str, default: str) -> str:
    type_ = definition.get("type", default)
    if not isinstance(type_, str):
        raise FilterTypeError(
            f"`mapping`: the type of `{name}` is a str, not {describe_type(type_)}.", hint=_HINT
        )
    return type_


def _members(definition: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    members = definition.get(name, {})
    if not isinstance(members, Mapping):
        raise FilterTypeError(
            f"`mapping`: `{name}` is a mapping, not {describe_type(members)}.", hint=_HINT
        )
    for key, value in members.items():
        if not isinstance(key, str):
            raise FilterTypeError(
                f"`mapping`: a name in `{name}` is a str, not {describe_type(key)}.", hint=_HINT
            )
        if not isinstance(value, Mapping):
            raise FilterTypeError(
                f"`mapping`: `{key}` is a mapping, not {describe_type(value)}.", hint=_HINT
            )
        yield key, value
