"""The declaration of a programming language: what its syntax tree calls the parts of programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

from epfilter.linter.extractors.format_fields import PERCENT_FIELD
from epfilter.linter.extractors.string_syntax import StringSyntax

if TYPE_CHECKING:
    from tree_sitter import Node

_TEXTS = frozenset(
    {
        "escape_sequence",
        "heredoc_content",
        "heredoc_end",
        "heredoc_identifier",
        "heredoc_start",
        "interpolation_quote",
        "interpolation_start",
        "interpreted_string_literal_content",
        "line_str_text",
        "multi_line_str_text",
        "multiline_string_fragment",
        "nowdoc_string",
        "quoted_template_end",
        "quoted_template_start",
        "raw_str_end_part",
        "raw_str_part",
        "raw_string_content",
        "raw_string_end",
        "raw_string_literal_content",
        "raw_string_start",
        "str_escaped_char",
        "string_content",
        "string_fragment",
        "string_literal_content",
        "string_literal_encoding",
        "template_literal",
    }
)
"""The types of the nodes inside a string literal that are its text; others insert a value."""

_BODIES = frozenset({"heredoc_body", "nowdoc_body"})
"""The types of the nodes that contain the parts of a string literal in place of the literal."""

_BRACES = frozenset({"{", "}", "\\(", ")"})
_CLOSING = frozenset({"}", ")"})


@dataclass(frozen=True)
class ProgramLanguage:
    """A programming language with a tree-sitter grammar.

    `grammar` is the module of the grammar, `grammar_function` the function that returns it.
    `strings` are the kinds of string literals. `concatenation` is the operator that joins texts,
    `appends` those that append to a variable, and `format_operator` one that fills a text.
    `formats` are the functions and methods that fill texts with fields of the pattern
    `format_field`. `pair_word` is an operator between the name and value of a pair. With
    `filter_arrays`, the platform's SDK takes filters as arrays. With `block_defaults`, the
    attribute `default` of a block is the value of its label.
    """

    name: str
    grammar: str
    strings: tuple[StringSyntax, ...]
    grammar_function: str = "language"
    concatenation: str = "+"
    appends: frozenset[str] = frozenset({"+="})
    format_operator: str = ""
    formats: frozenset[str] = frozenset()
    format_field: re.Pattern[str] = field(default=PERCENT_FIELD)
    pair_word: str = ""
    filter_arrays: bool = False
    block_defaults: bool = False

    def load_grammar(self) -> object:
        """Return the grammar; raises ModuleNotFoundError where its package is missing."""
        return getattr(import_module(self.grammar), self.grammar_function)()

    @property
    def has_heredocs(self) -> bool:
        """Whether the text of a heredoc is not a part of the expression that it is the value of."""
        return any(syntax.node in _BODIES for syntax in self.strings)

    def find_strings(self, node: Node) -> Iterator[StringSyntax]:
        """Yield the kinds of string literals that the node may be."""
        return (syntax for syntax in self.strings if syntax.node == node.type)


def find_inserted(node: Node) -> list[list[Node]]:
    """Return the values that a string literal inserts, each as the adjacent nodes that it is.

    Braces around a value belong to it.
    """
    groups: list[list[Node]] = []
    is_open = False
    for child in node.children:
        if child.type in _BODIES:
            return find_inserted(child)
        is_brace = child.type in _BRACES
        if not is_brace and (not child.is_named or child.type in _TEXTS):
            continue
        if is_open:
            groups[-1].append(child)
            is_open = child.type not in _CLOSING
        elif child.type not in _CLOSING:
            groups.append([child])
            is_open = is_brace
    return groups
