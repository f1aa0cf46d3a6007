"""Extractors: they find the filters in files, one extractor for each kind of file."""

from __future__ import annotations

from epfilter.linter.extractors.composed_text import ComposedText
from epfilter.linter.extractors.endpoints import Endpoints
from epfilter.linter.extractors.extraction import (
    Comment,
    ExtractedFilter,
    Extraction,
    InterpolatedFilter,
    Misuse,
)
from epfilter.linter.extractors.filter_text import has_example, is_operator_name
from epfilter.linter.extractors.mapped_text import PLACEHOLDER, MappedText, Segment
from epfilter.linter.extractors.registry import (
    FILE_KINDS,
    FILTER_LIST,
    FileKind,
    NeedsExtraError,
    extract_file,
    find_kind,
    find_kind_of_language,
    get_ending,
)
from epfilter.linter.extractors.requests import NO_CONTEXT, RequestContext
from epfilter.linter.extractors.signs import find_signs

__all__ = [
    "FILE_KINDS",
    "FILTER_LIST",
    "NO_CONTEXT",
    "PLACEHOLDER",
    "Comment",
    "ComposedText",
    "Endpoints",
    "ExtractedFilter",
    "Extraction",
    "FileKind",
    "InterpolatedFilter",
    "MappedText",
    "Misuse",
    "NeedsExtraError",
    "RequestContext",
    "Segment",
    "extract_file",
    "find_kind",
    "find_kind_of_language",
    "find_signs",
    "get_ending",
    "has_example",
    "is_operator_name",
]
