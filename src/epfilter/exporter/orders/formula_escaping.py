"""Text that a spreadsheet would execute, made text again.

Source: OWASP, "CSV Injection", and Application Security Verification Standard 5.0, 1.2.10: a cell
that begins with `=`, `+`, `-`, `@`, a tab, a carriage return or NUL gets an apostrophe in front;
newer lists have the line feed and the full-width signs too. White space, quotes, control characters
and invisible marks before such a sign do not protect, because some programs strip them.

A text that begins with an apostrophe is harmless: no spreadsheet executes it, so it stays as it is,
and an exported file that is exported again is the same.
"""

from __future__ import annotations

import re

_UNSEEN = (
    *((0x00, 0x20), (0x7F, 0xA0), (0xAD, 0xAD), (0x34F, 0x34F), (0x600, 0x605), (0x61C, 0x61C)),
    *((0x6DD, 0x6DD), (0x70F, 0x70F), (0x890, 0x891), (0x8E2, 0x8E2), (0x115F, 0x1160)),
    *((0x1680, 0x1680), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2000, 0x200F), (0x2028, 0x202F)),
    *((0x205F, 0x206F), (0x2800, 0x2800), (0x3000, 0x3000), (0x3164, 0x3164), (0xFE00, 0xFE0F)),
    *((0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x110BD, 0x110BD)),
    *((0x110CD, 0x110CD), (0x13430, 0x1343F), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A)),
    (0xE0000, 0xE0FFF),
)
"""The first and last of what is white space, a control or format character, or drawn as nothing.

Written out, because Python and DuckDB may know another version of Unicode each.

Source: Unicode Character Database, General_Category Cc, Cf, Zs, Zl and Zp, and
Default_Ignorable_Code_Point; U+2800 is a braille pattern without a dot.
"""

_SIGNS = "=+@\uff1d\uff0b\uff0d\uff20-"


def _written(place: int) -> str:
    return f"\\x{place:02x}" if place < 0x80 else chr(place)


_MARKS = "".join(f"{_written(first)}-{_written(last)}" for first, last in _UNSEEN)

# What DuckDB's regular expressions (RE2) read as Python's do.
DANGEROUS = f'^(?:[\\x00\\t\\r\\n]|[{_MARKS}"][{_MARKS}\'"]*[{_SIGNS}]|[{_SIGNS}])'
"""What a dangerous text begins with; an apostrophe protects only where it is the very first."""

_DANGEROUS = re.compile(DANGEROUS)


def neutralised(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would execute it.

    It is one character more that a program which reads the file has to take away again, so the
    stores leave it out with `neutralise=False`. What has been neutralised stays as it is. Numbers
    in columns of numbers are not touched.

    >>> neutralised("=1+1"), neutralised("+44 20 7946 0000"), neutralised("a=b")
    ("'=1+1", "'+44 20 7946 0000", 'a=b')
    >>> neutralised("'=1+1")
    "'=1+1"
    """
    return f"'{text}" if _DANGEROUS.match(text) else text


def neutralised_sql(text: str) -> str:
    """The SQL for DuckDB of the same, of an expression that is a text.

    Most texts are known to be harmless by their first character, which costs next to nothing.
    """
    harmless = f"{text} BETWEEN 'A' AND '~' OR {text} BETWEEN '0' AND '<'"
    pattern = DANGEROUS.replace("'", "''")
    return (
        f"CASE WHEN {harmless} THEN {text} "
        f"WHEN regexp_matches({text}, '{pattern}') THEN '''' || {text} ELSE {text} END"
    )
