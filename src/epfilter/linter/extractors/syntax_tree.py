"""Syntax trees by tree-sitter, which also parses programs with errors as far as possible."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from tree_sitter import Language, Node, Parser

from epfilter.linter.extractors.extraction import Extraction
from epfilter.linter.extractors.literals import Utf8Offsets
from epfilter.linter.extractors.mapped_text import MappedText
from epfilter.linter.extractors.registry import ParseTimeoutError
from epfilter.linter.extractors.signs import contains_sign

_NO_HELP: Mapping[str, str] = MappingProxyType({})
_MEMBER_NAMED_IN = re.compile(rb"^([ \t]*)in(?=(?:stanceof)?\??[ \t]*:)", re.MULTILINE)
"""A member name that the grammars take for an operator where no semicolon stands before it."""

_MAX_SECONDS = 5.0
_CHUNK_SIZE = 2**16

_EXCERPT_LIMIT = 30
"""How many characters of a part that cannot be parsed a message repeats."""


@dataclass(frozen=True)
class SyntaxTree:
    """The text of a program, and the root of its tree."""

    source: MappedText
    root: Node

    @classmethod
    def parse(cls, source: MappedText, grammar: object, *, has_jsx: bool = False) -> SyntaxTree:
        """Return the tree of a program without lone surrogates.

        Raises ParseTimeoutError after five seconds: some grammars need quadratic time for
        thousands of open brackets.

        With `has_jsx`, the program may contain elements of JSX. The grammars refuse an `&` in their
        text, which JSX allows: they read `|` instead, which is valid in the same places, in
        expressions and in types.
        """
        # The grammars take a null character for the end of the program.
        program = source.text.encode().replace(b"\0", b"\1")
        program = _MEMBER_NAMED_IN.sub(rb"\1iN", program)
        if has_jsx:
            program = program.replace(b"&", b"|")
        deadline = time.thread_time() + _MAX_SECONDS  # the same on a busy machine
        try:
            tree = Parser(Language(grammar)).parse(
                lambda offset, _: program[offset : offset + _CHUNK_SIZE],
                progress_callback=lambda *_: time.thread_time() > deadline,
            )
        except ValueError:
            raise ParseTimeoutError from None
        return cls(source, tree.root_node)

    @cached_property
    def _offsets(self) -> Utf8Offsets:
        return Utf8Offsets(self.source.text)

    def span_of(self, node: Node) -> tuple[int, int]:
        """Return the start and end of the node, in characters."""
        return self._offsets.index_of(node.start_byte), self._offsets.index_of(node.end_byte)

    def text_of(self, node: Node) -> str:
        """Return the source text of the node."""
        start, end = self.span_of(node)
        return self.source.text[start:end]

    def add_comments(self, extraction: Extraction, *delimiters: str) -> None:
        """Add all comments of the program."""
        stack = [self.root] if "epfilter" in self.source.text else []
        while stack:
            node = stack.pop()
            if node.type.endswith("comment"):
                parent = node.parent
                if parent is not None and parent.type == "jsx_expression":
                    # Between JSX elements a comment stands in braces of its own.
                    span = self.span_of(parent)
                    extraction.add_comment(self.source, *span, ("{", "}", *delimiters))
                else:
                    extraction.add_comment(self.source, *self.span_of(node), delimiters)
            stack += reversed(node.named_children)

    def add_syntax_error(
        self,
        extraction: Extraction,
        language: str,
        word: str = "",
        help_texts: Mapping[str, str] = _NO_HELP,
        hidden: Sequence[int] | None = None,
    ) -> None:
        """Add the first syntax error, if any, on a line that contains `word`.

        `help_texts` are messages for errors that start with this character. With `hidden`, the
        positions of signs of filters that were not found, its lines must contain one of them.
        """
        text = self.source.text
        for node in _find_errors(self.root, innermost=hidden is None):
            start, end = self.span_of(node)
            line_start = text.rfind("\n", 0, start) + 1
            line_end = text.find("\n", end) % (len(text) + 1)
            if hidden is not None and not contains_sign(hidden, line_start, line_end):
                continue
            if word not in text[line_start : end + 1]:
                continue
            line = next(iter(text[start:end].splitlines()), "")
            excerpt = line[:_EXCERPT_LIMIT]
            detail = help_texts.get(text[start : start + 1]) or _describe(node, line, excerpt)
            message = f"cannot parse this part as {language}; filters in it may be missed: {detail}"
            extraction.add_problem(
                self.source, start, start + len(excerpt), message, is_partial=True
            )
            return


def _describe(node: Node, line: str, excerpt: str) -> str:
    if node.is_missing:
        return "something is missing" if node.is_named else f"a `{node.type}` is missing"
    return f"`{excerpt.strip()}…`" if len(line) > len(excerpt) else f"`{excerpt.strip()}`"


def _find_errors(root: Node, *, innermost: bool) -> Iterator[Node]:
    """Yield the error nodes in the order of the file; of nested ones, maybe only the innermost."""
    stack = [root] if root.has_error else []
    while stack:
        node = stack.pop()
        inner = [child for child in node.children if child.has_error]
        if (node.is_error or node.is_missing) and not (inner and innermost):
            yield node
        stack += reversed(inner)
