"""PHP."""

from __future__ import annotations

from epfilter.linter.extractors.language_code import make_extractor
from epfilter.linter.extractors.program_language import ProgramLanguage
from epfilter.linter.extractors.string_syntax import StringSyntax

_HEREDOC = r"<<<[ \t]*[\"']?\w+[\"']?\r?\n"

extract = make_extractor(
    ProgramLanguage(
        name="PHP",
        grammar="tree_sitter_php",
        grammar_function="language_php",
        strings=(
            StringSyntax(
                "encapsed_string",
                '"',
                'nrtvef\\$"',
                ("octal", "x2", "u{}"),
                codes_are_bytes=True,
                keeps_unknown=True,
                guarded="$",
            ),
            StringSyntax("string", "'", "\\'", keeps_unknown=True),
            StringSyntax("heredoc", _HEREDOC, "nrtvef\\$", heredoc=True, block=True),
            StringSyntax("nowdoc", _HEREDOC, heredoc=True, block=True),
        ),
        concatenation=".",
        appends=frozenset({".="}),
        formats=frozenset({"sprintf", "vsprintf"}),
        filter_arrays=True,
    )
)
"""Source: the PHP manual, Strings."""
