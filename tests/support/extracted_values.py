"""What an extractor finds in a text, for the tests of extractors."""

from __future__ import annotations

from epfilter.linter.extractors import Endpoints, Extraction, MappedText, extract_file
from epfilter.linter.extractors.mapped_text import mark_placeholders


def mark_text(text: str) -> str:
    """Return a text as an extractor returns it, with its placeholders marked."""
    return mark_placeholders(MappedText.of_file(text)).text


def extract_text(text: str, name: str) -> Extraction:
    """Return what is found in a file of this name."""
    extraction = Extraction(Endpoints())
    extract_file(text, name, extraction)
    return extraction


def extract_value(text: str, name: str) -> MappedText:
    """Return the only filter of a file."""
    extraction = extract_text(text, name)
    assert not extraction.problems
    assert not extraction.interpolations
    assert len(extraction.filters) == 1, extraction
    return extraction.filters[0].value
