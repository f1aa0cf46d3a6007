"""Go."""

from __future__ import annotations

from epfilter.linter.extractors.language_code import make_extractor
from epfilter.linter.extractors.program_language import ProgramLanguage
from epfilter.linter.extractors.string_syntax import StringSyntax

extract = make_extractor(
    ProgramLanguage(
        name="Go",
        grammar="tree_sitter_go",
        strings=(
            StringSyntax(
                "interpreted_string_literal",
                '"',
                "abfnrtv\\'\"",
                ("octal", "x2", "u4", "U8"),
                codes_are_bytes=True,
            ),
            StringSyntax("raw_string_literal", "`"),
        ),
        formats=frozenset({"Sprintf", "Appendf"}),
    )
)
"""Source: the Go specification, String literals; package fmt."""
