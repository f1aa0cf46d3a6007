"""Swift."""

from __future__ import annotations

from epfilter.linter.extractors.language_code import make_extractor
from epfilter.linter.extractors.program_language import ProgramLanguage
from epfilter.linter.extractors.string_syntax import StringSyntax

_ESCAPES = "0nrt\\'\""

extract = make_extractor(
    ProgramLanguage(
        name="Swift",
        grammar="tree_sitter_swift",
        strings=(
            StringSyntax("line_string_literal", '"', _ESCAPES, ("u{}",)),
            StringSyntax(
                "multi_line_string_literal",
                '"""',
                _ESCAPES,
                ("u{}",),
                continuation="break",
                block=True,
            ),
            StringSyntax("raw_string_literal", '#+"', guarded="\\"),
        ),
        formats=frozenset({"String", "format"}),
    )
)
"""Source: The Swift Programming Language, Strings and Characters."""
