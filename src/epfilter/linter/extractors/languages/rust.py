"""Rust."""

from __future__ import annotations

from epfilter.linter.extractors.format_fields import BRACE_FIELD
from epfilter.linter.extractors.language_code import make_extractor
from epfilter.linter.extractors.program_language import ProgramLanguage
from epfilter.linter.extractors.string_syntax import StringSyntax

extract = make_extractor(
    ProgramLanguage(
        name="Rust",
        grammar="tree_sitter_rust",
        strings=(
            StringSyntax(
                "string_literal",
                '"',
                "0nrt\\'\"",
                ("x2", "u{}"),
                continuation="indented",
            ),
            StringSyntax("raw_string_literal", 'r#*"'),
        ),
        formats=frozenset({"format"}),
        format_field=BRACE_FIELD,
    )
)
"""Source: The Rust Reference, String literals."""
