"""The platform's own tree as JSON, version 3, in both directions.

Source: the platform's open search library, whose services pass it on in a header.

    {"type": "AND", "children": [{"type": "EQ", "args": ["status", "paid"]}, …]}
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from epfilter.ast import (
    COMPARISONS,
    MAX_DEPTH,
    MEMBERSHIPS,
    And,
    Comparison,
    Filter,
    IsNull,
    Membership,
    Operator,
    Or,
    construct_unchecked,
    group,
    require_filter,
)
from epfilter.errors import FilterTypeError, FilterValueError, describe_type
from epfilter.snippets import shorten
from epfilter.strict_json import JsonError, JsonFault, StrictDecoder
from epfilter.suggestions import list_names, suggest_name

if TYPE_CHECKING:
    from epfilter.resources import Resource

_TYPES = {op.value.upper(): op for op in Operator}
_MEMBERS = ("type", "children", "args")
_DECODER = StrictDecoder(tolerate={JsonFault.CONSTANT, JsonFault.SURROGATE})
"""What it tolerates, the tree refuses with the path of the node."""

_URL_ENCODED = re.compile(r"\s*+(?:%|\{\s*+%)")


def to_ep_ast(f: Filter) -> dict[str, Any]:
    """The filter as the platform's tree: plain dicts and lists for `json.dumps`.

    Calls have `type` and `args`, the field first; AND and OR have `type` and `children`.

    Raises FilterTypeError for what is no filter.

    >>> from epfilter import parse
    >>> to_ep_ast(parse("eq(status,paid):is_null(coupon)"))
    {'type': 'AND', 'children': [{'type': 'EQ', 'args': ['status', 'paid']}, \
{'type': 'IS_NULL', 'args': ['coupon']}]}
    """
    return _written(require_filter(f))


def render_ep_ast(f: Filter, resource: Resource | None) -> str:
    """Return the platform's tree as JSON, after checking the filter against the resource."""
    if resource is not None:
        resource.bind(f)
    return json.dumps(to_ep_ast(f), indent=2, ensure_ascii=False)


def _written(f: Filter) -> dict[str, Any]:
    if isinstance(f, (And, Or)):
        return {"type": f.op.value.upper(), "children": [_written(term) for term in f.terms]}
    if isinstance(f, IsNull):
        return {"type": "IS_NULL", "args": [f.field]}
    if isinstance(f, Membership):
        return {"type": f.op.value.upper(), "args": [f.field, *f.values]}
    assert isinstance(f, Comparison)  # noqa: S101 - the five nodes are all
    return {"type": f.op.value.upper(), "args": [f.field, f.value]}


def from_ep_ast(data: str | bytes | Mapping[str, Any]) -> Filter:
    """The filter that the platform's tree is, nested as given.

    `data` is the tree itself, its JSON text (as bytes in UTF-8), or that text URL-encoded, where
    `+` is a space. `children` of a call and `args` of AND and OR may be absent, null or empty.

    Raises FilterValueError for what is no such tree, with the place: a node without `type` or
    with an unknown one, members that there are not, a wrong number of `args` or `children`,
    anything but text in `args`, more than 64 levels. Raises FilterTypeError for other types.

    >>> print(from_ep_ast('{"type":"EQ","args":["status","paid"]}'))
    eq(status,paid)
    >>> from_ep_ast('{"type":"AND","children":[null,null]}')
    Traceback (most recent call last):
    epfilter.errors.FilterValueError: children[0]: a node is a JSON object, not null. Hint: ...
    """
    if isinstance(data, (str, bytes)):
        return _node(_loaded(data), "", 0)
    if isinstance(data, Mapping):
        return _node(data, "", 0)
    raise FilterTypeError(
        f"the platform's tree is a str, bytes or a mapping, not {describe_type(data)}.",
        hint="for a filter's own JSON use pydantic: TypeAdapter(epfilter.ast.Node)",
    )


def _loaded(data: str | bytes) -> Any:
    try:
        text = data.decode() if isinstance(data, bytes) else data
        if _URL_ENCODED.match(text):
            text = unquote_to_bytes(text.replace("+", " ")).decode()
    except UnicodeDecodeError as error:
        raise FilterValueError(
            f"the tree is not UTF-8: byte 0x{error.object[error.start]:02x} at {error.start}."
        ) from None
    except UnicodeEncodeError:
        raise FilterValueError("the tree holds a lone surrogate, which has no encoding.") from None
    try:
        return _DECODER.decode(text)
    except JsonError as error:
        if error.fault is JsonFault.DEPTH:
            raise _too_deep("") from None
        raise FilterValueError(
            f"the tree is not valid JSON: {error}.",
            hint='a tree looks like {"type":"EQ","args":["status","paid"]}',
        ) from None


