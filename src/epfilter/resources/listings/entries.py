"""Entries of a custom API: their built-in fields, and the custom fields of a store."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from epfilter.arguments import describe_type
from epfilter.ast import ORDERED_OPERATORS, Filter, Operator
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.resources.declarations import Declaration, Endpoint
from epfilter.resources.field_types import (
    FieldType,
    boolean,
    integer,
    list_of,
    number,
    string,
    timestamp,
    unknown,
    uuid,
)
from epfilter.resources.fields import EqInOrdered, EqOrdered
from epfilter.resources.groups import FieldGroup
from epfilter.resources.listings import META_TIMESTAMPS
from epfilter.resources.resource import Resource
from epfilter.snippets import shorten
from epfilter.suggestions import list_names, suggest_name
from epfilter.values import to_text

__all__ = ["custom_api_entries"]


_EQ_IN = (Operator.EQ, Operator.IN)
_SCALARS: dict[str, tuple[FieldType[Any], tuple[Operator, ...]]] = {
    "string": (string(), (*_EQ_IN, *ORDERED_OPERATORS, Operator.LIKE, Operator.IS_NULL)),
    "integer": (integer(), (*_EQ_IN, *ORDERED_OPERATORS, Operator.IS_NULL)),
    "float": (number(), (Operator.IN, *ORDERED_OPERATORS, Operator.IS_NULL)),
    "boolean": (boolean(), (Operator.EQ, Operator.IS_NULL)),
    "any": (unknown(), ()),
}
"""The type and operators of a custom field by its `field_type`, except lists."""

_LIST_OPERATORS = (
    Operator.CONTAINS,
    Operator.CONTAINS_ANY,
    Operator.CONTAINS_ALL,
    Operator.IS_NULL,
)
_ELEMENT_OPERATORS = (*_EQ_IN, *ORDERED_OPERATORS, Operator.LIKE, Operator.IS_NULL)
_LENGTH_OPERATORS = (*_EQ_IN, *ORDERED_OPERATORS)

_NULL = "`is_null` does not match entries last updated before the field existed"
_NOTES = {
    "string": f"any custom field whose field_type is string; {_NULL}",
    "integer": f"any custom field whose field_type is integer; {_NULL}",
    "float": f"any custom field whose field_type is float; no `eq`; {_NULL}",
    "boolean": f"any custom field whose field_type is boolean; {_NULL}",
    "any": "fields of type `any` cannot be filtered on",
    "list": (
        "`contains_all` requires an allowed_type other than `any`, the default; the others are "
        "string, integer, boolean and float; a list has at most 1000 elements"
    ),
    "element": (
        "the element at an index from 0 to 999, of the list's allowed_type; `gt`, `ge`, `lt` and "
        "`le` require an allowed_type other than `any`, `like` requires strings"
    ),
    "length": "the number of elements",
}

_SLUG = re.compile(r"[^.\[\]{}]+")


def _declare(
    field_type: FieldType[Any], operators: Iterable[Operator], note: str
) -> Declaration[Any]:
    supported = set(operators)
    return Declaration(field_type, tuple(op for op in Operator if op in supported), note=note)


class Entry(FieldGroup):
    """The fields of every entry."""

    id = EqInOrdered(uuid())
    created_at = EqOrdered(timestamp())
    updated_at = EqOrdered(timestamp())


class KnownEntries(Entry, Resource, locations=META_TIMESTAMPS):
    """Entries of one custom API with known custom fields."""


class CustomApiEntries(
    Entry,
    Resource,
    title="Custom API entries (by field type)",
    endpoints=(
        Endpoint(
            "GET",
            "/v2/settings/extensions/custom-apis/{custom_api_id}/entries",
            "GetAllCustomEntries",
        ),
        Endpoint("GET", "/v2/extensions/{custom_api_slug}", "GetCustomEntriesSettings"),
    ),
    note=(
        "{..._field} stands for the slug of a custom field of that type. Slugs should be "
        "[a-z0-9_-]+; other characters may clash with the filter syntax. The extensions "
        "how-to filters on slugs with a hyphen, e.g. eq(location-name,London)."
    ),
    source_conflicts=(
        (
            "The 2024 table by field type has no `is_null`, and the 2024 spec has no list or any "
            "field type."
        ),
    ),
    extra_fields={
        "{field}": _declare(
            unknown(),
            {*_LIST_OPERATORS, *_ELEMENT_OPERATORS},
            "a custom field; its type determines which of these operators it supports",
        ),
        "{field}[{index}]": _declare(unknown(), _ELEMENT_OPERATORS, _NOTES["element"]),
        "{field}.length": _declare(integer(), _LENGTH_OPERATORS, _NOTES["length"]),
    },
    locations=META_TIMESTAMPS,
):
    """The filterable fields of the entries of a custom API: any field, as types are unknown.

    `with_fields` returns the entries of one custom API with known custom fields.
    """

    def with_fields(  # noqa: PLR0913 - one parameter per field type, named as on the platform
        self,
        *,
        string: Iterable[str] = (),
        integer: Iterable[str] = (),
        float: Iterable[str] = (),  # noqa: A002 - see above
        boolean: Iterable[str] = (),
        list: Mapping[str, str] | None = None,  # noqa: A002 - see above
        any: Iterable[str] = (),  # noqa: A002 - see above
    ) -> KnownEntries:
        """Return the entries of one custom API, with its custom fields by their slugs.

        `list` maps each list to the type of its elements: any, string, integer, boolean or float.

        Raises FilterTypeError for arguments of a wrong type, and FilterValueError for an invalid
        or repeated slug or an unknown type of elements.

        >>> from epfilter.resources import custom_api_entries
        >>> stores = custom_api_entries.with_fields(string=["city"], list={"tags": "string"})
        >>> str(stores["city"].like("Lon*") & stores["tags"].contains("outlet"))
        'like(city,Lon*):contains(tags,outlet)'
        >>> [found.code for found in stores.check("eq(town,London)")]
        ['EPF201']
        """
        scalars = {
            "string": string,
            "integer": integer,
            "float": float,
            "boolean": boolean,
            "any": any,
        }
        info = self._schema.info
        fields: dict[str, Declaration[Any]] = {}
        slugs = Counter(_BUILT_IN_FIELDS)
        for field_type, names in scalars.items():
            for slug in _read_slugs(names, field_type, slugs):
                fields[slug] = _declare(*_SCALARS[field_type], _NOTES[field_type])
        for slug, item in _read_lists(list, slugs):
            fields |= _list_fields(slug, item)
        return KnownEntries._create(
            name=info.name,
            title=info.title,
            endpoints=info.endpoints,
            note=info.note,
            source_conflicts=info.source_conflicts,
            extra_fields=fields,
        )


_BUILT_IN_FIELDS = ("id", "created_at", "updated_at")


def _list_fields(slug: str, item: str) -> dict[str, Declaration[Any]]:
    """Return the fields of a list: itself, its elements and its length."""
    field_type, _ = _SCALARS[item]
    list_operators, element_operators = {*_LIST_OPERATORS}, {*_ELEMENT_OPERATORS}
    if item == "any":
        list_operators.discard(Operator.CONTAINS_ALL)
        element_operators -= {*ORDERED_OPERATORS}
    elif item != "string":
        element_operators.discard(Operator.LIKE)
    return {
        slug: _declare(list_of(field_type), list_operators, _NOTES["list"]),
        f"{slug}[{{index}}]": _declare(field_type, element_operators, _NOTES["element"]),
        f"{slug}.length": _declare(integer(), _LENGTH_OPERATORS, _NOTES["length"]),
    }


def _read_slugs(slugs: object, field_type: str, seen: Counter[str]) -> Iterator[str]:
    if isinstance(slugs, (str, bytes, Filter)) or not isinstance(slugs, Iterable):
        raise FilterTypeError(
            f"`{field_type}` must be a list of slugs, not {describe_type(slugs)}.",
            hint=f'write {field_type}=["name"]',
        )
    for slug in slugs:
        yield _read_slug(slug, seen)


def _read_lists(lists: object, seen: Counter[str]) -> Iterator[tuple[str, str]]:
    if lists is None:
        return
    if not isinstance(lists, Mapping):
        raise FilterTypeError(
            "`list` must be a mapping of slugs to the types of their elements, "
            f"not {describe_type(lists)}.",
            hint='write list={"tags": "string"}',
        )
    for slug, item in lists.items():
        name = _read_slug(slug, seen)
        if not isinstance(item, str):
            raise FilterTypeError(
                f"the type of the elements of `{shorten(name)}` must be a str, "
                f"not {describe_type(item)}."
            )
        if item not in _SCALARS:
            raise FilterValueError(
                f"`{shorten(item)}` is not a type of list elements.",
                hint=suggest_name(item, _SCALARS, f"the types are {list_names(_SCALARS)}"),
            )
        yield name, item


def _read_slug(slug: object, seen: Counter[str]) -> str:
    if not isinstance(slug, str):
        raise FilterTypeError(f"the slug of a field must be a str, not {describe_type(slug)}.")
    if not _SLUG.fullmatch(slug):
        raise FilterValueError(
            f"`{shorten(slug)}` cannot be the slug of a field.",
            hint="a slug must not be empty, nor contain dots, brackets or braces",
        )
    to_text(slug)  # raises for a text without UTF-8 encoding
    if seen[slug]:
        is_built_in = slug in _BUILT_IN_FIELDS
        raise FilterValueError(
            f"`{shorten(slug)}` is a field of every entry."
            if is_built_in
            else f"the field `{shorten(slug)}` is repeated.",
            hint="remove it" if is_built_in else "a field has one type",
        )
    seen[slug] += 1
    return slug


custom_api_entries = CustomApiEntries()
