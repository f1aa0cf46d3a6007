"""Text files with one filter a line; a line that starts with `#` is a comment."""

from __future__ import annotations

import re

from epfilter.linter.extractors.extraction import ExtractedFilter, Extraction
from epfilter.linter.extractors.mapped_text import (
    DOUBLE_BRACES,
    MappedText,
    mark_placeholders,
    refuse_line_breaks,
)

_LINE = re.compile(r"[^\r\n]+")
_FILTER_BEFORE_COMMENT = re.compile(
    r"""((?:[^"'#]|"(?:\\.|[^"\\])*+"|'(?:\\.|[^'\\])*+')*+)(?<=\s)#"""
)
"""A filter contains `#` in quotes only."""


def extract(source: MappedText, extraction: Extraction) -> None:
    """Add every line that is neither blank nor a comment, without the blanks around it.

    After a filter, a `#` behind a blank starts a comment.
    """
    source = source.with_encoder(refuse_line_breaks)
    for match in _LINE.finditer(source.text):
        line = match[0]
        text = line.strip()
        if not text:
            continue
        start = match.start() + len(line) - len(line.lstrip())
        end = start + len(text)
        if "#" in text:
            if text.startswith("#"):
                extraction.add_comment(source, start, end, "#")
                continue
            before_comment = _FILTER_BEFORE_COMMENT.match(text)
            if before_comment:
                extraction.add_comment(source, start + before_comment.end() - 1, end, "#")
                end = start + len(before_comment[1].rstrip())
        value = source.slice(start, end)
        if "{" in text:
            value = mark_placeholders(value, DOUBLE_BRACES)
        extraction.filters.append(ExtractedFilter(value))
