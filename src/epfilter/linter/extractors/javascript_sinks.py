"""Where filters stand in the tree of a program in JavaScript or TypeScript."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from epfilter.linter.extractors.calls import URLS, is_method, request_to
from epfilter.linter.extractors.extraction import NO_HINT, Hint
from epfilter.linter.extractors.literals import hint_of
from epfilter.linter.extractors.mapped_text import HOLE
from epfilter.linter.extractors.names import begins_as_a_filter, is_for_filters

if TYPE_CHECKING:
    from tree_sitter import Node

    from epfilter.linter.extractors.syntax import Syntax

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
_ENCODING = frozenset({"encodeURIComponent", "encodeURI", "String"})
_LONGEST = 12
"""No name of a member that says something about a request is longer, with its quotes."""

_LITERALS = frozenset({"string", "template_string"})
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
_OBJECTS_AT_MOST = 4
"""How many arguments of a call are looked at for the method."""

_FILTERING = frozenset({"filter", "Filter"})
_SETTING = frozenset({"set", "append"})
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
"""The kinds of nodes that give a value to a name, and their fields for both."""


def named(node: Node | None, field: str) -> Node | None:
    """The child in this field."""
    return None if node is None else node.child_by_field_name(field)


def unwrapped(node: Node) -> Node:
    """The expression without parentheses and what only the type checker sees."""
    while node.type in _WRAPPERS:
        inside = _wrapped(node)
        if inside is None:
            break
        node = inside
    return node


def _wrapped(node: Node) -> Node | None:
    inside = [child for child in node.named_children if child.type != "comment"]
    return next(reversed(inside) if node.type == "type_assertion" else iter(inside), None)


def summands(node: Node) -> list[Node]:
    """What is added up, from left to right; the node itself if it is no sum."""
    found: list[Node] = []
    waiting = [node]
    while waiting:
        one = waiting.pop()
        sum_ = unwrapped(one)
        left, right = named(sum_, "left"), named(sum_, "right")
        operator = named(sum_, "operator")
        if left and right and operator and operator.type == "+":
            waiting += (right, left)
        else:
            found.append(one)
    return found


def branches(node: Node) -> Iterable[Node]:
    """What can be the value of an expression or a member."""
    if node.type in _WRAPPERS:
        return [child for child in [_wrapped(node)] if child]
    if node.type == "pair":
        return filter(None, [named(node, "value")])
    if node.type == "arguments":
        # Of `.set("filter", …)` the second, of `.filter(…)` the only one.
        return node.named_children[1:2] or node.named_children[:1]
    if node.type == "ternary_expression":
        return filter(None, (named(node, "consequence"), named(node, "alternative")))
    if node.type == "binary_expression":
        return filter(None, (named(node, "left"), named(node, "right")))
    return ()


def unencoded(syntax: Syntax, node: Node) -> Node:
    """What goes through functions that encode it for a URL."""
    while node.type == "call_expression":
        function, arguments = named(node, "function"), named(node, "arguments")
        given = arguments.named_children if arguments else []
        if function is None or not given or syntax.text(function) not in _ENCODING:
            break
        node = given[0]
    return node


def filters_in(syntax: Syntax, node: Node) -> dict[int, Hint]:
    """The nodes directly within that stand where a filter does, by their identity."""
    if node.type in _ASSIGNMENTS:
        return _assigned(syntax, node)
    if node.type == "object":
        return _members(syntax, node)
    if node.type == "array":
        pair = node.named_children
        is_filter = len(pair) == 2 and _constant(syntax, pair[0]) == "filter"
        return {pair[1].id: NO_HINT} if is_filter else {}
    if node.type == "jsx_attribute":
        name, *values = node.named_children or [node]
        return {one.id: NO_HINT for one in values} if syntax.text(name) == "filter" else {}
    if node.type == "call_expression":
        return _set(syntax, node)
    return {}


def _assigned(syntax: Syntax, node: Node) -> dict[int, Hint]:
    target, value = (named(node, field) for field in _ASSIGNMENTS[node.type])
    if value is None or adds_to_filter(syntax, node):
        return {}
    named_so = is_filter(syntax, target) or (
        is_for_filters(_target_name(syntax, target)) and begins_as_a_filter(_url(syntax, value))
    )
    return {value.id: NO_HINT} if named_so else {}


def adds_to_filter(syntax: Syntax, node: Node) -> bool:
    """Whether something is added to a filter that is there already."""
    operator = named(node, "operator")
    is_sum = operator is not None and operator.type == "+="
    return is_sum and is_filter(syntax, named(node, "left"))


def request_in(syntax: Syntax, node: Node, around: Hint) -> Hint:
    """The request that what stands within is sent with; `around` is that of the node itself."""
    if node.type in _FUNCTIONS:
        return NO_HINT
    if node.type == "object":
        members = _values(syntax, node)
        url = _url_among(syntax, members)
        before = around.method if around.path and around.path in url else None
        return request_to(url, [_constant(syntax, members.get("method")), before], around)
    if node.type in {"call_expression", "new_expression"}:
        return _called(syntax, node, around)
    return around


def _called(syntax: Syntax, node: Node, around: Hint) -> Hint:
    """The URL is the first argument, or the second behind a method, or a member of an object."""
    function, arguments = named(node, "function"), named(node, "arguments")
    if arguments is None or arguments.type != "arguments":
        return around
    given = [one for one in arguments.named_children if one.type != "comment"][:_OBJECTS_AT_MOST]
    if not given:
        return around
    method = _constant(syntax, given[0])
    first = given[1:2] if is_method(method) else given[:1]
    members = [_values(syntax, one) for one in given if one.type == "object"]
    if first and first[0].type != "object":
        url = _url(syntax, first[0])
    else:
        url = _url_among(syntax, members[0]) if members else ""
    if not url:
        return around
    name = named(function, "property") or function
    names = [_constant(syntax, one.get("method")) for one in members]
    return request_to(url, [name and syntax.text(name), method, *names], around)


def _values(syntax: Syntax, node: Node) -> dict[str | None, Node]:
    """The members of an object that say what is asked, by their names."""
    found: dict[str | None, Node] = {}
    for pair in node.named_children:
        name, value = named(pair, "key"), named(pair, "value")
        if name is not None and value is not None and name.end_byte - name.start_byte <= _LONGEST:
            found[_name(syntax, name)] = value
    return found


def _url_among(syntax: Syntax, members: Mapping[str | None, Node]) -> str:
    return next((_url(syntax, members[name]) for name in URLS if name in members), "")


def _url(syntax: Syntax, node: Node) -> str:
    """The text of an expression, as far as it is known without looking into what it calls."""
    pieces: list[str] = []
    for one in summands(node):
        part = unwrapped(one)
        if part.type == "string":
            pieces.append(syntax.text(part)[1:-1])
        elif part.type == "template_string":
            inside = part.named_children
            pieces += (
                HOLE if each.type == "template_substitution" else syntax.text(each)
                for each in inside
            )
        else:
            pieces.append(HOLE)
    return "".join(pieces)


def _members(syntax: Syntax, node: Node) -> dict[int, Hint]:
    """The members `filter` of an object; the hint is for the whole member."""
    pairs = [child for child in node.named_children if child.type == "pair"]
    names = [(_name(syntax, named(pair, "key")), pair) for pair in pairs]
    jobs = (named(pair, "value") for name, pair in names if name in _JOB_TYPES)
    hint = hint_of(_constant(syntax, next(jobs, None)))
    return {pair.id: hint for name, pair in names if name == "filter"}


def _set(syntax: Syntax, node: Node) -> dict[int, Hint]:
    """The arguments of `.set("filter", …)` or `.filter("eq(…)")`; the hint is for all of them."""
    method, arguments = named(named(node, "function"), "property"), named(node, "arguments")
    if method is None or arguments is None:
        return {}
    name, given = syntax.text(method), arguments.named_children
    if name in _FILTERING and len(given) == 1 and begins_as_a_filter(_url(syntax, given[0])):
        return {arguments.id: NO_HINT}
    if name not in _SETTING:
        return {}
    return {arguments.id: NO_HINT} if given and _constant(syntax, given[0]) == "filter" else {}


def is_filter(syntax: Syntax, target: Node | None) -> bool:
    """Whether a variable, a member or a parameter is called `filter`."""
    if target is None:
        return False
    if target.type == "subscript_expression":
        return _constant(syntax, named(target, "index")) == "filter"
    return _target_name(syntax, target) == "filter"


def _target_name(syntax: Syntax, target: Node | None) -> str | None:
    return _name(syntax, named(target, "property") or target)


def _name(syntax: Syntax, node: Node | None) -> str | None:
    if node is not None and node.type == "computed_property_name":
        node = next(iter(node.named_children), None)
        return _constant(syntax, node)
    if node is None or node.named_child_count:
        return _constant(syntax, node)
    return syntax.text(node).removeprefix("#")


def _constant(syntax: Syntax, node: Node | None) -> str | None:
    """What a literal says, if it has neither substitutions nor escapes."""
    if node is None:
        return None
    node = unwrapped(node)
    is_plain = all(child.type == "string_fragment" for child in node.named_children)
    return syntax.text(node)[1:-1] if node.type in _LITERALS and is_plain else None
