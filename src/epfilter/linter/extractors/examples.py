"""Examples of filters in documentation: in inline code, and in the cells of tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from epfilter.errors import Span
from epfilter.linter.extractors.extraction import Extraction
from epfilter.linter.extractors.filter_text import has_example
from epfilter.linter.extractors.mapped_text import MappedText
from epfilter.linter.extractors.requests import NO_CONTEXT, RequestContext

_CODE = re.compile(r"(?<!`)(`{1,2})(?!`)([^`\r\n]+)\1(?!`)|<code>([^<>\r\n]+)</code>")
_ROW = re.compile(r"^[ \t]*\|([^\r\n]*)", re.MULTILINE)
_CELL = re.compile(r"[^|`]+")


def add_examples(
    source: MappedText, extraction: Extraction, context: RequestContext = NO_CONTEXT
) -> None:
    """Add the filters that a text in Markdown, or in reStructuredText, gives as examples.

    `context` is the request that the text describes.
    """
    text = source.text
    if not has_example(text):
        return
    for start, end in _find_code(text):
        part = text[start:end]
        first = start + len(part) - len(part.lstrip())
        extraction.add_example(source.slice(first, first + len(part.strip())), context)


def _find_code(text: str) -> Iterator[Span]:
    """Yield inline code, and the cells of tables without any."""
    for code in _CODE.finditer(text):
        yield Span(*code.span(2 if code[1] else 3))
    for row in _ROW.finditer(text):
        for cell in _CELL.finditer(text, *row.span(1)):
            is_whole = text[cell.start() - 1] == "|" and text[cell.end() : cell.end() + 1] != "`"
            if is_whole:
                yield Span(*cell.span())
