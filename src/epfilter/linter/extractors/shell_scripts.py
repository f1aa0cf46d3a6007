"""Shell scripts: filters in the words of commands, and in the documents that they send."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from epfilter.linter.extractors import json_files
from epfilter.linter.extractors.command_lines import add_command_filters
from epfilter.linter.extractors.extraction import Extraction
from epfilter.linter.extractors.filter_text import is_filter_name, starts_like_filter
from epfilter.linter.extractors.literals import replace_surrogates
from epfilter.linter.extractors.mapped_text import PLACEHOLDER, MappedText, Segment
from epfilter.linter.extractors.platform_commands import find_command_filters
from epfilter.linter.extractors.requests import NAMED, NO_CONTEXT, RequestContext
from epfilter.linter.extractors.shell_words import ShellWord, map_document, map_word
from epfilter.linter.extractors.syntax_tree import SyntaxTree
from epfilter.linter.extractors.urls import (
    add_unparsed_urls,
    add_url_filters,
    decode_percent,
    describe_url_search,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_LITERALS = frozenset({"word", "string", "raw_string", "ansi_c_string", "translated_string"})
_EXPANSIONS = frozenset(
    {
        "simple_expansion",
        "expansion",
        "command_substitution",
        "arithmetic_expansion",
        "process_substitution",
    }
)
_WORDS = _LITERALS | _EXPANSIONS | {"concatenation", "number", "brace_expression"}

_ENCODED_DATA_OPTIONS = frozenset({"-d", "--data", "--data-ascii", "--data-binary", "--data-raw"})
_DATA_OPTIONS = _ENCODED_DATA_OPTIONS | {"--data-urlencode", "--json", "--url-query"}
_METHOD_OPTIONS = frozenset({"-X", "--request", "--method"})
"""Options of curl and wget. Source: their manual pages."""

_ESCAPED_BLANKS = re.compile(r"(?:\\[ \t])*")
"""Blanks that belong to a word, which the grammar does not recognize after a quote."""

_METHOD = re.compile(r"(?:-X|--request=|--method=)?(GET|POST|PUT|PATCH|DELETE)\Z")
_PARAMETER = re.compile(r"filter==?")
"""A parameter for curl to encode, or one of the query as HTTPie writes it."""

_LINE_LIMIT = 20_000
"""The work of the parser grows with the square of a line that it cannot parse."""

_HELP_TEXTS = {"(": "put the parenthesis in quotes"}
_STRING_SYNTAX = re.compile(rf'\\.|"|{PLACEHOLDER}')


def extract(source: MappedText, extraction: Extraction) -> None:
    """Add what stands after `filter=` in a word, in URLs, and in JSON that a command sends.

    Also the word after the word `filter`, as in the command line of Elastic Path. Expansions
    become placeholders. A syntax error is reported only on a line with a filter, because the
    grammar does not cover every shell. In a script with a very long line only URLs are searched.
    """
    if _has_long_line(source.text):
        add_unparsed_urls(source, extraction)
        message = describe_url_search("a shell script", "a line is too long")
        extraction.add_problem(source, 0, 0, message, is_partial=True)
        return
    import tree_sitter_bash

    tree = SyntaxTree.parse(replace_surrogates(source), tree_sitter_bash.language())
    tree.add_comments(extraction, "#")
    tree.add_syntax_error(extraction, "a shell script", "filter", _HELP_TEXTS)
    _ShellExtractor(tree, extraction).walk()


def _has_long_line(text: str) -> bool:
    size = 0
    for line in text.splitlines():
        size += len(line)
        if size > _LINE_LIMIT:
            return True
        if not line.endswith("\\"):
            size = 0
    return False


class _Argument(NamedTuple):
    """A word of a command, and the text of the word before it."""

    word: ShellWord
    previous: str

    @property
    def text(self) -> str:
        return self.word.value.text


class _ShellExtractor:
    """Finds the filters in the syntax tree of a script."""

    def __init__(self, tree: SyntaxTree, extraction: Extraction) -> None:
        self._tree = tree
        self._extraction = extraction

    def walk(self) -> None:
        """Visit all nodes, without recursion."""
        stack: list[tuple[Node, RequestContext]] = [(self._tree.root, NO_CONTEXT)]
        while stack:
            node, request = stack.pop()
            children, request = self._visit(node, request)
            stack += [(child, request) for child in reversed(children)]

    def _visit(self, node: Node, request: RequestContext) -> tuple[Sequence[Node], RequestContext]:
        """Add the filters of a node; return the children to visit, and their request."""
        if node.type in _WORDS:
            self._add_word(self._map_word(node), request)
            return _expanded_children(node), NO_CONTEXT
        if node.type == "command":
            return self._visit_command(node)
        if node.type == "variable_assignment":
            return self._visit_assignment(node), NO_CONTEXT
        if node.type == "redirected_statement":
            body = node.child_by_field_name("body")
            if body is not None and body.type == "command":
                request = self._find_request([*self._split_arguments(body)])
        elif node.type == "heredoc_redirect":
            self._add_documents(node, request)
            return node.named_children, NO_CONTEXT
        return node.named_children, request

    def _visit_command(self, node: Node) -> tuple[Sequence[Node], RequestContext]:
        arguments = [*self._split_arguments(node)]
        request = self._find_request(arguments)
        name = node.child_by_field_name("name")
        texts = [self._tree.text_of(name) if name is not None else ""]
        texts += [argument.text for argument in arguments]
        commands = dict(find_command_filters(texts))
        for i, argument in enumerate(arguments, 1):
            parameter = _PARAMETER.match(argument.text)
            if i in commands:
                self._extraction.add_candidate(argument.word.value, commands[i])
            elif parameter:
                value = argument.word.slice(parameter.end(), len(argument.text))
                if argument.previous in _ENCODED_DATA_OPTIONS:
                    value = decode_percent(value.slice(0, len(value.text.partition("&")[0])))
                self._extraction.add_candidate(value, request._replace(method="GET"))
            elif argument.previous == "filter" and not _is_json(argument.text):
                self._extraction.add_candidate(argument.word.value)
            else:
                is_data = argument.previous in _DATA_OPTIONS
                self._add_word(argument.word, request, is_data=is_data)
        words = [child for child in node.named_children if child.type in _WORDS]
        others = [child for child in node.named_children if child.type not in _WORDS]
        inside = [child for word in words for child in _expanded_children(word)]
        return [*inside, *others], request

    def _visit_assignment(self, node: Node) -> Sequence[Node]:
        name_node, value_node = node.child_by_field_name("name"), node.child_by_field_name("value")
        name = self._tree.text_of(name_node) if name_node is not None else ""
        is_filter = name.lower() == "filter"
        if (
            value_node is None
            or value_node.type not in _WORDS
            or not (is_filter or is_filter_name(name))
        ):
            return node.named_children
        value = self._map_word(value_node).value
        if not is_filter and not starts_like_filter(value.text):
            return node.named_children
        if "?filter=" in value.text or _is_json(value.text):
            return node.named_children
        self._extraction.add_candidate(value, NAMED)
        return _expanded_children(value_node)

    def _split_arguments(self, node: Node) -> Iterator[_Argument]:
        previous = ""
        for parts in self._group_adjacent(node.named_children):
            argument = _Argument(self._map_word(*parts), previous)
            previous = argument.text
            yield argument

    def _find_request(self, arguments: Sequence[_Argument]) -> RequestContext:
        """Return the request of a command: to the first URL of a listing, or the first URL."""
        methods = [
            match[1]
            for argument in arguments
            if (match := _METHOD.match(argument.text))
            and (
                argument.previous in _METHOD_OPTIONS
                or argument.text[:1] == "-"
                or not argument.previous
            )
        ]
        texts = [argument.text for argument in arguments]
        has_body = any(_is_json(text) for text in texts) and not {"-G", "--get"} & {*texts}
        method = methods[0] if methods else "POST" if has_body else "GET"
        urls = [text for text in texts if "/" in text and not re.search(r"\s", text)]
        find = self._extraction.find_listings
        listings = (url for url in urls if find(RequestContext(url, method)).resources)
        url = next(listings, "") or next((url for url in urls if "://" in url), "")
        return RequestContext(url, method)

    def _add_word(self, word: ShellWord, request: RequestContext, *, is_data: bool = False) -> None:
        if _is_json(word.value.text):
            self._add_json(word.value, request, is_data=is_data)
        else:
            add_command_filters(word.value, self._extraction)
            add_url_filters(word.value, self._extraction, request=request)

    def _add_json(self, value: MappedText, request: RequestContext, *, is_data: bool) -> None:
        """Add the filters of JSON; what is not JSON is a problem only in data that is sent.

        Programs of `jq` and `awk` begin with a brace too.
        """
        extraction = self._extraction.make_empty()
        context = request._replace(method="POST")
        json_files.extract(_fill_placeholders(value), extraction, context=context, is_strict=True)
        if is_data or not extraction.problems:
            self._extraction.filters += extraction.filters
            self._extraction.problems += extraction.problems

    def _add_documents(self, node: Node, request: RequestContext) -> None:
        """Add the filters of a here document."""
        starts = (child for child in node.named_children if child.type == "heredoc_start")
        delimiter = next(map(self._tree.text_of, starts), "")
        is_quoted = any(quote in delimiter for quote in "'\"\\")
        for child in node.named_children:
            if child.type == "heredoc_body":
                span, expansions = self._tree.span_of(child), self._find_expansion_ends(child)
                document = map_document(self._tree.source, *span, expansions, is_quoted=is_quoted)
                self._add_word(document, request)

    def _map_word(self, *nodes: Node) -> ShellWord:
        source = self._tree.source
        start, end = self._tree.span_of(nodes[0])[0], self._tree.span_of(nodes[-1])[1]
        blanks = _ESCAPED_BLANKS.match(source.text, end)
        end = blanks.end() if blanks else end
        return map_word(source, start, end, self._find_expansion_ends(*nodes))

    def _find_expansion_ends(self, *nodes: Node) -> Mapping[int, int]:
        """Return where each expansion of the nodes ends, by its start."""
        return dict(
            self._tree.span_of(expansion) for node in nodes for expansion in _find_expansions(node)
        )

    def _group_adjacent(self, nodes: Sequence[Node]) -> Iterator[list[Node]]:
        """Yield the parts of each word, which the grammar does not always join to one."""
        parts: list[Node] = []
        for node in nodes:
            if parts and (node.type not in _WORDS or not self._are_adjacent(parts[-1], node)):
                yield parts
                parts = []
            if node.type in _WORDS:
                parts.append(node)
        if parts:
            yield parts

    def _are_adjacent(self, first: Node, second: Node) -> bool:
        end, start = self._tree.span_of(first)[1], self._tree.span_of(second)[0]
        return _ESCAPED_BLANKS.fullmatch(self._tree.source.text, end, start) is not None


def _find_expansions(node: Node) -> list[Node]:
    """Return the outermost expansions of a word."""
    expansions: list[Node] = []
    stack = [node]
    while stack:
        part = stack.pop()
        if part.type in _EXPANSIONS:
            expansions.append(part)
        else:
            stack += reversed(part.named_children)
    return expansions


def _expanded_children(node: Node) -> list[Node]:
    """Return the nodes inside the expansions of a word."""
    return [child for expansion in _find_expansions(node) for child in expansion.named_children]


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] in {"{", "["} and '"filter"' in text


def _fill_placeholders(value: MappedText) -> MappedText:
    """Return JSON with `${x}` for each placeholder in a string, and a number for any other."""
    segments: list[Segment] = []
    done, in_string = 0, False
    for match in _STRING_SYNTAX.finditer(value.text):
        start, end = match.span()
        if match[0] == '"':
            in_string = not in_string
        if start not in value.placeholders:
            continue
        segments.append(Segment(value.text[done:start], done, start))
        segments += [Segment(char, start, end) for char in ("${x}" if in_string else "0")]
        done = end
    return value.decode([*segments, Segment(value.text[done:], done, len(value.text))], str)
