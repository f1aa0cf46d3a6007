"""Components of Vue and Svelte: their scripts, and the expressions and attributes in templates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from epfilter.linter.extractors.embedded import extract_embedded
from epfilter.linter.extractors.extraction import Extraction
from epfilter.linter.extractors.javascript_literals import map_attribute
from epfilter.linter.extractors.literals import replace_surrogates
from epfilter.linter.extractors.mapped_text import MappedText, Segment
from epfilter.linter.extractors.registry import FileKind, find_kind_of_language
from epfilter.linter.extractors.syntax_tree import SyntaxTree
from epfilter.linter.extractors.urls import add_url_filters

if TYPE_CHECKING:
    from tree_sitter import Node

_MUSTACHE = re.compile(r"\{\{([\s\S]*?)\}\}")
_BOUND_NAME = re.compile(r"(?:v-bind)?:|[@#]|v-")
_REFERENCE = re.compile(r"&#?\w+;")
"""A character reference of HTML, which the expressions of Vue have, and those of Svelte do not."""

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_IN_TEMPLATES = str.maketrans({char: f"\\x{ord(char):02x}" for char in "\"'&<>{}"})
"""How new text of a string in JavaScript avoids the characters with a meaning in templates."""


def extract_vue(source: MappedText, extraction: Extraction) -> None:
    """Add the filters of a component of Vue."""
    import tree_sitter_html

    _ComponentExtractor(source, extraction, tree_sitter_html.language(), is_vue=True).extract()


def extract_svelte(source: MappedText, extraction: Extraction) -> None:
    """Add the filters of a component of Svelte."""
    import tree_sitter_svelte

    _ComponentExtractor(source, extraction, tree_sitter_svelte.language(), is_vue=False).extract()


class _ComponentExtractor:
    """Finds the filters in the tree of a component.

    A part of a template is in the language of the script.
    """

    def __init__(
        self, source: MappedText, extraction: Extraction, grammar: object, *, is_vue: bool
    ) -> None:
        self._tree = SyntaxTree.parse(replace_surrogates(source), grammar)
        self._extraction = extraction
        self._is_vue = is_vue
        languages = [self._script_kind(node) for node in self._tree.root.named_children]
        self._kind = next(filter(None, languages), find_kind_of_language("js"))

    def extract(self) -> None:
        """Visit all nodes, in the order of the file."""
        self._tree.add_comments(self._extraction, "<!--", "-->")
        stack = [self._tree.root]
        while stack:
            node = stack.pop()
            match node.type:
                case "script_element":
                    self._add_script(node)
                case "attribute":
                    self._add_attribute(node)
                case "text":
                    self._add_text(node)
                case "svelte_raw_text":
                    self._add_expression(*self._tree.span_of(node))
                case "style_element" | "comment":
                    pass
                case _:
                    stack += reversed(node.named_children)

    def _script_kind(self, node: Node) -> FileKind | None:
        """Return the kind of the program in a script element, by its attribute `lang`."""
        if node.type != "script_element":
            return None
        tag = self._tree.text_of(node.named_children[0])
        language = re.search(r"\blang\s*=\s*[\"']?(\w+)", tag)
        return find_kind_of_language(language[1] if language else "js")

    def _add_script(self, node: Node) -> None:
        kind = self._script_kind(node)
        for child in node.named_children:
            if child.type == "raw_text":
                program = self._tree.source.slice(*self._tree.span_of(child))
                extract_embedded(kind, program, self._extraction)

    def _add_attribute(self, node: Node) -> None:
        name, *values = [child for child in node.named_children if child.type != "comment"]
        if not values:
            for child in name.named_children:  # Svelte's `{filter}`
                self._add_expression(*self._tree.span_of(child))
            return
        value, attribute = values[-1], self._tree.text_of(name)
        start, end = self._tree.span_of(value)
        if value.type == "expression":
            self._add_expression(start + 1, end - 1, attribute)
        elif self._is_vue and _BOUND_NAME.match(attribute):
            is_quoted = value.type == "quoted_attribute_value"
            bound = _BOUND_NAME.sub("", attribute, count=1)
            self._add_expression(start + is_quoted, end - is_quoted, bound)
        elif value.type == "quoted_attribute_value":
            self._add_literal(map_attribute(self._tree.source, start, end), attribute)

    def _add_literal(self, value: MappedText, attribute: str) -> None:
        if attribute == "filter":
            self._extraction.add_candidate(value)
        else:
            add_url_filters(value, self._extraction)

    def _add_text(self, node: Node) -> None:
        start, end = self._tree.span_of(node)
        text = self._tree.source.text[start:end]
        matches = [*_MUSTACHE.finditer(text)] if self._is_vue else []
        for match in matches:
            self._add_expression(start + match.start(1), start + match.end(1))
        if not matches:
            add_url_filters(self._tree.source.slice(start, end), self._extraction)

    def _add_expression(self, start: int, end: int, attribute: str = "") -> None:
        """Add the filters of an expression; that of an attribute may be a filter as a whole."""
        source = self._tree.source.slice(start, end)
        has_reference = self._is_vue and _REFERENCE.search(source.text)
        if not source.text.strip() or has_reference:
            return
        before, after = ("({filter: ", "})") if attribute == "filter" else ("(", ")")
        if attribute != "filter" and not source.text.lstrip().startswith("{"):
            before = after = ""  # an event may have several statements
        size = len(source.text)
        segments = [
            Segment(before, 0, 0),
            Segment(source.text, 0, size),
            Segment(after, size, size),
        ]
        program = source.decode(segments, _encode_in_template)
        extract_embedded(self._kind, program, self._extraction, keeps_problems=False)


def _encode_in_template(new: str) -> str | None:
    """Encode new text of a string in JavaScript; an escaped quote becomes another escape."""
    plain = _ESCAPE.sub(lambda match: match[1] if match[1] in "\"'" else match[0], new)
    return None if "\n" in new else plain.translate(_IN_TEMPLATES)
