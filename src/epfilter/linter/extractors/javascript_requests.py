"""The requests that calls and objects of a program in JavaScript or TypeScript describe."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING

from epfilter.linter.extractors.javascript_bindings import Bindings
from epfilter.linter.extractors.javascript_nodes import (
    ASSIGNMENTS,
    FUNCTIONS,
    WRAPPERS,
    find_method_call,
    flatten_addition,
    get_field,
    unwrap,
)
from epfilter.linter.extractors.mapped_text import PLACEHOLDER
from epfilter.linter.extractors.program_sinks import TreeSinks
from epfilter.linter.extractors.requests import NO_CONTEXT, RequestContext, infer_request
from epfilter.linter.extractors.sdk_accessors import ACCESSOR_PATHS

if TYPE_CHECKING:
    from tree_sitter import Node

_MEMBER_NAME_LIMIT = 12
"""The longest name of a member that describes a request, in bytes and with its quotes."""

_STRINGS = frozenset({"string", "template_string"})
_ARGUMENT_LIMIT = 4
"""How many arguments of a call are searched for the members of a request."""

_CHAIN_LIMIT = 30
"""How many members and calls of a chain are read to find the accessor of the SDK."""

_CHAINS = frozenset({"member_expression", "call_expression"})
_ANCESTOR_LIMIT = 30
"""How many nodes around a filter are searched for the variable or the request that it is for."""

OBJECT_METHODS = frozenset({"Filter", "ExportProducts"})
"""The methods of the SDK that take a filter as an object."""

_USE_DEPTH = 3
"""How many variables lead from a filter to the request that sends it."""

_URL_TEXTS = frozenset({"template_string", "binary_expression"})
_PASSING = frozenset(
    {
        "arguments",
        "array",
        "binary_expression",
        "else_clause",
        "if_statement",
        "member_expression",
        "new_expression",
        "object",
        "pair",
        "return_statement",
        "spread_element",
        "statement_block",
        "string",
        "template_string",
        "ternary_expression",
    }
)
"""The kinds of nodes whose value contains that of a node inside, apart from wrappers."""

_OPERATION_MEMBERS = frozenset({"query", "body"})
"""The members of the object that an operation of a generated client takes."""

_SETTERS = frozenset({"set", "append"})


def _find_accessor_name(names: Sequence[str]) -> str:
    """Return the accessor of the SDK that a chain of names ends with, or an empty text."""
    chains = (".".join(names[i:]) for i in range(len(names)))
    return next((chain for chain in chains if chain in ACCESSOR_PATHS), "")


def _ancestors(node: Node) -> Iterator[Node]:
    """Yield the nodes around a node, from the inside, as far as they can matter."""
    ancestor = node.parent
    for _ in range(_ANCESTOR_LIMIT):
        if ancestor is None:
            return
        yield ancestor
        ancestor = ancestor.parent


def _find_root(node: Node) -> Node | None:
    """Return the name at the start of a chain of members."""
    inner: Node | None = node
    while inner is not None and inner.type != "identifier":
        inner = get_field(inner, "object")
    return inner


class JavaScriptRequests(TreeSinks):
    """Reads the requests, and the names and texts of a tree that requests and sinks depend on."""

    @cached_property
    def bindings(self) -> Bindings:
        """The names of the program, which is searched when the first one is looked up."""
        return Bindings(self._tree)

    def unwrap(self, node: Node) -> Node:
        """Return the expression without parentheses and type annotations."""
        return unwrap(node)

    def find_request(self, node: Node, outer: RequestContext) -> RequestContext:
        """Return the request of what stands inside the node; `outer` is that of the node."""
        if node.type in FUNCTIONS:
            return NO_CONTEXT
        if node.type == "object":
            return self._request_of_members(self._request_members(node), outer)
        if node.type in {"call_expression", "new_expression"}:
            return self._find_call_request(node, outer)
        return outer

    def find_uses(
        self,
        node: Node,
        is_known: Callable[[RequestContext], bool],
        depth: int = 0,
        visited: set[int] | None = None,
    ) -> Iterator[RequestContext]:
        """Yield the requests that a variable or function of the node's value is used for.

        Of the requests around a use, it is the innermost that `is_known`. The uses that are
        `visited` are left out: a name that is assigned often would lead to itself again and again.
        """
        visited = set() if visited is None else visited
        name = self._find_bound_name(node)
        if name is None or depth > _USE_DEPTH:
            return
        yield from filter(is_known, self._find_url_requests(name))
        for use in self.bindings.find_uses(name):
            if use.id in visited:
                continue
            visited.add(use.id)
            request = next(filter(is_known, self._find_requests_around(use)), None)
            if request is None:
                yield from self.find_uses(use, is_known, depth + 1, visited)
            else:
                yield request

    def _find_requests_around(self, node: Node) -> Iterator[RequestContext]:
        """Yield the requests that the node is a part of, inside the function around it."""
        for ancestor in _ancestors(node):
            if ancestor.type in FUNCTIONS:
                break
            yield self.find_request(ancestor, NO_CONTEXT)
            if ancestor.type in _URL_TEXTS:
                url, mark, _ = self._fold(ancestor).partition("?")
                yield infer_request(url, [], NO_CONTEXT) if mark else NO_CONTEXT
            elif ancestor.type == "arguments" and ancestor == node.parent:
                # The only argument of an operation is an object with its query.
                function = get_field(ancestor.parent, "function")
                name = get_field(function, "property") or function
                yield RequestContext(operation=self._tree.text_of(name) if name else "")

    def _find_bound_name(self, node: Node) -> Node | None:
        """Return the name of the variable or function that gets the value of a node."""
        child = node
        for parent in _ancestors(node):
            if parent.type in ASSIGNMENTS:
                target = get_field(parent, ASSIGNMENTS[parent.type][0])
                return None if target is None else _find_root(target)
            if parent.type in FUNCTIONS:
                name = get_field(parent, "name")
                if name is not None or child != get_field(parent, "body"):
                    return name if name is not None and name.type == "identifier" else None
            elif parent.type == "call_expression":
                receiver = get_field(get_field(parent, "function"), "object")
                if receiver is not None and self._sets_filter(parent):
                    return _find_root(receiver)
            elif parent.type not in _PASSING and parent.type not in WRAPPERS:
                return None
            child = parent
        return None

    def _find_call_request(self, node: Node, outer: RequestContext) -> RequestContext:
        function, arguments = get_field(node, "function"), get_field(node, "arguments")
        if arguments is None or arguments.type != "arguments":
            return outer
        values = [value for value in arguments.named_children if value.type != "comment"]
        values = values[:_ARGUMENT_LIMIT]
        if not values:
            return outer
        function = None if function is None else unwrap(function)
        receiver = get_field(function, "object")
        name = get_field(function, "property") or function
        name_text = self._tree.text_of(name) if name else ""
        if name_text in OBJECT_METHODS and receiver is not None:
            accessor = self._find_accessor(node, receiver)
            return RequestContext(operation=accessor) if accessor else outer
        if receiver is not None and self._sets_filter(node):
            return self._find_url_request(receiver, outer)
        before_objects = [*takewhile(lambda value: value.type != "object", values)]
        objects = [self._request_members(value) for value in values if value.type == "object"]
        request = self._request_of_call(name_text or None, before_objects, objects, outer)
        names = {name for members in objects for name in members}
        if receiver is not None and "filter" in names:
            chain = [*self._read_chain(receiver), name_text]
            name_text = _find_accessor_name(chain) or name_text
        is_operation = not names.isdisjoint(_OPERATION_MEMBERS) or "." in name_text
        return request._replace(operation=name_text) if is_operation else request

    def _sets_filter(self, call: Node) -> bool:
        """Return whether a call sets a parameter `filter`, as `params.set("filter", …)` does."""
        method = find_method_call(call)
        if method is None or method.name not in _SETTERS:
            return False
        return self._constant(next(iter(method.arguments.named_children), None)) == "filter"

    def _find_url_request(self, receiver: Node, outer: RequestContext) -> RequestContext:
        """Return the request to a `new URL(…)` whose `searchParams` are set."""
        if self._name_of(receiver) != "searchParams":
            return outer
        url = get_field(receiver, "object")
        requests = self._find_url_requests(url) if url is not None else iter(())
        return next(requests, outer)

    def _find_url_requests(self, url: Node) -> Iterator[RequestContext]:
        """Yield the requests to the values of an expression that are `new URL(…)`."""
        for value in self.bindings.find_values(url):
            constructor, arguments = get_field(value, "constructor"), get_field(value, "arguments")
            if constructor is not None and self._tree.text_of(constructor) == "URL":
                for first in arguments.named_children[:1] if arguments is not None else ():
                    yield infer_request(self._fold(first), ["GET"], NO_CONTEXT)

    def _find_accessor(self, call: Node, receiver: Node) -> str:
        """Return the accessor of the SDK whose `Filter` is called; empty if it is not one.

        A method after it that lists something else follows its name.
        """
        accessor = _find_accessor_name(self._read_chain(receiver))
        if not accessor:
            return ""
        for method in self._methods_after(call):
            if f"{accessor}.{method}" in ACCESSOR_PATHS:
                return f"{accessor}.{method}"
        return accessor

    def _read_chain(self, node: Node) -> list[str]:
        """Return the names of a chain of members; the methods called in it are left out."""
        names: list[str] = []
        for _ in range(_CHAIN_LIMIT):
            node = unwrap(node)
            if node.type == "identifier":
                values = self.bindings.find_values(node)
                value = next((each for each in values if each.type in _CHAINS), None)
                if value is None:
                    return [self._tree.text_of(node), *names]
                node = value
            property_name = get_field(node, "property")
            if property_name is not None:
                names.insert(0, self._tree.text_of(property_name))
            inner = get_field(node, "object") or get_field(get_field(node, "function"), "object")
            if inner is None:
                break
            node = inner
        return names

    def _methods_after(self, call: Node) -> Iterator[str]:
        """Yield the names of the methods that are called on the result of a call."""
        for parent in _ancestors(call):
            if parent.type not in _CHAINS:
                break
            name = get_field(parent, "property")
            if name is not None:
                yield self._tree.text_of(name)

    def _request_members(self, node: Node) -> Mapping[str | None, Node]:
        """Return the members of an object that can describe a request, by their names."""
        members: dict[str | None, Node] = {}
        for pair in node.named_children:
            is_alone = pair.type == "shorthand_property_identifier"
            name = pair if is_alone else get_field(pair, "key")
            value = pair if is_alone else get_field(pair, "value")
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
