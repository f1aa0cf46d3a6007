"""Files with programs in a declared language, which are parsed only if they may contain filters."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from epfilter.linter.extractors.extraction import Extraction
from epfilter.linter.extractors.filter_text import OPERATOR_PATTERN
from epfilter.linter.extractors.mapped_text import MappedText
from epfilter.linter.extractors.program_language import ProgramLanguage

_SIGN = re.compile(rf"{OPERATOR_PATTERN}[ ]*(?:\(|%28)|epfilter", re.IGNORECASE)
"""A call of an operator, or a directive in a comment."""


def make_extractor(language: ProgramLanguage) -> Callable[[MappedText, Extraction], None]:
    """Return the extractor of programs in this language.

    It adds what stands in arguments, members, variables and pairs named `filter`, and in URLs. A
    text without any call of an operator requires no package.
    """
    return partial(_extract, language)


def _extract(language: ProgramLanguage, source: MappedText, extraction: Extraction) -> None:
    if _SIGN.search(source.text):
        from epfilter.linter.extractors.language_code import extract_program

        extract_program(language, source, extraction)
