"""TOML."""

from __future__ import annotations

from epfilter.linter.extractors.language_code import make_extractor
from epfilter.linter.extractors.program_language import ProgramLanguage
from epfilter.linter.extractors.string_syntax import StringSyntax

_ESCAPES = 'befnrt"\\'
_CODES = ("x2", "u4", "U8")

extract = make_extractor(
    ProgramLanguage(
        name="TOML",
        grammar="tree_sitter_toml",
        strings=(
            StringSyntax("string", r'"""(?:\r?\n)?', _ESCAPES, _CODES, continuation="indented"),
            StringSyntax("string", r"'''(?:\r?\n)?"),
            StringSyntax("string", '"', _ESCAPES, _CODES),
            StringSyntax("string", "'"),
            StringSyntax("quoted_key", '"', _ESCAPES, _CODES),
            StringSyntax("quoted_key", "'"),
        ),
    )
)
"""Source: TOML 1.1, String."""