def _node(data: Any, path: str, level: int) -> Filter:
    if not isinstance(data, Mapping):
        raise _wrong(
            path,
            f"a node is a JSON object, not {_kind(data)}.",
            'a call looks like {"type":"EQ","args":["status","paid"]}',
        )
    for name in data:
        if name not in _MEMBERS:
            raise _wrong(
                path, f"a node has no member `{_shown(name)}`.", "it has type, children and args"
            )
    op = _operator(data, path)
    if op not in (Operator.AND, Operator.OR):
        _demand_none(data, "children", op, path, "only AND and OR have children")
        return _call(op, _listed(data, "args", path), path)
    _demand_none(data, "args", op, path, "the fields and values belong to its children")
    children = _listed(data, "children", path)
    if len(children) < 2:
        raise _wrong(
            path,
            f"{op.value.upper()} needs at least 2 children; this one has {len(children)}.",
            "one condition alone stands without AND and OR",
        )
    if level >= MAX_DEPTH:
        raise _too_deep(path)
    terms = tuple(
        [_node(child, f"{path}children[{at}].", level + 1) for at, child in enumerate(children)]
    )
    return group(And if op is Operator.AND else Or, terms)


def _operator(data: Mapping[str, Any], path: str) -> Operator:
    given = data.get("type")
    if isinstance(given, str) and given in _TYPES:
        return _TYPES[given]
    place = f"{path}type."
    if "type" not in data:
        raise _wrong(path, "a node needs a type.", "AND, OR, or an operator such as EQ")
    if not isinstance(given, str):
        raise _wrong(place, f"a type is a text, not {_kind(given)}.", "AND, OR, EQ and so on")
    hint = suggest_name(given, _TYPES, f"the types are {list_names(_TYPES)}")
    if given.upper() in _TYPES:
        hint = f"types are upper-case: {given.upper()}"
    raise _wrong(place, f"there is no type `{shorten(given)}`.", hint)


def _call(op: Operator, args: Sequence[Any], path: str) -> Filter:
    name, found = op.value.upper(), f"this one has {len(args)}"
    if op is Operator.IS_NULL:
        if len(args) != 1:
            raise _wrong(path, f"{name} takes 1 argument, a field; {found}.", None)
    elif op in MEMBERSHIPS:
        if len(args) < 2:
            raise _wrong(path, f"{name} takes a field and 1 value or more; {found}.", None)
    elif len(args) != 2:
        raise _wrong(path, f"{name} takes 2 arguments, a field and a value; {found}.", None)
    for at, text in enumerate(args):
        _demand_text(text, f"{path}args[{at}].")
    field, *values = map(str.__str__, args)
    if not field:
        raise _wrong(f"{path}args[0].", "the name of a field cannot be empty.", None)
    if op is Operator.IS_NULL:
        return construct_unchecked(IsNull, op=op, field=field)
    if op in COMPARISONS:
        return construct_unchecked(Comparison, op=op, field=field, value=values[0])
    return construct_unchecked(Membership, op=op, field=field, values=tuple(values))


def _demand_text(text: Any, place: str) -> None:
    if not isinstance(text, str):
        plain = isinstance(text, (bool, int, float)) and isfinite(text)
        hint = f'write it as text: "{json.dumps(text)}"' if plain else None
        raise _wrong(place, f"an argument is a text, not {_kind(text)}.", hint)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _wrong(place, "the text has a lone surrogate, which has no encoding.", None) from None


def _demand_none(
    data: Mapping[str, Any], member: str, op: Operator, path: str, reason: str
) -> None:
    if _listed(data, member, path):
        raise _wrong(f"{path}{member}.", f"{op.value.upper()} has no {member}.", reason)


def _listed(data: Mapping[str, Any], member: str, path: str) -> Sequence[Any]:
    given = data.get(member)
    if given is None:
        return ()
    if not isinstance(given, (list, tuple)):
        raise _wrong(f"{path}{member}.", f"{member} is a list, not {_kind(given)}.", None)
    return given


def _too_deep(path: str) -> FilterValueError:
    return _wrong(
        path,
        f"a filter may nest at most {MAX_DEPTH} levels of AND and OR.",
        "give all terms of one kind to one node",
    )


def _wrong(path: str, message: str, hint: str | None) -> FilterValueError:
    place = path.removesuffix(".")
    return FilterValueError(f"{place}: {message}" if place else message, hint=hint)


def _kind(value: Any) -> str:
    """What a value is called in JSON."""
    if value is None:
        return "null"
    names = {bool: "a boolean", str: "a text", list: "a list", dict: "an object"}
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return "a number"
    return names.get(type(value)) or describe_type(value)


def _shown(name: object) -> str:
    return shorten(name) if isinstance(name, str) else describe_type(name)
