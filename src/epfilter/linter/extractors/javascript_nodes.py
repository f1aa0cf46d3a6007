"""What the modules for JavaScript share: how to read the nodes of its syntax tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node

WRAPPERS = frozenset(
    {
        "parenthesized_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
        "type_assertion",
        "jsx_expression",
        "template_substitution",
    }
)
"""The kinds of nodes around an expression that do not change its value."""

FUNCTIONS = frozenset(
    {
        "arrow_function",
        "function_expression",
        "function_declaration",
        "generator_function",
        "generator_function_declaration",
        "method_definition",
        "class",
        "class_declaration",
    }
)
"""The kinds of nodes that are functions or classes."""

ASSIGNMENTS = {
    "assignment_expression": ("left", "right"),
    "variable_declarator": ("name", "value"),
    "assignment_pattern": ("left", "right"),
    "object_assignment_pattern": ("left", "right"),
    "augmented_assignment_expression": ("left", "right"),
    "required_parameter": ("pattern", "value"),
    "optional_parameter": ("pattern", "value"),
    "field_definition": ("property", "value"),
    "public_field_definition": ("name", "value"),
}
"""The kinds of nodes that assign a value to a name, and their fields for both."""


def get_field(node: Node | None, field: str) -> Node | None:
    """Return the child of the node in this field, or None."""
    return None if node is None else node.child_by_field_name(field)


class MethodCall(NamedTuple):
    """A call of a method, as in `receiver.name(arguments)`."""

    receiver: Node
    name: str
    arguments: Node


def find_method_call(node: Node) -> MethodCall | None:
    """Return the call of a method that a node is, or None."""
    function, arguments = get_field(node, "function"), get_field(node, "arguments")
    receiver, method = get_field(function, "object"), get_field(function, "property")
    if receiver is None or method is None or method.text is None or arguments is None:
        return None
    return MethodCall(receiver, method.text.decode(), arguments)


def unwrap(node: Node) -> Node:
    """Return the expression without parentheses and type annotations."""
    while node.type in WRAPPERS:
        inner = _unwrap_once(node)
        if inner is None:
            break
        node = inner
    return node


def _unwrap_once(node: Node) -> Node | None:
    children = [child for child in node.named_children if child.type != "comment"]
    return next(reversed(children) if node.type == "type_assertion" else iter(children), None)


def flatten_addition(node: Node) -> list[Node]:
    """Return the operands of a chain of `+` from left to right; the node itself if it is none."""
    operands: list[Node] = []
    stack = [node]
    while stack:
        operand = stack.pop()
        addition = unwrap(operand)
        left, right = get_field(addition, "left"), get_field(addition, "right")
        operator = get_field(addition, "operator")
        if left and right and operator and operator.type == "+":
            stack += (right, left)
        else:
            operands.append(operand)
    return operands


def find_returned(function: Node) -> Iterator[Node]:
    """Yield the expressions that a function returns; none for another node."""
    body = get_field(function, "body")
    if body is None or function.type not in FUNCTIONS:
        return
    if body.type != "statement_block":
        yield body
        return
    stack = [body]
    while stack:
        node = stack.pop()
        if node.type == "return_statement":
            yield from (child for child in node.named_children if child.type != "comment")
        elif node.type not in FUNCTIONS:
            stack += reversed(node.named_children)


def possible_values(node: Node) -> Iterable[Node]:
    """Return the nodes inside that can be the value of an expression or a member."""
    if node.type in WRAPPERS:
        return [child for child in [_unwrap_once(node)] if child]
    if node.type == "pair":
        return filter(None, [get_field(node, "value")])
    if node.type == "arguments":
        # The second of `.set("filter", …)`, the only one of `.filter(…)`.
        return node.named_children[1:2] or node.named_children[:1]
    if node.type == "ternary_expression":
        return filter(None, (get_field(node, "consequence"), get_field(node, "alternative")))
    if node.type == "binary_expression":
        return filter(None, (get_field(node, "left"), get_field(node, "right")))
    return ()
