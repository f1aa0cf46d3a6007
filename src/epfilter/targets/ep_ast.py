"""The platform's own tree as JSON, version 3: reads and writes it.

Source: the platform's open search library, whose services send it in a header.

    {"type": "AND", "children": [{"type": "EQ", "args": ["status", "paid"]}, …]}
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from epfilter.arguments import describe_type
from epfilter.ast import (
    MEMBERSHIPS,
    And,
    Comparison,
    Filter,
    IsNull,
    Membership,
    Operator,
    Or,
    construct_call,
    construct_group,
)
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.limits import MAX_DEPTH
from epfilter.snippets import shorten
from epfilter.suggestions import list_names, suggest_name
from epfilter.targets.json_trees import (
    decode_utf8,
    depth_error,
    json_type,
    load_tree,
    read_list,
    require_encodable,
    require_members,
    suggest_text,
    tree_error,
)
from epfilter.templates import Template, as_filter

if TYPE_CHECKING:
    from epfilter.resources import Resource

_TYPES = {op.value.upper(): op for op in Operator}
_MEMBERS = ("type", "children", "args")
_URL_ENCODED = re.compile(r"\s*+(?:%|\{\s*+%)")


def to_ep_ast(f: Filter | str | Template) -> dict[str, Any]:
    """Return the filter as the platform's tree: plain dicts and lists for `json.dumps`.

    Calls have `type` and `args`, the field first; AND and OR have `type` and `children`.

    Raises FilterTypeError for an argument that is not a filter, and the errors of `parse` for a
    text.

    >>> from epfilter import parse
    >>> to_ep_ast(parse("eq(status,paid):is_null(coupon)"))
    {'type': 'AND', 'children': [{'type': 'EQ', 'args': ['status', 'paid']}, \
{'type': 'IS_NULL', 'args': ['coupon']}]}
    """
    return _to_tree(as_filter(f))


def render_ep_ast(f: Filter, resource: Resource | None) -> str:
    """Return the platform's tree as JSON, after checking the filter against the resource."""
    if resource is not None:
        resource.bind(f)
    return json.dumps(to_ep_ast(f), indent=2, ensure_ascii=False)


def _to_tree(f: Filter) -> dict[str, Any]:
    if isinstance(f, (And, Or)):
        return {"type": f.op.value.upper(), "children": [_to_tree(term) for term in f.terms]}
    if isinstance(f, IsNull):
        return {"type": "IS_NULL", "args": [f.field]}
    if isinstance(f, Membership):
        return {"type": f.op.value.upper(), "args": [f.field, *f.values]}
    assert isinstance(f, Comparison)  # noqa: S101 - no other node exists
    return {"type": f.op.value.upper(), "args": [f.field, f.value]}


def from_ep_ast(data: str | bytes | Mapping[str, Any]) -> Filter:
    """Return the filter of a platform's tree, with the same nesting.

    `data` is the tree itself, its JSON text (as bytes in UTF-8), or that text URL-encoded, where
    `+` is a space. `children` of a call and `args` of AND and OR may be absent, null or empty.

    Raises FilterValueError for an invalid tree, with the path of the node: a node without `type`
    or with an unknown one, unknown members, a wrong number of `args` or `children`, anything but
    text in `args`, more than 64 levels. Raises FilterTypeError for data of another type.

    >>> print(from_ep_ast('{"type":"EQ","args":["status","paid"]}'))
    eq(status,paid)
    >>> from_ep_ast('{"type":"AND","children":[null,null]}')
    Traceback (most recent call last):
    epfilter.errors.FilterValueError: children[0]: a node is a JSON object, not null. Hint: ...
    """
    if isinstance(data, (str, bytes)):
        return _read_node(_load(data), "", 0)
    if isinstance(data, Mapping):
        return _read_node(data, "", 0)
    raise FilterTypeError(
        f"the platform's tree is a str, bytes or a mapping, not {describe_type(data)}.",
        hint="for a filter's own JSON use pydantic: TypeAdapter(epfilter.ast.Node)",
    )


def _load(data: str | bytes) -> Any:
    text = decode_utf8(data)
    if _URL_ENCODED.match(text):
        try:
            encoded = unquote_to_bytes(text.replace("+", " "))
        except UnicodeEncodeError:
            raise FilterValueError(
                "the tree holds a lone surrogate, which has no encoding."
            ) from None
        text = decode_utf8(encoded)
    return load_tree(text, 'a tree looks like {"type":"EQ","args":["status","paid"]}')


def _read_node(data: Any, path: str, level: int) -> Filter:
    if not isinstance(data, Mapping):
        raise tree_error(
            path,
            f"a node is a JSON object, not {json_type(data)}.",
            'a call looks like {"type":"EQ","args":["status","paid"]}',
        )
    require_members(data, _MEMBERS, "a node", path)
    op = _read_operator(data, path)
    if op not in (Operator.AND, Operator.OR):
        _require_empty(data, "children", op, path, "only AND and OR have children")
        return _read_call(op, read_list(data, "args", path), path)
    _require_empty(data, "args", op, path, "the fields and values belong to its children")
    children = read_list(data, "children", path)
    if len(children) < 2:
        raise tree_error(
            path,
            f"{op.value.upper()} needs at least 2 children; this one has {len(children)}.",
            "one condition alone stands without AND and OR",
        )
    if level >= MAX_DEPTH:
        raise depth_error(path)
    terms = tuple(
        [
            _read_node(child, f"{path}children[{at}].", level + 1)
            for at, child in enumerate(children)
        ]
    )
    return construct_group(And if op is Operator.AND else Or, terms)


def _read_operator(data: Mapping[str, Any], path: str) -> Operator:
    name = data.get("type")
    if isinstance(name, str) and name in _TYPES:
        return _TYPES[name]
    type_path = f"{path}type."
    if "type" not in data:
        raise tree_error(path, "a node needs a type.", "AND, OR, or an operator such as EQ")
    if not isinstance(name, str):
        raise tree_error(
            type_path, f"a type is a text, not {json_type(name)}.", "AND, OR, EQ and so on"
        )
    hint = suggest_name(name, _TYPES, f"the types are {list_names(_TYPES)}")
    if name.upper() in _TYPES:
        hint = f"types are upper-case: {name.upper()}"
    raise tree_error(type_path, f"there is no type `{shorten(name)}`.", hint)


def _read_call(op: Operator, args: Sequence[Any], path: str) -> Filter:
    count = f"this one has {len(args)}"
    if op is Operator.IS_NULL:
        if len(args) != 1:
            raise tree_error(path, f"IS_NULL takes 1 argument, a field; {count}.")
    elif op in MEMBERSHIPS:
        if len(args) < 2:
            raise tree_error(path, f"{op.upper()} takes a field and 1 value or more; {count}.")
    elif len(args) != 2:
        raise tree_error(path, f"{op.upper()} takes 2 arguments, a field and a value; {count}.")
    for at, text in enumerate(args):
        _require_text(text, f"{path}args[{at}].")
    field, *values = map(str.__str__, args)
    if not field:
        raise tree_error(f"{path}args[0].", "the name of a field must not be empty.")
    return construct_call(op, field, values)


def _require_text(text: Any, path: str) -> None:
    if not isinstance(text, str):
        hint = suggest_text(text)
        raise tree_error(path, f"an argument is a text, not {json_type(text)}.", hint)
    require_encodable(text, path)


def _require_empty(
    data: Mapping[str, Any], member: str, op: Operator, path: str, reason: str
) -> None:
    if read_list(data, member, path):
        raise tree_error(f"{path}{member}.", f"{op.value.upper()} has no {member}.", reason)
