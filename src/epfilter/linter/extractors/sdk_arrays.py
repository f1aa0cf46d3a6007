"""Filters as arrays of the platform's PHP SDK: `products->filter(["eq" => ["name" => "x"]])`.

The SDK makes the text of the filter from them and escapes nothing. Source: github.com/moltin/
php-sdk (2019), `src/Filter.php` and `src/Resource.php`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from epfilter.linter.extractors.mapped_text import refuse_edit
from epfilter.linter.extractors.sdk_objects import (
    Evaluator,
    FilterReader,
    ObjectFilter,
    find_unescaped,
    quote_value,
)

if TYPE_CHECKING:
    from tree_sitter import Node

    from epfilter.linter.extractors.language_expressions import LanguageExpressions
    from epfilter.linter.extractors.syntax_tree import SyntaxTree

_SENT = ("eq", "ne", "lt", "lte", "gt", "gte", "in", "out", "has", "like")
"""The operators that the SDK sends; it ignores the terms of any other."""

_NUMBERS = frozenset({"integer", "float"})


def read_array(
    node: Node, tree: SyntaxTree, sinks: LanguageExpressions, evaluate: Evaluator
) -> ObjectFilter | None:
    """Return the filter of an array of the SDK; None where it has no term with a constant operator.

    A value that is not constant is a placeholder.
    """
    reader = _ArrayReader(tree, evaluate)
    for key, fields in sinks.list_entries(node):
        reader.read_operator(key, sinks.list_entries(fields))
    return reader.finish(node)


class _ArrayReader(FilterReader):
    """Reads one array of the PHP SDK."""

    _separator = ""

    def read_operator(self, key: Node, fields: list[tuple[Node, Node]]) -> None:
        """Read the terms of one operator."""
        operator = self._evaluate(key)
        if operator is None or operator.placeholders:
            return
        if operator.text not in _SENT:
            self._add_problem(
                key,
                f"the PHP SDK ignores `{operator.text}`, and sends the filter without its terms.",
                f"it sends only {', '.join(f'`{name}`' for name in _SENT)}: use another client",
            )
            return
        # The right operator may be one that the SDK ignores.
        operator = operator.with_encoder(refuse_edit)
        for field, value in fields:
            start = self._bounds(field).start
            self.composer.add_between(self._separator, start)
            self._separator = ":"
            self.composer.add(operator)
            self.composer.add_between("(", start)
            self._add_operand(field)
            self.composer.add_between(",", self._bounds(field).end)
            self._add_operand(value, is_list=operator.text in {"in", "out"})
            self.composer.add_between(")", self._bounds(value).end)

    def _add_operand(self, node: Node, *, is_list: bool = False) -> None:
        text = self._evaluate(node)
        if text is None and node.type in _NUMBERS:
            number = self._tree.source.slice(*self._tree.span_of(node))
            text = number.with_encoder(refuse_edit)
        unescaped = None if text is None else find_unescaped(text.text, is_list=is_list)
        if text is not None and unescaped is not None:
            self._add_problem(
                node,
                f"the SDK sends `{unescaped}` unescaped, which is not a part of the value.",
                f"write quotes inside the text: `{quote_value(text.text, is_whole=False)}`",
            )
        if text is None or unescaped is not None:
            self._add_placeholder(node)
        else:
            self.composer.add(text)
