"""What the extractors of programming languages share: string expressions and the walk."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, NamedTuple, TypeVar

from epfilter.errors import Span
from epfilter.linter.extractors.command_lines import add_command_filters
from epfilter.linter.extractors.extraction import Extraction, Misuse
from epfilter.linter.extractors.filter_text import ends_early
from epfilter.linter.extractors.literals import join_texts, make_placeholder
from epfilter.linter.extractors.mapped_text import PLACEHOLDER, MappedText, Segment, refuse_edit
from epfilter.linter.extractors.name_uses import Join
from epfilter.linter.extractors.program_sinks import ProgramSinks
from epfilter.linter.extractors.requests import NAMED, NO_CONTEXT, RequestContext
from epfilter.linter.extractors.sdk_objects import ObjectFilter
from epfilter.linter.extractors.signs import contains_sign, find_signs
from epfilter.linter.extractors.urls import FILTER_PARAMETER, add_url_filters

Node = TypeVar("Node")

MAX_NESTING = 20
"""How deep in calls and operators the operands of one string expression are evaluated."""

_URL_PARAMETER = re.compile(r"[?&](?:amp;)?filter=")
_TRAILING_PARAMETER = re.compile(FILTER_PARAMETER + r"\Z")
_URL_OPERANDS = 30
"""How many operands in front of a value are searched for its URL."""


@dataclass(frozen=True, slots=True)
class StringExpression(Generic[Node]):
    """The text of an expression, with a placeholder for each operand that is not constant.

    `built_with` names the construct that inserts the values. `children` are the expressions
    inside that are visited themselves, each with the context of the filter that it is, or None.
    """

    value: MappedText
    built_with: str = ""
    children: Sequence[tuple[Node, RequestContext | None]] = ()


@dataclass(slots=True)
class Concatenation(Generic[Node]):
    """The operands of a text, in their order; `built_with` names the operator that joins them."""

    source: MappedText
    built_with: str
    _operands: list[MappedText] = field(default_factory=list)
    _children: list[tuple[Node, RequestContext | None]] = field(default_factory=list)
    _constructs: list[str] = field(default_factory=list)
    _inserts_values: bool = False

    def add(self, expression: StringExpression[Node]) -> None:
        """Add an operand whose text is known, at least in parts."""
        self._operands.append(expression.value)
        self._children += expression.children
        self._constructs.append(expression.built_with)

    def add_placeholder(self, node: Node, start: int, end: int) -> None:
        """Add an operand that is not constant."""
        context = None
        if self._operands and self._operands[-1].text.endswith("filter="):
            before = "".join(operand.text for operand in self._operands[-_URL_OPERANDS:])
            context = context_after_parameter(before, len(before))
        self._children.append((node, context))
        self._operands.append(make_placeholder(self.source, start, end))
        self._inserts_values = True

    def add_separator(self, text: str) -> None:
        """Add text that is not written between the operands, such as the separator of `join`."""
        position = self._operands[-1].end
        positions = [position] * len(text)
        self._operands.append(
            MappedText(text, position, position, refuse_edit, (positions, positions))
        )

    def add_repetition(self, separator: str, nodes: Iterable[Node]) -> None:
        """Add the last operand any number of times; the nodes are what the loop iterates over."""
        self.add_separator(separator)
        position = self._operands[-1].end
        positions = [position], [position]
        self._operands.append(
            MappedText(PLACEHOLDER, position, position, refuse_edit, positions, frozenset({0}))
        )
        self._children += [(node, None) for node in nodes]
        self._inserts_values = True

    def join(self, start: int, end: int) -> StringExpression[Node]:
        """Return the whole text, which stands from `start` to `end`."""
        value = join_texts(self._operands, self.source.map_span(Span(start, end)))
        if not value.text:
            value = replace(value, start=self._operands[0].start, end=self._operands[0].end)
        own = self.built_with if self._inserts_values else ""
        construct = own or next(filter(None, self._constructs), "")
        return StringExpression(value, construct, self._children)


class _Piece(NamedTuple):
    """A term of a list that is joined to a filter; `built_with` as in `StringExpression`."""

    value: MappedText
    built_with: str
    list_name: str


class ProgramExtractor(ABC, Generic[Node]):
    """Finds the filters in the syntax tree of a program; a subclass adds the language."""

    def __init__(self, extraction: Extraction, sinks: ProgramSinks[Node]) -> None:
        self._source = sinks.source
        self._extraction = extraction
        self._sinks = sinks
        self._signs = find_signs(sinks.source.text)  # a subclass may add others
        self._pieces: list[_Piece] = []

    def walk(self, root: Node) -> None:
        """Visit the nodes from the root, without recursion.

        Where the program has signs of filters, nodes without one are left out, unless a sink takes
        them.
        """
        is_complete = not self._signs
        stack: list[tuple[Node, RequestContext | None, RequestContext]] = [(root, None, NO_CONTEXT)]
        while stack:
            node, sink, request = stack.pop()
            node, expression, sink = self._visit(node, sink)
            if expression is not None:
                if sink is None and self._sinks.uses.is_search_filter(self._span(node)[0]):
                    self._extraction.add_search_filter(expression.value)
                else:
                    used = request if sink is None else self._find_use(node, request)
                    self._add(expression, sink, used)
                children = expression.children
            else:
                request = self._sinks.find_request(node, request)
                children = self._children(node, sink)
            if self._sinks.later:
                children = self._take_later(children)
            stack += [
                (child, child_sink, request)
                for child, child_sink in reversed(children)
                if is_complete or child_sink is not None or self._may_contain_filter(child)
            ]
        self._add_joined(root)

    def _add_object(self, found: ObjectFilter, context: RequestContext) -> None:
        """Add the filter of an object that is passed to the SDK, and what is sent differently."""
        filters = self._extraction.filters
        count = len(filters)
        self._extraction.add_candidate(found.value, context)
        if len(filters) > count:
            has_evidence = filters[-1].has_evidence
            self._extraction.misuses += (
                Misuse(*problem, found.value.bounds, has_evidence) for problem in found.problems
            )

    def _evaluate_text(self, node: Node) -> MappedText | None:
        expression = self._evaluate(node)
        return None if expression is None else expression.value

    def _take_later(
        self, children: Sequence[tuple[Node, RequestContext | None]]
    ) -> Sequence[tuple[Node, RequestContext | None]]:
        later = self._sinks.later
        return [
            (child, later.pop(child, None) if sink is None else sink) for child, sink in children
        ]

    def _add_joined(self, root: Node) -> None:
        """Add the terms of lists, as parts of the filter that each list is joined to."""
        joins = {
            piece.list_name: self._sinks.uses.find_joins(piece.list_name) for piece in self._pieces
        }
        positions = sorted({join.span.start for each in joins.values() for join in each})
        requests = self._find_requests_at(positions, root) if positions else {}
        find = self._extraction.find_listings
        contexts: dict[str, RequestContext] = {}
        for name, each in joins.items():
            used = [requests.get(join.span.start, NO_CONTEXT) for join in each]
            known = {find(request).resources: request for request in used}
            known.pop((), None)
            contexts[name] = next(iter(known.values())) if len(known) == 1 else NO_CONTEXT
        for value, built_with, name in self._pieces:
            self._extraction.add_candidate(value, contexts[name], built_with, is_part=True)
        for join in [*self._sinks.joins]:
            self._add_join(join)

    def _find_requests_at(self, positions: Sequence[int], root: Node) -> dict[int, RequestContext]:
        """Return the requests that the values of the innermost nodes at positions are used for."""
        innermost: dict[int, tuple[int, Node, RequestContext]] = {}
        stack = [(root, NO_CONTEXT)]
        while stack:
            node, outer = stack.pop()
            start, end = self._span(node)
            inside = positions[bisect_left(positions, start) : bisect_left(positions, end)]
            if not inside:
                continue
            request = self._sinks.find_request(node, outer)
            for position in inside:
                size = innermost[position][0] if position in innermost else end - start
                if end - start <= size:
                    innermost[position] = end - start, node, request
            stack += [(child, request) for child in self._sinks.list_children(node)]
        return {
            position: self._find_use(node, request)
            for position, (_, node, request) in innermost.items()
        }

    def _add_join(self, join: Join) -> None:
        """Add the separator of a list, between two calls, so that it is checked as part of one."""
        start, end = join.span
        call = f"eq({PLACEHOLDER},{PLACEHOLDER})"
        segments = [
            *(Segment(char, 0, 0, char == PLACEHOLDER) for char in call),
            Segment(join.separator, 0, end - start),
            *(Segment(char, end - start, end - start, char == PLACEHOLDER) for char in call),
        ]
        value = self._source.slice(start, end).decode(segments, refuse_edit)
        self._extraction.add_candidate(value, is_part=True)

    @abstractmethod
    def _visit(
        self, node: Node, sink: RequestContext | None
    ) -> tuple[Node, StringExpression[Node] | None, RequestContext | None]:
        """Return the node, without what encodes it, its text if it has one, and its sink.

        `sink` is the context of the filter that the node is, or None where it is not one.
        """

    @abstractmethod
    def _children(
        self, node: Node, sink: RequestContext | None
    ) -> Sequence[tuple[Node, RequestContext | None]]:
        """Return the nodes directly inside a node without a text, with their sinks."""

    @abstractmethod
    def _evaluate(self, node: Node, depth: int = 0) -> StringExpression[Node] | None:
        """Return the text of the expression, or None where it is not a string expression."""

    def _span(self, node: Node) -> tuple[int, int]:
        """Return the start and end of the node in the source."""
        return self._sinks.span_of(node)

    def _may_contain_filter(self, node: Node) -> bool:
        """Return whether a sign of a filter stands in the node, or this is not known."""
        return contains_sign(self._signs, *self._span(node))

    def _find_use(self, node: Node, request: RequestContext) -> RequestContext:  # noqa: ARG002 - for subclasses
        """Return the request that a filter is used for; `request` is the one around it."""
        return request

    def _add(
        self,
        expression: StringExpression[Node],
        sink: RequestContext | None,
        request: RequestContext = NO_CONTEXT,
    ) -> None:
        """Add the text as a filter, where a sink takes it, or else the filters in its URLs.

        `request` is the request around it, for a text that has no URL itself.
        """
        value, construct = expression.value, expression.built_with
        if ends_early(value.text):
            value, construct = _add_rest(value), construct or "text that other code adds"
        if sink is None or _URL_PARAMETER.search(value.text):
            add_command_filters(value, self._extraction, built_with=construct)
            add_url_filters(value, self._extraction, built_with=construct, request=request)
        elif sink.list_name:
            self._pieces.append(_Piece(value, construct, sink.list_name))
        else:
            is_known = sink not in (NO_CONTEXT, NAMED)
            context = sink if is_known else request._replace(is_named=sink.is_named)
            self._extraction.add_candidate(value, context, construct)

    def _concatenate(
        self,
        nodes: Sequence[Node],
        built_with: str,
        depth: int,
        separator: str = "",
        first: StringExpression[Node] | None = None,
    ) -> Concatenation[Node]:
        """Return the concatenation of the nodes, with the separator between them.

        `first` is the text of the first node, if it is known: evaluating it again would double
        the work at each level of a chain of calls.
        """
        concatenation = Concatenation[Node](self._source, built_with)
        for i, node in enumerate(nodes):
            if separator and i:
                concatenation.add_separator(separator)
            is_known = first is not None and not i
            expression = first if is_known else self._evaluate(self._sinks.unwrap(node), depth + 1)
            if expression is not None:
                concatenation.add(expression)
            else:
                concatenation.add_placeholder(node, *self._span(node))
        return concatenation

    def _evaluate_append(
        self, target: Node, value: Node, operator: str = "+="
    ) -> StringExpression[Node] | None:
        """Return what the operator appends to a filter, if that inserts a value."""
        appended = self._evaluate(value)
        if appended is None or not appended.value.placeholders:
            return None
        concatenation = Concatenation[Node](self._source, f"the operator `{operator}`")
        concatenation.add_placeholder(target, *self._span(target))
        concatenation.add(appended)
        return concatenation.join(self._span(target)[0], self._span(value)[1])

    def _evaluate_join(
        self,
        node: Node,
        items: Sequence[Node],
        separator: str,
        depth: int,
        loop: Sequence[Node] = (),
    ) -> StringExpression[Node]:
        """Return the text of a call of `.join`; with a `loop`, the item is any number of items."""
        concatenation = self._concatenate(items, "`.join`", depth, separator)
        if loop:
            concatenation.add_repetition(separator, loop)
        return concatenation.join(*self._span(node))


def context_after_parameter(text: str, end: int) -> RequestContext | None:
    """Return the context of a value inserted at `end`, if it is the filter of a URL.

    >>> context_after_parameter("/v2/orders?filter=", 18).path
    '/v2/orders'
    """
    if not text.endswith("filter=", 0, end):
        return None
    before = text[:end].rsplit(maxsplit=1)[-1]
    parameter = _TRAILING_PARAMETER.search(before)
    if parameter is None:
        return None
    return RequestContext(before.partition("?")[0]) if parameter["mark"] else NO_CONTEXT


def contexts_of_placeholders(value: MappedText) -> list[RequestContext | None]:
    """Return the context of each placeholder of a text, as `context_after_parameter` does."""
    return [context_after_parameter(value.text, index) for index in sorted(value.placeholders)]


def _add_rest(value: MappedText) -> MappedText:
    """Return the text with placeholders for what completes it elsewhere."""
    size, rest = len(value.text), 2  # one alone could be an operand
    ends = [value.end] * rest
    positions = [*value.starts, *ends], [*value.ends, *ends]
    placeholders = value.placeholders | {*range(size, size + rest)}
    text = value.text + PLACEHOLDER * rest
    return replace(value, text=text, positions=positions, placeholders=placeholders)
