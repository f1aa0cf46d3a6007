"""Programs in Python: filters in their literals, read from the tree that Python itself makes."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from epfilter.linter.extractors.extraction import NO_HINT, Hint, Reading
from epfilter.linter.extractors.literals import (
    Operands,
    Spelled,
    encodable,
    offer_spelled,
    put_in_behind,
    unwritable,
)
from epfilter.linter.extractors.mapped_text import HOLE, Placed, Unit
from epfilter.linter.extractors.python_literals import Lines, literal
from epfilter.linter.extractors.python_sinks import (
    branches,
    filters_in,
    is_filter,
    request_in,
    summands,
)
from epfilter.linter.extractors.python_versions import is_of_another_python
from epfilter.linter.extractors.urls import is_template, not_understood, offer_all_urls

_PERCENT = re.compile(
    HOLE + r"|%(?:%|(?:\([^()]*\))?[#0 +-]*(?:\*|\d*)(?:\.(?:\*|\d*))?[hlL]?[a-zA-Z])"
)
_BRACES = re.compile(HOLE + r"|\{\{|\}\}|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_NESTED_AT_MOST = 20
"""How deep in calls and operators the parts of one text are looked for."""


def read(source: Placed, reading: Reading) -> None:
    """What stands in arguments, members, variables and pairs named `filter`, and in URLs."""
    source = encodable(source)
    if source.text.startswith("\ufeff"):
        source = source.cut(1, len(source.text))
    lines = Lines(source.text)
    for start, end in _comments(source.text, lines):
        reading.comment(source, start, end, "#")
    tree = _parsed(source, reading, lines)
    if tree is not None:
        _Walk(source, reading, lines).walk(tree)


def _comments(text: str, lines: Lines) -> Iterator[tuple[int, int]]:
    if "epfilter" not in text:
        return
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
            if token.type == tokenize.COMMENT:
                start = lines.start(token.start[0]) + token.start[1]
                yield start, start + len(token.string)
    except (tokenize.TokenError, SyntaxError):
        return  # what follows is not understood, which the parser says


def _parsed(source: Placed, reading: Reading, lines: Lines) -> ast.Module | None:
    start = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source.text)
    except SyntaxError as error:
        start = lines.start(error.lineno or 1) + max((error.offset or 1) - 1, 0)
        reason = error.msg.partition(". ")[0]
    except (RecursionError, MemoryError):
        reason = "it is nested too deeply"
    except ValueError:
        start = max(source.text.find("\0"), 0)
        reason = "a null character stands in it"
    start = min(start, len(source.text))
    if is_template(source.text) or is_of_another_python(source.text, start, reason):
        offer_all_urls(source, reading)
        reading.problem(source, start, start, not_understood("Python", reason), partial=True)
    else:
        reading.problem(source, start, start, f"this is not understood as Python: {reason}")
    return None


class _Part(NamedTuple):
    """A node to be read, where it is a filter the hint for it, and what stands around it.

    That is an f-string, and the request that a call makes.
    """

    node: ast.AST
    hint: Hint | None = None
    around: ast.JoinedStr | None = None
    request: Hint = NO_HINT


class _Walk:
    """Reads a tree from its top, without recursion."""

    def __init__(self, source: Placed, reading: Reading, lines: Lines) -> None:
        self._source = source
        self._reading = reading
        self._lines = lines
        self._around: ast.JoinedStr | None = None

    def walk(self, tree: ast.AST) -> None:
        parts = [_Part(tree)]
        while parts:
            node, hint, self._around, request = parts.pop()
            spelled: Spelled[ast.AST] | None = None
            match node:
                case ast.AugAssign(op=ast.Add(), target=target) if is_filter(target):
                    spelled, hint = self._added(node), NO_HINT
                case ast.expr():
                    spelled = self._spelled(node)
                    hint = None if _is_bytes(node) else hint
            inside: Iterable[tuple[ast.AST, Hint | None]]
            if spelled:
                offer_spelled(spelled, self._reading, hint, request)
                inside = spelled.inside
            else:
                inside = _inside(node, hint)
                request = request_in(node, request)
            around = self._around
            if isinstance(node, ast.JoinedStr) and around is None:
                around = node
            parts += [_Part(*part, around, request) for part in inside][::-1]

    def _span(self, node: ast.expr) -> tuple[int, int]:
        start = self._lines.at(node.lineno, node.col_offset)
        if node.end_lineno is None or node.end_col_offset is None:
            return start, start
        return start, max(self._lines.at(node.end_lineno, node.end_col_offset), start)

    def _spelled(self, node: ast.AST, depth: int = 0) -> Spelled[ast.AST] | None:  # noqa: PLR0911 - one for each kind of node
        """The text of the expression, if it spells one out."""
        if depth > _NESTED_AT_MOST:
            return None
        match node:
            case ast.Constant(value=str(text)):
                return Spelled(self._literal(node, [text]))
            case ast.Constant(value=bytes(data)):
                found_there = self._literal(node, [data.decode("latin-1")])
                return Spelled(replace(found_there, write=unwritable))
            case ast.JoinedStr():
                return self._f_string(node)
            case ast.BinOp(op=ast.Add()):
                return self._sum(node, depth)
            case ast.BinOp(op=ast.Mod()):
                found = self._spelled(node.left, depth + 1)
                return found and _formatted(found, _PERCENT, "the operator `%`", [node.right])
            case ast.Call(func=ast.Attribute(value=text_node, attr="format")):
                found = self._spelled(text_node, depth + 1)
                inside = [*node.args, *(keyword.value for keyword in node.keywords)]
                return found and _formatted(found, _BRACES, "`.format`", inside)
            case ast.Call(func=ast.Attribute(value=text_node, attr="join"), args=[several]):
                return self._join(node, text_node, several, depth)
        return None

    def _literal(self, node: ast.expr, value: Sequence[str | None]) -> Placed:
        """The value with its places.

        Python 3.11 knows them only roughly in an f-string: what is not found there stands in
        the whole of it.
        """
        start, end = self._span(node)
        found = literal(self._source, start, end, value)
        if found.write is unwritable and self._around is not None:
            found = literal(self._source, *self._span(self._around), [*value, ""])
        return found

    def _f_string(self, node: ast.JoinedStr) -> Spelled[ast.AST]:
        value: list[str | None] = []
        inside: list[ast.AST] = []
        for part in node.values:
            if isinstance(part, ast.Constant):
                value.append(str(part.value))
            elif isinstance(part, ast.FormattedValue):
                value.append(None)
                inside.append(part.value)
        found = self._literal(node, value)
        hints = (put_in_behind(found.text, index) for index in sorted(found.holes))
        return Spelled(found, "an f-string", [*zip(inside, hints, strict=False)])

    def _sum(self, node: ast.BinOp, depth: int) -> Spelled[ast.AST] | None:
        operands = Operands[ast.AST](self._source, "the operator `+`")
        nodes = summands(node)
        self._add(operands, nodes, depth)
        start, end = self._span(nodes[0])[0], self._span(node)[1]
        return operands.joined(start, end)

    def _added(self, node: ast.AugAssign) -> Spelled[ast.AST] | None:
        """What is added to a filter that is there already, if a value is put into it."""
        added = self._spelled(node.value)
        if added is None or not added.value.holes:
            return None
        operands = Operands[ast.AST](self._source, "the operator `+=`")
        operands.add_hole(node.target, *self._span(node.target))
        operands.add(added)
        return operands.joined(self._span(node.target)[0], self._span(node.value)[1])

    def _join(
        self, node: ast.Call, text_node: ast.expr, several: ast.expr, depth: int
    ) -> Spelled[ast.AST] | None:
        separator = self._spelled(text_node, depth + 1)
        generators: list[ast.comprehension] = []
        match several:
            case ast.List(elts=nodes) | ast.Tuple(elts=nodes):
                pass
            case ast.ListComp(elt=one) | ast.GeneratorExp(elt=one):
                nodes, generators = [one], several.generators
            case _:
                return None
        if separator is None or not nodes:
            return None
        operands = Operands[ast.AST](self._source, "`.join`")
        self._add(operands, nodes, depth, separator.value.text)
        if generators:
            operands.add_loop(separator.value.text, generators)
        return operands.joined(*self._span(node))

    def _add(
        self, operands: Operands[ast.AST], nodes: Sequence[ast.expr], depth: int, between: str = ""
    ) -> None:
        for i, node in enumerate(nodes):
            if between and i:
                operands.add_text(between)
            spelled = self._spelled(node, depth + 1)
            if spelled:
                operands.add(spelled)
            else:
                operands.add_hole(node, *self._span(node))


def _is_bytes(node: ast.expr) -> bool:
    """Whether it is a literal of bytes, in which only URLs are looked for."""
    return isinstance(node, ast.Constant) and isinstance(node.value, bytes)


def _formatted(
    spelled: Spelled[ast.AST], pattern: re.Pattern[str], form: str, inside: Iterable[ast.AST]
) -> Spelled[ast.AST]:
    """The text with a hole for each field that the pattern finds."""
    value = spelled.value
    units: list[Unit] = []
    done = 0
    own = False
    for found in pattern.finditer(value.text):
        start, end = found.span()
        units.append(Unit(value.text[done:start], done, start))
        done = end
        doubled = found[0] in {"%%", "{{", "}}"}
        literally = found[0] == HOLE and start not in value.holes
        own = own or not (doubled or found[0] == HOLE)
        is_hole = not (doubled or literally)
        units.append(Unit(HOLE if is_hole else found[0][0], start, end, is_hole))
    units.append(Unit(value.text[done:], done, len(value.text)))
    there = value.decoded(units, _double_percents if pattern is _PERCENT else _double_braces)
    also = [(node, None) for node in inside]
    return Spelled(there, form if own else spelled.form, [*spelled.inside, *also])


def _double_percents(new: str) -> str:
    return new.replace("%", "%%")


def _double_braces(new: str) -> str:
    return new.replace("{", "{{").replace("}", "}}")


def _inside(node: ast.AST, hint: Hint | None) -> Iterator[tuple[ast.AST, Hint | None]]:
    """The nodes within, each with a hint where it is a filter; a bare literal is a docstring."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant | ast.JoinedStr):
        return
    filters = dict(filters_in(node))
    if hint is not None:
        filters |= dict.fromkeys(branches(node), hint)
    for child in ast.iter_child_nodes(node):
        yield child, filters.get(child)
