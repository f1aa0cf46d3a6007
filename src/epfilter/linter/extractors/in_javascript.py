"""Programs in JavaScript and TypeScript: filters in their literals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tree_sitter import Node

from epfilter.linter.extractors.extraction import NO_HINT, Hint, Reading
from epfilter.linter.extractors.javascript_literals import attribute, string, template
from epfilter.linter.extractors.javascript_sinks import (
    adds_to_filter,
    branches,
    filters_in,
    named,
    request_in,
    summands,
    unencoded,
    unwrapped,
)
from epfilter.linter.extractors.literals import (
    Operands,
    Spelled,
    encodable,
    offer_spelled,
    put_in_behind,
)
from epfilter.linter.extractors.syntax import Syntax

if TYPE_CHECKING:
    from epfilter.linter.extractors.mapped_text import Placed

_NESTED_AT_MOST = 20
"""How deep in calls and operators the parts of one text are looked for."""

_JOINING = frozenset({"concat", "join"})


def read(source: Placed, reading: Reading) -> None:
    """What stands in members, variables, parameters and pairs named `filter`, and in URLs."""
    import tree_sitter_javascript

    _read(source, reading, tree_sitter_javascript.language(), "JavaScript")


def read_typescript(source: Placed, reading: Reading) -> None:
    """The same in TypeScript."""
    import tree_sitter_typescript

    _read(source, reading, tree_sitter_typescript.language_typescript(), "TypeScript")


def read_tsx(source: Placed, reading: Reading) -> None:
    """The same in TypeScript with elements."""
    import tree_sitter_typescript

    _read(source, reading, tree_sitter_typescript.language_tsx(), "TypeScript")


def _read(source: Placed, reading: Reading, language: object, name: str) -> None:
    syntax = Syntax.of(encodable(source), language)
    syntax.report_comments(reading, "//", "/*", "*/")
    syntax.report_mistake(reading, name)
    _Walk(syntax, reading).walk()


class _Walk:
    """Reads a tree from its top, without recursion."""

    def __init__(self, syntax: Syntax, reading: Reading) -> None:
        self._syntax = syntax
        self._reading = reading

    def walk(self) -> None:
        waiting: list[tuple[Node, Hint | None, Hint]] = [(self._syntax.root, None, NO_HINT)]
        while waiting:
            node, hint, request = waiting.pop()
            if hint is not None:
                node = unencoded(self._syntax, node)
            spelled: Spelled[Node] | None
            if adds_to_filter(self._syntax, node):
                spelled, hint = self._added(node), NO_HINT
            else:
                spelled = self._spelled(node)
            if spelled:
                offer_spelled(spelled, self._reading, hint, request)
                inside = spelled.inside
            else:
                request = request_in(self._syntax, node, request)
                inside = self._inside(node, hint)
            waiting += [(*part, request) for part in reversed(inside)]

    def _inside(self, node: Node, hint: Hint | None) -> Sequence[tuple[Node, Hint | None]]:
        children = node.named_children
        filters = filters_in(self._syntax, node)
        if hint is not None:
            filters |= {branch.id: hint for branch in branches(node)}
        if node.type != "jsx_attribute":
            return [(child, filters.get(child.id)) for child in children]
        for child in children:
            if child.type == "string":
                value = attribute(self._syntax.source, *self._syntax.span(child))
                spelled: Spelled[Node] = Spelled(value)
                offer_spelled(spelled, self._reading, filters.get(child.id))
        return [(child, filters.get(child.id)) for child in children if child.type != "string"]

    def _spelled(self, node: Node, depth: int = 0) -> Spelled[Node] | None:
        """The text of the expression, if it spells one out."""
        if depth > _NESTED_AT_MOST:
            return None
        if node.type == "string":
            start, end = self._syntax.span(node)
            return Spelled(string(self._syntax.source, start, end)) if end - start > 1 else None
        if node.type == "template_string":
            return self._template(node)
        if node.type == "binary_expression":
            return self._sum(node, depth)
        if node.type == "call_expression":
            return self._call(node, depth)
        return None

    def _template(self, node: Node) -> Spelled[Node] | None:
        start, end = self._syntax.span(node)
        if end - start < 2:
            return None
        put_in = [child for child in node.named_children if child.type == "template_substitution"]
        holes = [self._syntax.span(child) for child in put_in]
        value = template(self._syntax.source, start, end, holes)
        hints = (put_in_behind(value.text, index) for index in sorted(value.holes))
        return Spelled(value, "a template literal", [*zip(put_in, hints, strict=True)])

    def _added(self, node: Node) -> Spelled[Node] | None:
        """What is added to a filter that is there already, if a value is put into it."""
        target, value = named(node, "left"), named(node, "right")
        added = self._spelled(value) if value else None
        if target is None or added is None or not added.value.holes:
            return None
        operands = Operands[Node](self._syntax.source, "the operator `+=`")
        operands.add_hole(target, *self._syntax.span(target))
        operands.add(added)
        return operands.joined(*self._syntax.span(node))

    def _sum(self, node: Node, depth: int) -> Spelled[Node] | None:
        nodes = summands(node)
        if len(nodes) < 2:
            return None
        operands = Operands[Node](self._syntax.source, "the operator `+`")
        self._add(operands, nodes, depth)
        return operands.joined(*self._syntax.span(node))

    def _call(self, node: Node, depth: int) -> Spelled[Node] | None:
        """`.concat` of a text, and `.join` of an array or of what `.map` makes."""
        function, arguments = named(node, "function"), named(node, "arguments")
        method = named(function, "property")
        if method is None or arguments is None or self._syntax.text(method) not in _JOINING:
            return None
        several, given = named(function, "object"), arguments.named_children
        if several is None:
            return None
        if self._syntax.text(method) == "join":
            return self._join(node, unwrapped(several), given, depth)
        text = self._spelled(unwrapped(several), depth + 1)
        if text is None:
            return None
        operands = Operands[Node](self._syntax.source, "`.concat`")
        self._add(operands, [several, *given], depth)
        return operands.joined(*self._syntax.span(node))

    def _join(
        self, node: Node, several: Node, given: Sequence[Node], depth: int
    ) -> Spelled[Node] | None:
        separator = self._spelled(given[0], depth + 1) if given else None
        if given and separator is None:
            return None
        between = separator.value.text if separator else ","
        operands = Operands[Node](self._syntax.source, "`.join`")
        if several.type == "array" and several.named_children:
            self._add(operands, several.named_children, depth, between)
        else:
            made = self._made_by_map(several)
            if made is None:
                return None
            self._add(operands, [made], depth)
            operands.add_loop(between, several.named_children[:1])
        return operands.joined(*self._syntax.span(node))

    def _made_by_map(self, node: Node) -> Node | None:
        """What the function gives that is called for each member: `ids.map(id => …)`."""
        method, arguments = named(named(node, "function"), "property"), named(node, "arguments")
        if method is None or arguments is None or self._syntax.text(method) != "map":
            return None
        body = named(arguments.named_children[0], "body") if arguments.named_children else None
        return None if body is None or body.type == "statement_block" else body

    def _add(
        self, operands: Operands[Node], nodes: Sequence[Node], depth: int, between: str = ""
    ) -> None:
        for i, node in enumerate(nodes):
            if between and i:
                operands.add_text(between)
            spelled = self._spelled(unwrapped(node), depth + 1)
            if spelled:
                operands.add(spelled)
            else:
                operands.add_hole(node, *self._syntax.span(node))
