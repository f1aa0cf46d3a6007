"""EPF101 to EPF124: the documentation of syntax errors.

The findings themselves come from the parser; `epfilter.recovery.diagnostics` has their messages.
"""

from __future__ import annotations

from epfilter.errors import Severity
from epfilter.linter.definitions import Example, Rule

_SOURCE = "the platform's documentation of the filter syntax, and this project's grammar."

_CODES: tuple[tuple[str, str, str, str | None, str], ...] = (
    (
        "EPF101",
        "Empty filter",
        (
            "The text contains only white space. Many programs send an empty filter when they mean "
            "no filter."
        ),
        "",
        "eq(payment,paid)",
    ),
    (
        "EPF102",
        "Missing closing parenthesis",
        "A call or a group has no closing parenthesis. The fix inserts it.",
        "gt(total,5):eq(payment,paid",
        "gt(total,5):eq(payment,paid)",
    ),
    (
        "EPF103",
        "Unmatched closing parenthesis",
        "A closing parenthesis has no opening one.",
        "eq(payment,refunded))",
        "eq(payment,refunded)",
    ),
    (
        "EPF104",
        "Unclosed quote",
        (
            "A quoted operand has no closing quote, or a backslash before the closing quote makes "
            "it part of the value."
        ),
        "eq(name,'Ron)",
        "eq(name,'Ron')",
    ),
    (
        "EPF105",
        "Missing comma",
        "Operands are separated by a comma, not by a space, `=` or `;`.",
        "eq(payment=refunded)",
        "eq(payment,refunded)",
    ),
    (
        "EPF106",
        "Missing operand",
        "A field or a value is missing. Write the empty text as two quotes.",
        "eq(name,)",
        'eq(name,"")',
    ),
    (
        "EPF107",
        "Wrong number of operands",
        "The operator takes more or fewer operands. A value with a comma must be quoted.",
        "eq(payment,paid,refunded)",
        "in(payment,paid,refunded)",
    ),
    (
        "EPF108",
        "Unknown operator",
        "The language has no operator of this name. There is a fix for common other names.",
        "gte(total,5)",
        "ge(total,5)",
    ),
    (
        "EPF109",
        "Operator not in lower case",
        "Operators must be written in lower case.",
        "EQ(payment,paid)",
        "eq(payment,paid)",
    ),
    (
        "EPF110",
        "Missing quotes",
        (
            "An operand without quotes may contain ASCII letters, digits, spaces and "
            "`@ $ _ * . { } | + : / - [ ]`. An operand with any other character must be quoted."
        ),
        "eq(name,a<b)",
        'eq(name,"a<b")',
    ),
    (
        "EPF111",
        "Connective without a call",
        "A `:` or `|` joins two calls, but one of them is missing.",
        "eq(a,1):",
        "eq(a,1)",
    ),
    (
        "EPF112",
        "Unexpected text",
        "A call must be followed by `:`, `|`, `)` or the end of the filter.",
        "eq(a,1) please",
        "eq(a,1)",
    ),
    (
        "EPF113",
        "Missing connective",
        "Nothing joins two calls, or something other than `:` or `|` does, such as a word.",
        "eq(a,1) and eq(b,2)",
        "eq(a,1):eq(b,2)",
    ),
    (
        "EPF114",
        "Confusable character",
        (
            "A character looks like one of the language but is another one: a typographic quote, a "
            "full-width parenthesis, a no-break space."
        ),
        "eq(name,“Ron”)",
        'eq(name,"Ron")',
    ),
    (
        "EPF115",
        "Percent-encoded text",
        "The text is percent-encoded, as in a URL. A filter must be decoded text.",
        "eq%28payment%2Cpaid%29",
        "eq(payment,paid)",
    ),
    (
        "EPF116",
        "Part of a URL",
        "The text contains the name of the query parameter, or is a whole request body.",
        "filter=eq(payment,paid)",
        "eq(payment,paid)",
    ),
    (
        "EPF117",
        "Nesting too deep",
        "AND and OR are nested deeper than 64 levels, or than a lower limit that a program sets.",
        None,
        "eq(a,1):(eq(b,2)|eq(c,3))",
    ),
    (
        "EPF118",
        "Too many parentheses",
        "More than 1000 redundant pairs of parentheses surround each other.",
        None,
        "(eq(a,1))",
    ),
    (
        "EPF119",
        "Filter too long",
        "The text is longer than the limit that a program sets. There is no limit by default.",
        None,
        "eq(a,1)",
    ),
    (
        "EPF120",
        "Lone surrogate",
        (
            "The text contains a code point that cannot be encoded. It usually comes from bytes "
            "that were decoded with the wrong codec."
        ),
        "eq(name,\ud800)",
        "eq(name,Ron)",
    ),
    (
        "EPF121",
        "Not a call",
        "A filter consists of calls such as `eq(field,value)`, but this text is not a call.",
        "payment=refunded",
        "eq(payment,refunded)",
    ),
    (
        "EPF122",
        "Empty group",
        "There is nothing between a pair of parentheses.",
        "eq(a,1):()",
        "eq(a,1)",
    ),
    (
        "EPF123",
        "Whole filter in quotes",
        (
            "The text contains the quotes of a program or a shell. In a filter, only operands are "
            "quoted."
        ),
        '"eq(payment,paid)"',
        "eq(payment,paid)",
    ),
    (
        "EPF124",
        "Text after a closing quote",
        "Text follows the closing quote of an operand, usually because a quote is not escaped.",
        "eq(name,'Ron's bar')",
        'eq(name,"Ron\'s bar")',
    ),
)
"""Code, title, explanation, a bad example if `lint` can show one, and a good example."""

RULES: tuple[Rule, ...] = tuple(
    [
        Rule(
            code=code,
            title=title,
            explanation=explanation,
            bad=None if bad is None else Example(bad),
            good=Example(good),
            source=_SOURCE,
            severity=Severity.ERROR,
        )
        for code, title, explanation, bad, good in _CODES
    ]
)
