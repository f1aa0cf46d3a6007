"""The expressions of a program in a declared language: calls, lists, pairs, names and texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from epfilter.linter.extractors.language_nodes import (
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

if TYPE_CHECKING:
    from tree_sitter import Node

    from epfilter.linter.extractors.syntax_tree import SyntaxTree

SEPARATORS = frozenset({"=", ":=", "=>", ":"})
"""The types of the tokens between a name and its value."""

_LIST_FUNCTIONS = frozenset({
    "arrayListOf", "arrayOf", "asList", "listOf", "mutableListOf", "of", "vec",
})  # fmt: skip
"""The functions that return a list of their arguments."""

_COPIES = frozenset({"ArrayList", "LinkedList"})
"""The constructors that copy a list."""

NAME_LIMIT = 40
"""The longest name of a member, in bytes and with its quotes."""

_WRAPPER_LIMIT = 20
"""How many parentheses and conversions around an expression are removed."""

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


class LanguageExpressions(TreeSinks):
    """Reads the expressions of a tree, on which the sinks and their requests depend."""

    def __init__(self, tree: SyntaxTree, language: ProgramLanguage) -> None:
        super().__init__(tree)
        self._language = language

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
            if separator.type in SEPARATORS or self._is_pair_word(separator):
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

    def _name_of(self, target: Node) -> str | None:
        """Return the last name in a node: that of the member, or the key of the element."""
        for _ in range(NAME_LIMIT):
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
