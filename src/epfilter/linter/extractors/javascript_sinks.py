"""Where filters stand in the syntax tree of a program in JavaScript or TypeScript."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import takewhile
from typing import TYPE_CHECKING

from epfilter.linter.extractors.filter_text import starts_like_filter
from epfilter.linter.extractors.mapped_text import PLACEHOLDER
from epfilter.linter.extractors.program_sinks import ProgramSinks
from epfilter.linter.extractors.requests import NO_CONTEXT, RequestContext, context_of_job

if TYPE_CHECKING:
    from tree_sitter import Node

    from epfilter.linter.extractors.syntax_tree import SyntaxTree

_WRAPPERS = frozenset(
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
_JOB_TYPES = frozenset({"job_type", "jobType"})
_URL_ENCODERS = frozenset({"encodeURIComponent", "encodeURI", "String"})
_MEMBER_NAME_LIMIT = 12
"""The longest name of a member that describes a request, in bytes and with its quotes."""

_STRINGS = frozenset({"string", "template_string"})
_FUNCTIONS = frozenset(
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
_ARGUMENT_LIMIT = 4
"""How many arguments of a call are searched for the members of a request."""

_FILTER_METHODS = frozenset({"filter", "Filter"})
_SETTERS = frozenset({"set", "append"})
_ASSIGNMENTS = {
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


def unwrap(node: Node) -> Node:
    """Return the expression without parentheses and type annotations."""
    while node.type in _WRAPPERS:
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


def possible_values(node: Node) -> Iterable[Node]:
    """Return the nodes inside that can be the value of an expression or a member."""
    if node.type in _WRAPPERS:
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


class JavaScriptSinks(ProgramSinks["Node"]):
    """The sinks of JavaScript: members, variables, parameters and pairs named `filter`."""

    def __init__(self, tree: SyntaxTree) -> None:
        super().__init__(tree.source.text)
        self._tree = tree

    def find(self, node: Node) -> dict[int, RequestContext]:
        """Return the contexts of the nodes directly inside that are filters, by node id."""
        if node.type in _ASSIGNMENTS:
            return self._find_assigned(node)
        if node.type == "object":
            return self._find_members(node)
        if node.type == "array":
            pair = node.named_children
            is_filter = len(pair) == 2 and self._constant(pair[0]) == "filter"
            return {pair[1].id: NO_CONTEXT} if is_filter else {}
        if node.type == "jsx_attribute":
            name, *values = node.named_children or [node]
            is_filter = self._tree.text_of(name) == "filter"
            return {value.id: NO_CONTEXT for value in values} if is_filter else {}
        if node.type == "call_expression":
            return self._find_arguments(node)
        return {}

    def find_request(self, node: Node, outer: RequestContext) -> RequestContext:
        """Return the request of what stands inside the node; `outer` is that of the node."""
        if node.type in _FUNCTIONS:
            return NO_CONTEXT
        if node.type == "object":
            return self._request_of_members(self._request_members(node), outer)
        if node.type in {"call_expression", "new_expression"}:
            return self._find_call_request(node, outer)
        return outer

    def is_filter(self, target: Node | None) -> bool:
        """Return whether a variable, member or parameter is called `filter`."""
        if target is None:
            return False
        if target.type == "subscript_expression":
            return self._constant(get_field(target, "index")) == "filter"
        return self._name_of(target) == "filter"

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
        target, value = (get_field(node, field) for field in _ASSIGNMENTS[node.type])
        if value is None or self.is_append(node):
            return {}
        targets = [] if target is None else [target]
        return {value.id: NO_CONTEXT} if self._assigns_filter(targets, value) else {}

    def _find_members(self, node: Node) -> dict[int, RequestContext]:
        """Return the members `filter` of an object; the context is that of the whole member."""
        pairs = [child for child in node.named_children if child.type == "pair"]
        names = [(self._member_name(get_field(pair, "key")), pair) for pair in pairs]
        jobs = (get_field(pair, "value") for name, pair in names if name in _JOB_TYPES)
        context = context_of_job(self._constant(next(jobs, None)))
        return {pair.id: context for name, pair in names if name == "filter"}

    def _find_arguments(self, node: Node) -> dict[int, RequestContext]:
        """Return the arguments of `.set("filter", …)` or `.filter("eq(…)")`, as one node."""
        method = get_field(get_field(node, "function"), "property")
        arguments = get_field(node, "arguments")
        if method is None or arguments is None:
            return {}
        name, values = self._tree.text_of(method), arguments.named_children
        if (
            name in _FILTER_METHODS
            and len(values) == 1
            and starts_like_filter(self._fold(values[0]))
        ):
            return {arguments.id: NO_CONTEXT}
        sets_filter = name in _SETTERS and values and self._constant(values[0]) == "filter"
        return {arguments.id: NO_CONTEXT} if sets_filter else {}

    def _find_call_request(self, node: Node, outer: RequestContext) -> RequestContext:
        function, arguments = get_field(node, "function"), get_field(node, "arguments")
        if arguments is None or arguments.type != "arguments":
            return outer
        values = [value for value in arguments.named_children if value.type != "comment"]
        values = values[:_ARGUMENT_LIMIT]
        if not values:
            return outer
        before_objects = [*takewhile(lambda value: value.type != "object", values)]
        objects = [self._request_members(value) for value in values if value.type == "object"]
        name = get_field(function, "property") or function
        name_text = self._tree.text_of(name) if name else None
        return self._request_of_call(name_text, before_objects, objects, outer)

    def _request_members(self, node: Node) -> Mapping[str | None, Node]:
        """Return the members of an object that can describe a request, by their names."""
        members: dict[str | None, Node] = {}
        for pair in node.named_children:
            name, value = get_field(pair, "key"), get_field(pair, "value")
            if (
                name is not None
                and value is not None
                and name.end_byte - name.start_byte <= _MEMBER_NAME_LIMIT
            ):
                members[self._member_name(name)] = value
        return members

    def _name_of(self, target: Node) -> str | None:
        return self._member_name(get_field(target, "property") or target)

    def _member_name(self, node: Node | None) -> str | None:
        if node is not None and node.type == "computed_property_name":
            node = next(iter(node.named_children), None)
            return self._constant(node)
        if node is None or node.named_child_count:
            return self._constant(node)
        return self._tree.text_of(node).removeprefix("#")

    def _constant(self, node: Node | None) -> str | None:
        """Return the text of a literal without substitutions and escapes."""
        if node is None:
            return None
        node = unwrap(node)
        is_plain = all(child.type == "string_fragment" for child in node.named_children)
        return self._tree.text_of(node)[1:-1] if node.type in _STRINGS and is_plain else None

    def _fold(self, node: Node) -> str:
        pieces: list[str] = []
        for wrapped in flatten_addition(node):
            operand = unwrap(wrapped)
            if operand.type == "string":
                pieces.append(self._tree.text_of(operand)[1:-1])
            elif operand.type == "template_string":
                pieces += (
                    PLACEHOLDER
                    if child.type == "template_substitution"
                    else self._tree.text_of(child)
                    for child in operand.named_children
                )
            else:
                pieces.append(PLACEHOLDER)
        return "".join(pieces)
