"""Where filters stand in the tree of a program in Python."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest

from epfilter.linter.extractors.calls import URLS, is_method, request_to
from epfilter.linter.extractors.extraction import NO_HINT, Hint
from epfilter.linter.extractors.literals import hint_of
from epfilter.linter.extractors.mapped_text import HOLE
from epfilter.linter.extractors.names import begins_as_a_filter, is_for_filters

_SETTING = frozenset({"setdefault", "add", "append", "set"})
_QUOTING = frozenset({"quote", "quote_plus", "str"})


def summands(node: ast.expr) -> list[ast.expr]:
    """What is added up, from left to right; a long sum is nested deeply on its left."""
    found: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        found.append(node.right)
        node = node.left
    return [node, *found[::-1]]


def branches(node: ast.AST) -> Sequence[ast.AST]:
    """What can be the value of an expression, or goes through a function that encodes it."""
    match node:
        case ast.keyword(value=value) | ast.NamedExpr(value=value):
            return [value]
        case ast.IfExp(body=first, orelse=second):
            return [first, second]
        case ast.BoolOp(values=values):
            return values
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[first, *_]) if (
            name in _QUOTING
        ):
            return [first]
    return []


def filters_in(node: ast.AST) -> Iterable[tuple[ast.AST, Hint]]:  # noqa: PLR0911 - one for each kind of node
    """The nodes directly within that stand where a filter does."""
    match node:
        case ast.Call(keywords=[_, *_] as keywords):
            hint = hint_of(_job_type((word.arg, word.value) for word in keywords))
            return [(word, hint) for word in keywords if word.arg == "filter"]
        case ast.Dict(keys=keys, values=values):
            members = [(_constant(key), value) for key, value in zip(keys, values, strict=True)]
            hint = hint_of(_job_type(members))
            return [(value, hint) for key, value in members if key == "filter"]
        case ast.Tuple(elts=[first, second]) | ast.List(elts=[first, second]):
            return [(second, NO_HINT)] if _constant(first) == "filter" else []
        case ast.Assign(targets=targets, value=value):
            return _assigned(targets, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            return _assigned([target], value)
        case ast.NamedExpr(target=target, value=value):
            return _assigned([target], value)
        case ast.Call(func=ast.Attribute(attr=name), args=[first, second, *_]):
            is_set = name in _SETTING and _constant(first) == "filter"
            return [(second, NO_HINT)] if is_set else []
        case ast.Call(func=ast.Attribute(attr="filter" | "Filter"), args=[only]):
            return [(only, NO_HINT)] if begins_as_a_filter(_url(only)) else []
        case ast.arguments():
            return _defaults(node)
    return []


def _assigned(targets: Sequence[ast.expr], value: ast.expr) -> Iterable[tuple[ast.AST, Hint]]:
    if any(map(is_filter, targets)):
        return [(value, NO_HINT)]
    named_so = any(is_for_filters(_name(one)) for one in targets)
    return [(value, NO_HINT)] if named_so and begins_as_a_filter(_url(value)) else []


def request_in(node: ast.AST, around: Hint) -> Hint:
    """The request that what stands within is sent with; `around` is that of the node itself."""
    match node:
        case ast.Lambda():
            return NO_HINT
        case ast.Dict(keys=keys, values=values):
            members = {_constant(key): one for key, one in zip(keys, values, strict=True)}
            url = _url_among(members)
            before = around.method if around.path and around.path in url else None
            return request_to(url, [_constant(members.get("method")), before], around)
        case ast.Call(func=function, args=args, keywords=keywords):
            words = {word.arg: word.value for word in keywords}
            method = _constant(args[0]) if args else None
            given = args[1:2] if is_method(method) else args[:1]
            url = _url(given[0]) if given else _url_among(words)
            names = (_name(function), method, _constant(words.get("method")))
            return request_to(url, names, around)
    return around


def _url_among(members: Mapping[str | None, ast.expr]) -> str:
    return next((_url(members[name]) for name in URLS if name in members), "")


def _url(node: ast.expr) -> str:
    """The text of an expression, as far as it is known without looking into what it calls."""
    pieces: list[str] = []
    waiting = [node]
    while waiting:
        match waiting.pop():
            case ast.Constant(value=str(text)):
                pieces.append(text)
            case ast.JoinedStr(values=values):
                texts = (_constant(one) for one in values)
                pieces += (HOLE if text is None else text for text in texts)
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                waiting += (right, left)
            case (
                ast.BinOp(op=ast.Mod(), left=text_node)
                | ast.Call(func=ast.Attribute(value=text_node, attr="format"))
            ):
                waiting.append(text_node)
            case _:
                pieces.append(HOLE)
    return "".join(pieces)


def _name(function: ast.expr) -> str | None:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return None


def _defaults(node: ast.arguments) -> Iterable[tuple[ast.AST, Hint]]:
    by_place = [*node.posonlyargs, *node.args][::-1]
    pairs = [
        *zip_longest(by_place, node.defaults[::-1]),
        *zip(node.kwonlyargs, node.kw_defaults, strict=True),
    ]
    return [(value, NO_HINT) for name, value in pairs if value and name and name.arg == "filter"]


def _job_type(members: Iterable[tuple[str | None, ast.expr]]) -> str | None:
    return next((_constant(value) for key, value in members if key == "job_type"), None)


def is_filter(target: ast.expr) -> bool:
    """Whether a variable, an attribute or a member is called `filter`."""
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name == "filter"
        case ast.Subscript(slice=key):
            return _constant(key) == "filter"
    return False


def _constant(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
