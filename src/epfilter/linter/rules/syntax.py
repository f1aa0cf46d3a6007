"""EPF101 to EPF124: mistakes of syntax, which the reader finds and words.

What is said of each is in the catalogue of the reader; this is what the family is for.
"""

from __future__ import annotations

from epfilter.errors import Severity
from epfilter.linter.engine import Example, Rule

_SOURCE = "the platform's documentation of the filter syntax, and this project's grammar."

_CODES: tuple[tuple[str, str, str, str | None, str], ...] = (
    (
        "EPF101",
        "Empty filter",
        (
            "There is nothing in the text but white space. Many programs send an empty filter "
            "where none was meant."
        ),
        "",
        "eq(payment,paid)",
    ),
    (
        "EPF102",
        "Not closed",
        "A call or a group has no closing parenthesis. The fix inserts it.",
        "gt(total,5):eq(payment,paid",
        "gt(total,5):eq(payment,paid)",
    ),
    (
        "EPF103",
        "Closes nothing",
        "A closing parenthesis has no opening one.",
        "eq(payment,refunded))",
        "eq(payment,refunded)",
    ),
    (
        "EPF104",
        "Quote not closed",
        (
            "A quoted operand has no closing quote, or a backslash makes the closing quote a part "
            "of the value."
        ),
        "eq(name,'Ron)",
        "eq(name,'Ron')",
    ),
    (
        "EPF105",
        "Comma missing",
        "Operands are separated with a comma, not with a space, `=` or `;`.",
        "eq(payment=refunded)",
        "eq(payment,refunded)",
    ),
    (
        "EPF106",
        "Operand missing",
        "A field or a value is missing. The empty text is written as two quotes.",
        "eq(name,)",
        'eq(name,"")',
    ),
    (
        "EPF107",
        "Wrong number of operands",
        "The operator takes more operands, or fewer. A value that holds a comma needs quotes.",
        "eq(payment,paid,refunded)",
        "in(payment,paid,refunded)",
    ),
    (
        "EPF108",
        "No such operator",
        "The language has no operator of this name. Other names for one that it has get a fix.",
        "gte(total,5)",
        "ge(total,5)",
    ),
    (
        "EPF109",
        "Operator in capitals",
        "Operators are written in lower case.",
        "EQ(payment,paid)",
        "eq(payment,paid)",
    ),
    (
        "EPF110",
        "Needs quotes",
        (
            "An operand without quotes holds ASCII letters, digits, `@ $ _ * . { } | + : / - [ ]` "
            "and spaces. Anything else needs quotes."
        ),
        "eq(name,a<b)",
        'eq(name,"a<b")',
    ),
    (
        "EPF111",
        "Connective without a call",
        "A `:` or `|` joins two calls; here one of them is missing.",
        "eq(a,1):",
        "eq(a,1)",
    ),
    (
        "EPF112",
        "Does not belong here",
        "After a call comes `:`, `|`, `)` or the end.",
        "eq(a,1) please",
        "eq(a,1)",
    ),
    (
        "EPF113",
        "Connective missing",
        "Two calls stand side by side, or are joined with a word or another sign.",
        "eq(a,1) and eq(b,2)",
        "eq(a,1):eq(b,2)",
    ),
    (
        "EPF114",
        "Look-alike",
        (
            "A character only looks like one of the language: a typographic quote, a full-width "
            "parenthesis, a space that does not break."
        ),
        "eq(name,“Ron”)",
        'eq(name,"Ron")',
    ),
    (
        "EPF115",
        "URL-encoded",
        "The text is percent-encoded, as it stands in a URL. A filter is the decoded text.",
        "eq%28payment%2Cpaid%29",
        "eq(payment,paid)",
    ),
    (
        "EPF116",
        "A part of the URL",
        "The name of the query parameter, or a whole body, is given with the filter.",
        "filter=eq(payment,paid)",
        "eq(payment,paid)",
    ),
    (
        "EPF117",
        "Nested too deep",
        "AND and OR are nested deeper than 64 levels, or than the limit that a program sets.",
        None,
        "eq(a,1):(eq(b,2)|eq(c,3))",
    ),
    (
        "EPF118",
        "Too many parentheses",
        "More than 1000 pairs of parentheses stand around each other and group nothing.",
        None,
        "(eq(a,1))",
    ),
    (
        "EPF119",
        "Too long",
        "The text is longer than the limit that a program sets; by default there is none.",
        None,
        "eq(a,1)",
    ),
    (
        "EPF120",
        "Lone surrogate",
        (
            "A code point that has no encoding stands in the text. It usually comes from bytes "
            "that were decoded with the wrong codec."
        ),
        "eq(name,\ud800)",
        "eq(name,Ron)",
    ),
    (
        "EPF121",
        "Not a call",
        "A filter is made of calls such as `eq(field,value)`; this is none.",
        "payment=refunded",
        "eq(payment,refunded)",
    ),
    (
        "EPF122",
        "Empty group",
        "There is nothing between two parentheses.",
        "eq(a,1):()",
        "eq(a,1)",
    ),
    (
        "EPF123",
        "Whole filter in quotes",
        (
            "The quotes of a program or shell are given with the filter. Quotes belong around "
            "single operands."
        ),
        '"eq(payment,paid)"',
        "eq(payment,paid)",
    ),
    (
        "EPF124",
        "Text after a quote",
        "Text follows the closing quote of an operand; mostly a quote inside is not escaped.",
        "eq(name,'Ron's bar')",
        'eq(name,"Ron\'s bar")',
    ),
)
"""Code, title, reason, a bad example if `lint` can show one, and a good example."""

RULES = tuple(
    [
        Rule(
            code=code,
            title=title,
            explanation=reason,
            bad=None if bad is None else Example(bad),
            good=Example(good),
            source=_SOURCE,
            severity=Severity.ERROR,
        )
        for code, title, reason, bad, good in _CODES
    ]
)
