"""The configuration language of Terraform."""

from __future__ import annotations

from epfilter.linter.extractors.language_code import make_extractor
from epfilter.linter.extractors.program_language import ProgramLanguage
from epfilter.linter.extractors.string_syntax import StringSyntax

_ESCAPES = 'nrt"\\'

extract = make_extractor(
    ProgramLanguage(
        name="HCL",
        grammar="tree_sitter_hcl",
        strings=(
            StringSyntax("quoted_template", '"', _ESCAPES, ("u4", "U8"), guarded="$%"),
            StringSyntax("string_lit", '"', _ESCAPES, ("u4", "U8"), guarded="$%"),
            StringSyntax("heredoc_template", r"<<-?\w+\r?\n", heredoc=True, block=True),
        ),
        formats=frozenset({"format"}),
        block_defaults=True,
    )
)
"""Source: the documentation of Terraform, Strings and Templates."""
