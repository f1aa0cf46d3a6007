"""Markdown: filters in the code blocks and in the URLs of documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from epfilter.errors import Span
from epfilter.linter.extractors.command_lines import add_command_filters
from epfilter.linter.extractors.examples import add_examples
from epfilter.linter.extractors.extraction import Extraction, Problem
from epfilter.linter.extractors.literals import decode_segments, map_segments
from epfilter.linter.extractors.mapped_text import MappedText, Segment
from epfilter.linter.extractors.registry import (
    FileKind,
    NeedsExtraError,
    extract_as,
    find_kind_of_language,
)
from epfilter.linter.extractors.requests import NO_CONTEXT, RequestContext
from epfilter.linter.extractors.signs import find_signs
from epfilter.linter.extractors.urls import (
    add_url_filters,
    describe_url_search,
    strip_punctuation,
)

if TYPE_CHECKING:
    from markdown_it.token import Token

_LANGUAGE = re.compile(r"[{.]*([\w+-]+)")
_PYTHON_PROMPT = re.compile(r"[ \t]*(?:>>>|\.\.\.)(?:[ ]|$)")
_SHELL_PROMPT = re.compile(r"[ \t]*[$%][ \t]")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_ESCAPED_BAR = re.compile(r"\\\|")
_ELLIPSIS = re.compile(r"\.\.\.|…")
_COMMENT_DELIMITERS = (("<!--", "-->"), ("{/*", "*/}"))
"""HTML's comments and those of MDX."""


def extract(source: MappedText, extraction: Extraction) -> None:
    """Add the filters of code blocks, each by its language, and of the URLs in all other text.

    Documentation abbreviates: a text with `...` is not a filter, and in code that cannot be
    parsed, URLs are searched. Such code is only reported if it hides a filter.
    """
    _MarkdownExtractor(source, extraction).extract()


class _DocumentationExtraction(Extraction):
    """An extraction that leaves out abbreviated texts, and keeps problems apart."""

    def __init__(self, extraction: Extraction, *, is_prose: bool) -> None:
        super().__init__(
            extraction.endpoints,
            filters=extraction.filters,
            interpolations=extraction.interpolations,
            misuses=extraction.misuses,
            comments=extraction.comments,
            remarks=extraction.remarks,
            has_evidence=extraction.has_evidence,
            is_from_project=extraction.is_from_project,
        )
        self._is_prose = is_prose

    def add_candidate(
        self,
        value: MappedText,
        context: RequestContext = NO_CONTEXT,
        built_with: str = "",
        **options: bool,
    ) -> None:
        if not _ELLIPSIS.search(value.text):
            value = strip_punctuation(value) if self._is_prose else value
            super().add_candidate(value, context, built_with, **options)


