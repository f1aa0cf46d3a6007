"""Text cells that a spreadsheet would execute as formulas, and how they are neutralised.

Source: OWASP, "CSV Injection", and Application Security Verification Standard 5.0, 1.2.10: a cell
that begins with `=`, `+`, `-`, `@`, a tab, a carriage return or NUL gets an apostrophe in front;
newer lists add the line feed and the full-width forms. White space, quotes, control characters and
invisible characters before such a character do not protect, because some programs strip them.

Only commas separate cells, so that nothing is escaped after `;` or a tab, where a program with
other settings may divide a text: no quoting protects it there, and an apostrophe in the middle of
a text is not recognised by a program that reads the file.

A text that begins with an apostrophe is harmless: no spreadsheet executes it, so it stays as it is,
and an exported file that is exported again is the same.
"""

from __future__ import annotations

import re

_INVISIBLE = (
    *((0x00, 0x20), (0x7F, 0xA0), (0xAD, 0xAD), (0x34F, 0x34F), (0x600, 0x605), (0x61C, 0x61C)),
    *((0x6DD, 0x6DD), (0x70F, 0x70F), (0x890, 0x891), (0x8E2, 0x8E2), (0x115F, 0x1160)),
    *((0x1680, 0x1680), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2000, 0x200F), (0x2028, 0x202F)),
    *((0x205F, 0x206F), (0x2800, 0x2800), (0x3000, 0x3000), (0x3164, 0x3164), (0xFE00, 0xFE0F)),
    *((0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x110BD, 0x110BD)),
    *((0x110CD, 0x110CD), (0x13430, 0x1343F), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A)),
    (0xE0000, 0xE0FFF),
)
"""First and last of the ranges of white space, control, format and invisible characters.

They are listed because Python and DuckDB may have different versions of Unicode.

Source: Unicode Character Database, General_Category Cc, Cf, Zs, Zl and Zp, and
Default_Ignorable_Code_Point; U+2800 is a braille pattern without a dot.
"""

_STARTS = "=+@\uff1d\uff0b\uff0d\uff20-"


def _character_in_class(code_point: int) -> str:
    return f"\\x{code_point:02x}" if code_point < 0x80 else chr(code_point)


_HIDDEN = "".join(
    f"{_character_in_class(first)}-{_character_in_class(last)}" for first, last in _INVISIBLE
)

# Written so that RE2, the regular expressions of DuckDB, and Python agree.
DANGEROUS = f'^(?:[\\x00\\t\\r\\n]|[{_HIDDEN}"][{_HIDDEN}\'"]*[{_STARTS}]|[{_STARTS}])'
"""How a dangerous text begins; an apostrophe protects only as the very first character."""

_DANGEROUS = re.compile(DANGEROUS)


def neutralise_formula(text: str) -> str:
    """Return the text, with an apostrophe in front if a spreadsheet would execute it.

    A program that reads the file has to remove the apostrophe again, so order sources leave it
    out with `neutralise=False`. A text that is neutralised already stays as it is. Cells in
    columns of numbers are not changed.

    >>> [neutralise_formula(text) for text in ("=1+1", "+44 20 7946 0000", "a=b")]
    ["'=1+1", "'+44 20 7946 0000", 'a=b']
    >>> neutralise_formula("'=1+1")
    "'=1+1"
    """
    return f"'{text}" if _DANGEROUS.match(text) else text


def neutralise_formula_sql(text: str) -> str:
    """Return the SQL that neutralises a text expression in DuckDB as `neutralise_formula` does.

    The first character proves most texts harmless, which is much faster than the pattern.
    """
    harmless = f"{text} BETWEEN 'A' AND '~' OR {text} BETWEEN '0' AND '<'"
    pattern = DANGEROUS.replace("'", "''")
    return (
        f"CASE WHEN {harmless} THEN {text} "
        f"WHEN regexp_matches({text}, '{pattern}') THEN '''' || {text} ELSE {text} END"
    )
