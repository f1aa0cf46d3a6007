"""Kotlin."""

from __future__ import annotations

from epfilter.linter.extractors.language_code import make_extractor
from epfilter.linter.extractors.program_language import ProgramLanguage
from epfilter.linter.extractors.string_syntax import StringSyntax

_VARIABLE = r"\$(?:[A-Za-z_]\w*|`[^`\n]+`)"

extract = make_extractor(
    ProgramLanguage(
        name="Kotlin",
        grammar="tree_sitter_kotlin",
        strings=(
            StringSyntax(
                "string_literal",
                '"',
                "bnrt\\'\"$",
                ("u4",),
                variable=_VARIABLE,
                guarded="$",
            ),
            StringSyntax(
                "multiline_string_literal", '"""', variable=_VARIABLE, guarded="$", block=True
            ),
        ),
        formats=frozenset({"format"}),
        pair_word="to",
    )
)
"""Source: the documentation of Kotlin, Strings."""
