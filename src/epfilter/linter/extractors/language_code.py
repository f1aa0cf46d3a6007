"""Programs in a declared language: the filters in their literals."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import partial

from tree_sitter import Node

from epfilter.errors import Span
from epfilter.linter.extractors.extraction import Extraction
from epfilter.linter.extractors.format_fields import PERCENT_FIELD, replace_fields
from epfilter.linter.extractors.language_expressions import Call
from epfilter.linter.extractors.language_nodes import HEREDOC_START, list_children
from epfilter.linter.extractors.language_sinks import LanguageSinks
from epfilter.linter.extractors.literals import replace_surrogates
from epfilter.linter.extractors.mapped_text import MappedText
from epfilter.linter.extractors.program_language import ProgramLanguage, find_inserted
from epfilter.linter.extractors.programs import (
    MAX_NESTING,
    ProgramExtractor,
    StringExpression,
    contexts_of_placeholders,
)
from epfilter.linter.extractors.requests import NO_CONTEXT, RequestContext
from epfilter.linter.extractors.sdk_arrays import read_array
from epfilter.linter.extractors.syntax_tree import SyntaxTree

_CONTEXT = 40
"""How many characters in front of a sign show that it stands at the start of a string."""

_START_OF_STRING = re.compile(r"[\"'`=][ \t]*\(*\w+[ ]*\Z")
_JOINS = frozenset({"Join", "implode", "join", "joinToString", "joined"})


def make_extractor(language: ProgramLanguage) -> Callable[[MappedText, Extraction], None]:
    """Return the extractor of programs in this language.

    It adds what stands in arguments, members, variables and pairs named `filter`, and in URLs.
    """
    return partial(_extract, language)


def _extract(language: ProgramLanguage, source: MappedText, extraction: Extraction) -> None:
    tree = SyntaxTree.parse(replace_surrogates(source), language.load_grammar())
    tree.add_comments(extraction, "///", "//", "/*", "*/", "#")
    extractor = _LanguageExtractor(tree, extraction, language)
    extractor.walk(tree.root)
    if tree.root.has_error:
        tree.add_syntax_error(extraction, language.name, hidden=extractor.find_hidden_signs())


class _LanguageExtractor(ProgramExtractor[Node]):
    """Finds the filters in a syntax tree of a declared language."""

    _sinks: LanguageSinks

    def __init__(self, tree: SyntaxTree, extraction: Extraction, language: ProgramLanguage) -> None:
        super().__init__(extraction, LanguageSinks(tree, language))
        self._tree = tree
        self._language = language
        self._arrays: set[int] = set()  # the ids of those that are added
        self._heredocs: set[int] = set()  # the ids of texts that are added as filters
        self._signs = sorted({*self._signs, *self._find_heredocs()})

    def _find_heredocs(self) -> list[int]:
        """Return the positions where heredocs start whose text, in later lines, has a sign."""
        heredocs = self._sinks.heredocs.items() if self._language.has_heredocs else ()
        return [self._span(start)[0] for start, body in heredocs if self._may_contain_filter(body)]

    def find_hidden_signs(self) -> list[int]:
        """Return the positions of the signs in strings that are not part of a filter found."""
        bounds = [extracted.value.bounds for extracted in self._extraction.filters]
        bounds += [interpolation.span for interpolation in self._extraction.interpolations]
        found = sorted(bounds)
        hidden: list[int] = []
        for sign in self._signs:
            start = self._source.map_span(Span(sign, sign)).start
            before = bisect_right(found, Span(start, start + 1)) - 1
            is_found = before >= 0 and start < found[before].end
            text = self._source.text[max(0, sign - _CONTEXT) : sign]
            if not is_found and _START_OF_STRING.search(text):
                hidden.append(sign)
        return hidden

    def _visit(
        self, node: Node, sink: RequestContext | None
    ) -> tuple[Node, StringExpression[Node] | None, RequestContext | None]:
        if sink is not None and node.type == HEREDOC_START:
            node = self._sinks.unwrap(node)
            self._heredocs.add(node.id)
        elif node.id in self._heredocs:
            return node, None, None
        append = self._sinks.find_append(node)
        if append is not None:
            target, value = append
            operator = node.children[1].type
            appended = self._evaluate_append(target, self._sinks.unwrap(value), operator)
            return node, appended, NO_CONTEXT if appended else None
        return node, self._evaluate(node), sink

    def _children(
        self, node: Node, sink: RequestContext | None
    ) -> Sequence[tuple[Node, RequestContext | None]]:
        if node.id in self._heredocs:
            return ()
        if self._language.filter_arrays and self._extraction.has_evidence:
            self._read_array(node)
        sinks = self._sinks.find(node)
        if sink is not None:
            sinks = {value.id: sink for value in self._sinks.possible_values(node)} | sinks
        return [(child, sinks.get(child.id)) for child in node.named_children]

    def _read_array(self, node: Node) -> None:
        """Add the filter of an array that a call passes to the SDK."""
        array, accessor = self._sinks.find_filter_array(node) or (None, "")
        if array is None or array.id in self._arrays:
            return
        self._arrays.add(array.id)
        found = read_array(array, self._tree, self._sinks, self._evaluate_text)
        if found is not None:
            self._add_object(found, RequestContext(f"/v2/{accessor}" if accessor else ""))

    def _evaluate(self, node: Node, depth: int = 0) -> StringExpression[Node] | None:
        if depth > MAX_NESTING:
            return None
        if any(self._language.find_strings(node)):
            return self._evaluate_string(node)
        if self._sinks.is_concatenation(node):
            operands = self._sinks.flatten_concatenation(node)
            construct = f"the operator `{self._language.concatenation}`"
            return self._concatenate(operands, construct, depth).join(*self._span(node))
        return self._evaluate_format_operator(node, depth) or self._evaluate_call(node, depth)

    def _evaluate_string(self, node: Node) -> StringExpression[Node] | None:
        groups = find_inserted(node)
        if any(group[0].is_error for group in groups):
            return None
        inserted = [(self._span(group[0])[0], self._span(group[-1])[1]) for group in groups]
        for syntax in self._language.find_strings(node):
            value = syntax.map(self._source, *self._span(node), inserted)
            if value is None:
                continue
            contexts = contexts_of_placeholders(value)
            if syntax.variable:  # some placeholders have no nodes
                contexts = [None] * len(groups)
            children = [
                (child, context)
                for group, context in zip(groups, contexts, strict=False)
                for child in group
                if child.is_named
            ]
            construct = "string interpolation" if value.placeholders else ""
            return StringExpression(value, construct, children)
        return None

    def _evaluate_format_operator(self, node: Node, depth: int) -> StringExpression[Node] | None:
        children = list_children(node)
        if len(children) != 3 or children[1].type != self._language.format_operator:
            return None
        template = self._evaluate(self._sinks.unwrap(children[0]), depth + 1)
        construct = f"the operator `{self._language.format_operator}`"
        field = self._language.format_field
        return template and replace_fields(template, field, construct, children[2:])

    def _evaluate_call(self, node: Node, depth: int) -> StringExpression[Node] | None:
        """Return the text of a call that fills a text, or that joins the items of a list."""
        call = self._sinks.find_call(node)
        if call is None:
            return None
        if call.name in _JOINS:
            return self._evaluate_join_call(node, call, depth)
        values = call.values
        if call.name not in self._language.formats:
            return None
        field = self._language.format_field
        for index, value in enumerate(values):
            template = self._evaluate(self._sinks.unwrap(value), depth + 1)
            if template is not None:
                others = [*values[:index], *values[index + 1 :]]
                if field is PERCENT_FIELD and not values[index + 1 :]:
                    return None
                return replace_fields(template, field, f"`{call.name}`", others)
        return None

    def _evaluate_join_call(
        self, node: Node, call: Call, depth: int
    ) -> StringExpression[Node] | None:
        """Return the text of the items with the separator between them.

        The items are a list, or the arguments after the separator.
        """
        separator: str | None = None
        items: list[Node] | None = None
        for value in call.values:
            items = items or self._sinks.find_items(value)
            if separator is None:
                expression = self._evaluate(self._sinks.unwrap(value), depth + 1)
                separator = None if expression is None else expression.value.text
        items = items or call.arguments[1:]
        if len(items) < 2 or separator is None:
            return None
        return self._evaluate_join(node, items, separator, depth)
