"""Java."""

from __future__ import annotations

from epfilter.linter.extractors.language_code import make_extractor
from epfilter.linter.extractors.program_language import ProgramLanguage
from epfilter.linter.extractors.string_syntax import StringSyntax

_ESCAPES = "bfnrst\\'\""

extract = make_extractor(
    ProgramLanguage(
        name="Java",
        grammar="tree_sitter_java",
        strings=(
            StringSyntax(
                "string_literal",
                '"""',
                _ESCAPES,
                ("octal", "u4"),
                continuation="break",
                block=True,
            ),
            StringSyntax("string_literal", '"', _ESCAPES, ("octal", "u4")),
        ),
        formats=frozenset({"format", "formatted"}),
    )
)
"""Source: The Java Language Specification, String Literals and Text Blocks."""
