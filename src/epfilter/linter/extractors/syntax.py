"""Trees of programs as tree-sitter makes them, also where it understands a program in parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from tree_sitter import Language, Node, Parser

from epfilter.linter.extractors.extraction import Reading
from epfilter.linter.extractors.literals import Characters
from epfilter.linter.extractors.mapped_text import Placed

_NO_WORDS: Mapping[str, str] = MappingProxyType({})
_MEMBER_IN = re.compile(rb"^([ \t]*)in(?=(?:stanceof)?\??[ \t]*:)", re.MULTILINE)
"""The name of a member, which the grammars take for an operator where no semicolon is before."""

_SHOWN_AT_MOST = 30
"""How much of what is not understood a message repeats."""


@dataclass(frozen=True)
class Syntax:
    """A program and its tree."""

    source: Placed
    root: Node

    @classmethod
    def of(cls, source: Placed, language: object) -> Syntax:
        """The tree of a program, whose text an encoding has."""
        program = _MEMBER_IN.sub(rb"\1iN", source.text.encode())
        return cls(source, Parser(Language(language)).parse(program).root_node)

    @cached_property
    def _characters(self) -> Characters:
        return Characters(self.source.text)

    def span(self, node: Node) -> tuple[int, int]:
        """Where the node stands, in characters."""
        return self._characters.at(node.start_byte), self._characters.at(node.end_byte)

    def text(self, node: Node) -> str:
        """The text of the node as it is written."""
        start, end = self.span(node)
        return self.source.text[start:end]

    def report_comments(self, reading: Reading, *marks: str) -> None:
        """Report the comments, wherever they stand."""
        waiting = [self.root] if "epfilter" in self.source.text else []
        while waiting:
            node = waiting.pop()
            if node.type == "comment":
                around = node.parent
                if around is not None and around.type == "jsx_expression":
                    # Between elements a comment stands in braces of its own.
                    reading.comment(self.source, *self.span(around), ("{", "}", *marks))
                else:
                    reading.comment(self.source, *self.span(node), marks)
            waiting += reversed(node.named_children)

    def report_mistake(
        self, reading: Reading, language: str, about: str = "", words: Mapping[str, str] = _NO_WORDS
    ) -> None:
        """Report the first place that is not understood, if any, on a line that holds `about`.

        `words` are for what begins with this character.
        """
        text = self.source.text
        for node in _mistakes(self.root):
            start, end = self.span(node)
            if about not in text[text.rfind("\n", 0, start) + 1 : end + 1]:
                continue
            line = next(iter(text[start:end].splitlines()), "")
            shown = line[:_SHOWN_AT_MOST]
            what = words.get(text[start : start + 1]) or _what(node, line, shown)
            message = (
                f"a part is not understood as {language}, and filters in it may be missed: {what}"
            )
            reading.problem(self.source, start, start + len(shown), message, partial=True)
            return


def _what(node: Node, line: str, shown: str) -> str:
    if node.is_missing:
        return "something is missing" if node.is_named else f"a `{node.type}` is missing"
    return f"`{shown.strip()}…`" if len(line) > len(shown) else f"`{shown.strip()}`"


def _mistakes(root: Node) -> Iterator[Node]:
    """What was not understood, in the order of the file; of what is nested, the innermost."""
    waiting = [root] if root.has_error else []
    while waiting:
        node = waiting.pop()
        inside = [child for child in node.children if child.has_error]
        if inside:
            waiting += reversed(inside)
        elif node.is_error or node.is_missing:
            yield node
