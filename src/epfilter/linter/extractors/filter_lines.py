"""Files of filters: each filter on one line or several, and comments."""

from __future__ import annotations

import re

from epfilter.filter_files import cut_comments, split_filters
from epfilter.linter.extractors.extraction import ExtractedFilter, Extraction
from epfilter.linter.extractors.mapped_text import (
    DOUBLE_BRACES,
    MappedText,
    Segment,
    mark_placeholders,
    refuse_line_breaks,
)

_LINE_BREAK = re.compile(r"[\r\n]")


def extract(source: MappedText, extraction: Extraction) -> None:
    """Add every filter of the file, without the comments in it, and every comment."""
    text = source.text
    filters, comments = split_filters(text)
    for start, end in comments:
        extraction.add_comment(source, start, end, "#")
    for span in filters:
        value = source.slice(*span)
        if not _LINE_BREAK.search(value.text):
            value = value.with_encoder(refuse_line_breaks)
        elif comments:
            parts = cut_comments(text, span, comments)
            offset = span.start
            segments = [
                Segment(text[start:end], start - offset, end - offset) for start, end in parts
            ]
            value = value.decode(segments, str)
        if "{" in value.text:
            value = mark_placeholders(value, DOUBLE_BRACES)
        extraction.filters.append(ExtractedFilter(value))
