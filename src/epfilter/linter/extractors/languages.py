"""The declared languages: one `ProgramLanguage` each, with the source of its escapes."""

from __future__ import annotations

from epfilter.linter.extractors.format_fields import BRACE_FIELD
from epfilter.linter.extractors.language_code import make_extractor
from epfilter.linter.extractors.program_language import ProgramLanguage
from epfilter.linter.extractors.string_syntax import StringSyntax

extract_go = make_extractor(
    ProgramLanguage(
        name="Go",
        grammar="tree_sitter_go",
        strings=(
            StringSyntax(
                "interpreted_string_literal",
                '"',
                "abfnrtv\\'\"",
                ("utf8", "octal", "x2", "u4", "U8"),
            ),
            StringSyntax("raw_string_literal", "`"),
        ),
        formats=frozenset({"Sprintf", "Appendf"}),
    )
)
"""Source: the Go specification, String literals; package fmt."""

_PHP_HEREDOC = r"<<<[ \t]*[\"']?\w+[\"']?\r?\n"
_PHP_CODES = ("utf8", "octal", "x1-2", "u{}")
extract_php = make_extractor(
    ProgramLanguage(
        name="PHP",
        grammar="tree_sitter_php",
        grammar_function="language_php",
        strings=(
            StringSyntax(
                "encapsed_string",
                '"',
                'nrtvef\\$"',
                _PHP_CODES,
                keeps_unknown=True,
                guarded="$",
            ),
            StringSyntax("string", "'", "\\'", keeps_unknown=True),
            StringSyntax(
                "heredoc",
                _PHP_HEREDOC,
                "nrtvef\\$",
                _PHP_CODES,
                keeps_unknown=True,
                heredoc=True,
                block=True,
            ),
            StringSyntax("nowdoc", _PHP_HEREDOC, heredoc=True, block=True),
        ),
        concatenation=".",
        appends=frozenset({".="}),
        formats=frozenset({"sprintf", "vsprintf"}),
        filter_arrays=True,
    )
)
"""Source: the PHP manual, Strings."""

_RUBY_CODES = ("utf8", "octal", "x1-2", "u4", "u{}")
extract_ruby = make_extractor(
    ProgramLanguage(
        name="Ruby",
        grammar="tree_sitter_ruby",
        strings=(
            StringSyntax(
                "string",
                r'"|%Q?[^\w\s]',
                'abefnrstv\\"',
                _RUBY_CODES,
                continuation="break",
                guarded="#",
            ),
            StringSyntax("string", r"'|%q[^\w\s]", "\\'", keeps_unknown=True),
            StringSyntax("heredoc_body", "", "abefnrstv\\", _RUBY_CODES, heredoc=True, block=True),
        ),
        appends=frozenset({"+=", "<<"}),
        format_operator="%",
        formats=frozenset({"format", "sprintf"}),
    )
)
"""Source: the documentation of Ruby, Literals."""

_JAVA_ESCAPES = "bfnrst\\'\""
extract_java = make_extractor(
    ProgramLanguage(
        name="Java",
        grammar="tree_sitter_java",
        strings=(
            StringSyntax(
                "string_literal",
                '"""',
                _JAVA_ESCAPES,
                ("octal", "u4"),
                continuation="break",
                block=True,
            ),
            StringSyntax("string_literal", '"', _JAVA_ESCAPES, ("octal", "u4")),
        ),
        formats=frozenset({"format", "formatted"}),
    )
)
"""Source: The Java Language Specification, String Literals and Text Blocks."""

_KOTLIN_VARIABLE = r"\$(?:[A-Za-z_]\w*|`[^`\n]+`)"
extract_kotlin = make_extractor(
    ProgramLanguage(
        name="Kotlin",
        grammar="tree_sitter_kotlin",
        strings=(
            StringSyntax(
                "string_literal",
                '"',
                "bnrt\\'\"$",
                ("u4",),
                variable=_KOTLIN_VARIABLE,
                guarded="$",
            ),
            StringSyntax(
                "multiline_string_literal",
                '"""',
                variable=_KOTLIN_VARIABLE,
                guarded="$",
                block=True,
            ),
        ),
        formats=frozenset({"format"}),
        pair_word="to",
    )
)
"""Source: the documentation of Kotlin, Strings."""

_CSHARP_ESCAPES = "0abefnrtv\\'\""
_CSHARP_CODES = ("x1-4", "u4", "U8")
extract_csharp = make_extractor(
    ProgramLanguage(
        name="C#",
        grammar="tree_sitter_c_sharp",
        strings=(
            StringSyntax("string_literal", '"', _CSHARP_ESCAPES, _CSHARP_CODES),
            StringSyntax("verbatim_string_literal", '@"', doubled='"'),
            StringSyntax("raw_string_literal", '"""+', block=True),
            StringSyntax("interpolated_string_expression", r'\$"""+', block=True, guarded="{}"),
            StringSyntax(
                "interpolated_string_expression",
                r'\$"',
                _CSHARP_ESCAPES,
                _CSHARP_CODES,
                doubled="{}",
            ),
            StringSyntax("interpolated_string_expression", r'(?:\$@|@\$)"', doubled='{}"'),
        ),
        formats=frozenset({"Format"}),
        format_field=BRACE_FIELD,
    )
)
"""Source: the C# language reference, Strings; raw strings with several `$` are not read."""

_SWIFT_ESCAPES = "0nrt\\'\""
extract_swift = make_extractor(
    ProgramLanguage(
        name="Swift",
        grammar="tree_sitter_swift",
        strings=(
            StringSyntax("line_string_literal", '"', _SWIFT_ESCAPES, ("u{}",)),
            StringSyntax(
                "multi_line_string_literal",
                '"""',
                _SWIFT_ESCAPES,
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

extract_rust = make_extractor(
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

_HCL_ESCAPES = 'nrt"\\'
extract_hcl = make_extractor(
    ProgramLanguage(
        name="HCL",
        grammar="tree_sitter_hcl",
        strings=(
            StringSyntax("quoted_template", '"', _HCL_ESCAPES, ("u4", "U8"), guarded="$%"),
            StringSyntax("string_lit", '"', _HCL_ESCAPES, ("u4", "U8"), guarded="$%"),
            StringSyntax("heredoc_template", r"<<-?\w+\r?\n", heredoc=True, block=True),
        ),
        formats=frozenset({"format"}),
        block_defaults=True,
    )
)
"""Source: the documentation of Terraform, Strings and Templates."""

_TOML_ESCAPES = 'befnrt"\\'
_TOML_CODES = ("x2", "u4", "U8")
extract_toml = make_extractor(
    ProgramLanguage(
        name="TOML",
        grammar="tree_sitter_toml",
        strings=(
            StringSyntax(
                "string", r'"""(?:\r?\n)?', _TOML_ESCAPES, _TOML_CODES, continuation="indented"
            ),
            StringSyntax("string", r"'''(?:\r?\n)?"),
            StringSyntax("string", '"', _TOML_ESCAPES, _TOML_CODES),
            StringSyntax("string", "'"),
            StringSyntax("quoted_key", '"', _TOML_ESCAPES, _TOML_CODES),
            StringSyntax("quoted_key", "'"),
        ),
    )
)
"""Source: TOML 1.1, String."""
