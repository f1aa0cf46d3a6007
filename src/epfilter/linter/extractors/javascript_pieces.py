"""Lists of terms, and functions that return filters, in programs in JavaScript and TypeScript."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from epfilter.linter.extractors.javascript_nodes import find_method_call, find_returned, get_field

if TYPE_CHECKING:
    from tree_sitter import Node

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


def find_list_items(node: Node) -> tuple[Node | None, list[Node]]:
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


def find_results(node: Node) -> tuple[Node | None, Iterator[Node]]:
    """Return the name of the function that the node declares, and what the function returns."""
    if node.type in _NAMED_FUNCTIONS:
        return get_field(node, "name"), _find_results(node)
    target, value = _find_assignment(node)
    if value is None or value.type not in _FUNCTION_VALUES:
        return None, iter(())
    return target, _find_results(value)


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
    if fields is None or depth > _MAX_DEPTH:
        yield node
        return
    parts = [get_field(node, field) for field in fields] if fields else node.named_children
    if node.type == "binary_expression" and _is_addition(node):
        yield node
        return
    for part in parts:
        if part is not None:
            yield from _find_items(part, depth + 1)


def _is_addition(node: Node) -> bool:
    operator = get_field(node, "operator")
    return operator is not None and operator.type == "+"


def _find_results(function: Node) -> Iterator[Node]:
    for value in find_returned(function):
        yield from _find_items(value, 0)
