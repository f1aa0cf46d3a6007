"""Where filters stand in the syntax tree of a Python program."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from epfilter.linter.extractors.filter_text import starts_like_filter
from epfilter.linter.extractors.mapped_text import PLACEHOLDER, MappedText
from epfilter.linter.extractors.program_sinks import ProgramSinks
from epfilter.linter.extractors.python_literals import PythonLines
from epfilter.linter.extractors.requests import NAMED, NO_CONTEXT, RequestContext

_SETTERS = frozenset({"setdefault", "add", "append", "set"})
_URL_ENCODERS = frozenset({"quote", "quote_plus", "str"})

Sinks = Iterable[tuple[ast.AST, RequestContext]]
"""Nodes in the position of a filter, each with its context."""


def flatten_addition(node: ast.expr) -> list[ast.expr]:
    """Return the operands of a chain of `+` from left to right; a long chain nests on its left."""
    operands: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        operands.append(node.right)
        node = node.left
    return [node, *operands[::-1]]


def possible_values(node: ast.AST) -> Sequence[ast.AST]:
    """Return the nodes inside that can be the value of an expression, encoded for a URL or not."""
    match node:
        case ast.keyword(value=value) | ast.NamedExpr(value=value):
            return [value]
        case ast.IfExp(body=body, orelse=orelse):
            return [body, orelse]
        case ast.BoolOp(values=values):
            return values
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[argument, *_]) if (
            name in _URL_ENCODERS
        ):
            return [argument]
    return []


class PythonSinks(ProgramSinks[ast.AST]):
    """The sinks of Python: arguments, members, variables and pairs named `filter`."""

    def __init__(self, source: MappedText, lines: PythonLines) -> None:
        super().__init__(source)
        self._lines = lines

    def span_of(self, node: ast.AST) -> tuple[int, int]:
        """Return the start and end of the node; those of the source where it has no position."""
        if not isinstance(node, ast.expr | ast.stmt | ast.keyword):
            return 0, len(self.source.text)
        start = self._lines.index_of(node.lineno, node.col_offset)
        if node.end_lineno is None or node.end_col_offset is None:
            return start, start
        return start, max(self._lines.index_of(node.end_lineno, node.end_col_offset), start)

    def list_children(self, node: ast.AST) -> Sequence[ast.AST]:
        """Return the nodes directly inside a node."""
        return [*ast.iter_child_nodes(node)]

    def find(self, node: ast.AST) -> Sinks:  # noqa: PLR0911 - one for each kind of node
        """Return the nodes directly inside that are filters."""
        self._find_pieces(node)
        match node:
            case ast.Call(keywords=[_, *_] as keywords):
                context = self._job_context((word.arg, word.value) for word in keywords)
                context = context._replace(is_named=False)
                return [
                    (word, context if word.arg == "filter" else NAMED)
                    for word in keywords
                    if self._takes_filter(word.arg, word.value)
                ]
            case ast.Dict(keys=keys, values=values):
                members = [
                    (self._constant(key), value) for key, value in zip(keys, values, strict=True)
                ]
                context = self._job_context(members)
                return [
                    (value, context if key == "filter" else NAMED)
                    for key, value in members
                    if self._takes_filter(key, value)
                ]
            case ast.Tuple(elts=[name, value]) | ast.List(elts=[name, value]):
                return [(value, NAMED)] if self._constant(name) == "filter" else []
            case ast.Assign(targets=targets, value=value):
                return self._find_assigned(targets, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                return self._find_assigned([target], value)
            case ast.NamedExpr(target=target, value=value):
                return self._find_assigned([target], value)
            case ast.Call(args=[_, value, *_]) if self._sets_filter(node):
                return [(value, NO_CONTEXT)]
            case ast.Call(func=ast.Attribute(attr="filter" | "Filter"), args=[value]):
                return [(value, NO_CONTEXT)] if starts_like_filter(self._fold(value)) else []
            case ast.arguments():
                return _find_defaults(node)
        return []

    def _find_pieces(self, node: ast.AST) -> None:
        """Add the terms that a list collects, and the results of a function."""
        match node:
            case (
                ast.Assign(
                    targets=[target],
                    value=ast.List(elts=values) | ast.BinOp(right=ast.List(elts=values)),
                )
                | ast.AnnAssign(target=target, value=ast.List(elts=values))
                | ast.AugAssign(target=target, value=ast.List(elts=values))
                | ast.Call(func=ast.Attribute(target, "append" | "insert"), args=values)
                | ast.Call(func=ast.Attribute(target, "extend"), args=[ast.List(elts=values)])
            ):
                self._add_pieces(self._name_of(target), values)
            case ast.Assign(
                targets=[target], value=ast.ListComp(elt=value) | ast.GeneratorExp(elt=value)
            ):
                self._add_pieces(self._name_of(target), [value])
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                self._add_results(name, _find_returned(node))

    def find_request(self, node: ast.AST, outer: RequestContext) -> RequestContext:
        """Return the request of what stands inside the node; `outer` is that of the node."""
        match node:
            case ast.Lambda():
                return NO_CONTEXT
            case ast.Dict(keys=keys, values=values):
                members = {
                    self._constant(key): value for key, value in zip(keys, values, strict=True)
                }
                return self._request_of_members(members, outer)
            case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
                return self._request_of_target(target, self.span_of(node)[1], outer)
            case ast.Call(func=ast.Attribute(value=target)) if self._sets_filter(node):
                return self._request_of_target(target, self.span_of(node)[1], outer)
            case ast.Call(func=function, args=arguments, keywords=keywords):
                words = {word.arg: word.value for word in keywords}
                return self._request_of_call(self._name_of(function), arguments, [words], outer)
        return outer

    def is_filter(self, target: ast.AST) -> bool:
        """Return whether a variable, attribute or member is called `filter`."""
        match target:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return name == "filter"
            case ast.Subscript(slice=key):
                return self._constant(key) == "filter"
        return False

    def _find_assigned(self, targets: Sequence[ast.expr], value: ast.expr) -> Sinks:
        return [(value, NAMED)] if self._assigns_filter(targets, value) else []

    def _sets_filter(self, node: ast.AST) -> bool:
        """Return whether a call sets a parameter called `filter`, as `setdefault` does."""
        match node:
            case ast.Call(func=ast.Attribute(attr=method), args=[name, _, *_]):
                return method in _SETTERS and self._constant(name) == "filter"
        return False

    def _request_of_target(
        self, target: ast.AST, position: int, outer: RequestContext
    ) -> RequestContext:
        """Return the request that a variable, or one whose members are set, is sent with."""
        while isinstance(target, ast.Subscript):
            target = target.value
        return self._request_of_variable(self._name_of(target), position, outer)

    def _job_context(self, members: Iterable[tuple[str | None, ast.expr]]) -> RequestContext:
        job_types = (value for key, value in members if key == "job_type")
        return self._context_of_job(next(job_types, None))

    def _name_of(self, target: ast.AST) -> str | None:
        match target:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return name
        return None

    def _constant(self, node: ast.AST | None) -> str | None:
        match node:
            case ast.Constant(value=str(text)):
                return text
        return None

    def _fold(self, node: ast.AST) -> str:
        pieces: list[str] = []
        stack = [node]
        while stack:
            match stack.pop():
                case ast.Constant(value=str(text)):
                    pieces.append(text)
                case ast.JoinedStr(values=values):
                    texts = (self._constant(value) for value in values)
                    pieces += (PLACEHOLDER if text is None else text for text in texts)
                case ast.BinOp(op=ast.Add(), left=left, right=right):
                    stack += (right, left)
                case (
                    ast.BinOp(op=ast.Mod(), left=template)
                    | ast.Call(func=ast.Attribute(value=template, attr="format"))
                ):
                    stack.append(template)
                case _:
                    pieces.append(PLACEHOLDER)
        return "".join(pieces)


def _find_returned(function: ast.AST) -> Iterator[ast.expr]:
    """Yield what a function returns, and what functions inside of it return."""
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value


def _find_defaults(node: ast.arguments) -> Sinks:
    """Return the default values of parameters called `filter`."""
    positional = [*node.posonlyargs, *node.args][::-1]
    pairs = [
        *zip_longest(positional, node.defaults[::-1]),
        *zip(node.kwonlyargs, node.kw_defaults, strict=True),
    ]
    return [(value, NAMED) for name, value in pairs if value and name and name.arg == "filter"]
