"""Entries of a custom API: their fixed fields, and the custom fields that a store has declared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import new_class
from typing import Any, cast

from epfilter.ast import ORDERED_OPERATORS, Operator
from epfilter.errors import FilterTypeError, FilterValueError, describe_type
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
from epfilter.resources.groups import Group
from epfilter.resources.resource import Resource
from epfilter.snippets import shorten
from epfilter.suggestions import list_names, suggest_name
from epfilter.values import to_text

__all__ = ["custom_api_entries"]


_EQ_IN = (Operator.EQ, Operator.IN)
_OF_SCALARS: dict[str, tuple[FieldType[Any], tuple[Operator, ...]]] = {
    "string": (string(), (*_EQ_IN, *ORDERED_OPERATORS, Operator.LIKE, Operator.IS_NULL)),
    "integer": (integer(), (*_EQ_IN, *ORDERED_OPERATORS, Operator.IS_NULL)),
    "float": (number(), (Operator.IN, *ORDERED_OPERATORS, Operator.IS_NULL)),
    "boolean": (boolean(), (Operator.EQ, Operator.IS_NULL)),
    "any": (unknown(), ()),
}
"""The type and operators of a custom field by its `field_type`; lists stand apart."""

_OF_LISTS = (
    Operator.CONTAINS,
    Operator.CONTAINS_ANY,
    Operator.CONTAINS_ALL,
    Operator.IS_NULL,
)
_OF_ELEMENTS = (*_EQ_IN, *ORDERED_OPERATORS, Operator.LIKE, Operator.IS_NULL)
_OF_LENGTHS = (*_EQ_IN, *ORDERED_OPERATORS)

_NULL = "`is_null` does not match entries last updated before the field existed"
_NOTES = {
    "string": f"any custom field whose field_type is string; {_NULL}",
    "integer": f"any custom field whose field_type is integer; {_NULL}",
    "float": f"any custom field whose field_type is float; `eq` is not listed for floats; {_NULL}",
    "boolean": f"any custom field whose field_type is boolean; {_NULL}",
    "any": "fields of type `any` cannot be filtered",
    "list": (
        "`contains_all` only when allowed_type is not `any`; allowed_type is one of any "
        "(default), string, integer, boolean, float; up to 1000 elements"
    ),
    "element": (
        "element at an index 0 to 999, no negatives; type is the list's allowed_type; "
        "lt/le/gt/ge only when allowed_type is not `any`; `like` on string elements"
    ),
    "length": "number of elements",
}

_SLUG = re.compile(r"[^.\[\]{}]+")


def _declared(kind: FieldType[Any], operators: Iterable[Operator], note: str) -> Declaration[Any]:
    wanted = set(operators)
    return Declaration(kind, tuple(op for op in Operator if op in wanted), note=note)


class Entry(Group):
    """The fields of every entry."""

    id = EqInOrdered(uuid())
    created_at = EqOrdered(timestamp())
    updated_at = EqOrdered(timestamp())


class KnownEntries(Entry, Resource):
    """Entries of one custom API, whose custom fields are known."""


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
        "{field}": _declared(
            unknown(),
            {*_OF_LISTS, *_OF_ELEMENTS},
            "a custom field; its type says which of these operators it has",
        ),
        "{field}[{index}]": _declared(unknown(), _OF_ELEMENTS, _NOTES["element"]),
        "{field}.length": _declared(integer(), _OF_LENGTHS, _NOTES["length"]),
    },
):
    """What may be asked of the entries of a custom API: any custom field, as types are unknown.

    `with_fields` gives the entries of one custom API, whose custom fields are known.
    """

    def with_fields(  # noqa: PLR0913 - one parameter a field type, named as the platform does
        self,
        *,
        string: Iterable[str] = (),
        integer: Iterable[str] = (),
        float: Iterable[str] = (),  # noqa: A002 - see above
        boolean: Iterable[str] = (),
        list: Mapping[str, str] | None = None,  # noqa: A002 - see above
        any: Iterable[str] = (),  # noqa: A002 - see above
    ) -> KnownEntries:
        """The entries of one custom API: the fixed fields and these, by the slugs of the fields.

        `list` says the type of the elements of each list: any, string, integer, boolean or float.
        Raises FilterTypeError for what is no slug or no list of them, and FilterValueError for a
        slug that cannot be one or stands twice, and for a type of elements that there is not.

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
        slugs = Counter(_FIXED)
        for field_type, given in scalars.items():
            for slug in _slugs(given, field_type, slugs):
                fields[slug] = _declared(*_OF_SCALARS[field_type], _NOTES[field_type])
        for slug, item in _lists(list, slugs):
            fields |= _of_list(slug, item)
        settings = {
            "name": info.name,
            "title": info.title,
            "endpoints": info.endpoints,
            "note": info.note,
            "source_conflicts": info.source_conflicts,
            "extra_fields": fields,
        }
        return cast("KnownEntries", new_class("KnownEntries", (KnownEntries,), settings)())


