"""Parts of a file that are written in another language, such as the cells of a notebook."""

from __future__ import annotations

from copy import copy

from epfilter.linter.extractors.extraction import Extraction
from epfilter.linter.extractors.mapped_text import MappedText
from epfilter.linter.extractors.registry import FileKind, NeedsExtraError, extract_as
from epfilter.linter.extractors.signs import find_signs
from epfilter.linter.extractors.urls import add_url_filters


def extract_embedded(
    kind: FileKind | None,
    source: MappedText,
    extraction: Extraction,
    *,
    keeps_problems: bool = True,
) -> None:
    """Add what a part of a file contains, as a file of this kind contains it.

    Where the part cannot be parsed, only its URLs are searched; its problems are remarks, because
    the rest of the file is read. Without `keeps_problems` they are left out. A part of an unknown
    kind contains nothing.
    """
    if kind is None or not find_signs(source.text):
        return
    filter_count, interpolation_count = len(extraction.filters), len(extraction.interpolations)
    part = copy(extraction)
    part.problems = []
    try:
        extract_as(kind, source, part)
        is_parsed = all(problem.is_partial for problem in part.problems)
    except NeedsExtraError:
        is_parsed = False
        part.lacks_parser = True
    extraction.lacks_parser |= part.lacks_parser
    if not is_parsed:
        del extraction.filters[filter_count:]
        del extraction.interpolations[interpolation_count:]
        add_url_filters(source, extraction)
    if keeps_problems:
        extraction.problems += (problem._replace(is_partial=True) for problem in part.problems)
