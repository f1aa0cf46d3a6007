"""Where filters stand in the syntax tree of a program in JavaScript or TypeScript."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from epfilter.linter.extractors.filter_text import starts_like_filter
from epfilter.linter.extractors.javascript_nodes import (
    ASSIGNMENTS,
    find_method_call,
    find_returned,
    get_field,
)
from epfilter.linter.extractors.javascript_requests import OBJECT_METHODS, JavaScriptRequests
from epfilter.linter.extractors.requests import NAMED, NO_CONTEXT, RequestContext

if TYPE_CHECKING:
    from tree_sitter import Node

_JOB_TYPES = frozenset({"job_type", "jobType"})
_URL_ENCODERS = frozenset({"encodeURIComponent", "encodeURI", "String"})
_FILTER_METHODS = frozenset({"filter", "Filter"})
_ADDERS = frozenset(("push", "unshift", "concat"))
_NAMED_FUNCTIONS = frozenset(
    ("function_declaration", "generator_function_declaration", "method_definition")
)
_FUNCTION_VALUES = frozenset(("arrow_function", "function_expression", "generator_function"))
_TARGETS = {
    "variable_declarator": ("name", "value"),
    "assignment_expression": ("left", "right"),
    "pair": ("key", "value"),
    "public_field_definition": ("name", "value"),
    "field_definition": ("property", "value"),
}
_PARTS = {
    "parenthesized_expression": (),
    "spread_element": (),
    "array": (),
    "ternary_expression": ("consequence", "alternative"),
    "binary_expression": ("left", "right"),
}
"""The expressions whose parts may be items: all of them, or those in these fields."""

_MAX_DEPTH = 20
"""How deep lists and conditions in a list are searched for its items."""


class JavaScriptSinks(JavaScriptRequests):
    """The sinks of JavaScript: members, variables, parameters and pairs named `filter`."""

    def find(self, node: Node) -> dict[int, RequestContext]:
        """Return the contexts of the nodes directly inside that are filters, by node id."""
        self._find_pieces(node)
        if node.type in ASSIGNMENTS:
            return self._find_assigned(node)
        if node.type == "object":
            return self._find_members(node)
        if node.type == "array":
            pair = node.named_children
            is_filter = len(pair) == 2 and self._constant(pair[0]) == "filter"
            return {pair[1].id: NAMED} if is_filter else {}
        if node.type == "jsx_attribute":
            name, *values = node.named_children or [node]
            is_filter = self._tree.text_of(name) == "filter"
            return {value.id: NAMED for value in values} if is_filter else {}
        if node.type == "call_expression":
            return self._find_arguments(node)
        return {}

    def _find_pieces(self, node: Node) -> None:
        """Add the terms that a list collects, and the results of a function."""
        target, items = _find_list_items(node)
        if target is not None and items:
            self._add_pieces(self._name_of(target), items)
        target, results = _find_function_results(node)
        if target is not None:
            self._add_results(self._name_of(target), results)

    def is_filter(self, target: Node | None) -> bool:
        """Return whether a variable, member or parameter is called `filter`."""
        if target is None:
            return False
        if target.type == "subscript_expression":
            return self._constant(get_field(target, "index")) == "filter"
        return self._name_of(target) == "filter"

    def find_objects(self, node: Node) -> Iterator[Node]:
        """Yield the objects that a call passes to a method of the SDK.

        Where a variable is passed, they include the assignments to its members.
        """
        call = find_method_call(node)
        if call is None or call.name not in OBJECT_METHODS:
            return
        for argument in call.arguments.named_children[:1]:
            for value in self.bindings.find_values(argument):
                if value.type == "object":
                    yield value
            yield from self.bindings.find_member_assignments(argument)

    def is_append(self, node: Node) -> bool:
        """Return whether the node appends to a filter with `+=`."""
        operator = get_field(node, "operator")
        is_augmented = operator is not None and operator.type == "+="
        return is_augmented and self.is_filter(get_field(node, "left"))

    def strip_url_encoding(self, node: Node) -> Node:
        """Return the argument of calls that encode it for a URL, or else the node."""
        while node.type == "call_expression":
            function, arguments = get_field(node, "function"), get_field(node, "arguments")
            values = arguments.named_children if arguments else []
            if function is None or not values or self._tree.text_of(function) not in _URL_ENCODERS:
                break
            node = values[0]
        return node

    def _find_assigned(self, node: Node) -> dict[int, RequestContext]:
        target, value = (get_field(node, field) for field in ASSIGNMENTS[node.type])
        if value is None or self.is_append(node):
            return {}
        targets = [] if target is None else [target]
        return {value.id: NAMED} if self._assigns_filter(targets, value) else {}

    def _find_members(self, node: Node) -> dict[int, RequestContext]:
        """Return the members `filter` of an object; the context is that of the whole member."""
        pairs = [child for child in node.named_children if child.type == "pair"]
        names = [(self._member_name(get_field(pair, "key")), pair) for pair in pairs]
        jobs = (get_field(pair, "value") for name, pair in names if name in _JOB_TYPES)
        context = self._context_of_job(next(jobs, None))
        if node.parent is not None and node.parent.type == "arguments":
            context = context._replace(is_named=False)  # as the named arguments of other languages
        return {
            pair.id: context if name == "filter" else NAMED
            for name, pair in names
            if self._takes_filter(name, get_field(pair, "value"))
        }

    def _find_arguments(self, node: Node) -> dict[int, RequestContext]:
        """Return the arguments of `.set("filter", …)` or `.filter("eq(…)")`, as one node."""
        call = find_method_call(node)
        if call is None:
            return {}
        values = call.arguments.named_children
        is_named = call.name in _FILTER_METHODS and len(values) == 1
        takes_filter = is_named and starts_like_filter(self._fold(values[0]))
        is_sink = takes_filter or self._sets_filter(node)
        return {call.arguments.id: NO_CONTEXT} if is_sink else {}


def _find_list_items(node: Node) -> tuple[Node | None, list[Node]]:
    """Return the list that the node adds items to, or assigns them to, and the items."""
    target, value = _find_assignment(node)
    if target is not None and value is not None:
        items = _skip_selection(value)
        return target, [*_find_items(items, 0)] if items.type == "array" else []
    call = find_method_call(node)
    if call is None or call.name not in _ADDERS:
        return None, []
    arguments = call.arguments.named_children
    return call.receiver, [item for each in arguments for item in _find_items(each, 0)]


def _find_function_results(node: Node) -> tuple[Node | None, Iterator[Node]]:
    """Return the name of the function that the node declares, and what the function returns."""
    if node.type in _NAMED_FUNCTIONS:
        return get_field(node, "name"), _find_result_values(node)
    target, value = _find_assignment(node)
    if value is None or value.type not in _FUNCTION_VALUES:
        return None, iter(())
    return target, _find_result_values(value)


def _find_assignment(node: Node) -> tuple[Node | None, Node | None]:
    target, value = _TARGETS.get(node.type, ("", ""))
    return (get_field(node, target), get_field(node, value)) if target else (None, None)


def _skip_selection(value: Node) -> Node:
    """Return the list of `[…].filter(Boolean)`, or the value itself."""
    call = find_method_call(value)
    return call.receiver if call is not None and call.name == "filter" else value


def _find_items(node: Node, depth: int) -> Iterator[Node]:
    """Yield the items of a list, and those that a condition chooses."""
    fields = _PARTS.get(node.type)
    if fields is None or depth > _MAX_DEPTH or _is_addition(node):
        yield node
        return
    parts = [get_field(node, field) for field in fields] if fields else node.named_children
    for part in parts:
        if part is not None:
            yield from _find_items(part, depth + 1)


def _is_addition(node: Node) -> bool:
    operator = get_field(node, "operator")
    return operator is not None and operator.type == "+"


def _find_result_values(function: Node) -> Iterator[Node]:
    for value in find_returned(function):
        yield from _find_items(value, 0)