_FIXED = ("id", "created_at", "updated_at")


def _of_list(slug: str, item: str) -> dict[str, Declaration[Any]]:
    """The fields that a list has: itself, its elements and its length."""
    kind, _ = _OF_SCALARS[item]
    typed = item != "any"
    of_list = {op for op in _OF_LISTS if typed or op is not Operator.CONTAINS_ALL}
    of_element = {*_OF_ELEMENTS} - ({*ORDERED_OPERATORS} if not typed else set())
    if item not in ("string", "any"):
        of_element.discard(Operator.LIKE)
    return {
        slug: _declared(list_of(kind), of_list, _NOTES["list"]),
        f"{slug}[{{index}}]": _declared(kind, of_element, _NOTES["element"]),
        f"{slug}.length": _declared(integer(), _OF_LENGTHS, _NOTES["length"]),
    }


def _slugs(given: object, field_type: str, seen: Counter[str]) -> Iterator[str]:
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise FilterTypeError(
            f"`{field_type}` takes the slugs of fields, not {describe_type(given)}.",
            hint=f'write {field_type}=["name"]',
        )
    for slug in given:
        yield _slug(slug, seen)


def _lists(given: object, seen: Counter[str]) -> Iterator[tuple[str, str]]:
    if given is None:
        return
    if not isinstance(given, Mapping):
        raise FilterTypeError(
            f"`list` takes slugs with the type of their elements, not {describe_type(given)}.",
            hint='write list={"tags": "string"}',
        )
    for slug, item in given.items():
        name = _slug(slug, seen)
        if not isinstance(item, str):
            raise FilterTypeError(
                f"the type of the elements of `{shorten(name)}` must be a str, "
                f"not {describe_type(item)}."
            )
        if item not in _OF_SCALARS:
            raise FilterValueError(
                f"`{shorten(item)}` is no type of elements of a list.",
                hint=suggest_name(item, _OF_SCALARS, f"the types are {list_names(_OF_SCALARS)}"),
            )
        yield name, item


def _slug(slug: object, seen: Counter[str]) -> str:
    if not isinstance(slug, str):
        raise FilterTypeError(f"the slug of a field must be a str, not {describe_type(slug)}.")
    if not _SLUG.fullmatch(slug):
        raise FilterValueError(
            f"`{shorten(slug)}` cannot be the slug of a field.",
            hint="a slug is not empty and holds no dot, bracket or brace",
        )
    to_text(slug)  # refuses what has no encoding
    if seen[slug]:
        fixed = slug in _FIXED
        raise FilterValueError(
            f"`{shorten(slug)}` is a field of every entry."
            if fixed
            else f"the field `{shorten(slug)}` stands twice.",
            hint="leave it out" if fixed else "a field has one type",
        )
    seen[slug] += 1
    return slug


custom_api_entries = CustomApiEntries()
