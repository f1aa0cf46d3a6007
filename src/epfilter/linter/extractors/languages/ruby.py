"""Ruby."""

from __future__ import annotations

from epfilter.linter.extractors.language_code import make_extractor
from epfilter.linter.extractors.program_language import ProgramLanguage
from epfilter.linter.extractors.string_syntax import StringSyntax

_DOUBLE = StringSyntax(
    "string",
    r'"|%Q?[^\w\s]',
    'abefnrstv\\"',
    ("octal", "x2", "u4", "u{}"),
    continuation="break",
    codes_are_bytes=True,
    guarded="#",
)

extract = make_extractor(
    ProgramLanguage(
        name="Ruby",
        grammar="tree_sitter_ruby",
        strings=(
            _DOUBLE,
            StringSyntax("string", r"'|%q[^\w\s]", "\\'", keeps_unknown=True),
            StringSyntax("heredoc_body", "", "abefnrstv\\", heredoc=True, block=True),
        ),
        appends=frozenset({"+=", "<<"}),
        format_operator="%",
        formats=frozenset({"format", "sprintf"}),
    )
)
"""Source: the documentation of Ruby, Literals."""
