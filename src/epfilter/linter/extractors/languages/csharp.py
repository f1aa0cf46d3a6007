"""C#."""

from __future__ import annotations

from epfilter.linter.extractors.format_fields import BRACE_FIELD
from epfilter.linter.extractors.language_code import make_extractor
from epfilter.linter.extractors.program_language import ProgramLanguage
from epfilter.linter.extractors.string_syntax import StringSyntax

_ESCAPES = "0abefnrtv\\'\""
_CODES = ("x4", "u4", "U8")

extract = make_extractor(
    ProgramLanguage(
        name="C#",
        grammar="tree_sitter_c_sharp",
        strings=(
            StringSyntax("string_literal", '"', _ESCAPES, _CODES),
            StringSyntax("verbatim_string_literal", '@"', doubled='"'),
            StringSyntax("raw_string_literal", '"""+', block=True),
            StringSyntax("interpolated_string_expression", r'\$"""+', block=True, guarded="{}"),
            StringSyntax("interpolated_string_expression", r'\$"', _ESCAPES, _CODES, doubled="{}"),
            StringSyntax("interpolated_string_expression", r'(?:\$@|@\$)"', doubled='{}"'),
        ),
        formats=frozenset({"Format"}),
        format_field=BRACE_FIELD,
    )
)
"""Source: the C# language reference, Strings; raw strings with several `$` are not read."""
