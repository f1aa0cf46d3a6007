"""Where filters stand in the syntax tree of a program in a declared language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from epfilter.linter.extractors.filter_text import is_filter_name, starts_like_filter
from epfilter.linter.extractors.language_nodes import (
    ARGUMENTS,
    BLOCKS,
    CLOSURES,
    FUNCTIONS,
    HEREDOC_START,
    LISTS,
    WRAPPERS,
    get_arguments,
    is_comment,
    list_children,
)
from epfilter.linter.extractors.mapped_text import PLACEHOLDER
from epfilter.linter.extractors.program_language import ProgramLanguage, find_inserted
from epfilter.linter.extractors.program_sinks import TreeSinks
from epfilter.linter.extractors.requests import NAMED, NO_CONTEXT, RequestContext

if TYPE_CHECKING:
    from tree_sitter import Node

    from epfilter.linter.extractors.syntax_tree import SyntaxTree

_SEPARATORS = frozenset({"=", ":=", "=>", ":"})
_OPTIONAL_ARGUMENTS = 2
"""A call with more arguments is not one that only wraps or encodes its first."""

_ADDERS = frozenset({"Add", "add", "append", "array_push", "push"})
"""The functions that add an item to a list, which they are called on or get first."""

_LIST_FUNCTIONS = frozenset({
    "arrayListOf", "arrayOf", "asList", "listOf", "mutableListOf", "of", "vec",
})  # fmt: skip
"""The functions that return a list of their arguments."""

_COPIES = frozenset({"ArrayList", "LinkedList"})
"""The constructors that copy a list."""

_NAME_LIMIT = 40
"""The longest name of a member, in bytes and with its quotes."""

_ARGUMENT_LIMIT = 4
"""How many arguments of a call are searched for its URL, and for the members of a request."""

_WRAPPER_LIMIT = 20
"""How many parentheses and conversions around an expression are removed."""

_CHAIN_LIMIT = 8
"""How many calls in front of a call are searched for the URL, as in `get(url).query(…)`."""

_CONVERSIONS = frozenset({
    "clone", "freeze", "into", "to_owned", "to_s", "to_string", "toString", "trimIndent",
    "trimMargin", "strip", "squish",
})  # fmt: skip
"""Methods without arguments that return the text that they are called on."""


class Call(NamedTuple):
    """A call: the name of its function, the node that it is a method of, and its arguments."""

    name: str
    receiver: Node | None
    arguments: list[Node]

    @property
    def values(self) -> list[Node]:
        """What the function is called on, if anything, and its arguments."""
        return [*filter(None, [self.receiver]), *self.arguments]


class LanguageSinks(TreeSinks):
    """The sinks of a declared language: arguments, members, variables and pairs named `filter`."""

    def __init__(self, tree: SyntaxTree, language: ProgramLanguage) -> None:
        super().__init__(tree)
        self._language = language
        self._jobs: dict[int, RequestContext] = {}

    def find(self, node: Node) -> dict[int, RequestContext]:
        """Return the contexts of the nodes directly inside that are filters, by node id."""
        children = list_children(node)
        context = self._jobs.pop(node.id, None) or self._find_job(node, children)
        if node.type in ARGUMENTS or (node.parent is not None and node.parent.type in ARGUMENTS):
            context = context._replace(is_named=False)
        sinks: dict[int, RequestContext] = {}
        for targets, value in self._find_pairs(node, children):
            if self._assigns_filter(targets, value):
                sinks[value.id] = context
            items = [value] if _is_new_element(targets[0]) else self._iterate_items(value)
            self._add_pieces(self._name_of(targets[0]), items)
        if len(children) == 3 and children[1].type == "<<":
            self._add_pieces(self._name_of(children[0]), children[2:])
        for first, comma, second in zip(children, children[1:], children[2:], strict=False):
            if comma.type == "," and self._constant(first) == "filter":
                sinks[second.id] = context
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
        for _ in range(_NAME_LIMIT):
            if not node.named_children:
                break
            node = node.named_children[0]
        return self._request_of_variable(self._tree.text_of(node), position, outer)

    def find_call(self, node: Node) -> Call | None:
        """Return the call that a node is, or None."""
        children = node.named_children
        for index, child in enumerate(children):
            arguments = get_arguments(child)
            if arguments is None or not index or child.type == node.type:
                continue
            function = children[index - 1]
            receiver = children[0] if index > 1 else None
            if receiver is None and function.named_child_count > 1:
                receiver = function.named_children[0]
            values = [value for value in arguments.named_children if not is_comment(value)]
            return Call(self._name_of(function) or "", receiver, values)
        return None

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
        return () if types & _SEPARATORS and "?" not in types else node.named_children

    def unwrap(self, node: Node) -> Node:
        """Return the expression without parentheses, conversions and the like.

        The text of a heredoc stands in a node of its own.
        """
        for _ in range(_WRAPPER_LIMIT):
            if node.type == HEREDOC_START:
                return self.heredocs.get(node, node)
            inner = [child for child in node.named_children if not is_comment(child)]
            call = self.find_call(node)
            if call and call.name in _CONVERSIONS and call.receiver and not call.arguments:
                node = call.receiver
            elif (
                node.type in WRAPPERS
                and inner
                and (len(inner) == 1 or node.type in {"argument", "value_argument"})
            ):
                node = inner[-1]
            else:
                break
        return node

    def is_concatenation(self, node: Node) -> bool:
        """Return whether a node joins texts: with an operator, or as adjacent literals."""
        if node.type == "chained_string":
            return True
        children = list_children(node)
        return len(children) == 3 and children[1].type == self._language.concatenation

    def flatten_concatenation(self, node: Node) -> list[Node]:
        """Return the operands of a chain of operators; the node itself if it is none."""
        operands: list[Node] = []
        stack = [node]
        while stack:
            operand = self.unwrap(stack.pop())
            if self.is_concatenation(operand):
                stack += [child for child in list_children(operand) if child.is_named][::-1]
            else:
                operands.append(operand)
        return operands

    def find_items(self, node: Node) -> list[Node] | None:
        """Return the items of a list, or None where the node is not one."""
        node = self.unwrap(node)
        inner = node.named_children
        if inner and inner[-1].type in {"array_initializer", "initializer_expression"}:
            return self.find_items(inner[-1])
        call = self.find_call(node)
        if call is not None:
            if call.name in _COPIES and len(call.arguments) == 1:
                return self.find_items(call.arguments[0])
            return self._list_items(node, call) if call.name in _LIST_FUNCTIONS else None
        if node.type not in LISTS or any(self._find_pairs(node, list_children(node))):
            return None
        if node.type == "composite_literal":
            return inner[-1].named_children if inner else None
        return [item for item in inner if item.type not in {"tuple_start", "tuple_end"}]

    def list_entries(self, node: Node) -> list[tuple[Node, Node]]:
        """Return the keys and values of an array or a map."""
        inner = self.unwrap(node).named_children
        pairs = (pair for each in inner for pair in self._find_pairs(each, list_children(each)))
        return [(targets[0], self.unwrap(value)) for targets, value in pairs]

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

    @cached_property
    def heredocs(self) -> dict[Node, Node]:
        """The text of each heredoc, by the node that starts it."""
        starts: list[Node] = []
        bodies: list[Node] = []
        stack = [self._tree.root] if "<<" in self.source.text else []
        while stack:
            node = stack.pop()
            if node.type == HEREDOC_START:
                starts.append(node)
            elif node.type == "heredoc_body":
                bodies.append(node)
            stack += reversed(node.named_children)
        return dict(zip(starts, bodies, strict=False))

    def _iterate_items(self, node: Node) -> Iterator[Node]:
        yield from self.find_items(node) or ()

    def _list_items(self, node: Node, call: Call) -> list[Node] | None:
        """Return the arguments; those of a macro are only tokens."""
        macro = node.named_children[-1]
        if macro.type != "token_tree":
            return call.arguments
        tokens = list_children(macro)[1:-1]
        is_plain = all((token.type == ",") == bool(i % 2) for i, token in enumerate(tokens))
        return tokens[::2] if is_plain else None

    def _find_pairs(
        self, node: Node, children: Sequence[Node]
    ) -> Iterator[tuple[Sequence[Node], Node]]:
        """Yield the targets and the value of each assignment, member and pair in a node.

        A declaration may have the type of its name between the name and the value.
        """
        for index in range(1, len(children) - 1):
            separator = children[index]
            if separator.type in _SEPARATORS or self._is_pair_word(separator):
                targets = [children[index - 1]]
                if separator.type == "=":
                    name = node.child_by_field_name("name")
                    targets += [name] if name is not None else children[:1]
                    if index > 2 and children[index - 2].type == ":":
                        targets.append(children[index - 3])
                    if self._language.block_defaults:
                        targets += self._find_label(node, targets[0])
                yield targets, children[index + 1]

    def _find_label(self, attribute: Node, name: Node) -> list[Node]:
        """Return the last label of the block whose attribute `default` this is, if it is one."""
        block = attribute.parent and attribute.parent.parent
        if block is None or self._tree.text_of(name) != "default":
            return []
        return [label for label in block.named_children if any(self._language.find_strings(label))]

    def _is_pair_word(self, node: Node) -> bool:
        word = self._language.pair_word
        return bool(word) and node.type == "identifier" and self._tree.text_of(node) == word

    def _find_members(self, node: Node) -> dict[str | None, Node]:
        """Return the members directly inside a value, and those that its children are."""
        members: dict[str | None, Node] = {}
        for child in (node, *node.named_children):
            if child.type in BLOCKS:
                continue
            for targets, value in self._find_pairs(child, list_children(child)):
                if targets[0].end_byte - targets[0].start_byte <= _NAME_LIMIT:
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

    def _name_of(self, target: Node) -> str | None:
        """Return the last name in a node: that of the member, or the key of the element."""
        for _ in range(_NAME_LIMIT):
            if any(self._language.find_strings(target)):
                return self._constant(target)
            children = [
                child
                for child in target.named_children
                if not is_comment(child) and "type_arg" not in child.type
            ]
            if not children:
                return self._tree.text_of(target).lstrip("$@:").rstrip(":")
            # The type of a parameter stands after its name.
            types = [child.type for child in target.children]
            has_type = ":" in types[1:]
            target = target.children[types.index(":", 1) - 1] if has_type else children[-1]
        return None

    def _constant(self, node: Node | None) -> str | None:
        """Return the text of a literal without inserted values and escapes."""
        if node is None:
            return None
        node = self.unwrap(node)
        content = None if find_inserted(node) else self._find_content(node)
        return None if content is None or "\\" in content else content

    def _find_content(self, node: Node) -> str | None:
        for syntax in self._language.find_strings(node):
            content = syntax.find_content(self._tree.source.text, *self._tree.span_of(node))
            if content is not None:
                return self._tree.source.text[slice(*content)]
        return None

    def _fold(self, node: Node) -> str:
        pieces: list[str] = []
        for operand in self.flatten_concatenation(node):
            content = self._find_content(operand)
            if content is None:
                pieces.append(self._fold_format(operand) or PLACEHOLDER)
                continue
            for group in find_inserted(operand):
                start, end = self._tree.span_of(group[0])[0], self._tree.span_of(group[-1])[1]
                inserted = self._tree.source.text[start:end]
                content = content.replace(inserted, PLACEHOLDER, 1)
            pieces.append(content)
        return "".join(pieces).lstrip()

    def _fold_format(self, node: Node) -> str | None:
        """Return the constant text that a function fills, or None without one."""
        call = self.find_call(node)
        if call is None or call.name not in self._language.formats:
            return None
        texts = (self._constant(value) for value in (*call.arguments, call.receiver))
        text = next((text for text in texts if text is not None), None)
        return text and self._language.format_field.sub(PLACEHOLDER, text)


def _is_new_element(target: Node) -> bool:
    """Return whether an assignment to the node appends to a list, as that to `$list[]` does."""
    return [child.type for child in target.children[-2:]] == ["[", "]"]
