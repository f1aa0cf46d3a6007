"""Scripts of a shell: filters in the words of commands, and in the documents that they send."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from epfilter.linter.extractors.extraction import NO_HINT, Hint, Reading
from epfilter.linter.extractors.literals import encodable
from epfilter.linter.extractors.mapped_text import HOLE, Placed, Unit
from epfilter.linter.extractors.names import begins_as_a_filter, is_for_filters
from epfilter.linter.extractors.shell_words import Word, document, word
from epfilter.linter.extractors.syntax import Syntax
from epfilter.linter.extractors.urls import decoded, not_understood, offer_all_urls, offer_urls

if TYPE_CHECKING:
    from tree_sitter import Node

_QUOTED = frozenset({"word", "string", "raw_string", "ansi_c_string", "translated_string"})
_EXPANSIONS = frozenset(
    {
        "simple_expansion",
        "expansion",
        "command_substitution",
        "arithmetic_expansion",
        "process_substitution",
    }
)
_WORDS = _QUOTED | _EXPANSIONS | {"concatenation", "number", "brace_expression"}

_ENCODED_DATA = frozenset({"-d", "--data", "--data-ascii", "--data-binary", "--data-raw"})
_DATA = _ENCODED_DATA | {"--data-urlencode", "--json", "--url-query"}
_REQUESTS = frozenset({"-X", "--request", "--method"})
"""Options of curl and wget. Source: their manual pages."""

_BLANKS = re.compile(r"(?:\\[ \t])*")
"""Blanks that belong to a word, which the grammar does not see behind a quote."""

_METHOD = re.compile(r"(?:-X|--request=|--method=)?(GET|POST|PUT|PATCH|DELETE)\Z")
_ARGUMENT = re.compile(r"filter==?")
"""A parameter for curl to encode, or one of the query as HTTPie writes it."""

_LONGEST_LINE = 20_000

_WORDS_FOR = {"(": "a parenthesis has to stand in quotes"}
_TEXT_OR_HOLE = re.compile(rf'\\.|"|{HOLE}')


def read(source: Placed, reading: Reading) -> None:
    """What stands behind `filter=` in a word, in a URL, and in JSON that a command sends.

    Also the word behind `filter`, which is how the command line of Elastic Path is asked.
    Expansions are left as they are. A mistake is reported only where it hides a filter: not
    every shell is understood. In a script with a very long line only URLs are looked for.
    """
    if _has_long_line(source.text):
        # Of a line that the parser does not understand, its work grows with the square.
        offer_all_urls(source, reading)
        message = not_understood("a shell script", "a line is too long to be read")
        reading.problem(source, 0, 0, message, partial=True)
        return
    import tree_sitter_bash

    syntax = Syntax.of(encodable(source), tree_sitter_bash.language())
    syntax.report_comments(reading, "#")
    syntax.report_mistake(reading, "a shell script", "filter", _WORDS_FOR)
    _Walk(syntax, reading).walk()


def _has_long_line(text: str) -> bool:
    size = 0
    for line in text.splitlines():
        size += len(line)
        if size > _LONGEST_LINE:
            return True
        if not line.endswith("\\"):
            size = 0
    return False


class _Argument(NamedTuple):
    """A word of a command, and the word before it."""

    word: Word
    before: str

    @property
    def text(self) -> str:
        return self.word.value.text


class _Walk:
    """Reads a tree from its top, without recursion."""

    def __init__(self, syntax: Syntax, reading: Reading) -> None:
        self._syntax = syntax
        self._reading = reading

    def walk(self) -> None:
        waiting: list[tuple[Node, Hint]] = [(self._syntax.root, NO_HINT)]
        while waiting:
            node, hint = waiting.pop()
            inside, below = self._inside(node, hint)
            waiting += [(one, below) for one in reversed(inside)]

    def _inside(self, node: Node, hint: Hint) -> tuple[Sequence[Node], Hint]:
        """Read the node; what is to be read within, and the request that it belongs to."""
        if node.type in _WORDS:
            self._offer(self._word(node), hint)
            return [part for one in _expansions(node) for part in one.named_children], NO_HINT
        if node.type == "command":
            return self._command(node)
        if node.type == "variable_assignment":
            return self._assignment(node), NO_HINT
        if node.type == "redirected_statement":
            body = node.child_by_field_name("body")
            if body is not None and body.type == "command":
                hint = self._request([*self._arguments(body)])
        elif node.type == "heredoc_redirect":
            return self._document(node, hint), NO_HINT
        return node.named_children, hint

    def _command(self, node: Node) -> tuple[Sequence[Node], Hint]:
        arguments = [*self._arguments(node)]
        request = self._request(arguments)
        for argument in arguments:
            parameter = _ARGUMENT.match(argument.text)
            if parameter:
                value = argument.word.cut(parameter.end(), len(argument.text))
                if argument.before in _ENCODED_DATA:
                    value = decoded(value.cut(0, len(value.text.partition("&")[0])))
                self._reading.offer(value, request._replace(method="GET"))
            elif argument.before == "filter" and not _is_json(argument.text):
                self._reading.offer(argument.word.value)
            else:
                self._offer(argument.word, request, is_data=argument.before in _DATA)
        words = [child for child in node.named_children if child.type in _WORDS]
        inside = [
            part for one in words for found in _expansions(one) for part in found.named_children
        ]
        others = [child for child in node.named_children if child.type not in _WORDS]
        return [*inside, *others], request

    def _arguments(self, node: Node) -> Iterator[_Argument]:
        before = ""
        for words in self._side_by_side(node.named_children):
            argument = _Argument(self._word(*words), before)
            before = argument.text
            yield argument

    def _request(self, arguments: Sequence[_Argument]) -> Hint:
        """What the command asks for: the first word that is the URL of a listing, or just a URL."""
        asked = [
            found[1]
            for argument in arguments
            if (found := _METHOD.match(argument.text))
            and (argument.before in _REQUESTS or argument.text[:1] == "-" or not argument.before)
        ]
        texts = [argument.text for argument in arguments]
        sends = any(_is_json(text) for text in texts) and not {"-G", "--get"} & {*texts}
        method = asked[0] if asked else "POST" if sends else "GET"
        urls = [text for text in texts if "/" in text and not re.search(r"\s", text)]
        known = (url for url in urls if self._reading.endpoints.of(Hint(url, method)))
        path = next(known, "") or next((url for url in urls if "://" in url), "")
        return Hint(path, method)

    def _offer(self, found: Word, request: Hint, *, is_data: bool = False) -> None:
        value = found.value
        if _is_json(value.text):
            self._offer_json(value, request, is_data=is_data)
        else:
            offer_urls(value, self._reading, method=request.method, path=request.path)

    def _offer_json(self, value: Placed, request: Hint, *, is_data: bool) -> None:
        """Also programs of `jq` and `awk` begin with a brace, so not all mistakes are some."""
        from epfilter.linter.extractors.in_json import read as read_json

        found = Reading(self._reading.endpoints)
        read_json(_as_json(value), found, hint=request._replace(method="POST"), is_sent=True)
        if is_data or not found.problems:
            self._reading.filters += found.filters
            self._reading.problems += found.problems

    def _assignment(self, node: Node) -> Sequence[Node]:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        called = self._syntax.text(name) if name is not None else ""
        is_filter = called.lower() == "filter"
        if value is None or value.type not in _WORDS or not (is_filter or is_for_filters(called)):
            return node.named_children
        found = self._word(value).value
        if not is_filter and not begins_as_a_filter(found.text):
            return node.named_children
        if "?filter=" in found.text or _is_json(found.text):
            return node.named_children
        self._reading.offer(found)
        return [part for one in _expansions(value) for part in one.named_children]

    def _document(self, node: Node, hint: Hint) -> Sequence[Node]:
        for child in node.named_children:
            if child.type == "heredoc_body":
                start, end = self._syntax.span(child)
                mark = next(
                    (
                        self._syntax.text(one)
                        for one in node.named_children
                        if one.type == "heredoc_start"
                    ),
                    "",
                )
                quoted = any(quote in mark for quote in "'\"\\")
                found = document(self._syntax.source, start, end, self._ends(child), quoted=quoted)
                self._offer(found, hint)
        return node.named_children

    def _word(self, *nodes: Node) -> Word:
        start, end = self._syntax.span(nodes[0])[0], self._syntax.span(nodes[-1])[1]
        found = _BLANKS.match(self._syntax.source.text, end)
        return word(self._syntax.source, start, found.end() if found else end, self._ends(*nodes))

    def _ends(self, *nodes: Node) -> Mapping[int, int]:
        return dict(self._syntax.span(one) for node in nodes for one in _expansions(node))

    def _side_by_side(self, nodes: Sequence[Node]) -> Iterator[list[Node]]:
        """The parts of each word: not every word is understood as one."""
        parts: list[Node] = []
        for node in nodes:
            if parts and (node.type not in _WORDS or not self._touch(parts[-1], node)):
                yield parts
                parts = []
            if node.type in _WORDS:
                parts.append(node)
        if parts:
            yield parts

    def _touch(self, first: Node, second: Node) -> bool:
        end, start = self._syntax.span(first)[1], self._syntax.span(second)[0]
        return _BLANKS.fullmatch(self._syntax.source.text, end, start) is not None


def _expansions(node: Node) -> list[Node]:
    """The outermost expansions of a word."""
    found: list[Node] = []
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one.type in _EXPANSIONS:
            found.append(one)
        else:
            waiting += reversed(one.named_children)
    return found


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] in {"{", "["} and '"filter"' in text


def _as_json(value: Placed) -> Placed:
    """The text with a placeholder for each hole in a text of it, and a number for any other."""
    units: list[Unit] = []
    done, in_text = 0, False
    for found in _TEXT_OR_HOLE.finditer(value.text):
        start, end = found.span()
        if found[0] == '"':
            in_text = not in_text
        if start not in value.holes:
            continue
        units.append(Unit(value.text[done:start], done, start))
        units += [Unit(char, start, end) for char in ("${x}" if in_text else "0")]
        done = end
    return value.decoded([*units, Unit(value.text[done:], done, len(value.text))], str)
