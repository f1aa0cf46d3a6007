"""Text that a spreadsheet would execute, made text again.

Source: OWASP, "CSV Injection", and Application Security Verification Standard 5.0, 1.2.10: a cell
that begins with `=`, `+`, `-`, `@`, a tab, a carriage return or NUL gets an apostrophe in front;
newer lists have the line feed and the full-width signs too. White space, quotes and invisible
marks before such a sign do not protect, because some programs strip them.
"""

from __future__ import annotations

import re

# What DuckDB's regular expressions (RE2) read as Python's do.
DANGEROUS = (
    "^(?:[\\x00\\t\\r\\n]|"
    "[\\x20'\"\u00a0\u2000-\u200f\u202a-\u202f\u2060\u3000\ufeff]*[=+@\uff1d\uff0b\uff0d\uff20-])"
)
"""What a dangerous text begins with."""

_DANGEROUS = re.compile(DANGEROUS)


def neutralised(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would execute it.

    It is one character more that a program which reads the file has to take away again, so the
    stores leave it out with `neutralise=False`. Numbers in columns of numbers are not touched.

    >>> neutralised("=1+1"), neutralised("+44 20 7946 0000"), neutralised("a=b")
    ("'=1+1", "'+44 20 7946 0000", 'a=b')
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
