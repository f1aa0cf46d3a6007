"""Where filters stand in the syntax tree of a program in a declared language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from epfilter.linter.extractors.filter_text import is_filter_name, starts_like_filter
from epfilter.linter.extractors.language_expressions import (
    NAME_LIMIT,
    SEPARATORS,
    Call,
    LanguageExpressions,
)
from epfilter.linter.extractors.language_nodes import (
    ARGUMENTS,
    BLOCKS,
    CLOSURES,
    FUNCTIONS,
    LISTS,
    WRAPPERS,
    get_arguments,
    is_comment,
    list_children,
)
from epfilter.linter.extractors.program_language import ProgramLanguage
from epfilter.linter.extractors.requests import NAMED, NO_CONTEXT, RequestContext

if TYPE_CHECKING:
    from tree_sitter import Node

    from epfilter.linter.extractors.syntax_tree import SyntaxTree

_OPTIONAL_ARGUMENTS = 2
"""A call with more arguments is not one that only wraps or encodes its first."""

_ADDERS = frozenset({"Add", "add", "append", "array_push", "push"})
"""The functions that add an item to a list, which they are called on or get first."""

_ARGUMENT_LIMIT = 4
"""How many arguments of a call are searched for its URL, and for the members of a request."""

_CHAIN_LIMIT = 8
"""How many calls in front of a call are searched for the URL, as in `get(url).query(…)`."""


class LanguageSinks(LanguageExpressions):
    """The sinks of a declared language: arguments, members, variables and pairs named `filter`."""

    def __init__(self, tree: SyntaxTree, language: ProgramLanguage) -> None:
        super().__init__(tree, language)
        self._jobs: dict[int, RequestContext] = {}

    def find(self, node: Node) -> dict[int, RequestContext]:
        """Return the contexts of the nodes directly inside that are filters, by node id."""
        children = list_children(node)
        context = self._jobs.pop(node.id, None) or self._find_job(node, children)
        found: list[Node] = []
        for targets, value in self._find_pairs(node, children):
            if self._assigns_filter(targets, value):
                found.append(value)
            items = [value] if _is_new_element(targets[0]) else self._iterate_items(value)
            self._add_pieces(self._name_of(targets[0]), items)
        if len(children) == 3 and children[1].type == "<<":
            self._add_pieces(self._name_of(children[0]), children[2:])
        for first, comma, second in zip(children, children[1:], children[2:], strict=False):
            if comma.type == "," and self._constant(first) == "filter":
                found.append(second)
        # Only here, because tree-sitter finds a parent from the root.
        if found and _is_argument(node):
            context = context._replace(is_named=False)
        sinks = {value.id: context for value in found}
        call = self.find_call(node)
        if call is not None and call.name in _ADDERS and len(call.values) > 1:
            self._add_pieces(self._name_of(call.values[0]), call.values[1:])
        if call is not None and len(call.arguments) == 1:
            value = call.arguments[0]
            is_named = call.name == "Filter" or is_filter_name(call.name)
            if is_named and starts_like_filter(self._fold(value)):
                sinks |= {child.id: NO_CONTEXT for child in children if get_arguments(child)}
        return sinks

    def find_request(self, node: Node, outer: RequestContext) -> RequestContext:
        """Return the request of what stands inside the node; `outer` is that of the node."""
        if node.type in FUNCTIONS:
            return NO_CONTEXT
        inner = node.named_children
        is_configured = bool(inner) and inner[-1].type == "annotated_lambda"
        call = self.find_call(inner[0] if is_configured else node)
        if call is None:
            is_block = node.type in BLOCKS or node.type in ARGUMENTS
            members = {} if is_block else self._find_members(node)
            request = self._request_of_members(members, outer) if members else outer
            is_assigned = any(child.type in {"=", ":="} for child in node.children)
            return self._find_variable_request(node, request) if is_assigned else request
        last = call
        for _ in range(_CHAIN_LIMIT):
            request = self._find_call_request(call, outer)
            before = None if call.receiver is None else self.find_call(call.receiver)
            if request != outer:
                return request
            if before is None:
                break
            call = before
        return self._find_variable_request(
            last.receiver if self._sets_filter(last) else None, outer
        )

    def _sets_filter(self, call: Call) -> bool:
        """Return whether a call sets a parameter called `filter`, as `put("filter", …)` does."""
        return bool(call.arguments) and self._constant(call.arguments[0]) == "filter"

    def _find_variable_request(self, node: Node | None, outer: RequestContext) -> RequestContext:
        """Return the request that the variable at the start of a node belongs to."""
        if node is None or outer.path:
            return outer
        position = self._tree.span_of(node)[1]
        for _ in range(NAME_LIMIT):
            if not node.named_children:
                break
            node = node.named_children[0]
        return self._request_of_variable(self._tree.text_of(node), position, outer)

    def find_append(self, node: Node) -> tuple[Node, Node] | None:
        """Return the target and the value of an operator that appends to a filter."""
        if node.child_count != 3:
            return None
        target, operator, value = node.children
        is_append = operator.type in self._language.appends and self.is_filter(target)
        return (target, value) if is_append else None

    def is_filter(self, target: Node) -> bool:
        """Return whether a variable, member or parameter is called `filter`."""
        return self._name_of(target) in {"filter", "Filter"}

    def possible_values(self, node: Node) -> Sequence[Node]:
        """Return the nodes inside that can be the value of an expression or an argument."""
        if node.type in FUNCTIONS or node.type in CLOSURES:
            return ()
        if node.type in ARGUMENTS and node.type != "token_tree":
            values = [child for child in node.named_children if not is_comment(child)]
            return values if len(values) <= _OPTIONAL_ARGUMENTS else ()
        types = {child.type for child in node.children}
        if node.type in WRAPPERS:
            return node.named_children[-1:] if "," not in types else node.named_children
        return () if types & SEPARATORS and "?" not in types else node.named_children

    def find_filter_array(self, node: Node) -> tuple[Node, str] | None:
        """Return the array of `products->filter([…])`, and the name of what `filter` lists.

        The array may be wrapped, as in `filter(new Filter([…]))`.
        """
        names: list[str] = []
        call = self.find_call(node)
        while call and len(call.arguments) == 1 and call.name in {"filter", "Filter"}:
            names.append(self._name_of(call.receiver) or "" if call.receiver else "")
            node = self.unwrap(call.arguments[0])
            call = self.find_call(node)
        return (node, names[0]) if names and node.type in LISTS else None

    def _iterate_items(self, node: Node) -> Iterator[Node]:
        yield from self.find_items(node) or ()

    def _find_members(self, node: Node) -> dict[str | None, Node]:
        """Return the members directly inside a value, and those that its children are."""
        members: dict[str | None, Node] = {}
        for child in (node, *node.named_children):
            if child.type in BLOCKS:
                continue
            for targets, value in self._find_pairs(child, list_children(child)):
                if targets[0].end_byte - targets[0].start_byte <= NAME_LIMIT:
                    members[self._name_of(targets[0])] = value
        return members

    def _find_job(self, node: Node, children: Sequence[Node]) -> RequestContext:
        """Return the context of a payload; its members that are nodes themselves keep it."""
        if node.type in BLOCKS or "job_type" not in self._tree.source.text:
            return NAMED
        context = self._context_of_job(self._find_members(node).get("job_type"))
        if context != NAMED:
            self._jobs |= {child.id: context for child in children}
        return context

    def _find_call_request(self, call: Call, outer: RequestContext) -> RequestContext:
        if self._sets_filter(call):
            return outer
        arguments: list[Node] = []
        options: list[Mapping[str | None, Node]] = []
        for argument in call.arguments[:_ARGUMENT_LIMIT]:
            members = self._find_members(argument)
            if members:
                options.append(members)
            elif not options:
                arguments.append(argument)
        return self._request_of_call(call.name, arguments, options, outer)


def _is_argument(node: Node) -> bool:
    """Return whether a node is the list of arguments of a call, or one of them."""
    return node.type in ARGUMENTS or (node.parent is not None and node.parent.type in ARGUMENTS)


def _is_new_element(target: Node) -> bool:
    """Return whether an assignment to the node appends to a list, as that to `$list[]` does."""
    return [child.type for child in target.children[-2:]] == ["[", "]"]