class _MarkdownExtractor:
    """Finds the filters in the blocks of a document."""

    def __init__(self, source: MappedText, extraction: Extraction) -> None:
        self._source = source
        self._extraction = extraction
        self._prose = _DocumentationExtraction(extraction, is_prose=True)
        self._lines = [line.span() for line in _LINE.finditer(source.text)]

    def extract(self) -> None:
        """Visit the code blocks, and the prose between them."""
        tables: list[tuple[int, int]] = []
        done = 0
        for token in _parse_blocks(self._source.text):
            first, last = token.map or (0, 0)
            if token.type == "table_open":
                tables.append((first, last))
                continue
            self._add_prose(done, first, tables)
            kind = _find_code_kind(token)
            if kind:
                code = self._map_code(token, kind)
                if kind.is_filter_list or find_signs(code.text):
                    self._add_code(code, kind)
            else:
                code = self._slice_lines(first, last)
                add_command_filters(code, self._prose)
                add_url_filters(code, self._prose)
            done, tables = last, []
        self._add_prose(done, len(self._lines), tables)

    def _slice_lines(self, first: int, last: int) -> MappedText:
        return self._source.slice(*self._find_lines(first, last))

    def _find_lines(self, first: int, last: int) -> tuple[int, int]:
        """Return where the lines from `first` to before `last` start and end."""
        start = self._lines[first][0] if first < len(self._lines) else len(self._source.text)
        return start, self._lines[last - 1][1] if first < last else start

    def _map_code(self, token: Token, kind: FileKind) -> MappedText:
        """Return the code between two fences, without the marks of lists and quotes around it."""
        first_line = (token.map or (0, 0))[0] + 1
        segments: list[Segment] = []
        code_lines = token.content.split("\n")[:-1]
        for code_line, (start, end) in zip(code_lines, self._lines[first_line:], strict=False):
            line = self._source.text[start:end].rstrip("\r\n")
            line_end = start + len(line)
            code = _strip_prompt(code_line, token, kind)
            if line.replace("\0", "\ufffd").endswith(code):
                segments.append(Segment(code, line_end - len(code), line_end))
            else:  # a tab that is partly the margin of the block
                segments.append(Segment(code, start, line_end))
            segments.append(Segment("\n", line_end, end))
        last_line = min(first_line + len(code_lines), len(self._lines))
        bounds = self._find_lines(first_line, last_line)
        return map_segments(self._source, *bounds, segments, _encode_in_block)

    def _add_code(self, code: MappedText, kind: FileKind) -> None:
        filters, interpolations = self._extraction.filters, self._extraction.interpolations
        counts = len(filters), len(interpolations)
        misuse_count = len(self._extraction.misuses)
        extraction = _DocumentationExtraction(self._extraction, is_prose=False)
        try:
            extract_as(kind, code, extraction)
        except NeedsExtraError:
            self._extraction.lacks_parser = True
            add_url_filters(code, extraction)
            return
        self._extraction.lacks_parser |= extraction.lacks_parser
        if not extraction.problems:
            return
        is_partial = all(problem.is_partial for problem in extraction.problems)
        if not is_partial:
            del filters[counts[0] :], interpolations[counts[1] :]
            del self._extraction.misuses[misuse_count:]
        found = [extracted.value.bounds for extracted in filters[counts[0] :]]
        found += [interpolation.span for interpolation in interpolations[counts[1] :]]
        found += self._add_missed_urls(code, found)
        if self._extraction.has_evidence and _hides_filter(code, found):
            span, message, _ = extraction.problems[0]
            if not is_partial:
                message = describe_url_search(f"`{kind.languages[0]}`", message)
            self._extraction.problems.append(Problem(span, message, is_partial=True))

    def _add_missed_urls(self, code: MappedText, found: Sequence[Span]) -> list[Span]:
        """Add the filters of URLs outside of what was found in code, and return where they are."""
        searched = self._extraction.make_empty()
        add_url_filters(code, _DocumentationExtraction(searched, is_prose=False))
        missed = [
            extracted
            for extracted in searched.filters
            if not any(_overlap(extracted.value.bounds, bounds) for bounds in found)
        ]
        self._extraction.filters += missed
        return [extracted.value.bounds for extracted in missed]

    def _add_prose(self, first: int, last: int, tables: list[tuple[int, int]]) -> None:
        r"""Add the filters of lines that are not code; in tables, `\|` encodes `|`."""
        for table_first, table_last in tables:
            self._add_text(self._slice_lines(first, table_first))
            self._add_text(_decode_table(self._slice_lines(table_first, table_last)))
            first = table_last
        self._add_text(self._slice_lines(first, last))

    def _add_text(self, text: MappedText) -> None:
        add_command_filters(text, self._prose)
        add_url_filters(text, self._prose)
        add_examples(text, self._prose)
        for delimiters in _COMMENT_DELIMITERS:
            opening, closing = delimiters
            start = text.text.find(opening)
            while start >= 0:
                end = text.text.find(closing, start)
                if end < 0:
                    break
                if text.text[start - 1 : start] != "`":
                    self._extraction.add_comment(text, start, end + len(closing), delimiters)
                start = text.text.find(opening, end)


def _parse_blocks(text: str) -> Iterator[Token]:
    """Yield the code blocks and the tables, in the order of the file."""
    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.disable(["inline"])
    return (
        token
        for token in parser.parse(text)
        if token.map and token.type in ("fence", "code_block", "table_open")
    )


def _find_code_kind(token: Token) -> FileKind | None:
    """Return the kind of file of a code block, by the first word after its fence."""
    language = _LANGUAGE.match(token.info.strip()) if token.type == "fence" else None
    return find_kind_of_language(language[1].lower()) if language else None


def _overlap(first: Span, second: Span) -> bool:
    return first.start < second.end and second.start < first.end


def _hides_filter(code: MappedText, found: Sequence[Span]) -> bool:
    """Return whether a sign of a filter stands in code outside of the filters that were found.

    Abbreviated code is not meant to be parsed.
    """
    signs = [] if _ELLIPSIS.search(code.text) else find_signs(code.text)
    positions = (code.map_span(Span(sign, sign + 1)).start for sign in signs)
    return any(not any(start <= position <= end for start, end in found) for position in positions)


def _strip_prompt(line: str, token: Token, kind: FileKind) -> str:
    """Return the code of a line of a console session; the output of Python is left out."""
    if ".sh" in kind.endings:
        prompt = _SHELL_PROMPT.match(line)
        return line[prompt.end() :] if prompt else line
    if "pycon" in token.info:
        prompt = _PYTHON_PROMPT.match(line)
        return line[prompt.end() :] if prompt else ""
    return line


def _encode_in_block(new: str) -> str | None:
    return None if any(mark in new for mark in ("\n", "\r", "\0", "```", "~~~")) else new


def _decode_table(table: MappedText) -> MappedText:
    segments = decode_segments(table.text, 0, len(table.text), _ESCAPED_BAR, lambda _: "|")
    return table.decode(segments, _encode_in_table)


def _encode_in_table(new: str) -> str | None:
    return None if "\n" in new or "\r" in new else new.replace("|", "\\|")
